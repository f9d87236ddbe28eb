//! Proofs of passwords, beside those of Amazon's own library.

use kdg_web::cognito::srp::{Challenge, Exchange, SrpError, timestamp};
use serde::Deserialize;

/// Made by amazon-cognito-identity-js 6.3.21, `AuthenticationHelper`, with numbers of every shape:
/// with and without a top bit, and shorter than the prime.
const VECTORS: &str = include_str!("srp_vectors.json");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    entropy: String,
    pool: String,
    user: String,
    password: String,
    salt: String,
    srp_a: String,
    srp_b: String,
    secret_block: String,
    timestamp: String,
    signature: String,
}

fn entropy(hex: &str) -> [u8; 128] {
    std::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
}

#[test]
fn proofs_are_those_of_amazons_own_library() {
    let vectors: Vec<Vector> = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(vectors.len(), 12);
    for vector in vectors {
        let exchange = Exchange::new(&entropy(&vector.entropy));
        assert_eq!(exchange.public(), vector.srp_a, "{}", vector.pool);
        let challenge = Challenge {
            pool_name: &vector.pool,
            user_id: &vector.user,
            salt: &vector.salt,
            public: &vector.srp_b,
            secret_block: &vector.secret_block,
        };
        let proof = exchange.prove(&challenge, &vector.password, &vector.timestamp);
        assert_eq!(proof.unwrap(), vector.signature, "{}", vector.pool);
    }
}

#[test]
fn a_challenge_that_would_give_the_password_away_is_not_answered() {
    let exchange = Exchange::new(&[7; 128]);
    let challenge = |salt, public, secret_block| Challenge {
        pool_name: "Pool",
        user_id: "ada",
        salt,
        public,
        secret_block,
    };
    let prove = |challenge| exchange.prove(&challenge, "secret", "Fri Nov 20 18:39:47 UTC 2026");
    assert_eq!(prove(challenge("ab", "0", "")), Err(SrpError::Unsafe));
    assert_eq!(
        prove(challenge("", "1", "")),
        Err(SrpError::Unreadable("salt"))
    );
    assert_eq!(
        prove(challenge("ab", "x", "")),
        Err(SrpError::Unreadable("public number"))
    );
    assert_eq!(
        prove(challenge("ab", "1", "!")),
        Err(SrpError::Unreadable("secret block"))
    );
    assert!(
        !format!("{exchange:?}").contains('7'),
        "its secret is printed"
    );
}

#[test]
fn times_are_written_in_english_without_a_zero_before_the_day() {
    assert_eq!(timestamp(0), "Thu Jan 1 00:00:00 UTC 1970");
    assert_eq!(timestamp(1_795_286_387_999), "Sat Nov 21 18:39:47 UTC 2026");
}
