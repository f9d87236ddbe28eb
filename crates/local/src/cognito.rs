//! Cognito on one machine: a user pool that people sign in to, and an identity pool that gives them
//! keys for it.
//!
//! ```text
//! request ─▶ wire ─▶ user_pool ─▶ srp ─▶ challenge ─▶ sign_in ─▶ token
//!              └───▶ identity_pool ◀── the ID token ───────────────┘
//!                          └─▶ credentials, which every service here accepts until they expire
//! ```
//!
//! Passwords are kept as SRP verifiers, and everything in memory: a stack that starts again has the
//! users that it is told of, and nobody is signed in.

mod challenge;
mod error;
mod identity_pool;
mod password;
mod random;
mod sign_in;
mod srp;
mod ticket;
mod token;
mod totp;
mod user;
mod user_pool;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use self::error::ApiError;
use self::identity_pool::IdentityPool;
pub use self::password::PasswordPolicy;
use self::token::Signer;
pub use self::totp::TotpSecret;
pub use self::user::{NewUser, UserStatus};
use self::user_pool::UserPool;
use crate::account::DEFAULT_REGION;
use crate::clock::Clock;
use crate::credentials::Credentials;

/// What the target of every operation of user pools begins with.
pub(crate) const USER_POOL_TARGET: &str = "AWSCognitoIdentityProviderService.";

/// What the target of every operation of identity pools begins with.
pub(crate) const IDENTITY_POOL_TARGET: &str = "AWSCognitoIdentityService.";

/// Where clients find the public key of a pool, behind its id.
pub(crate) const KEY_SET_PATH: &str = "/.well-known/jwks.json";

/// Pools and their users. The pools are the same at every start, unless told otherwise.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The id of the user pool, `region_name`.
    pub user_pool_id: String,
    /// The id of its one client.
    pub client_id: String,
    /// The id of the identity pool, `region:uuid`.
    pub identity_pool_id: String,
    /// Who may sign in.
    pub users: Vec<NewUser>,
    /// Whether an authenticator app is needed too.
    pub second_factor: SecondFactor,
    /// What a new password needs.
    pub password_policy: PasswordPolicy,
    /// How long things last.
    pub lifetimes: Lifetimes,
}

/// Whether an authenticator app is needed beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// By those who have set one up.
    Optional,
    /// By all: who has none sets one up when they sign in.
    Required,
}

/// How long things last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// ID tokens and access tokens.
    pub token: Duration,
    /// Refresh tokens.
    pub refresh_token: Duration,
    /// The time to answer a challenge.
    pub challenge: Duration,
    /// The keys of the identity pool.
    pub credentials: Duration,
}

/// A user pool and an identity pool. Clones are the same ones.
#[derive(Clone)]
pub struct Cognito(Arc<Pools>);

struct Pools {
    user_pool_id: String,
    client_id: String,
    identity_pool_id: String,
    signer: Signer,
    users: UserPool,
    identities: IdentityPool,
}

/// The pools could not be made: the system gives no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes, so nobody could sign in safely; look into its log")]
pub struct NoRandomness;

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_pool_id: format!("{DEFAULT_REGION}_sluice000"),
            client_id: "sluicelocalstackpageclient".to_owned(),
            identity_pool_id: format!("{DEFAULT_REGION}:00000000-0000-4000-8000-000000000000"),
            users: Vec::new(),
            second_factor: SecondFactor::Optional,
            password_policy: PasswordPolicy::default(),
            lifetimes: Lifetimes::default(),
        }
    }
}

/// Those of the pools that Terraform makes; a challenge and keys last as long as AWS's defaults.
impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            token: Duration::from_hours(1),
            refresh_token: Duration::from_hours(12),
            challenge: Duration::from_mins(3),
            credentials: Duration::from_hours(1),
        }
    }
}

impl Settings {
    fn is_code_required(&self) -> bool {
        self.second_factor == SecondFactor::Required
    }
}

impl Cognito {
    /// Makes the pools. Keys are given out through `credentials`.
    ///
    /// # Errors
    ///
    /// The system gives no random bytes.
    pub fn new(
        settings: Settings,
        clock: Arc<dyn Clock>,
        credentials: Credentials,
    ) -> Result<Self, NoRandomness> {
        let signer = Signer::new();
        let region = settings.user_pool_id.split('_').next().unwrap_or_default();
        let provider = format!(
            "cognito-idp.{region}.amazonaws.com/{}",
            settings.user_pool_id
        );
        let identities = IdentityPool::new(
            &settings,
            provider.clone(),
            Arc::clone(&clock),
            signer.clone(),
            credentials,
        );
        let issuer = format!("https://{provider}");
        let (user_pool_id, client_id, identity_pool_id) = (
            settings.user_pool_id.clone(),
            settings.client_id.clone(),
            settings.identity_pool_id.clone(),
        );
        let users = UserPool::new(settings, clock, signer.clone(), issuer);
        Ok(Self(Arc::new(Pools {
            user_pool_id,
            client_id,
            identity_pool_id,
            signer,
            users: users.map_err(|_| NoRandomness)?,
            identities,
        })))
    }

    /// Answers one request of the API of either pool.
    ///
    /// CORS is the caller's concern, and nothing is signed. The work is done on the blocking pool,
    /// because a proof takes milliseconds of arithmetic. Must be called within a Tokio runtime.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let pools = Arc::clone(&self.0);
        let answer = tokio::task::spawn_blocking(move || pools.answer(&request)).await;
        answer.unwrap_or_else(|error| {
            tracing::error!(%error, "a sign-in was not handled to its end");
            wire::response(Err(ApiError::internal()))
        })
    }

    /// The id of the user pool.
    pub fn user_pool_id(&self) -> &str {
        &self.0.user_pool_id
    }

    /// The id of its client.
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// The id of the identity pool.
    pub fn identity_pool_id(&self) -> &str {
        &self.0.identity_pool_id
    }
}

impl Pools {
    fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let target = request.headers().get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok()).unwrap_or("");
        let body = request.body();
        let answer = if let Some(operation) = target.strip_prefix(USER_POOL_TARGET) {
            self.users.perform(operation, body)
        } else if let Some(operation) = target.strip_prefix(IDENTITY_POOL_TARGET) {
            self.identities.perform(operation, body, &self.users)
        } else {
            self.key_set(request.uri().path())
        };
        wire::response(answer)
    }

    fn key_set(&self, path: &str) -> Result<serde_json::Value, ApiError> {
        let pool = path.strip_suffix(KEY_SET_PATH).unwrap_or_default();
        if pool.trim_start_matches('/') == self.user_pool_id {
            return self.signer.key_set();
        }
        let message = format!("there is no user pool here but {}", self.user_pool_id);
        Err(ApiError::new(error::ErrorKind::ResourceNotFound, message))
    }
}

impl fmt::Debug for Cognito {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Cognito")
            .field("user_pool_id", &self.0.user_pool_id)
            .field("identity_pool_id", &self.0.identity_pool_id)
            .finish_non_exhaustive()
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
