//! What may be typed about the page, and who signs in to it.

use std::fmt;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use local::cognito::{Lifetimes, NewUser, SecondFactor, Settings, UserStatus};

use super::Preparation;
use crate::misuse::misuse;
use crate::rhythm::Seconds;

/// The port beside a stack that is kept, unless another is named. Always the same, because a browser
/// keeps by the port what its user saved.
const DEFAULT_PORT: u16 = 4580;

/// The variable that sets the password in place of a random one, for scripts.
const PASSWORD_VARIABLE: &str = "SLUICE_PAGE_PASSWORD";

/// What passwords are made of: nothing that looks like something else.
const LETTERS: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyz2345678";

/// Letters of a random password, five bits each.
const LENGTH: usize = 20;

/// How many letters stand together.
const GROUP: usize = 5;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Page")]
pub(crate) struct PageArguments {
    /// Serve the Kinesis Data Generator page on this loopback port; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    pub(crate) page: Option<u16>,
    /// The folder that `cargo xtask web` has built
    #[arg(long, value_name = "DIR", default_value = "target/web")]
    pub(crate) page_files: PathBuf,
    /// Who signs in to the page; the password is printed at the start
    #[arg(long, value_name = "NAME", default_value = "tester")]
    pub(crate) page_user: String,
    /// Somebody else with that password, who has to choose another one first
    #[arg(long, value_name = "NAME", requires = "page")]
    pub(crate) page_invite: Vec<String>,
    /// Have everybody set up an authenticator app, and ask for its codes
    #[arg(long, requires = "page")]
    pub(crate) page_mfa: bool,
    /// Let tokens, and the keys that they give, expire after so many seconds instead of an hour
    #[arg(long, value_name = "SECONDS", requires = "page")]
    pub(crate) page_expiry: Option<Seconds>,
}

/// Who signs in, and with which password.
pub(crate) struct SignIn {
    settings: Settings,
    name: String,
    password: String,
    is_random: bool,
}

impl PageArguments {
    /// The page that was asked for, if one was.
    ///
    /// # Errors
    ///
    /// When the page was not built, the port is taken, the name is empty, or the system gives no
    /// random bytes.
    pub(crate) async fn prepare(&self) -> anyhow::Result<Option<Preparation>> {
        match self.page {
            Some(port) => self.prepare_on(port).await.map(Some),
            None => Ok(None),
        }
    }

    /// The page beside a stack that may be kept: the one that was asked for, or else one that is
    /// built.
    ///
    /// # Errors
    ///
    /// As [`Self::prepare`], and when a page was asked for that nothing would stay up for.
    pub(crate) async fn prepare_if_kept(&self, keep: bool) -> anyhow::Result<Option<Preparation>> {
        match self.page {
            Some(_) if !keep => Err(misuse("--page needs --keep: without it nothing stays up")),
            None if keep && super::is_built(&self.page_files) => {
                self.prepare_on(DEFAULT_PORT).await.map(Some)
            }
            _ => self.prepare().await,
        }
    }

    async fn prepare_on(&self, port: u16) -> anyhow::Result<Preparation> {
        let sign_in = self.sign_in()?;
        Preparation::make(&self.page_files, port, sign_in).await
    }
}

impl PageArguments {
    fn sign_in(&self) -> anyhow::Result<SignIn> {
        let given = std::env::var(PASSWORD_VARIABLE).ok();
        let given = given.filter(|password| !password.is_empty());
        let is_random = given.is_none();
        let password = given.map_or_else(random_password, Ok)?;
        let mut users = vec![NewUser::new(&self.page_user, &password)];
        users.extend(self.page_invite.iter().map(|name| NewUser {
            status: UserStatus::ForceChangePassword,
            ..NewUser::new(name, &password)
        }));
        let mut names: Vec<_> = users.iter().map(|user| user.name.to_lowercase()).collect();
        names.sort();
        names.dedup();
        if names.len() < users.len() || names.iter().any(|name| name.trim().is_empty()) {
            return Err(misuse(
                "--page-user and --page-invite name people: give each a name of its own, such as tester",
            ));
        }
        let mut lifetimes = Lifetimes::default();
        if let Some(Seconds(expiry)) = self.page_expiry {
            // Tokens tell it in whole seconds.
            if expiry.as_secs() == 0 {
                return Err(misuse(
                    "--page-expiry is less than a second; give it one at least",
                ));
            }
            (lifetimes.token, lifetimes.credentials) = (expiry, expiry);
        }
        Ok(SignIn {
            settings: Settings {
                users,
                second_factor: if self.page_mfa {
                    SecondFactor::Required
                } else {
                    SecondFactor::Optional
                },
                lifetimes,
                ..Settings::default()
            },
            name: self.page_user.clone(),
            password,
            is_random,
        })
    }
}

impl SignIn {
    pub(super) fn settings(&self) -> Settings {
        self.settings.clone()
    }

    pub(super) fn introduction(&self) -> String {
        let name = &self.name;
        let mut words = if self.is_random {
            format!("  sign in as {name} with the password {}", self.password)
        } else {
            format!("  sign in as {name} with the password of {PASSWORD_VARIABLE}")
        };
        for invited in self.settings.users.iter().filter(|user| user.name != *name) {
            words.push_str("\n  or with the same as ");
            words.push_str(&invited.name);
            words.push_str(", who has to choose another first");
        }
        words
    }
}

fn random_password() -> anyhow::Result<String> {
    let mut random = [0_u8; LENGTH];
    getrandom::fill(&mut random).context("the system gives no random bytes for a password")?;
    let letters: Vec<_> = random
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect();
    let groups = letters.chunks(GROUP).map(|group| group.iter().collect());
    Ok(groups.collect::<Vec<String>>().join("-"))
}

// The password is said once, and printed nowhere else.
impl fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SignIn")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_password_is_long_and_another_each_time() {
        let (one, other) = (random_password().unwrap(), random_password().unwrap());
        assert_eq!(one.len(), LENGTH + LENGTH / GROUP - 1);
        assert_ne!(one, other);
    }
}
