//! `--delivery-stream NAME=BUCKET`.

use std::str::FromStr;
use std::time::Duration;

use local::firehose::{Buffering, Settings};
use thiserror::Error;

/// Soon enough for somebody who waits for an object. AWS's default is five minutes.
const BUFFER_INTERVAL: Duration = Duration::from_secs(5);

/// A delivery stream into a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeliveryStream {
    name: String,
    bucket: String,
}

/// Why a delivery stream cannot be understood.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("expected NAME=BUCKET, such as clicks=clicks-bucket")]
pub(crate) struct DeliveryStreamError;

impl FromStr for DeliveryStream {
    type Err = DeliveryStreamError;

    fn from_str(text: &str) -> Result<Self, DeliveryStreamError> {
        match text.split_once('=') {
            Some((name, bucket)) if !name.is_empty() && !bucket.is_empty() => Ok(Self {
                name: name.to_owned(),
                bucket: bucket.to_owned(),
            }),
            _ => Err(DeliveryStreamError),
        }
    }
}

impl DeliveryStream {
    /// As the stack is told of it.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            name: self.name.clone(),
            bucket: self.bucket.clone(),
            prefix: String::new(),
            buffer: Buffering {
                interval: BUFFER_INTERVAL,
                ..Buffering::default()
            },
        }
    }

    /// From where to where.
    pub(crate) fn way(&self) -> (&str, &str) {
        (&self.name, &self.bucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_stream_has_a_name_and_a_bucket() {
        let stream: DeliveryStream = "clicks=clicks-bucket".parse().unwrap();
        assert_eq!(stream.way(), ("clicks", "clicks-bucket"));
        for wrong in ["clicks", "clicks=", "=bucket", ""] {
            let parsed = wrong.parse::<DeliveryStream>();
            assert_eq!(parsed, Err(DeliveryStreamError), "{wrong}");
        }
    }
}
