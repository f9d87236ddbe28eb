//! What a user pool wants before it knows who somebody is.

use std::fmt;

use super::session::Tokens;

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
    pub(super) pending: Pending,
    /// Attributes that the pool requires and the user lacks, such as `name`.
    pub missing: Vec<String>,
}

/// An authenticator app that is to be set up.
pub struct SetUp {
    pub(super) pending: Pending,
    /// What the app is given, in base32.
    pub secret: String,
    /// The same for apps that read it from a link or a picture.
    pub uri: String,
}

/// A sign-in that waits for the user.
pub struct Pending {
    pub(super) session: String,
    pub(super) user_id: String,
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
