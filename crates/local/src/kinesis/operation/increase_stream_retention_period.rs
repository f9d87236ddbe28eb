//! `IncreaseStreamRetentionPeriod`.

use serde::Deserialize;

use super::Call;
use super::split_shard::check_is_active;
use crate::kinesis::constraint::Constraints;
use crate::kinesis::error::ApiError;
use crate::kinesis::limits::RETENTION_HOURS;
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
            if hours < description.retention_hours {
                return Err(ApiError::invalid_argument(format!(
                    "Requested retention period ({hours} hours) for stream {} can not be shorter than \
                     existing retention period ({} hours). Use DecreaseRetentionPeriod API.",
                    description.name, description.retention_hours,
                )));
            }
            // What the shorter period has dropped stays dropped.
            description.trimmed_ms = description.horizon_ms(now_ms);
            description.retention_hours = hours;
            Ok(())
        })
    }
}

/// The hours that a request asks for, once they are within what AWS keeps records for.
pub(super) fn checked_hours(requested: Option<i64>) -> Result<u32, ApiError> {
    let requested = requested.unwrap_or_default();
    let (least, most) = (*RETENTION_HOURS.start(), *RETENTION_HOURS.end());
    let refused = |bound: &str, limit: i64, verdict: &str| {
        ApiError::invalid_argument(format!(
            "{bound} allowed retention period is {limit} hours. \
             Requested retention period ({requested} hours) is too {verdict}."
        ))
    };
    if requested < least {
        return Err(refused("Minimum", least, "short"));
    }
    match u32::try_from(requested) {
        Ok(hours) if requested <= most => Ok(hours),
        _ => Err(refused("Maximum", most, "long")),
    }
}
