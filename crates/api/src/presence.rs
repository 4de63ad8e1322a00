//! Who is at which ticket right now. In memory: it is true for seconds, and a restart may forget it.
//!
//! A page says every few seconds that it is there, and at once when it begins to write or leaves. Each node of a
//! cluster knows the pages that talk to it; people on different nodes do not see each other.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::id::{TenantId, TicketId, UserId};
use domain::time::Timestamp;
use tokio::sync::broadcast;

/// A page that was silent for this long is gone. Pages speak every three seconds and hear of it then, so a closed
/// tab disappears elsewhere within nine.
const SILENCE_MS: i64 = 6_000;
/// Whoever falls this far behind learns it with the next beat.
const KEPT: usize = 1_024;
/// Pages of one person at one ticket that count.
const PAGES: usize = 16;

/// What somebody does at a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Doing {
    Viewing,
    /// A reply to the requester.
    Replying,
    /// An internal note.
    Noting,
    Away,
}

/// One person at a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Present {
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) doing: Doing,
}

/// Something changed at a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) tenant: TenantId,
    pub(crate) ticket: TicketId,
}

struct Seen {
    page: String,
    person: Present,
    at: Timestamp,
}

pub(crate) struct Presence {
    rooms: Mutex<HashMap<(TenantId, TicketId), Vec<Seen>>>,
    moved: broadcast::Sender<Moved>,
}

impl Default for Presence {
    fn default() -> Self {
        Self { rooms: Mutex::default(), moved: broadcast::Sender::new(KEPT) }
    }
}

impl Presence {
    /// Notes that a page is there and answers who else is.
    pub(crate) fn beat(&self, room: Moved, page: &str, person: Present, now: Timestamp) -> Vec<Present> {
        let user = person.user;
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = rooms.entry((room.tenant, room.ticket)).or_default();
        let before = people(seen);
        seen.retain(|each| each.page != page && now.millis_since(each.at) < SILENCE_MS);
        let pages = seen.iter().filter(|each| each.person.user == user).count();
        if person.doing != Doing::Away && pages < PAGES {
            seen.push(Seen { page: page.to_owned(), person, at: now });
        }
        let after = people(seen);
        if seen.is_empty() {
            rooms.remove(&(room.tenant, room.ticket));
        }
        drop(rooms);
        if before != after {
            // Nobody listening is fine: the next beat tells.
            let _ = self.moved.send(room);
        }
        after.into_iter().filter(|each| each.user != user).collect()
    }

    /// Who else is at a ticket, if `user` is there, too: whoever is not was never shown to have a right to know.
    pub(crate) fn others(&self, room: Moved, user: UserId, now: Timestamp) -> Option<Vec<Present>> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = rooms.get_mut(&(room.tenant, room.ticket))?;
        seen.retain(|each| now.millis_since(each.at) < SILENCE_MS);
        let all = people(seen);
        all.iter().any(|each| each.user == user).then(|| all.into_iter().filter(|each| each.user != user).collect())
    }

    pub(crate) fn moved(&self) -> broadcast::Receiver<Moved> {
        self.moved.subscribe()
    }
}

/// One entry a person, writing before looking, in a steady order.
fn people(seen: &[Seen]) -> Vec<Present> {
    let rank = |doing: Doing| match doing {
        Doing::Replying => 0,
        Doing::Noting => 1,
        Doing::Viewing => 2,
        Doing::Away => 3,
    };
    let mut all: Vec<Present> = seen.iter().map(|each| each.person.clone()).collect();
    all.sort_by_key(|each| (each.user, rank(each.doing)));
    all.dedup_by_key(|each| each.user);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Moved = Moved { tenant: TenantId::from_u128(1), ticket: TicketId::from_u128(2) };

    fn person(n: u128, doing: Doing) -> Present {
        Present { user: UserId::from_u128(n), name: format!("p{n}"), doing }
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn people_come_write_and_fall_silent() {
        let presence = Presence::default();
        let mut moved = presence.moved();
        assert_eq!(presence.beat(ROOM, "a", person(1, Doing::Viewing), at(0)), []);
        let first = presence.beat(ROOM, "b", person(2, Doing::Replying), at(1_000));
        assert_eq!(first, [person(1, Doing::Viewing)]);
        assert_eq!(presence.beat(ROOM, "a", person(1, Doing::Viewing), at(3_000)), [person(2, Doing::Replying)]);
        // Two pages of one person are one person; what they write on either counts.
        assert_eq!(presence.beat(ROOM, "c", person(2, Doing::Viewing), at(3_000)), [person(1, Doing::Viewing)]);
        assert_eq!(presence.others(ROOM, UserId::from_u128(1), at(3_001)), Some(vec![person(2, Doing::Replying)]));
        assert_eq!(presence.others(ROOM, UserId::from_u128(3), at(3_001)), None, "a stranger learns nothing");
        assert_eq!(presence.beat(ROOM, "a", person(1, Doing::Viewing), at(7_000)), [person(2, Doing::Viewing)]);
        assert_eq!(presence.beat(ROOM, "a", person(1, Doing::Viewing), at(9_000)), [], "silence is absence");
        assert_eq!(presence.beat(ROOM, "a", person(1, Doing::Away), at(9_001)), []);
        let mut told = 0;
        while moved.try_recv().is_ok() {
            told += 1;
        }
        assert_eq!(told, 5, "only changes are told");
    }
}
