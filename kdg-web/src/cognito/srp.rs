//! Proof of a password that is never sent: Secure Remote Password as Cognito has it.
//!
//! Source: RFC 5054, with the 3072-bit group, SHA-256, and Cognito's own key derivation as in
//! amazon-cognito-identity-js (`AuthenticationHelper`).

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use num_bigint::BigUint;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use time::OffsetDateTime;

use crate::signature::keyed;

/// The prime of the group. RFC 3526, group 15, hexadecimal.
const PRIME: &str = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD1\
29024E088A67CC74020BBEA63B139B22514A08798E3404DD\
EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245\
E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3D\
C2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
83655D23DCA3AD961C62F356208552BB9ED529077096966D\
670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9\
DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64\
ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6B\
F12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
BBE117577A615D6C770988C0BAD946E208E24FA074E5AB31\
43DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

const GENERATOR: u32 = 2;

/// What the key of the proof is derived with.
const INFO: &[u8] = b"Caldera Derived Key\x01";

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The page's half of an exchange. Printed without its secret.
pub struct Exchange {
    prime: BigUint,
    secret: BigUint,
    public: BigUint,
}

/// What the user pool answers to the first message, as it writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge<'a> {
    /// The id of the pool, behind its region.
    pub pool_name: &'a str,
    /// The user as the pool calls it.
    pub user_id: &'a str,
    /// Hexadecimal.
    pub salt: &'a str,
    /// The pool's public number, hexadecimal.
    pub public: &'a str,
    /// Base64.
    pub secret_block: &'a str,
}

/// An answer that no user pool would give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SrpError {
    /// A number or a block that is none.
    #[error("the user pool's challenge cannot be read: its {0} is damaged")]
    Unreadable(&'static str),
    /// A number that would give the password away.
    #[error("the user pool's challenge is not safe to answer")]
    Unsafe,
}

impl Exchange {
    /// Begins with bytes that nobody can guess.
    pub fn new(entropy: &[u8; 128]) -> Self {
        let prime = BigUint::parse_bytes(PRIME.as_bytes(), 16).unwrap_or_default();
        let secret = BigUint::from_bytes_be(entropy) % &prime;
        let public = BigUint::from(GENERATOR).modpow(&secret, &prime);
        Self {
            prime,
            secret,
            public,
        }
    }

    /// The first message, `SRP_A`: hexadecimal.
    pub fn public(&self) -> String {
        self.public.to_str_radix(16)
    }

    /// Proves the password at a time, as [`timestamp`] writes it: `PASSWORD_CLAIM_SIGNATURE`.
    ///
    /// # Errors
    ///
    /// [`SrpError`] when the challenge is not one.
    pub fn prove(
        &self,
        challenge: &Challenge,
        password: &str,
        timestamp: &str,
    ) -> Result<String, SrpError> {
        let number = |name, text: &str| {
            BigUint::parse_bytes(text.as_bytes(), 16).ok_or(SrpError::Unreadable(name))
        };
        let salt = number("salt", challenge.salt)?;
        let theirs = number("public number", challenge.public)?;
        let block = BASE64_STANDARD
            .decode(challenge.secret_block)
            .map_err(|_| SrpError::Unreadable("secret block"))?;
        let mix = digest(&[&padded(&self.public), &padded(&theirs)]);
        if &theirs % &self.prime == BigUint::ZERO || mix == BigUint::ZERO {
            return Err(SrpError::Unsafe);
        }
        let who = format!("{}{}:{password}", challenge.pool_name, challenge.user_id);
        let who = Sha256::digest(who.as_bytes());
        let private = digest(&[&padded(&salt), &who]);
        let generator = BigUint::from(GENERATOR);
        let multiplier = digest(&[&padded(&self.prime), &padded(&generator)]);
        let verifier = generator.modpow(&private, &self.prime);
        // The prime is added so that nothing falls below 0.
        let base = (&theirs % &self.prime) + &self.prime - (multiplier * verifier) % &self.prime;
        let shared = base.modpow(&(&self.secret + &mix * private), &self.prime);
        let key = keyed(&keyed(&padded(&mix), &padded(&shared)), INFO);
        let mut said = Vec::new();
        said.extend_from_slice(challenge.pool_name.as_bytes());
        said.extend_from_slice(challenge.user_id.as_bytes());
        said.extend_from_slice(&block);
        said.extend_from_slice(timestamp.as_bytes());
        Ok(BASE64_STANDARD.encode(keyed(&key[..16], &said)))
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Exchange").finish_non_exhaustive()
    }
}

/// A time as Cognito takes it: `Fri Nov 20 18:39:47 UTC 2026`, the day without a zero in front.
pub fn timestamp(now_ms: i64) -> String {
    let now = OffsetDateTime::from_unix_timestamp(now_ms.div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let weekday = WEEKDAYS[usize::from(now.weekday().number_days_from_monday())];
    let month = MONTHS[usize::from(u8::from(now.month())) - 1];
    format!(
        "{weekday} {month} {} {:02}:{:02}:{:02} UTC {}",
        now.day(),
        now.hour(),
        now.minute(),
        now.second(),
        now.year()
    )
}

/// The bytes of a number that is not taken for a negative one.
fn padded(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|byte| *byte >= 0x80) {
        bytes.insert(0, 0);
    }
    bytes
}

fn digest(parts: &[&[u8]]) -> BigUint {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    BigUint::from_bytes_be(&digest.finalize())
}
