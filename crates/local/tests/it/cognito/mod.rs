//! Sign-in: the user pool, a second factor, and the keys that an ID token gives.

mod client;
mod identity_pool;
mod second_factor;
mod user_pool;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use local::clock::ManualClock;
use local::cognito::{Lifetimes, NewUser, Settings, UserStatus};
use local::stack::{Config, Stack};
use serde_json::Value;

pub(crate) const PASSWORD: &str = "Correct-horse-7";

pub(crate) const WRONG: &str = "Correct-horse-8";

/// A stack whose clock a test moves.
pub(crate) struct Signing {
    pub(crate) stack: Stack,
    pub(crate) clock: ManualClock,
    _folder: tempfile::TempDir,
}

/// Short enough that a signature made by the machine's clock is not too old when they are over.
pub(crate) const LIFETIMES: Lifetimes = Lifetimes {
    token: Duration::from_secs(20),
    refresh_token: Duration::from_secs(100),
    challenge: Duration::from_secs(30),
    credentials: Duration::from_mins(1),
};

pub(crate) fn users() -> Vec<NewUser> {
    let with = |name: &str, status| NewUser {
        status,
        ..NewUser::new(name, PASSWORD)
    };
    vec![
        NewUser::new("ada", PASSWORD),
        NewUser::new("bob@example.com", PASSWORD),
        with("invited", UserStatus::ForceChangePassword),
        with("disabled", UserStatus::Disabled),
        with("reset", UserStatus::ResetRequired),
        with("unconfirmed", UserStatus::Unconfirmed),
    ]
}

pub(crate) async fn start(settings: Settings) -> Signing {
    let folder = tempfile::tempdir().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let clock = ManualClock::at(u64::try_from(now.as_millis()).unwrap());
    let config = Config {
        sign_in: Some(Settings {
            lifetimes: LIFETIMES,
            ..settings
        }),
        clock: Arc::new(clock.clone()),
        ..Config::new(folder.path().join("state"))
    };
    Signing {
        stack: Stack::start(config).await.unwrap(),
        clock,
        _folder: folder,
    }
}

pub(crate) async fn start_with_users() -> Signing {
    start(Settings {
        users: users(),
        ..Settings::default()
    })
    .await
}

/// The claims of a token, as a page reads them.
pub(crate) fn claims(token: &Value) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let body = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

/// An error of this name with these words.
pub(crate) fn refusal<T>(name: &str, words: &str) -> Result<T, (String, String)> {
    Err((name.to_owned(), words.to_owned()))
}
