//! A Cognito user pool: its challenges, one after the other, until there are tokens.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask;
use super::error::SignInError;
use super::session::Tokens;
use super::srp::{Challenge, Exchange, timestamp};
use crate::aws::suffix;
use crate::config::Pools;
use crate::http::Fetch;

const TARGET: &str = "AWSCognitoIdentityProviderService";

/// How long a token holds when the pool does not say, in seconds.
const TOKEN_SECONDS: i64 = 3600;

/// The user pool of a page.
#[derive(Debug, Clone)]
pub struct UserPool<F> {
    fetch: F,
    url: String,
    pool_name: String,
    client_id: String,
    clock: fn() -> i64,
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// Nothing: the user is known.
    SignedIn(Tokens),
    /// A password of one's own, instead of the one that was given.
    NewPassword(NewPassword),
    /// The six digits that an authenticator app shows.
    Code(Pending),
    /// An authenticator app has to be set up, and then its six digits.
    SetUp(SetUp),
}

/// What a new password is wanted for.
#[derive(Debug)]
pub struct NewPassword {
    pending: Pending,
    /// Attributes that the pool requires and the user lacks, such as `name`.
    pub missing: Vec<String>,
}

/// An authenticator app that is to be set up.
pub struct SetUp {
    pending: Pending,
    /// What the app is given, in base32.
    pub secret: String,
    /// The same for apps that read it from a link or a picture.
    pub uri: String,
}

/// A sign-in that waits for the user.
pub struct Pending {
    session: String,
    user_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    challenge_name: Option<String>,
    session: Option<String>,
    #[serde(default)]
    challenge_parameters: BTreeMap<String, String>,
    authentication_result: Option<Authentication>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Authentication {
    access_token: String,
    id_token: String,
    refresh_token: Option<String>,
    expires_in: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Associated {
    secret_code: String,
    session: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Verified {
    status: String,
    session: Option<String>,
}

impl<F: Fetch> UserPool<F> {
    /// The pool, at an endpoint of its own if it has one, with a clock in milliseconds since the Unix epoch.
    pub fn new(fetch: F, pools: &Pools, endpoint: Option<&str>, clock: fn() -> i64) -> Self {
        let region = &pools.region;
        let url = endpoint.map_or_else(
            || format!("https://cognito-idp.{region}.{}/", suffix(region)),
            |endpoint| format!("{endpoint}/"),
        );
        let pool_name = pools
            .user_pool_id
            .split_once('_')
            .map_or("", |(_, name)| name);
        Self {
            fetch,
            url,
            pool_name: pool_name.to_owned(),
            client_id: pools.client_id.clone(),
            clock,
        }
    }

    /// Proves a password, which is not sent; `entropy` is what nobody can guess.
    ///
    /// # Errors
    ///
    /// Why the user is not known.
    pub async fn sign_in(
        &self,
        user: &str,
        password: &str,
        entropy: &[u8; 128],
    ) -> Result<Step, SignInError> {
        let exchange = Exchange::new(entropy);
        let input = json!({
            "AuthFlow": "USER_SRP_AUTH",
            "ClientId": self.client_id,
            "AuthParameters": { "USERNAME": user, "SRP_A": exchange.public() },
        });
        let answer: Answer = self.ask("InitiateAuth", &input).await?;
        if answer.challenge_name.as_deref() != Some("PASSWORD_VERIFIER") {
            return self.step(answer, user).await;
        }
        let parameter = |name: &str| {
            answer
                .challenge_parameters
                .get(name)
                .map(String::as_str)
                .ok_or_else(|| {
                    SignInError::here(
                        "UnreadableAnswer",
                        format!("the user pool's challenge has no {name}"),
                    )
                })
        };
        let user_id = parameter("USER_ID_FOR_SRP")?;
        let secret_block = parameter("SECRET_BLOCK")?;
        let challenge = Challenge {
            pool_name: &self.pool_name,
            user_id,
            salt: parameter("SALT")?,
            public: parameter("SRP_B")?,
            secret_block,
        };
        let timestamp = timestamp((self.clock)());
        let proof = exchange
            .prove(&challenge, password, &timestamp)
            .map_err(|error| SignInError::here("UnreadableAnswer", error.to_string()))?;
        let responses = json!({
            "USERNAME": user_id,
            "PASSWORD_CLAIM_SECRET_BLOCK": secret_block,
            "PASSWORD_CLAIM_SIGNATURE": proof,
            "TIMESTAMP": timestamp,
        });
        let next = self
            .respond("PASSWORD_VERIFIER", answer.session.as_deref(), &responses)
            .await?;
        self.step(next, user_id).await
    }

    /// Gives the user a password of their own, and the attributes that were missing.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub async fn choose_password(
        &self,
        wanted: &NewPassword,
        password: &str,
        attributes: &BTreeMap<String, String>,
    ) -> Result<Step, SignInError> {
        let Pending { session, user_id } = &wanted.pending;
        let mut responses = json!({ "USERNAME": user_id, "NEW_PASSWORD": password });
        for (name, value) in attributes {
            responses[format!("userAttributes.{name}")] = Value::from(value.as_str());
        }
        let next = self
            .respond("NEW_PASSWORD_REQUIRED", Some(session), &responses)
            .await?;
        self.step(next, user_id).await
    }

    /// Hands in the six digits of the authenticator app.
    ///
    /// # Errors
    ///
    /// When they are others.
    pub async fn enter_code(&self, pending: &Pending, code: &str) -> Result<Step, SignInError> {
        let Pending { session, user_id } = pending;
        let responses = json!({ "USERNAME": user_id, "SOFTWARE_TOKEN_MFA_CODE": digits(code) });
        let next = self
            .respond("SOFTWARE_TOKEN_MFA", Some(session), &responses)
            .await?;
        self.step(next, user_id).await
    }

    /// Finishes setting up an authenticator app with the first six digits that it shows.
    ///
    /// # Errors
    ///
    /// When they are others.
    pub async fn confirm_set_up(&self, set_up: &SetUp, code: &str) -> Result<Step, SignInError> {
        let Pending { session, user_id } = &set_up.pending;
        let input = json!({ "Session": session, "UserCode": digits(code) });
        let verified: Verified = self.ask("VerifySoftwareToken", &input).await?;
        if verified.status != "SUCCESS" {
            return Err(SignInError::here(
                "CodeMismatchException",
                "the code is not the one that the app shows".to_owned(),
            ));
        }
        let session = verified.session.as_deref();
        let next = self
            .respond("MFA_SETUP", session, &json!({ "USERNAME": user_id }))
            .await?;
        self.step(next, user_id).await
    }

    /// New tokens for those that are about to expire.
    ///
    /// # Errors
    ///
    /// When the session is over.
    pub async fn refresh(&self, refresh_token: &str) -> Result<Tokens, SignInError> {
        let input = json!({
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "ClientId": self.client_id,
            "AuthParameters": { "REFRESH_TOKEN": refresh_token },
        });
        let answer: Answer = self.ask("InitiateAuth", &input).await?;
        match answer.authentication_result {
            Some(result) => Ok(self.tokens(result, Some(refresh_token))),
            None => Err(SignInError::here(
                "NotAuthorizedException",
                "the session is over".to_owned(),
            )),
        }
    }

    /// Makes every token of the session worthless.
    ///
    /// # Errors
    ///
    /// When the pool cannot be told.
    pub async fn revoke(&self, refresh_token: &str) -> Result<(), SignInError> {
        let input = json!({ "ClientId": self.client_id, "Token": refresh_token });
        self.ask::<Value>("RevokeToken", &input).await.map(|_| ())
    }

    async fn step(&self, mut answer: Answer, user_id: &str) -> Result<Step, SignInError> {
        loop {
            if let Some(result) = answer.authentication_result {
                return Ok(Step::SignedIn(self.tokens(result, None)));
            }
            let parameters = &answer.challenge_parameters;
            let user_id = parameters
                .get("USER_ID_FOR_SRP")
                .map_or(user_id, String::as_str)
                .to_owned();
            let pending = Pending {
                session: answer.session.unwrap_or_default(),
                user_id,
            };
            match answer.challenge_name.as_deref().unwrap_or_default() {
                "NEW_PASSWORD_REQUIRED" => {
                    let missing = missing(parameters);
                    return Ok(Step::NewPassword(NewPassword { pending, missing }));
                }
                "SOFTWARE_TOKEN_MFA" => return Ok(Step::Code(pending)),
                "MFA_SETUP" => return self.set_up(pending).await.map(Step::SetUp),
                "SELECT_MFA_TYPE" => {
                    let responses =
                        json!({ "USERNAME": pending.user_id, "ANSWER": "SOFTWARE_TOKEN_MFA" });
                    answer = self
                        .respond("SELECT_MFA_TYPE", Some(&pending.session), &responses)
                        .await?;
                }
                other => {
                    let words =
                        format!("the user pool asks for {other}, which this page does not know");
                    return Err(SignInError::here("UnsupportedChallenge", words));
                }
            }
        }
    }

    async fn set_up(&self, pending: Pending) -> Result<SetUp, SignInError> {
        let input = json!({ "Session": pending.session });
        let associated: Associated = self.ask("AssociateSoftwareToken", &input).await?;
        let secret = associated.secret_code;
        let user = crate::signature::encoded(&pending.user_id);
        let uri = format!(
            "otpauth://totp/Kinesis%20Data%20Generator:{user}?secret={secret}&issuer=Kinesis%20Data%20Generator"
        );
        let session = associated.session.unwrap_or(pending.session);
        Ok(SetUp {
            pending: Pending { session, ..pending },
            secret,
            uri,
        })
    }

    async fn respond(
        &self,
        challenge: &str,
        session: Option<&str>,
        responses: &Value,
    ) -> Result<Answer, SignInError> {
        let mut input = json!({
            "ClientId": self.client_id,
            "ChallengeName": challenge,
            "ChallengeResponses": responses,
        });
        if let Some(session) = session {
            input["Session"] = Value::from(session);
        }
        self.ask("RespondToAuthChallenge", &input).await
    }

    async fn ask<A: for<'de> Deserialize<'de>>(
        &self,
        operation: &str,
        input: &impl Serialize,
    ) -> Result<A, SignInError> {
        ask(
            &self.fetch,
            &self.url,
            format!("{TARGET}.{operation}"),
            input,
        )
        .await
    }

    fn tokens(&self, result: Authentication, refresh_token: Option<&str>) -> Tokens {
        let now_ms = (self.clock)();
        Tokens {
            id: result.id_token,
            access: result.access_token,
            // A refresh brings none, unless the pool rotates them.
            refresh: result
                .refresh_token
                .or_else(|| refresh_token.map(str::to_owned)),
            received_ms: now_ms,
            expires_ms: now_ms + result.expires_in.unwrap_or(TOKEN_SECONDS) * 1000,
        }
    }
}

/// The attributes that the pool requires and the user lacks; both are JSON in text.
fn missing(parameters: &BTreeMap<String, String>) -> Vec<String> {
    let parameter = |name: &str| {
        let text = parameters.get(name).map_or("null", String::as_str);
        serde_json::from_str::<Value>(text).unwrap_or_default()
    };
    let (required, has) = (parameter("requiredAttributes"), parameter("userAttributes"));
    let required = required
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    required
        .map(|name| {
            name.strip_prefix("userAttributes.")
                .unwrap_or(name)
                .to_owned()
        })
        .filter(|name| {
            has.get(name)
                .and_then(Value::as_str)
                .is_none_or(str::is_empty)
        })
        .collect()
}

/// Apps show the digits in groups.
fn digits(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).collect()
}

impl fmt::Debug for Pending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pending")
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SetUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SetUp")
            .field("pending", &self.pending)
            .finish_non_exhaustive()
    }
}
