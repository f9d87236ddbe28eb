//! A timestamp: seconds with a fraction in JSON, whole milliseconds with tag 1 in CBOR.

use std::fmt;

use ciborium::tag::Required;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The CBOR tag of a time since the epoch (RFC 8949, 3.4.2; that it counts milliseconds is AWS's own).
const EPOCH_TAG: u64 = 1;

/// Milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timestamp(pub(crate) u64);

struct Seconds;

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            #[expect(
                clippy::cast_precision_loss,
                reason = "exact to the millisecond for 280,000 years"
            )]
            serializer.serialize_f64(self.0 as f64 / 1000.0)
        } else {
            Required::<u64, EPOCH_TAG>(self.0).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_f64(Seconds)
        } else {
            // The tag is skipped: some clients leave it out.
            let milliseconds = i64::deserialize(deserializer)?;
            Ok(Self(u64::try_from(milliseconds).unwrap_or_default()))
        }
    }
}

impl de::Visitor<'_> for Seconds {
    type Value = Timestamp;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number of seconds")
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the conversion saturates; before 1970 is 1970"
    )]
    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Timestamp, E> {
        Ok(Timestamp((seconds * 1000.0).round() as u64))
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Timestamp, E> {
        Ok(Timestamp(seconds.saturating_mul(1000)))
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Timestamp, E> {
        Ok(Timestamp(
            u64::try_from(seconds)
                .unwrap_or_default()
                .saturating_mul(1000),
        ))
    }
}
