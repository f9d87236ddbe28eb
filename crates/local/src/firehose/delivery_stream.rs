//! One delivery stream: records into its buffer, the buffer into objects.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use uuid::Uuid;

use super::buffer::Buffer;
use super::{OpenError, Settings};
use crate::account::{ACCOUNT_ID, role_arn};
use crate::s3::S3;

/// How long to wait after an object could not be written, in milliseconds.
const PAUSE_MS: u64 = 5_000;

/// The version of a delivery stream that was never changed.
const VERSION: &str = "1";

/// What stands before the name in a key (Developer Guide, "Amazon S3 object name format").
const FOLDERS: &[BorrowedFormatItem<'static>] = format_description!("[year]/[month]/[day]/[hour]/");

/// What stands behind the name and the version.
const MOMENT: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day]-[hour]-[minute]-[second]");

pub(super) struct DeliveryStream {
    settings: Settings,
    created_ms: u64,
    s3: S3,
    state: Mutex<State>,
}

struct State {
    buffer: Buffer,
    /// Before then no object is tried again.
    not_before_ms: u64,
}

impl DeliveryStream {
    pub(super) fn open(
        settings: Settings,
        directory: &Path,
        s3: &S3,
        now_ms: u64,
    ) -> Result<Self, OpenError> {
        let name = &settings.name;
        std::fs::create_dir_all(directory).map_err(OpenError::folder(name, directory))?;
        let path = directory.join(format!("{name}.buffer"));
        let buffer = Buffer::open(&path, now_ms).map_err(OpenError::folder(name, &path))?;
        let bucket = Path::new(&settings.bucket);
        s3.create_bucket(&settings.bucket)
            .map_err(OpenError::folder(name, bucket))?;
        Ok(Self {
            settings,
            created_ms: now_ms,
            s3: s3.clone(),
            state: Mutex::new(State {
                buffer,
                not_before_ms: 0,
            }),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.settings.name
    }

    pub(super) fn is_empty(&self) -> bool {
        self.state().buffer.bytes() == 0
    }

    /// Takes records, all or none, and writes an object once there are enough.
    pub(super) fn put<'r>(
        &self,
        records: impl IntoIterator<Item = &'r [u8]>,
        now_ms: u64,
    ) -> Result<(), ()> {
        let mut state = self.state();
        if let Err(error) = state.buffer.append(records, now_ms) {
            tracing::error!(stream = self.name(), %error, "records could not be buffered");
            return Err(());
        }
        self.flush_if_due(&mut state, now_ms);
        Ok(())
    }

    /// Writes an object if its time has come, or whatever there is.
    pub(super) fn flush(&self, now_ms: u64, all: bool) {
        let mut state = self.state();
        if all {
            self.write_object(&mut state, now_ms);
        } else {
            self.flush_if_due(&mut state, now_ms);
        }
    }

    fn flush_if_due(&self, state: &mut State, now_ms: u64) {
        let buffering = &self.settings.buffer;
        let interval_ms = u64::try_from(buffering.interval.as_millis()).unwrap_or(u64::MAX);
        let due_ms = state.buffer.since_ms().saturating_add(interval_ms);
        let is_due = now_ms >= due_ms || state.buffer.bytes() >= buffering.bytes;
        if is_due && now_ms >= state.not_before_ms {
            self.write_object(state, now_ms);
        }
    }

    fn write_object(&self, state: &mut State, now_ms: u64) {
        if state.buffer.bytes() == 0 {
            return;
        }
        let key = self.key(state.buffer.since_ms());
        let written = state.buffer.read().and_then(|body| {
            let kind = "application/octet-stream";
            self.s3
                .put(&self.settings.bucket, &key, &Bytes::from(body), kind)?;
            state.buffer.clear()
        });
        if let Err(error) = written {
            state.not_before_ms = now_ms.saturating_add(PAUSE_MS);
            tracing::warn!(
                stream = self.name(),
                bucket = self.settings.bucket,
                %error,
                "an object could not be written; its records stay buffered and it is tried again"
            );
        }
    }

    /// The key of an object whose oldest record came then.
    fn key(&self, since_ms: u64) -> String {
        let seconds = i64::try_from(since_ms / 1000).unwrap_or_default();
        let since = OffsetDateTime::from_unix_timestamp(seconds);
        let since = since.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let shown = |format: &[BorrowedFormatItem<'static>]| {
            // Every date of this calendar can be shown so.
            since.format(format).unwrap_or_default()
        };
        format!(
            "{}{}{}-{VERSION}-{}-{}",
            self.settings.prefix,
            shown(FOLDERS),
            self.name(),
            shown(MOMENT),
            Uuid::new_v4()
        )
    }

    /// As `DescribeDeliveryStream` shows it.
    pub(super) fn description(&self, region: &str) -> Value {
        let Settings {
            name,
            bucket,
            prefix,
            buffer,
        } = &self.settings;
        let destination = json!({
            "RoleARN": role_arn(name),
            "BucketARN": format!("arn:aws:s3:::{bucket}"),
            "Prefix": prefix,
            "BufferingHints": {
                // At least 1, as AWS has it.
                "SizeInMBs": buffer.bytes.div_ceil(1024 * 1024),
                "IntervalInSeconds": buffer.interval.as_secs(),
            },
            "CompressionFormat": "UNCOMPRESSED",
            "EncryptionConfiguration": { "NoEncryptionConfig": "NoEncryption" },
        });
        let mut extended = destination.clone();
        extended["S3BackupMode"] = "Disabled".into();
        json!({ "DeliveryStreamDescription": {
            "DeliveryStreamName": name,
            "DeliveryStreamARN":
                format!("arn:aws:firehose:{region}:{ACCOUNT_ID}:deliverystream/{name}"),
            "DeliveryStreamStatus": "ACTIVE",
            "DeliveryStreamType": "DirectPut",
            "VersionId": VERSION,
            "CreateTimestamp": self.created_ms / 1000,
            "Destinations": [{
                "DestinationId": "destinationId-000000000001",
                "S3DestinationDescription": destination,
                "ExtendedS3DestinationDescription": extended,
            }],
            "HasMoreDestinations": false,
        } })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
