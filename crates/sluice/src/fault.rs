//! `--fault NAME=RATE`.

use std::str::FromStr;

use thiserror::Error;

/// How often a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FaultRate {
    pub(crate) kind: FaultKind,
    /// From 0 to 1.
    pub(crate) rate: f64,
}

/// What a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// An entry of `PutRecords` is throttled.
    PutRecords,
    /// A request with records for a stream is answered 503.
    PutRecordsUnavailable,
    /// A record for a delivery stream is throttled.
    PutRecordBatch,
    /// An upload to S3 is answered 503.
    PutObject,
    /// The process of a function is killed in the middle of its work.
    Invoke,
    /// The stand-in of an API answers 503.
    ApiUnavailable,
    /// It answers 429.
    ApiLimited,
    /// It answers after two minutes.
    ApiSlow,
    /// Its answer ends in the middle.
    ApiBroken,
}

/// Why a fault cannot be understood.
#[derive(Debug, PartialEq, Eq, Error)]
#[error(
    "expected put-records, put-records-unavailable, put-record-batch, put-object, invoke, \
     api-unavailable, api-limited, api-slow or api-broken, then =RATE with a rate from 0 to 1"
)]
pub(crate) struct FaultError;

impl FromStr for FaultRate {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (name, rate) = text.split_once('=').ok_or(FaultError)?;
        let kind = match name {
            "put-records" => FaultKind::PutRecords,
            "put-records-unavailable" => FaultKind::PutRecordsUnavailable,
            "put-record-batch" => FaultKind::PutRecordBatch,
            "put-object" => FaultKind::PutObject,
            "invoke" => FaultKind::Invoke,
            "api-unavailable" => FaultKind::ApiUnavailable,
            "api-limited" => FaultKind::ApiLimited,
            "api-slow" => FaultKind::ApiSlow,
            "api-broken" => FaultKind::ApiBroken,
            _ => return Err(FaultError),
        };
        let rate = rate
            .parse()
            .ok()
            .filter(|rate| (0.0..=1.0).contains(rate))
            .ok_or(FaultError)?;
        Ok(Self { kind, rate })
    }
}

/// The rate of one fault; what is not mentioned never strikes, and the last mention counts.
pub(crate) fn rate_of(faults: &[FaultRate], kind: FaultKind) -> f64 {
    faults
        .iter()
        .rev()
        .find(|fault| fault.kind == kind)
        .map_or(0.0, |fault| fault.rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_has_a_name_and_a_rate() {
        let fault = "put-object=0.1".parse();
        assert_eq!(
            fault,
            Ok(FaultRate {
                kind: FaultKind::PutObject,
                rate: 0.1
            })
        );
        for wrong in [
            "put-object",
            "put-object=",
            "put-object=2",
            "put-object=NaN",
            "else=0.1",
        ] {
            assert_eq!(wrong.parse::<FaultRate>(), Err(FaultError), "{wrong}");
        }
    }

    #[test]
    fn the_last_mention_of_a_fault_counts() {
        let faults = ["invoke=0.1", "invoke=0.2"].map(|text| text.parse().unwrap());
        assert!((rate_of(&faults, FaultKind::Invoke) - 0.2).abs() < f64::EPSILON);
        assert!(rate_of(&faults, FaultKind::PutObject).abs() < f64::EPSILON);
    }
}
