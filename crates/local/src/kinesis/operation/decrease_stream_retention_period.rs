//! `DecreaseStreamRetentionPeriod`.

use serde::Deserialize;

use super::Call;
use super::increase_stream_retention_period::checked_hours;
use super::split_shard::check_is_active;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::error::ApiError;
use crate::kinesis::streams::Streams;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    retention_period_hours: Option<i64>,
}

impl Call for Request {
    type Output = ();

    fn check(&self, constraints: &mut Constraints) {
        constraints
            .member("retentionPeriodHours", self.retention_period_hours)
            .required();
        constraints.stream(self.stream_name.as_deref(), self.stream_arn.as_deref());
    }

    fn run(self, streams: &Streams) -> Result<(), ApiError> {
        let stream = streams.addressed(self.stream_name.as_deref(), self.stream_arn.as_deref())?;
        let hours = checked_hours(self.retention_period_hours)?;
        let now_ms = streams.now_ms();
        stream.update(now_ms, |description| {
            check_is_active(description)?;
            if hours > description.retention_hours {
                return Err(ApiError::invalid_argument(format!(
                    "Requested retention period ({hours} hours) for stream {} can not be longer than \
                     existing retention period ({} hours). Use IncreaseRetentionPeriod API.",
                    description.name, description.retention_hours,
                )));
            }
            // What is older goes at once.
            description.retention_hours = hours;
            description.trimmed_ms = description.horizon_ms(now_ms);
            Ok(())
        })
    }
}
