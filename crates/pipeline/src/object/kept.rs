//! A quarantined object → the record that it keeps.

use bytes::Bytes;
use chrono::DateTime;

use super::{
    ARRIVAL_METADATA, CannotRead, PARTITION_KEY_METADATA, REASON_METADATA, RECORD_METADATA,
    read_partition_key,
};
use crate::{
    decode,
    outcome::QuarantineReason,
    record::{Data, Record},
};

/// Why a quarantined object cannot be processed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// The metadata is missing, or is none that sluice writes.
    #[error(
        "its metadata {0} is missing or malformed, so it is no record that sluice quarantined; move it out of quarantine/"
    )]
    Foreign(&'static str),
    /// An earlier version cut a key of many characters beyond ASCII.
    #[error(
        "its partition key was too long to be kept whole, and the stream no longer holds the record; send it again with its own key"
    )]
    PartitionKeyCut,
}

/// Reads a quarantined object back, through `get` from its metadata: the same record as before.
///
/// # Errors
///
/// An object that lacks what belongs to the record.
pub fn kept<'a>(body: Bytes, get: impl Fn(&str) -> Option<&'a str>) -> Result<Record, NotKept> {
    let foreign = NotKept::Foreign;
    let identity = get(RECORD_METADATA).and_then(|text| text.parse().ok());
    let arrival = get(ARRIVAL_METADATA).and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    let partition_key = get(PARTITION_KEY_METADATA).ok_or(foreign(PARTITION_KEY_METADATA))?;
    let partition_key = read_partition_key(partition_key).map_err(|error| match error {
        CannotRead::Malformed => foreign(PARTITION_KEY_METADATA),
        CannotRead::Cut => NotKept::PartitionKeyCut,
    })?;
    let is_envelope = get(REASON_METADATA) == Some(QuarantineReason::NotBase64.code());
    let mut bytes = Vec::new();
    let is_opened = is_envelope && decode::base64(&body, &mut bytes).is_ok();
    Ok(Record {
        identity: identity.ok_or(foreign(RECORD_METADATA))?,
        partition_key,
        arrival: arrival.ok_or(foreign(ARRIVAL_METADATA))?.to_utc(),
        data: if is_opened {
            Data::Decoded(bytes.into())
        } else if is_envelope {
            Data::NotBase64(body)
        } else {
            Data::Decoded(body)
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Object;

    fn record(partition_key: &str) -> Record {
        Record {
            identity: "shardId-000000000000:42:7".parse().unwrap(),
            partition_key: partition_key.to_owned(),
            arrival: DateTime::from_timestamp_millis(1_700_000_000_123).unwrap(),
            data: Data::Decoded(Bytes::from_static(b"not json")),
        }
    }

    fn read_back(record: &Record, reason: &QuarantineReason) -> Result<Record, NotKept> {
        let object = Object::quarantined("orders", record, reason);
        let mut metadata = object.stamp.to_metadata();
        metadata.extend(object.metadata);
        kept(object.body, |name| {
            let found = metadata.iter().find(|(its, _)| *its == name);
            found.map(|(_, value)| value.as_str())
        })
    }

    #[test]
    fn a_quarantined_record_is_read_back_as_it_was() {
        for key in ["a", "gr\u{fc}n/ 100%...", &"\u{1f980}".repeat(256)] {
            let record = record(key);
            let reason = QuarantineReason::NotJson("expected value".to_owned());
            assert_eq!(read_back(&record, &reason), Ok(record));
        }
    }

    #[test]
    fn an_envelope_stays_an_envelope() {
        let mut record = record("a");
        record.data = Data::NotBase64(Bytes::from_static(b"%%%"));
        assert_eq!(read_back(&record, &QuarantineReason::NotBase64), Ok(record));
    }

    #[test]
    fn a_record_whose_partition_key_was_cut_is_not_guessed_at() {
        let record = record(&"\u{1f980}".repeat(257));
        let read = read_back(&record, &QuarantineReason::Empty);
        assert_eq!(read, Err(NotKept::PartitionKeyCut));
    }

    #[test]
    fn an_object_of_another_origin_is_no_record() {
        let read = kept(Bytes::new(), |_| None);
        assert!(matches!(read, Err(NotKept::Foreign(_))));
    }
}
