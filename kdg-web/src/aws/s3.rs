//! Objects of a bucket, to watch what arrives.

use percent_encoding::percent_decode_str;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::{Deserialize, Serialize};

use super::{AwsError, Client, Kind, suffix};
use crate::http::Fetch;
use crate::signature::{encoded, encoded_path};

/// How many pages of a thousand objects are looked through for the latest.
const MAX_PAGES: usize = 20;

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Object {
    /// Its key.
    pub key: String,
    /// When it was written, as S3 writes times: `2026-11-22T01:30:00.000Z`.
    pub last_modified: String,
    /// Bytes.
    pub size: u64,
}

/// The latest objects of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Latest {
    /// The latest first.
    pub objects: Vec<Object>,
    /// How many were looked through.
    pub seen: usize,
    /// Whether there are more than that.
    pub has_more: bool,
}

#[derive(Default)]
struct Page {
    objects: Vec<Object>,
    token: Option<String>,
}

/// The latest `count` objects below a prefix, of the first twenty thousand by key.
///
/// # Errors
///
/// What AWS says.
pub async fn latest<F: Fetch>(
    client: &Client<F>,
    bucket: &str,
    prefix: &str,
    count: usize,
) -> Result<Latest, AwsError> {
    let mut latest = Latest::default();
    let mut token: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let mut url = format!("{}?encoding-type=url&list-type=2", address(client, bucket));
        if let Some(token) = &token {
            url.push_str("&continuation-token=");
            url.push_str(&encoded(token));
        }
        if !prefix.is_empty() {
            url.push_str("&prefix=");
            url.push_str(&encoded(prefix));
        }
        let page = read(&client.get("s3", url).await?)?;
        latest.seen += page.objects.len();
        latest.objects.extend(page.objects);
        // Times of this form sort as text.
        latest.objects.sort_by(|one, other| {
            other
                .last_modified
                .cmp(&one.last_modified)
                .then_with(|| one.key.cmp(&other.key))
        });
        latest.objects.truncate(count);
        token = page.token;
        if token.is_none() {
            break;
        }
    }
    latest.has_more = token.is_some();
    Ok(latest)
}

/// The bytes of an object.
///
/// # Errors
///
/// What AWS says.
pub async fn read_object<F: Fetch>(
    client: &Client<F>,
    bucket: &str,
    key: &str,
) -> Result<Vec<u8>, AwsError> {
    let url = format!("{}{}", address(client, bucket), encoded_path(key));
    client.get("s3", url).await
}

/// Where a bucket is, with a slash at the end.
fn address<F: Fetch>(client: &Client<F>, bucket: &str) -> String {
    let access = client.access();
    match &access.endpoint {
        // Behind an address that is no name, the bucket can only be in the path.
        Some(endpoint) => format!("{endpoint}/{bucket}/"),
        None => format!(
            "https://{bucket}.s3.{}.{}/",
            access.region,
            suffix(&access.region)
        ),
    }
}

fn read(xml: &[u8]) -> Result<Page, AwsError> {
    let mut reader = Reader::from_reader(xml);
    let mut page = Page::default();
    let mut text = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                if element.local_name().as_ref() == b"Contents" {
                    page.objects.push(Object::default());
                }
                text.clear();
            }
            Ok(Event::Text(part)) => text.push_str(&part.decode().unwrap_or_default()),
            Ok(Event::End(element)) => {
                let object = page.objects.last_mut();
                match (element.local_name().as_ref(), object) {
                    (b"Key", Some(object)) => object.key = plain(&text),
                    (b"LastModified", Some(object)) => object.last_modified.clone_from(&text),
                    (b"Size", Some(object)) => object.size = text.parse().unwrap_or_default(),
                    (b"NextContinuationToken", _) => page.token = Some(text.clone()),
                    _ => {}
                }
                text.clear();
            }
            Ok(Event::Eof) => return Ok(page),
            Ok(_) => {}
            Err(error) => {
                return Err(AwsError {
                    code: "UnreadableAnswer".to_owned(),
                    words: error.to_string(),
                    kind: Kind::Refused,
                });
            }
        }
    }
}

/// A key as it is, from the form in which `encoding-type=url` has it.
fn plain(key: &str) -> String {
    percent_decode_str(&key.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}
