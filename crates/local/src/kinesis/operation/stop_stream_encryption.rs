//! `StopStreamEncryption`: noted in the description, while records stay in the clear.

use serde::Deserialize;

use super::Call;
use super::split_shard::check_is_active;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::description::Status;
use crate::kinesis::error::ApiError;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    encryption_type: Option<String>,
    key_id: Option<String>,
}

impl Call for Request {
    type Output = ();

    fn check(&self, constraints: &mut Constraints) {
        constraints
            .member("encryptionType", self.encryption_type.as_deref())
            .required()
            .one_of(&["KMS", "NONE"]);
        constraints
            .member("keyId", self.key_id.as_deref())
            .required()
            .length(&(1..=2048));
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<(), ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        let (now_ms, lasts_ms) = (streams.now_ms(), streams.state_change_ms());
        stream.update(now_ms, |description| {
            check_is_active(description)?;
            description.kms_key = None;
            description.enter(Status::Updating, lasts_ms, now_ms);
            Ok(())
        })
    }
}
