//! Who calls, from where, and whether that is too much.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::{App, Settings};
use crate::error::ApiError;
use crate::extract::{Caller, Credential, credential, language_of};
use crate::layers::outer::RequestId;
use crate::limit::LimitKey;
use crate::peer::{Peer, client, limit_key};

/// The address behind our own proxies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// What became of the credential, if one was sent.
#[derive(Clone)]
pub(crate) struct Authenticated(pub(crate) Result<Caller, ApiError>);

pub(crate) async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match admit(&app, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

async fn admit(app: &App, request: &mut Request) -> Result<(), ApiError> {
    let settings = app.settings();
    let unknown = Peer(Ipv4Addr::UNSPECIFIED.into());
    let peer = request.extensions().get::<Peer>().copied().unwrap_or(unknown);
    let address = client(peer.0, request.headers(), &settings.trusted_proxies);
    request.extensions_mut().insert(ClientAddress(address));

    let credential = credential(request.headers(), settings);
    check_origin(request.method(), request.headers(), settings, credential.as_ref())?;

    let id = request.extensions().get::<RequestId>().map_or("", |id| id.0.as_str()).to_owned();
    let authenticated = match &credential {
        Some(credential) => {
            let language = language_of(request.headers());
            Caller::find(app, credential, language, &id).await
        }
        None => Err(ApiError::new("access.sign_in_required")),
    };
    let (key, per_minute) = match &authenticated {
        Ok(caller) => (LimitKey::Actor(caller.limit_key()), settings.requests_per_minute),
        Err(_) => (LimitKey::Address(limit_key(address)), settings.anonymous_per_minute),
    };
    app.limiter()
        .take(key, per_minute, app.now())
        .map_err(|limited| ApiError::limited("request.rate_limited", "seconds", limited.seconds, limited.seconds))?;
    request.extensions_mut().insert(Authenticated(authenticated));
    Ok(())
}

/// A browser adds cookies by itself, so a changing request with one must come from our own pages. A request that
/// names another origin is refused even without: signing somebody in is an attack as well.
fn check_origin(
    method: &Method,
    headers: &HeaderMap,
    settings: &Settings,
    credential: Option<&Credential>,
) -> Result<(), ApiError> {
    if method.is_safe() || matches!(credential, Some(Credential::Token(_))) {
        return Ok(());
    }
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let cross_site = || Err(ApiError::new("request.cross_site"));
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or("null");
        return if is_ours(origin, text(header::HOST), settings) { Ok(()) } else { cross_site() };
    }
    match text(header::HeaderName::from_static("sec-fetch-site")) {
        Some("same-origin" | "none") => Ok(()),
        Some(_) => cross_site(),
        None if credential.is_some() => cross_site(),
        None => Ok(()),
    }
}

fn is_ours(origin: &str, host: Option<&str>, settings: &Settings) -> bool {
    if !settings.public_url.is_empty() {
        return origin == settings.public_url.trim_end_matches('/');
    }
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    authority.is_some() && authority == host
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(public_url: &str, pairs: &[(&'static str, &str)], cookie: bool) -> bool {
        let settings = Settings { public_url: public_url.into(), ..Settings::default() };
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().expect("a header"));
        }
        let cookie = cookie.then(|| Credential::Session("s".into()));
        check_origin(&Method::POST, &headers, &settings, cookie.as_ref()).is_ok()
    }

    #[test]
    fn only_our_own_pages_change_things_with_a_cookie() {
        let host = ("host", "desk:8080");
        for (pairs, cookie, allowed) in [
            (vec![host, ("origin", "http://desk:8080")], true, true),
            (vec![host, ("origin", "https://desk:8080")], true, true),
            (vec![host, ("origin", "http://desk")], true, false),
            (vec![host, ("origin", "http://evil.example")], true, false),
            (vec![host, ("origin", "http://evil.example")], false, false),
            (vec![host, ("origin", "null")], true, false),
            (vec![host], true, false),
            (vec![host], false, true),
            (vec![host, ("sec-fetch-site", "same-origin")], true, true),
            (vec![host, ("sec-fetch-site", "cross-site")], false, false),
            (vec![host, ("sec-fetch-site", "same-site")], true, false),
        ] {
            assert_eq!(check("", &pairs, cookie), allowed, "{pairs:?} {cookie}");
        }
        let fixed = "https://desk.example/";
        assert!(check(fixed, &[host, ("origin", "https://desk.example")], true));
        assert!(!check(fixed, &[host, ("origin", "http://desk:8080")], true));
    }

    #[test]
    fn reading_and_tokens_need_no_origin() {
        let settings = Settings::default();
        let session = Credential::Session("s".into());
        let token = Credential::Token("t".into());
        let none = HeaderMap::new();
        assert!(check_origin(&Method::GET, &none, &settings, Some(&session)).is_ok());
        assert!(check_origin(&Method::DELETE, &none, &settings, Some(&token)).is_ok());
        assert!(check_origin(&Method::DELETE, &none, &settings, Some(&session)).is_err());
    }
}
