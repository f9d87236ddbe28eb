//! `DeleteStream`.

use serde::Deserialize;

use super::Call;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::error::ApiError;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
}

impl Call for Request {
    type Output = ();

    fn check(&self, constraints: &mut Constraints) {
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<(), ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        streams.delete(&stream)
    }
}
