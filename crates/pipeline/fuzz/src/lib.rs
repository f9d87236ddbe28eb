//! What the fuzz targets share: a record of any bytes.

use chrono::DateTime;
use pipeline::record::{Data, Identity, Record, SequenceNumber};

/// A record that holds these bytes.
///
/// # Panics
///
/// Never: its sequence number is one.
pub fn record(bytes: Vec<u8>) -> Record {
    let number: Result<SequenceNumber, _> = "42".parse();
    Record {
        identity: Identity::new("shardId-000000000000", number.expect("a number")),
        partition_key: "key".to_owned(),
        arrival: DateTime::UNIX_EPOCH,
        data: Data::Decoded(bytes.into()),
    }
}
