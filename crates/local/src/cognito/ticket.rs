//! What a client was handed and may come back with, for a time.

use std::collections::HashMap;

use super::error::ApiError;
use super::random::{self, Digest};

/// Things by the digest of the ticket that was given for them.
#[derive(Debug)]
pub(crate) struct Tickets<T>(HashMap<Digest, Kept<T>>);

#[derive(Debug)]
struct Kept<T> {
    thing: T,
    expires_ms: u64,
}

impl<T> Tickets<T> {
    pub(crate) fn new() -> Self {
        Self(HashMap::new())
    }

    /// Keeps a thing and gives a ticket for it; what has expired is let go.
    pub(crate) fn give(
        &mut self,
        thing: T,
        now_ms: u64,
        expires_ms: u64,
    ) -> Result<String, ApiError> {
        self.0.retain(|_, kept| kept.expires_ms > now_ms);
        let (ticket, digest) = random::ticket()?;
        self.0.insert(digest, Kept { thing, expires_ms });
        Ok(ticket)
    }

    /// Takes the thing of a ticket, which is then used up.
    pub(crate) fn take(&mut self, ticket: &str, now_ms: u64) -> Option<T> {
        let kept = self.0.remove(&random::digest(ticket))?;
        (kept.expires_ms > now_ms).then_some(kept.thing)
    }

    /// The thing of a ticket, which stays good.
    pub(crate) fn find(&mut self, ticket: &str, now_ms: u64) -> Option<&mut T> {
        let kept = self.0.get_mut(&random::digest(ticket))?;
        (kept.expires_ms > now_ms).then_some(&mut kept.thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once_and_for_its_time() {
        let mut tickets = Tickets::new();
        let ticket = tickets.give('a', 0, 10).unwrap();
        assert_eq!(tickets.find(&ticket, 9).copied(), Some('a'));
        assert_eq!(tickets.take(&ticket, 9), Some('a'));
        assert_eq!(tickets.take(&ticket, 9), None);
        let late = tickets.give('b', 0, 10).unwrap();
        assert_eq!(tickets.find(&late, 10), None);
        assert_eq!(tickets.take(&late, 10), None);
        assert_eq!(tickets.take("guessed", 0), None);
    }
}
