//! A client of the pools, written from amazon-cognito-identity-js with another big-number crate
//! than the stack's.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use local::stack::Stack;
use num_bigint::BigUint;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::gateway::call;

/// RFC 3526, group 15, as decimal digits would be too long: 2^3072 - 2^3008 - 1 + 2^64 *
/// ([2^2942 pi] + 1690314).
pub(crate) const PRIME: &str = concat!(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd",
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed",
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f",
    "83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b",
    "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510",
    "15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7",
    "abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c",
    "bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff",
);

/// The client of one pool of a stack.
pub(crate) struct Client<'s> {
    stack: &'s Stack,
    pub(crate) id: String,
    pool: String,
}

/// What is answered, or the name and the words of an error.
pub(crate) type Answer = Result<Value, (String, String)>;

impl<'s> Client<'s> {
    pub(crate) fn of(stack: &'s Stack) -> Self {
        let cognito = stack.cognito().unwrap();
        let (_, pool) = cognito.user_pool_id().split_once('_').unwrap();
        Self {
            stack,
            id: cognito.client_id().to_owned(),
            pool: pool.to_owned(),
        }
    }

    pub(crate) async fn user_pool(&self, operation: &str, body: Value) -> Answer {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        self.call(&target, body).await
    }

    pub(crate) async fn identity_pool(&self, operation: &str, body: Value) -> Answer {
        let target = format!("AWSCognitoIdentityService.{operation}");
        self.call(&target, body).await
    }

    async fn call(&self, target: &str, body: Value) -> Answer {
        let headers = [
            ("x-amz-target", target),
            ("content-type", "application/x-amz-json-1.1"),
            ("origin", "http://127.0.0.1:8080"),
        ];
        let answer = call(self.stack, "POST", "/", &headers, &body.to_string()).await;
        assert!(
            answer.head.contains("access-control-allow-origin: *"),
            "{}",
            answer.head
        );
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        if answer.status == 200 {
            return Ok(body);
        }
        let name = body["__type"].as_str().unwrap().to_owned();
        let header = format!("x-amzn-errortype: {}:", name.to_lowercase());
        assert!(answer.head.contains(&header), "{}", answer.head);
        Err((name, body["message"].as_str().unwrap().to_owned()))
    }

    /// Signs in up to what follows the password.
    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let answer = Srp::new();
        let challenge = self.challenge(name, &answer).await?;
        let responses = answer.responses(&self.pool, password, &challenge);
        self.respond("PASSWORD_VERIFIER", None, responses).await
    }

    pub(crate) async fn challenge(&self, name: &str, srp: &Srp) -> Answer {
        let parameters = json!({ "USERNAME": name, "SRP_A": srp.public() });
        self.initiate("USER_SRP_AUTH", parameters).await
    }

    pub(crate) async fn initiate(&self, flow: &str, parameters: Value) -> Answer {
        let body = json!({
            "AuthFlow": flow, "ClientId": self.id, "AuthParameters": parameters,
        });
        self.user_pool("InitiateAuth", body).await
    }

    pub(crate) async fn respond(
        &self,
        challenge: &str,
        session: Option<&Value>,
        responses: Value,
    ) -> Answer {
        let mut body = json!({
            "ChallengeName": challenge, "ClientId": self.id, "ChallengeResponses": responses,
        });
        if let Some(session) = session {
            body["Session"] = session.clone();
        }
        self.user_pool("RespondToAuthChallenge", body).await
    }

    pub(crate) async fn refresh(&self, result: &Value) -> Answer {
        let token = &result["AuthenticationResult"]["RefreshToken"];
        let parameters = json!({ "REFRESH_TOKEN": token });
        self.initiate("REFRESH_TOKEN_AUTH", parameters).await
    }

    /// The logins that an identity pool is shown.
    pub(crate) fn logins(&self, token: &Value) -> Value {
        let provider = format!(
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_{}",
            self.pool
        );
        json!({ provider: token })
    }
}

/// The client's half of a handshake.
pub(crate) struct Srp {
    secret: BigUint,
}

impl Srp {
    pub(crate) fn new() -> Self {
        let random = [uuid(), uuid()].concat();
        Self {
            secret: BigUint::from_bytes_be(&random),
        }
    }

    pub(crate) fn public(&self) -> String {
        BigUint::from(2_u8)
            .modpow(&self.secret, &prime())
            .to_str_radix(16)
    }

    pub(crate) fn responses(&self, pool: &str, password: &str, challenge: &Value) -> Value {
        let told = |name: &str| challenge["ChallengeParameters"][name].as_str().unwrap();
        let (user, block) = (told("USER_ID_FOR_SRP"), told("SECRET_BLOCK"));
        let server_public = of_hex(told("SRP_B"));
        let time = time();
        let key = self.key(pool, user, password, &of_hex(told("SALT")), &server_public);
        let block_bytes = STANDARD.decode(block).unwrap();
        let message = [
            pool.as_bytes(),
            user.as_bytes(),
            &block_bytes,
            time.as_bytes(),
        ]
        .concat();
        json!({
            "USERNAME": user,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(hmac(&key[..16], &message)),
            "TIMESTAMP": time,
        })
    }

    fn key(
        &self,
        pool: &str,
        user: &str,
        password: &str,
        salt: &BigUint,
        server_public: &BigUint,
    ) -> Vec<u8> {
        let (prime, two) = (prime(), BigUint::from(2_u8));
        let client_public = two.modpow(&self.secret, &prime);
        let digest = |parts: &[&[u8]]| Sha256::digest(parts.concat());
        let number = |bytes: &[u8]| BigUint::from_bytes_be(bytes);
        let scramble = number(&digest(&[&padded(&client_public), &padded(server_public)]));
        let inner = digest(&[format!("{pool}{user}:{password}").as_bytes()]);
        let exponent = number(&digest(&[&padded(salt), &inner]));
        let multiplier = number(&digest(&[&padded(&prime), &padded(&two)]));
        let known = multiplier * two.modpow(&exponent, &prime) % &prime;
        let base = (server_public + &prime - known) % &prime;
        let shared = base.modpow(&(&self.secret + &scramble * exponent), &prime);
        let extracted = hmac(&padded(&scramble), &padded(&shared));
        hmac(&extracted, b"Caldera Derived Key\x01")
    }
}

fn uuid() -> [u8; 16] {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_nanos();
    now.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
        .to_be_bytes()
}

fn prime() -> BigUint {
    of_hex(PRIME)
}

fn of_hex(text: &str) -> BigUint {
    BigUint::parse_bytes(text.as_bytes(), 16).unwrap()
}

/// `padHex`: two digits a byte, and no sign.
fn padded(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes[0] > 0x7f {
        bytes.insert(0, 0);
    }
    bytes
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn time() -> String {
    let format = time::macros::format_description!(
        "[weekday repr:short] [month repr:short] [day padding:none] [hour]:[minute]:[second] UTC [year]"
    );
    time::OffsetDateTime::now_utc().format(format).unwrap()
}
