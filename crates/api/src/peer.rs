//! Whose request it is, by address.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

/// The other end of the connection; the accept loop puts it into every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The body arrived slower than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body arrives too slowly")]
pub struct BodyTooSlow;

/// An address or a network such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: u128,
    mask: u128,
}

impl Network {
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let length = length.unwrap_or(bits);
        if length > bits {
            return None;
        }
        let length = length + (128 - bits);
        let mask = if length == 0 { 0 } else { u128::MAX << (128 - length) };
        Some(Self { address: wide(address) & mask, mask })
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        wide(address) & self.mask == self.address
    }
}

/// IPv4 and its IPv6 form are the same address.
fn wide(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The client behind our own proxies: the right-most hop of `X-Forwarded-For` that is not one of them.
/// A peer that is no proxy of ours is the client, whatever it writes into headers.
pub(crate) fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let is_ours = |address| proxies.iter().any(|network| network.contains(address));
    let mut client = peer;
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).collect();
    for hop in hops.iter().rev() {
        if !is_ours(client) {
            break;
        }
        let Ok(address) = hop.trim().parse() else { break };
        client = address;
    }
    canonical(client)
}

fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// What a limit counts by: an IPv6 customer owns a whole /64.
pub(crate) fn limit_key(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn networks_hold_what_they_say() {
        let ten = Network::parse("10.0.0.0/8").expect("a network");
        assert!(ten.contains(ip("10.200.3.4")) && ten.contains(ip("::ffff:10.0.0.1")));
        assert!(!ten.contains(ip("11.0.0.1")) && !ten.contains(ip("::a00:1")));
        assert!(Network::parse("0.0.0.0/0").expect("a network").contains(ip("9.9.9.9")));
        assert!(Network::parse("fd00::/8").expect("a network").contains(ip("fd12::1")));
        for bad in ["", "10.0.0.0/33", "fd00::/129", "x/8", "10.0.0.0/", "10.0.0.0/-1"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn forwarded_headers_count_only_behind_a_proxy_of_ours() {
        let proxies = [Network::parse("10.0.0.0/8").expect("a network")];
        for (peer, header, expected) in [
            ("1.2.3.4", "9.9.9.9", "1.2.3.4"),
            ("10.0.0.1", "9.9.9.9", "9.9.9.9"),
            ("10.0.0.1", "6.6.6.6, 9.9.9.9, 10.0.0.2", "9.9.9.9"),
            ("10.0.0.1", "6.6.6.6, nonsense", "10.0.0.1"),
            ("10.0.0.1", "9.9.9.9:80", "10.0.0.1"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("::ffff:10.0.0.1", "::ffff:9.9.9.9", "9.9.9.9"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", header.parse().expect("a header"));
            headers.insert("x-real-ip", "7.7.7.7".parse().expect("a header"));
            headers.insert("forwarded", "for=7.7.7.7".parse().expect("a header"));
            assert_eq!(client(ip(peer), &headers, &proxies), ip(expected), "{peer} {header}");
        }
    }

    #[test]
    fn an_ipv6_customer_is_counted_once() {
        assert_eq!(limit_key(ip("2001:db8:1:2:3::4")), limit_key(ip("2001:db8:1:2:9::1")));
        assert_ne!(limit_key(ip("2001:db8:1:2::1")), limit_key(ip("2001:db8:1:3::1")));
    }
}
