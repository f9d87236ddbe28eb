//! The APIs that pipelines ask, as far as the local stack answers in their place.

mod random_user;

use std::sync::Arc;

use local::stand_in::{PATH, StandIn};
use url::Url;

/// The name of the one stand-in there is, and the host that it stands in for.
const RANDOM_USER: (&str, &str) = ("random-user", "randomuser.me");

/// Every stand-in.
pub(crate) fn all() -> Vec<StandIn> {
    vec![StandIn {
        name: RANDOM_USER.0.to_owned(),
        answer: Arc::new(random_user::answer),
    }]
}

/// What the stand-in for this address answers, if there is one.
pub(crate) fn answer_for(url: &str) -> Option<String> {
    let (_, query) = is_random_user(url)?;
    Some(random_user::answer(&query))
}

/// The path and query of the stand-in for this address, if there is one.
pub(crate) fn path_for(url: &str) -> Option<String> {
    let (name, query) = is_random_user(url)?;
    let mark = if query.is_empty() { "" } else { "?" };
    Some(format!("{PATH}{name}/{mark}{query}"))
}

/// The name of the stand-in and the query, when the address is of its host.
fn is_random_user(url: &str) -> Option<(&'static str, String)> {
    let url = Url::parse(url).ok()?;
    let (name, host) = RANDOM_USER;
    (url.host_str() == Some(host)).then(|| (name, url.query().unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_host_has_a_stand_in_and_keeps_its_query() {
        let path = path_for("https://randomuser.me/api/?results=5&seed=a");
        assert_eq!(
            path.as_deref(),
            Some("/_sluice/api/random-user/?results=5&seed=a")
        );
        assert_eq!(path_for("https://example.com/api/"), None);
    }
}
