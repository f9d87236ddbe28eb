//! A request → the text that both sides hash: method, path, query, signed headers and payload hash.
//!
//! Source: "Create a canonical request" in the AWS IAM User Guide.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use http::{Request, Uri};

/// The canonical form of a request. Services other than S3 encode the path twice.
pub(super) fn canonical_request<B>(
    request: &Request<B>,
    signed_headers: &BTreeSet<String>,
    payload_hash: &str,
) -> String {
    let mut text = format!(
        "{}\n{}\n{}\n",
        request.method(),
        encode_path(request.uri().path()),
        canonical_query(request.uri())
    );
    for name in signed_headers {
        let values = request.headers().get_all(name).iter();
        let mut values: Vec<_> = values
            .map(|value| fold_spaces(&String::from_utf8_lossy(value.as_bytes())))
            .collect();
        // HTTP/2 has the host in the address.
        if let ("host", [], Some(host)) = (name.as_str(), &values[..], request.uri().authority()) {
            values.push(host.to_string());
        }
        let _ = writeln!(text, "{name}:{}", values.join(","));
    }
    let names: Vec<_> = signed_headers.iter().map(String::as_str).collect();
    let _ = write!(text, "\n{}\n{payload_hash}", names.join(";"));
    text
}

/// Empty segments are left out, as when a path is normalised.
fn encode_path(path: &str) -> String {
    let segments: Vec<_> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(encode)
        .collect();
    let end = if path.ends_with('/') && !segments.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{end}", segments.join("/"))
}

/// The parameters as they stand in the address, which is encoded already, in order.
fn canonical_query(uri: &Uri) -> String {
    let query = uri.query().unwrap_or("");
    let mut parameters: Vec<_> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
        .collect();
    parameters.sort_unstable();
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parameters.join("&")
}

/// Leading and trailing spaces go, and several in a row become one.
fn fold_spaces(value: &str) -> String {
    value
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn encode(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut encoded, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                let _ = write!(encoded, "%{byte:02X}");
            }
            encoded
        })
}
