//! Keys out, in order, in pages, folded at a delimiter.

use std::ops::Bound;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{
    CommonPrefix, EncodingType, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, Object, ObjectStorageClass,
};
use s3s::{S3Request, S3Result, s3_error};

use super::{etag, find, timestamp};
use crate::s3::bucket::Bucket;
use crate::s3::entry::Entry;
use crate::s3::store::Store;

/// The most keys in one answer.
///
/// Source: "`ListObjectsV2`" in the Amazon S3 API Reference.
const PAGE_KEYS: i32 = 1000;

/// What `encoding-type=url` leaves as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/');

/// What a page shows, and where it ends.
struct Page {
    objects: Vec<(String, Entry)>,
    prefixes: Vec<String>,
    /// The last key or prefix of the page, when more follows.
    next: Option<String>,
}

struct Query<'q> {
    prefix: &'q str,
    delimiter: Option<&'q str>,
    after: Option<&'q str>,
    limit: usize,
}

pub(super) async fn list_objects_v2(
    store: &Store,
    request: S3Request<ListObjectsV2Input>,
) -> S3Result<ListObjectsV2Output> {
    let input = request.input;
    let bucket = find(store, &input.bucket)?;
    let max_keys = page_size(input.max_keys)?;
    let continued = input
        .continuation_token
        .as_deref()
        .map(read_token)
        .transpose()?;
    let page = Query {
        prefix: input.prefix.as_deref().unwrap_or(""),
        delimiter: input
            .delimiter
            .as_deref()
            .filter(|delimiter| !delimiter.is_empty()),
        after: continued.as_deref().or(input.start_after.as_deref()),
        limit: usize::try_from(max_keys).unwrap_or(0),
    }
    .run(&bucket);
    let shown = Shown::new(page, input.encoding_type.as_ref());
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: input.prefix.map(|prefix| shown.text(&prefix)),
        delimiter: input.delimiter.map(|delimiter| shown.text(&delimiter)),
        start_after: input.start_after.map(|after| shown.text(&after)),
        max_keys: Some(max_keys),
        key_count: i32::try_from(shown.page.objects.len() + shown.page.prefixes.len()).ok(),
        continuation_token: input.continuation_token,
        is_truncated: Some(shown.page.next.is_some()),
        next_continuation_token: shown.page.next.as_ref().map(|next| URL_SAFE.encode(next)),
        common_prefixes: Some(shown.prefixes()),
        contents: Some(shown.objects()),
        encoding_type: input.encoding_type,
        ..ListObjectsV2Output::default()
    })
}

pub(super) async fn list_objects(
    store: &Store,
    request: S3Request<ListObjectsInput>,
) -> S3Result<ListObjectsOutput> {
    let input = request.input;
    let bucket = find(store, &input.bucket)?;
    let max_keys = page_size(input.max_keys)?;
    let page = Query {
        prefix: input.prefix.as_deref().unwrap_or(""),
        delimiter: input
            .delimiter
            .as_deref()
            .filter(|delimiter| !delimiter.is_empty()),
        after: input.marker.as_deref(),
        limit: usize::try_from(max_keys).unwrap_or(0),
    }
    .run(&bucket);
    let shown = Shown::new(page, input.encoding_type.as_ref());
    Ok(ListObjectsOutput {
        name: Some(input.bucket),
        prefix: input.prefix.map(|prefix| shown.text(&prefix)),
        delimiter: input.delimiter.map(|delimiter| shown.text(&delimiter)),
        marker: input.marker.map(|marker| shown.text(&marker)),
        max_keys: Some(max_keys),
        is_truncated: Some(shown.page.next.is_some()),
        next_marker: shown.page.next.as_ref().map(|next| shown.text(next)),
        common_prefixes: Some(shown.prefixes()),
        contents: Some(shown.objects()),
        encoding_type: input.encoding_type,
        ..ListObjectsOutput::default()
    })
}

fn page_size(asked: Option<i32>) -> S3Result<i32> {
    match asked.unwrap_or(PAGE_KEYS) {
        negative if negative < 0 => Err(s3_error!(
            InvalidArgument,
            "Argument maxKeys must be an integer between 0 and 2147483647"
        )),
        keys => Ok(keys.min(PAGE_KEYS)),
    }
}

fn read_token(token: &str) -> S3Result<String> {
    let wrong = || {
        s3_error!(
            InvalidArgument,
            "The continuation token provided is incorrect"
        )
    };
    let bytes = URL_SAFE.decode(token).map_err(|_| wrong())?;
    String::from_utf8(bytes).map_err(|_| wrong())
}

impl Query<'_> {
    fn run(&self, bucket: &Bucket) -> Page {
        let mut page = Page {
            objects: Vec::new(),
            prefixes: Vec::new(),
            next: None,
        };
        let mut last: Option<String> = None;
        let start = match self.after {
            Some(after) if after >= self.prefix => Bound::Excluded(after),
            _ => Bound::Included(self.prefix),
        };
        bucket.scan(start, |key, entry| {
            if !key.starts_with(self.prefix) {
                return key < self.prefix;
            }
            let folded = self.fold(key);
            let is_shown = |prefix: &str| {
                page.prefixes.last().is_some_and(|shown| shown == prefix)
                    || self.after.is_some_and(|after| after.starts_with(prefix))
            };
            if folded.is_some_and(is_shown) {
                return true;
            }
            if page.objects.len() + page.prefixes.len() == self.limit {
                page.next.clone_from(&last);
                return false;
            }
            match folded {
                Some(prefix) => page.prefixes.push(prefix.to_owned()),
                None => page.objects.push((key.to_owned(), entry.clone())),
            }
            last = Some(folded.unwrap_or(key).to_owned());
            true
        });
        page
    }

    /// The part of a key up to the first delimiter behind the prefix.
    fn fold<'k>(&self, key: &'k str) -> Option<&'k str> {
        let delimiter = self.delimiter?;
        let rest = &key[self.prefix.len()..];
        let at = rest.find(delimiter)?;
        Some(&key[..self.prefix.len() + at + delimiter.len()])
    }
}

/// A page in the encoding that the client asks for.
struct Shown {
    page: Page,
    is_encoded: bool,
}

impl Shown {
    fn new(page: Page, encoding: Option<&EncodingType>) -> Self {
        let is_encoded = encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL);
        Self { page, is_encoded }
    }

    fn text(&self, text: &str) -> String {
        if self.is_encoded {
            utf8_percent_encode(text, PLAIN).to_string()
        } else {
            text.to_owned()
        }
    }

    fn prefixes(&self) -> Vec<CommonPrefix> {
        let prefixes = self.page.prefixes.iter();
        prefixes
            .map(|prefix| CommonPrefix {
                prefix: Some(self.text(prefix)),
            })
            .collect()
    }

    fn objects(&self) -> Vec<Object> {
        let objects = self.page.objects.iter();
        let objects = objects.map(|(key, entry)| Object {
            key: Some(self.text(key)),
            size: i64::try_from(entry.size).ok(),
            e_tag: Some(etag(entry)),
            last_modified: Some(timestamp(entry.modified_ms)),
            storage_class: Some(ObjectStorageClass::from_static(
                ObjectStorageClass::STANDARD,
            )),
            ..Object::default()
        });
        objects.collect()
    }
}
