//! What AWS refuses, in words and with a remedy.

use serde::Deserialize;
use thiserror::Error;

use crate::http::{Response, Unanswered};
use crate::message::Trouble;

/// A request that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{code}: {words}")]
pub struct AwsError {
    /// AWS's name for it, such as `AccessDeniedException`, or ours where no answer came.
    pub code: String,
    /// What was said.
    pub words: String,
    /// What it comes down to.
    pub kind: Kind,
}

/// What an error comes down to, and with it what can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The credentials were right, until a moment ago.
    Expired,
    /// Nobody has these credentials, or the secret is another.
    Unknown,
    /// Whoever has them may not do this.
    Denied,
    /// Too much at a time.
    Throttled,
    /// There is no such stream, bucket or object.
    NotFound,
    /// The clock of this machine is wrong.
    Skewed,
    /// No connection, or an answer that the page may not read.
    Unreachable,
    /// The page may not ask there.
    Blocked,
    /// AWS has trouble of its own.
    Unavailable,
    /// What was sent is wrong.
    Refused,
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "__type", alias = "code", alias = "Code")]
    code: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

impl AwsError {
    /// What an answer other than 200 says.
    pub fn of(response: &Response) -> Self {
        let text = String::from_utf8_lossy(&response.body);
        let (code, words) = match serde_json::from_str::<Body>(&text) {
            Ok(body) => (body.code, body.message),
            Err(_) => (
                between(&text, "<Code>", "</Code>"),
                between(&text, "<Message>", "</Message>"),
            ),
        };
        let code = code.or_else(|| response.header("x-amzn-errortype").map(str::to_owned));
        // `com.amazonaws.kinesis#ExpiredTokenException` in the body, `ExpiredTokenException:` in the header.
        let code = code.map(|code| {
            let name = code.rsplit('#').next().unwrap_or(&code);
            name.split(':').next().unwrap_or(name).to_owned()
        });
        let kind = kind(
            response.status,
            code.as_deref().unwrap_or_default(),
            words.as_deref().unwrap_or_default(),
        );
        Self {
            code: code.unwrap_or_else(|| format!("HTTP {}", response.status)),
            words: words.unwrap_or_else(|| "no message".to_owned()),
            kind,
        }
    }

    /// An answer, or a question, that is not in the form that it should have.
    pub(crate) fn unreadable(error: &serde_json::Error) -> Self {
        Self {
            code: "UnreadableAnswer".to_owned(),
            words: error.to_string(),
            kind: Kind::Refused,
        }
    }

    /// Whether the same request may succeed later, with other credentials if need be.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind,
            Kind::Expired | Kind::Unknown | Kind::Throttled | Kind::Unreachable | Kind::Unavailable
        )
    }

    /// Whether other credentials are needed before anything else may succeed.
    pub fn is_rejection(&self) -> bool {
        matches!(self.kind, Kind::Expired | Kind::Unknown)
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self.kind {
            Kind::Expired => "sign in again, or paste new credentials; the run goes on with them",
            Kind::Unknown => {
                "sign in again, or check the access key, the secret and the session token that you pasted"
            }
            Kind::Denied => {
                "ask for the permission that is named, or pick a stream that your role may send to"
            }
            Kind::Throttled => {
                "send less, or give the stream more shards; what was refused is sent again"
            }
            Kind::NotFound => "check the name and the region, or create it first",
            Kind::Skewed => "set this machine's clock right; signatures hold for five minutes",
            Kind::Unreachable => {
                "check the connection, the region and the endpoint, and that the page's content security policy and the \
                 endpoint's CORS allow the call"
            }
            Kind::Blocked => {
                "deploy the page with this service: a delivery stream named in Terraform's kdg.delivery_streams allows Firehose, \
                 kdg.endpoints other addresses"
            }
            Kind::Unavailable => "wait; what failed is sent again",
            Kind::Refused => "change what is named and start again",
        }
    }

    /// As the page shows it.
    pub fn trouble(&self) -> Trouble {
        Trouble {
            code: self.code.clone(),
            words: self.words.clone(),
            remedy: self.remedy().to_owned(),
        }
    }
}

impl From<Unanswered> for AwsError {
    fn from(unanswered: Unanswered) -> Self {
        let (code, kind) = match &unanswered {
            Unanswered::Unreachable { .. } => ("Unreachable", Kind::Unreachable),
            Unanswered::Blocked { .. } => ("Blocked", Kind::Blocked),
            Unanswered::Late { .. } => ("NoAnswer", Kind::Unavailable),
        };
        Self {
            code: code.to_owned(),
            words: unanswered.to_string(),
            kind,
        }
    }
}

/// Source: "Common Errors" in the references of Kinesis, Firehose and Cognito, and "Error responses" in
/// that of S3.
fn kind(status: u16, code: &str, words: &str) -> Kind {
    match code {
        "ExpiredTokenException" | "ExpiredToken" => Kind::Expired,
        "RequestTimeTooSkewed" | "RequestExpired" => Kind::Skewed,
        "InvalidSignatureException"
            if words.starts_with("Signature expired")
                || words.starts_with("Signature not yet current") =>
        {
            Kind::Skewed
        }
        "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidToken"
        | "MissingAuthenticationTokenException" => Kind::Unknown,
        "AccessDeniedException" | "AccessDenied" | "KMSAccessDeniedException" => Kind::Denied,
        "ProvisionedThroughputExceededException"
        | "LimitExceededException"
        | "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "KMSThrottlingException"
        | "SlowDown" => Kind::Throttled,
        "ResourceNotFoundException" | "NoSuchBucket" | "NoSuchKey" => Kind::NotFound,
        "InternalFailure"
        | "InternalFailureException"
        | "InternalErrorException"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "RequestTimeout" => Kind::Unavailable,
        _ => match status {
            403 => Kind::Denied,
            404 => Kind::NotFound,
            429 => Kind::Throttled,
            500.. => Kind::Unavailable,
            _ => Kind::Refused,
        },
    }
}

fn between(text: &str, open: &str, close: &str) -> Option<String> {
    let (_, after) = text.split_once(open)?;
    after.split_once(close).map(|(inside, _)| inside.to_owned())
}
