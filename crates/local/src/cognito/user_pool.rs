//! A user pool: who may sign in, and how far each sign-in has come.

mod authenticate;
mod respond;
mod session;
mod software_token;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use self::authenticate::Pending;
use super::Settings;
use super::challenge::{Challenge, Session};
use super::error::{ApiError, ErrorKind};
use super::random;
use super::sign_in::SignIns;
use super::ticket::Tickets;
use super::token::{Claims, MS_PER_SECOND, Signer, Subject};
use super::user::{User, pool_name};
use crate::clock::Clock;

/// A user pool with one client, as the page's is.
pub(crate) struct UserPool {
    settings: Settings,
    clock: Arc<dyn Clock>,
    signer: Signer,
    issuer: String,
    /// What the salts of users who are not there are made of.
    pretence: [u8; 32],
    state: Mutex<State>,
}

struct State {
    users: Vec<User>,
    handshakes: Tickets<Pending>,
    sessions: Tickets<Session>,
    sign_ins: SignIns,
}

impl UserPool {
    pub(crate) fn new(
        mut settings: Settings,
        clock: Arc<dyn Clock>,
        signer: Signer,
        issuer: String,
    ) -> Result<Self, ApiError> {
        // Passwords live on as verifiers alone.
        let users = std::mem::take(&mut settings.users);
        let users = users
            .into_iter()
            .map(|user| User::new(&settings.user_pool_id, user))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            settings,
            clock,
            signer,
            issuer,
            pretence: random::bytes()?,
            state: Mutex::new(State {
                users,
                handshakes: Tickets::new(),
                sessions: Tickets::new(),
                sign_ins: SignIns::default(),
            }),
        })
    }

    /// Performs an operation of the API.
    pub(crate) fn perform(&self, operation: &str, body: &[u8]) -> Result<Value, ApiError> {
        match operation {
            "InitiateAuth" => self.initiate_auth(body),
            "RespondToAuthChallenge" => self.respond_to_auth_challenge(body),
            "AssociateSoftwareToken" => self.associate_software_token(body),
            "VerifySoftwareToken" => self.verify_software_token(body),
            "SetUserMFAPreference" => self.set_user_mfa_preference(body),
            "GetUser" => self.get_user(body),
            "GlobalSignOut" => self.global_sign_out(body),
            "RevokeToken" => self.revoke_token(body),
            _ => Err(ApiError::new(
                ErrorKind::UnknownOperation,
                format!("the local user pool does not perform {operation}"),
            )),
        }
    }

    /// Whether a token belongs to a sign-in that was not ended.
    pub(crate) fn is_signed_in(&self, claims: &Claims) -> bool {
        self.state().sign_ins.is_good(claims.origin_jti)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    fn pool(&self) -> &str {
        pool_name(&self.settings.user_pool_id)
    }

    fn check_client(&self, client_id: &str) -> Result<(), ApiError> {
        if client_id == self.settings.client_id {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorKind::ResourceNotFound,
            format!("User pool client {client_id} does not exist."),
        ))
    }

    /// Asks for the next step of a sign-in, or ends it with tokens.
    fn proceed(
        &self,
        state: &mut State,
        username: &str,
        next: Option<Challenge>,
    ) -> Result<Value, ApiError> {
        let now_ms = self.now_ms();
        let Some(challenge) = next else {
            let lifetimes = &self.settings.lifetimes;
            let (id, refresh_token) = state.sign_ins.begin(
                username,
                now_ms,
                super::ms(lifetimes.refresh_token),
                super::ms(lifetimes.token),
            )?;
            return self.tokens(state, username, id, now_ms, Some(&refresh_token));
        };
        let session = Session {
            username: username.to_owned(),
            challenge,
        };
        let expires_ms = now_ms.saturating_add(super::ms(self.settings.lifetimes.challenge));
        let session = state.sessions.give(session, now_ms, expires_ms)?;
        let parameters = challenge.parameters(state.user(username)?);
        Ok(json!({
            "ChallengeName": challenge.name(),
            "Session": session,
            "ChallengeParameters": parameters,
        }))
    }

    /// Tokens of a sign-in that began at `since_ms`.
    fn tokens(
        &self,
        state: &State,
        username: &str,
        origin_jti: uuid::Uuid,
        since_ms: u64,
        refresh_token: Option<&str>,
    ) -> Result<Value, ApiError> {
        let user = state.user(username)?;
        let lifetime = self.settings.lifetimes.token.as_secs();
        let now = self.now_ms() / MS_PER_SECOND;
        let subject = Subject {
            issuer: &self.issuer,
            client_id: &self.settings.client_id,
            sub: user.sub,
            username: &user.username,
            email: user.email.as_deref(),
            origin_jti,
            auth_time: since_ms / MS_PER_SECOND,
            now,
            expires: now.saturating_add(lifetime),
        };
        let mut result = json!({
            "AccessToken": self.signer.sign(&subject.access_token())?,
            "ExpiresIn": lifetime,
            "IdToken": self.signer.sign(&subject.id_token())?,
            "TokenType": "Bearer",
        });
        if let Some(refresh_token) = refresh_token {
            result["RefreshToken"] = refresh_token.into();
        }
        Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }))
    }
}

impl State {
    fn user(&self, username: &str) -> Result<&User, ApiError> {
        let user = self.users.iter().find(|user| user.username == username);
        user.ok_or_else(ApiError::wrong_password)
    }

    fn user_mut(&mut self, username: &str) -> Result<&mut User, ApiError> {
        let user = self.users.iter_mut().find(|user| user.username == username);
        user.ok_or_else(ApiError::wrong_password)
    }
}
