//! The one account and region that the stack pretends to be, and the ARNs in it.

/// The account id in every ARN; also what other emulators answer with.
pub const ACCOUNT_ID: &str = "000000000000";

/// The region that is assumed when none is configured.
pub const DEFAULT_REGION: &str = "us-east-1";

/// The ARN of a stream.
pub fn stream_arn(region: &str, stream: &str) -> String {
    format!("arn:aws:kinesis:{region}:{ACCOUNT_ID}:stream/{stream}")
}

/// The ARN of a function.
pub fn function_arn(region: &str, function: &str) -> String {
    format!("arn:aws:lambda:{region}:{ACCOUNT_ID}:function:{function}")
}

/// The ARN of the role that a function runs as.
pub fn role_arn(function: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT_ID}:role/{function}")
}

/// The ARN of a scheduled rule.
pub fn rule_arn(region: &str, rule: &str) -> String {
    format!("arn:aws:events:{region}:{ACCOUNT_ID}:rule/{rule}")
}
