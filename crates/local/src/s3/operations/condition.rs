//! Conditional headers → what must hold of the object that is there.
//!
//! Source: RFC 9110, section 13, and "Conditional requests" in the Amazon S3 User Guide.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use s3s::dto::{ETagCondition, Timestamp, TimestampFormat};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::{etag, precondition_failed, timestamp};
use crate::s3::bucket::Condition;
use crate::s3::entry::Entry;

/// The conditional headers of a read.
pub(super) struct ReadConditions {
    /// `If-Match`
    pub(super) matches: Option<ETagCondition>,
    /// `If-None-Match`
    pub(super) none_matches: Option<ETagCondition>,
    /// `If-Modified-Since`
    pub(super) modified_since: Option<Timestamp>,
    /// `If-Unmodified-Since`
    pub(super) unmodified_since: Option<Timestamp>,
}

/// Reads a conditional header.
pub(super) fn header(headers: &HeaderMap, name: &HeaderName) -> S3Result<Option<ETagCondition>> {
    let value = headers.get(name);
    let condition = value.map(|value| ETagCondition::parse_http_header(value.as_bytes()));
    condition
        .transpose()
        .map_err(|_| s3_error!(InvalidArgument, "{} is neither * nor an ETag", name))
}

/// The condition that a delete is made under.
pub(super) fn of_delete(if_match: Option<ETagCondition>) -> Condition {
    match if_match {
        None => Condition::Always,
        Some(ETagCondition::Any) => Condition::Present,
        Some(ETagCondition::ETag(etag)) => Condition::Matches(etag.into_value()),
    }
}

/// The condition that a put is made under.
pub(super) fn of_put(
    if_match: Option<ETagCondition>,
    if_none_match: Option<ETagCondition>,
) -> S3Result<Condition> {
    match (if_match, if_none_match) {
        (None, None) => Ok(Condition::Always),
        (None, Some(ETagCondition::Any)) => Ok(Condition::Absent),
        (Some(ETagCondition::ETag(etag)), None) => Ok(Condition::Matches(etag.into_value())),
        _ => Err(s3_error!(
            NotImplemented,
            "A header you provided implies functionality that is not implemented: \
             a put takes If-None-Match with * or If-Match with an ETag"
        )),
    }
}

impl ReadConditions {
    /// Refuses a read that the conditions exclude: 412, or 304 when the reader has it already.
    pub(super) fn check(&self, entry: &Entry) -> S3Result<()> {
        let etag = etag(entry);
        let holds = |condition: &ETagCondition| match condition {
            ETagCondition::Any => true,
            ETagCondition::ETag(wanted) => wanted.weak_cmp(&etag),
        };
        match (&self.matches, &self.unmodified_since) {
            (Some(condition), _) if !holds(condition) => return Err(precondition_failed()),
            (None, Some(since)) if is_modified(entry, since) => return Err(precondition_failed()),
            _ => {}
        }
        match (&self.none_matches, &self.modified_since) {
            (Some(condition), _) if holds(condition) => Err(not_modified(entry)),
            (None, Some(since)) if !is_modified(entry, since) => Err(not_modified(entry)),
            _ => Ok(()),
        }
    }
}

/// Headers carry whole seconds, so a fraction of one is no modification.
fn is_modified(entry: &Entry, since: &Timestamp) -> bool {
    let modified = timestamp(entry.modified_ms / 1000 * 1000);
    to_system_time(modified) > to_system_time(since.clone())
}

fn to_system_time(timestamp: Timestamp) -> SystemTime {
    time::OffsetDateTime::from(timestamp).into()
}

/// Tells the reader which version it has.
fn not_modified(entry: &Entry) -> S3Error {
    let mut headers = HeaderMap::new();
    if let Ok(etag) = etag(entry).to_http_header() {
        headers.insert(header::ETAG, etag);
    }
    let mut modified = Vec::new();
    let written = timestamp(entry.modified_ms).format(TimestampFormat::HttpDate, &mut modified);
    if let (Ok(()), Ok(modified)) = (written, HeaderValue::from_bytes(&modified)) {
        headers.insert(header::LAST_MODIFIED, modified);
    }
    let mut error = S3Error::new(S3ErrorCode::NotModified);
    error.set_headers(headers);
    error
}
