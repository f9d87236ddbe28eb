//! Secure Remote Password: a password is proven without being sent.
//!
//! SRP-6a with the 3,072 bit group of RFC 5054, SHA-256, and Cognito's own way from the shared
//! secret to a signature, as amazon-cognito-identity-js does it. The page under test computes with
//! another crate: a mistake that both sides shared would stay hidden.

use std::fmt;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd, U3072};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::error::ApiError;
use super::random;

/// The prime of the group (RFC 5054, appendix A, and RFC 3526, section 4).
const PRIME: Odd<U3072> = Odd::<U3072>::from_be_hex(
    "\
    FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
    EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
    EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
    83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
    E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
    15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
    ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
    BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
);

const PRIME_BITS: u32 = 3072;
const PRIME_BYTES: usize = 384;

/// The generator of the group.
const GENERATOR: u64 = 2;

/// What the key of a signature is derived for.
const KEY_INFO: &[u8] = b"Caldera Derived Key\x01";

/// Bytes of the key of a signature.
const KEY_BYTES: usize = 16;

/// Bytes of a salt.
pub(crate) const SALT_BYTES: usize = 16;

/// Bytes of the server's secret exponent.
const EXPONENT_BYTES: usize = 64;

/// What is kept of a password: enough to check a proof of it, too little to make one.
#[derive(Clone)]
pub(crate) struct Verifier {
    pub(crate) salt: [u8; SALT_BYTES],
    power: BoxedUint,
}

/// What the server keeps between its challenge and the answer.
pub(crate) struct Handshake {
    client_public: BoxedUint,
    server_public: BoxedUint,
    secret_exponent: BoxedUint,
    power: BoxedUint,
}

/// What the client signs to prove its password.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim<'a> {
    /// The name of the pool, without its region.
    pub(crate) pool: &'a str,
    /// The name of the user that the challenge gave.
    pub(crate) username: &'a str,
    /// The block that the challenge gave, decoded.
    pub(crate) secret_block: &'a [u8],
    /// The time that the client says.
    pub(crate) timestamp: &'a str,
}

impl Verifier {
    /// Makes the verifier of a new password, with a salt of its own.
    pub(crate) fn new(pool: &str, username: &str, password: &str) -> Result<Self, ApiError> {
        Ok(Self::with_salt(random::bytes()?, pool, username, password))
    }

    fn with_salt(salt: [u8; SALT_BYTES], pool: &str, username: &str, password: &str) -> Self {
        let inner = Sha256::digest(format!("{pool}{username}:{password}"));
        let mut outer = Sha256::new();
        outer.update(padded(&salt));
        outer.update(inner);
        Self::of_exponent(salt, &outer.finalize())
    }

    /// The verifier of an exponent, which nobody has a password for.
    pub(crate) fn of_exponent(salt: [u8; SALT_BYTES], exponent: &[u8]) -> Self {
        let params = group();
        let power = generator(&params).pow(&exact(exponent)).retrieve();
        Self { salt, power }
    }
}

impl Handshake {
    /// Answers a client's public value with the server's.
    ///
    /// # Errors
    ///
    /// The public value is no number of the group, or one that would give the secret away.
    pub(crate) fn begin(client_public: &str, verifier: &Verifier) -> Result<Self, ApiError> {
        Self::with_exponent(client_public, verifier, &random::bytes::<EXPONENT_BYTES>()?)
    }

    fn with_exponent(
        client_public: &str,
        verifier: &Verifier,
        exponent: &[u8],
    ) -> Result<Self, ApiError> {
        let params = group();
        let refused = || ApiError::invalid_parameter("Invalid SRP_A value.");
        let client_public = of_hex(client_public).ok_or_else(refused)?;
        if bool::from(within(&client_public, &params).is_zero()) {
            return Err(refused());
        }
        let secret_exponent = exact(exponent);
        let multiplier = within(&multiplier(), &params);
        let power = within(&verifier.power, &params);
        let server_public = (multiplier * power) + generator(&params).pow(&secret_exponent);
        Ok(Self {
            client_public,
            server_public: server_public.retrieve(),
            secret_exponent,
            power: verifier.power.clone(),
        })
    }

    /// The server's public value, in hexadecimal.
    pub(crate) fn server_public(&self) -> String {
        let bytes = self.server_public.to_be_bytes_trimmed_vartime();
        data_encoding::HEXLOWER.encode(&bytes)
    }

    /// Whether a signature can only be of somebody who knows the password.
    pub(crate) fn proves(&self, claim: Claim<'_>, signature: &[u8]) -> bool {
        let mut mac = keyed(&self.key());
        mac.update(claim.pool.as_bytes());
        mac.update(claim.username.as_bytes());
        mac.update(claim.secret_block);
        mac.update(claim.timestamp.as_bytes());
        // Compares in constant time.
        mac.verify_slice(signature).is_ok()
    }

    /// The key that only the two can know.
    fn key(&self) -> [u8; KEY_BYTES] {
        let params = group();
        let mut scramble = Sha256::new();
        scramble.update(padded(&self.client_public.to_be_bytes()));
        scramble.update(padded(&self.server_public.to_be_bytes()));
        let scramble = scramble.finalize();
        let power = within(&self.power, &params).pow(&exact(&scramble));
        let shared = (within(&self.client_public, &params) * power).pow(&self.secret_exponent);
        let mut extract = keyed(&padded(&scramble));
        extract.update(&padded(&shared.retrieve().to_be_bytes()));
        let mut expand = keyed(&extract.finalize().into_bytes());
        expand.update(KEY_INFO);
        let mut key = [0; KEY_BYTES];
        key.copy_from_slice(&expand.finalize().into_bytes()[..KEY_BYTES]);
        key
    }
}

/// Arithmetic modulo the prime.
fn group() -> BoxedMontyParams {
    BoxedMontyParams::new(Odd::<BoxedUint>::from(PRIME))
}

fn generator(params: &BoxedMontyParams) -> BoxedMontyForm {
    within(&number(&GENERATOR.to_be_bytes()), params)
}

/// A number modulo the prime.
fn within(number: &BoxedUint, params: &BoxedMontyParams) -> BoxedMontyForm {
    let reduced = number.rem(params.modulus().as_nz_ref());
    BoxedMontyForm::new(reduced, params)
}

/// Ties prime and generator together.
fn multiplier() -> BoxedUint {
    let mut digest = Sha256::new();
    digest.update(padded(&BoxedUint::from(PRIME).to_be_bytes()));
    digest.update([u8::try_from(GENERATOR).unwrap_or_default()]);
    number(&digest.finalize())
}

/// The number of some bytes; of those that do not fit, the last.
fn number(bytes: &[u8]) -> BoxedUint {
    BoxedUint::from_be_slice_truncated(bytes, PRIME_BITS)
}

/// An exponent; the time that it takes depends on the number of its bytes, and not on their values.
fn exact(bytes: &[u8]) -> BoxedUint {
    BoxedUint::from_be_slice_truncated(bytes, u32::try_from(bytes.len() * 8).unwrap_or(PRIME_BITS))
}

fn of_hex(text: &str) -> Option<BoxedUint> {
    let even = if text.len().is_multiple_of(2) {
        text.to_owned()
    } else {
        format!("0{text}")
    };
    let bytes = data_encoding::HEXLOWER_PERMISSIVE
        .decode(even.as_bytes())
        .ok()?;
    let leading = bytes.iter().take_while(|byte| **byte == 0).count();
    (bytes.len() - leading <= PRIME_BYTES).then(|| number(&bytes))
}

/// A number as both sides write it into digests: the bytes that it needs, and a zero before a first
/// bit that would be taken for a sign.
fn padded(bytes: &[u8]) -> Vec<u8> {
    let leading = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = &bytes[leading..];
    let mut padded = Vec::with_capacity(bytes.len() + 1);
    if bytes.first().is_none_or(|first| *first >= 0x80) {
        padded.push(0);
    }
    padded.extend_from_slice(bytes);
    padded
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a key of any length, so the fallback is never met.
    Hmac::new_from_slice(key)
        .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()))
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").finish_non_exhaustive()
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Handshake").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::any;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    proptest! {
        /// Both sides digest numbers, not bytes: what is put before them must not depend on who
        /// wrote them down.
        #[test]
        fn a_number_has_one_form_whatever_zeros_stand_before_it(
            bytes in vec(any::<u8>(), 0..40),
            zeros in 0..4_usize,
        ) {
            let form = padded(&bytes);
            let longer = [vec![0; zeros], bytes.clone()].concat();
            prop_assert_eq!(&padded(&longer), &form);
            prop_assert!(form[0] < 0x80);
            prop_assert!(form.len() == 1 || form[0] != 0 || form[1] >= 0x80);
            prop_assert_eq!(number(&form), number(&bytes));
        }
    }

    #[test]
    fn a_public_value_is_read_with_an_odd_number_of_digits_and_no_more_than_there_are() {
        assert_eq!(of_hex("abc"), of_hex("0ABC"));
        assert_eq!(of_hex("xyz"), None);
        assert!(of_hex(&"f".repeat(PRIME_BYTES * 2)).is_some());
        assert!(of_hex(&"0".repeat(PRIME_BYTES * 3)).is_some());
        assert_eq!(of_hex(&"1".repeat(PRIME_BYTES * 2 + 1)), None);
    }

    #[test]
    fn nothing_secret_is_printed() {
        let verifier = Verifier::new("pool", "ada", "password").unwrap();
        assert_eq!(format!("{verifier:?}"), "Verifier { .. }");
        let handshake = Handshake::begin("2", &verifier).unwrap();
        assert_eq!(format!("{handshake:?}"), "Handshake { .. }");
    }
}
