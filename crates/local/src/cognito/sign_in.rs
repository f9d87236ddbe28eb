//! Who is signed in, since when, and until when without typing a password again.

use std::collections::HashMap;

use uuid::Uuid;

use super::error::ApiError;
use super::random::{self, Digest};

/// Every sign-in that a token may still go back to.
#[derive(Debug, Default)]
pub(crate) struct SignIns {
    by_id: HashMap<Uuid, SignIn>,
    by_refresh_token: HashMap<Digest, Uuid>,
}

/// A sign-in: tokens go back to it, and end with it.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    pub(crate) username: String,
    /// Milliseconds since the Unix epoch, as are the following.
    pub(crate) since_ms: u64,
    expires_ms: u64,
    /// When the last token that it can have given is over.
    forget_ms: u64,
    is_revoked: bool,
}

impl SignIns {
    /// Notes a sign-in; gives its id and a refresh token.
    pub(crate) fn begin(
        &mut self,
        username: &str,
        now_ms: u64,
        refresh_ms: u64,
        token_ms: u64,
    ) -> Result<(Uuid, String), ApiError> {
        self.forget(now_ms);
        let (refresh_token, digest) = random::ticket()?;
        let id = Uuid::new_v4();
        let expires_ms = now_ms.saturating_add(refresh_ms);
        let sign_in = SignIn {
            username: username.to_owned(),
            since_ms: now_ms,
            expires_ms,
            forget_ms: expires_ms.saturating_add(token_ms),
            is_revoked: false,
        };
        self.by_id.insert(id, sign_in);
        self.by_refresh_token.insert(digest, id);
        Ok((id, refresh_token))
    }

    /// The sign-in of a refresh token that is still good.
    ///
    /// # Errors
    ///
    /// The token was never given, is over, or was revoked.
    pub(crate) fn refresh(
        &self,
        refresh_token: &str,
        now_ms: u64,
    ) -> Result<(Uuid, &SignIn), ApiError> {
        let (id, sign_in) = self
            .of_refresh_token(refresh_token)
            .ok_or_else(|| ApiError::not_authorized("Invalid Refresh Token"))?;
        if sign_in.is_revoked {
            return Err(ApiError::not_authorized("Refresh Token has been revoked"));
        }
        if sign_in.expires_ms <= now_ms {
            return Err(ApiError::not_authorized("Refresh Token has expired"));
        }
        Ok((id, sign_in))
    }

    /// Whether tokens of a sign-in are still good, as far as it decides.
    pub(crate) fn is_good(&self, id: Uuid) -> bool {
        self.by_id.get(&id).is_some_and(|found| !found.is_revoked)
    }

    /// Ends the sign-in of a refresh token, if there is one.
    pub(crate) fn revoke(&mut self, refresh_token: &str) {
        let id = self.of_refresh_token(refresh_token).map(|(id, _)| id);
        if let Some(sign_in) = id.and_then(|id| self.by_id.get_mut(&id)) {
            sign_in.is_revoked = true;
        }
    }

    /// Ends every sign-in of a user.
    pub(crate) fn revoke_all(&mut self, username: &str) {
        let sign_ins = self.by_id.values_mut();
        for sign_in in sign_ins.filter(|found| found.username == username) {
            sign_in.is_revoked = true;
        }
    }

    fn of_refresh_token(&self, refresh_token: &str) -> Option<(Uuid, &SignIn)> {
        let id = *self.by_refresh_token.get(&random::digest(refresh_token))?;
        Some((id, self.by_id.get(&id)?))
    }

    fn forget(&mut self, now_ms: u64) {
        self.by_id.retain(|_, sign_in| sign_in.forget_ms > now_ms);
        let known = &self.by_id;
        self.by_refresh_token.retain(|_, id| known.contains_key(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(sign_ins: &SignIns, token: &str, now_ms: u64) -> String {
        sign_ins.refresh(token, now_ms).unwrap_err().message
    }

    #[test]
    fn a_refresh_token_ends_with_its_time() {
        let mut sign_ins = SignIns::default();
        let (id, token) = sign_ins.begin("ada", 0, 10, 5).unwrap();
        assert_eq!(sign_ins.refresh(&token, 9).unwrap().0, id);
        assert_eq!(refusal(&sign_ins, &token, 10), "Refresh Token has expired");
        assert_eq!(refusal(&sign_ins, "guess", 0), "Invalid Refresh Token");
    }

    #[test]
    fn one_sign_in_or_all_of_a_user_can_be_ended() {
        let mut sign_ins = SignIns::default();
        let (first, token) = sign_ins.begin("ada", 0, 10, 5).unwrap();
        let (second, _) = sign_ins.begin("ada", 0, 10, 5).unwrap();
        let (other, _) = sign_ins.begin("bob", 0, 10, 5).unwrap();
        sign_ins.revoke(&token);
        let good = |sign_ins: &SignIns| [first, second, other].map(|id| sign_ins.is_good(id));
        assert_eq!(good(&sign_ins), [false, true, true]);
        assert_eq!(
            refusal(&sign_ins, &token, 0),
            "Refresh Token has been revoked"
        );
        sign_ins.revoke_all("ada");
        assert_eq!(good(&sign_ins), [false, false, true]);
    }

    #[test]
    fn what_no_token_goes_back_to_is_forgotten() {
        let mut sign_ins = SignIns::default();
        let (id, _) = sign_ins.begin("ada", 0, 10, 5).unwrap();
        sign_ins.begin("ada", 14, 10, 5).unwrap();
        assert!(sign_ins.is_good(id));
        sign_ins.begin("ada", 15, 10, 5).unwrap();
        assert!(!sign_ins.is_good(id));
        assert_eq!(sign_ins.by_refresh_token.len(), 2);
    }
}
