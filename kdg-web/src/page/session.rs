//! Who is signed in, and for how long.

use std::time::Duration;

use leptos::prelude::*;

use crate::cognito;
use crate::http::Browser;
use crate::message::{Credentials, Phase, ToWorker};

use super::context::{Page, Run};
use super::widget;

/// How long after the page has renewed rejected credentials by itself it does so again.
const RENEW_BY_ITSELF_MS: i64 = 60_000;

/// How long after a renewal that found no connection the next one is tried.
const RENEW_AGAIN_MS: i64 = 10_000;

/// Who is signed in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Session {
    /// A user's name, or the access key.
    pub(crate) who: String,
    /// What requests are signed with.
    pub(crate) credentials: Credentials,
}

impl Page {
    /// Lets a user in, and keeps the credentials fresh from now on.
    pub(crate) fn enter(self, session: cognito::Session<Browser>) {
        self.take(&session);
        self.said.set("You are signed in.".into());
        self.renew_in(session.renew_at_ms() - widget::now_ms());
        self.remember(Some(session));
    }

    fn remember(self, session: Option<cognito::Session<Browser>>) {
        self.unseen.update_value(|unseen| unseen.cognito = session);
    }

    fn renewals(self) -> u32 {
        self.unseen.with_value(|unseen| unseen.renewals)
    }

    /// Makes every timer and renewal that is under way worthless.
    fn next_renewal(self) -> u32 {
        self.unseen
            .update_value(|unseen| unseen.renewals = unseen.renewals.wrapping_add(1));
        self.renewals()
    }

    /// Goes on with credentials that were pasted, which nothing renews.
    pub(crate) fn enter_with(self, session: Session) {
        self.remember(None);
        self.next_renewal();
        self.said.set("You are signed in.".into());
        self.tell(&ToWorker::Credentials(session.credentials.clone()));
        self.session.set(Some(session));
    }

    /// Whether a run waits for other credentials.
    pub(crate) fn is_locked_out(self) -> bool {
        self.run
            .with(|run| matches!(run, Run::Going(snapshot) if snapshot.phase == Phase::LockedOut))
    }

    /// Tries once to renew what AWS rejects; otherwise it is the user who signs in again.
    pub(super) fn unlock(self) {
        self.said
            .set("AWS rejects the credentials. The run waits: sign in again.".into());
        let now_ms = widget::now_ms();
        let last_ms = self.unseen.with_value(|unseen| unseen.renewed_by_itself_ms);
        if now_ms.saturating_sub(last_ms) >= RENEW_BY_ITSELF_MS {
            self.unseen
                .update_value(|unseen| unseen.renewed_by_itself_ms = now_ms);
            leptos::task::spawn_local(self.renew());
        }
    }

    /// Signs out, and makes the tokens worthless.
    pub(crate) fn leave(self) {
        self.session.set(None);
        self.run.set(Run::Idle);
        self.said.set("You are signed out.".into());
        if let Some(session) = self
            .unseen
            .try_update_value(|unseen| unseen.cognito.take())
            .flatten()
        {
            leptos::task::spawn_local(async move {
                if let Err(error) = session.sign_out().await {
                    self.said.set(format!(
                        "The user pool could not be told that you signed out: {}.",
                        error.words
                    ));
                }
            });
        }
    }

    fn take(self, session: &cognito::Session<Browser>) {
        // A run that goes on needs them as well; without one they are not heard.
        self.tell(&ToWorker::Credentials(session.credentials().clone()));
        self.session.set(Some(Session {
            who: session.user(),
            credentials: session.credentials().clone(),
        }));
    }

    fn renew_in(self, milliseconds: i64) {
        let wait = Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default());
        let this = self.next_renewal();
        let renew = move || {
            if self.renewals() == this {
                leptos::task::spawn_local(self.renew());
            }
        };
        set_timeout(renew, wait);
    }

    /// Fetches new credentials, and gives them to a run that is under way.
    async fn renew(self) {
        let Some(mut session) = self.unseen.with_value(|unseen| unseen.cognito.clone()) else {
            return;
        };
        let this = self.renewals();
        let renewed = session.renew().await;
        // Somebody may have signed out meanwhile, or in again.
        let is_out = self.unseen.with_value(|unseen| unseen.cognito.is_none());
        if is_out || self.renewals() != this {
            return;
        }
        match renewed {
            Ok(()) => {
                self.take(&session);
                self.renew_in(session.renew_at_ms() - widget::now_ms());
                self.remember(Some(session));
            }
            Err(error) if error.ends_session() => {
                self.remember(None);
                self.said.set(format!(
                    "Your session is over: {}; {}.",
                    error.words, error.remedy
                ));
            }
            Err(_) => self.renew_in(RENEW_AGAIN_MS),
        }
    }
}
