//! Which passwords a pool takes.
//!
//! Source: "Adding user pool password requirements" in the Amazon Cognito Developer Guide
//! (`cognito/latest/developerguide/managing-users-passwords.html`).

use super::error::{ApiError, ErrorKind};

/// The special characters that Cognito counts as symbols, a space within among them.
const SYMBOLS: &str = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= ";

/// The longest password, in characters.
const MOST_CHARACTERS: usize = 256;

/// What a new password needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The fewest characters.
    pub fewest_characters: usize,
    /// Whether upper case, lower case, digits and symbols all have to be in it.
    pub every_kind: bool,
}

impl PasswordPolicy {
    pub(crate) fn check(self, password: &str) -> Result<(), ApiError> {
        let has = |kind: fn(char) -> bool| !self.every_kind || password.chars().any(kind);
        let lack = if password.chars().count() < self.fewest_characters {
            "Password not long enough"
        } else if password.chars().count() > MOST_CHARACTERS {
            "Password too long"
        } else if !has(|character| character.is_ascii_uppercase()) {
            "Password must have uppercase characters"
        } else if !has(|character| character.is_ascii_lowercase()) {
            "Password must have lowercase characters"
        } else if !has(|character| character.is_ascii_digit()) {
            "Password must have numeric characters"
        } else if !has(|character| SYMBOLS.contains(character)) {
            "Password must have symbol characters"
        } else {
            return Ok(());
        };
        let message = format!("Password did not conform with policy: {lack}");
        Err(ApiError::new(ErrorKind::InvalidPassword, message))
    }
}

/// That of the pool which Terraform makes.
impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            fewest_characters: 14,
            every_kind: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_password_lacks_is_said() {
        let lack = |password: &str| {
            let error = PasswordPolicy::default().check(password).err()?;
            Some(error.message.rsplit(": ").next().unwrap().to_owned())
        };
        assert_eq!(lack("Correct-horse-1"), None);
        assert_eq!(lack("Short-1").unwrap(), "Password not long enough");
        assert_eq!(lack(&"Aa1-".repeat(65)).unwrap(), "Password too long");
        assert!(lack("correct-horse-1").unwrap().contains("uppercase"));
        assert!(lack("CORRECT-HORSE-1").unwrap().contains("lowercase"));
        assert!(lack("Correct-horse-x").unwrap().contains("numeric"));
        assert!(lack("Correcthorse012").unwrap().contains("symbol"));
    }
}
