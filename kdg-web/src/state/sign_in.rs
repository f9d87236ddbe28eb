//! What is typed to sign in → what is wrong with it before anybody is asked.

/// The rules of the pools that this page is deployed and served with, whose own the page may not ask for.
pub const PASSWORD_RULES: &str = "At least 14 characters, with capital and small letters, digits and symbols. A user pool of your own may have other rules, which it tells when a password breaks one.";

/// What is missing of a user's name and password.
pub fn incomplete(user: &str, password: &str) -> Option<&'static str> {
    match (user.trim().is_empty(), password.is_empty()) {
        (true, true) => Some("the user name and the password are missing, type both"),
        (true, false) => Some("the user name is missing, type it"),
        (false, true) => Some("the password is missing, type it"),
        (false, false) => None,
    }
}

/// What is wrong with a new password that is typed twice; its strength is judged by the user pool.
pub fn mistyped(password: &str, once_more: &str) -> Option<&'static str> {
    if password.is_empty() {
        Some("the new password is missing, type it twice")
    } else if password != once_more {
        Some("the two are different, type the new password twice")
    } else {
        None
    }
}
