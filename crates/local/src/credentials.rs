//! Who may sign a request: the key that everyone knows, and keys that are handed out for a time.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

/// The access key id that signs in when nobody made another, as in every local stack.
pub const TEST_ACCESS_KEY_ID: &str = "test";

/// The secret of [`TEST_ACCESS_KEY_ID`]. Any other is refused.
pub const TEST_SECRET_ACCESS_KEY: &str = "test";

/// The keys that the stack accepts. Clones share them.
#[derive(Debug, Clone)]
pub struct Credentials(Arc<RwLock<HashMap<String, Secret>>>);

/// What belongs to an access key id.
#[derive(Clone)]
pub(crate) struct Secret {
    pub(crate) access_key: String,
    /// Temporary keys are refused without it.
    pub(crate) session_token: Option<String>,
    /// Milliseconds since the Unix epoch; a key without it lasts.
    pub(crate) expires_ms: Option<u64>,
}

/// A key that was handed out for a time.
#[derive(Clone)]
pub struct TemporaryKey {
    /// Begins with `ASIA`, as AWS's temporary keys do.
    pub access_key_id: String,
    /// What requests are signed with.
    pub secret_access_key: String,
    /// Goes along with every request as `x-amz-security-token`.
    pub session_token: String,
    /// Milliseconds since the Unix epoch; `None` lasts as long as the stack.
    pub expires_ms: Option<u64>,
}

impl Credentials {
    /// Accepts `test`/`test` and nothing else yet.
    pub fn new() -> Self {
        let test = Secret {
            access_key: TEST_SECRET_ACCESS_KEY.to_owned(),
            session_token: None,
            expires_ms: None,
        };
        let keys = HashMap::from([(TEST_ACCESS_KEY_ID.to_owned(), test)]);
        Self(Arc::new(RwLock::new(keys)))
    }

    /// Hands out a key that is accepted until `expires_ms`, or as long as the stack lives.
    pub fn issue(&self, expires_ms: Option<u64>) -> TemporaryKey {
        let random = || Uuid::new_v4().simple().to_string();
        let key = TemporaryKey {
            access_key_id: format!("ASIA{}", &random().to_uppercase()[..16]),
            secret_access_key: random(),
            session_token: format!("{}{}", random(), random()),
            expires_ms,
        };
        let secret = Secret {
            access_key: key.secret_access_key.clone(),
            session_token: Some(key.session_token.clone()),
            expires_ms,
        };
        self.insert(key.access_key_id.clone(), secret);
        key
    }

    /// Accepts a key from now on.
    pub(crate) fn insert(&self, access_key_id: String, secret: Secret) {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(access_key_id, secret);
    }

    /// What belongs to an access key id, if it was ever handed out.
    pub(crate) fn find(&self, access_key_id: &str) -> Option<Secret> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(access_key_id).cloned()
    }
}

impl Default for Credentials {
    fn default() -> Self {
        Self::new()
    }
}

// Secrets stay out of logs, also when something that holds them is printed.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("expires_ms", &self.expires_ms)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TemporaryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemporaryKey")
            .field("access_key_id", &self.access_key_id)
            .field("expires_ms", &self.expires_ms)
            .finish_non_exhaustive()
    }
}
