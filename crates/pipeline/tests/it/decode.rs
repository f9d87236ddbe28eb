//! What other producers wrap around their JSON.

use std::io::Write;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use flate2::{Compression as Level, write::GzEncoder};
use pipeline::decode::{
    Compression, Depth, MAX_DECOMPRESSED_BYTES, Packing, Step, Undecodable, decode,
};
use pipeline::outcome::QuarantineReason;
use proptest::prelude::*;

use crate::memory::record;

const JSON: &[u8] = br#"{"id":"7","name":"J\u00f6rg"}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

#[track_caller]
fn opens(data: impl Into<Vec<u8>>, within: &[u8], layers: &[Step]) {
    let record = record(1, data);
    for depth in [Depth::Syntax, Depth::Value] {
        let decoded = decode(&record, Packing::None, depth).unwrap();
        assert_eq!(decoded.bytes, within);
        let opened = decoded.opened.strip_prefix(&[Step::Base64]).unwrap();
        let opened = opened.strip_suffix(&[Step::Text, Step::Json]).unwrap();
        assert_eq!(opened, layers);
    }
}

fn refuses(data: impl Into<Vec<u8>>) -> Undecodable {
    decode(&record(1, data), Packing::None, Depth::Syntax).unwrap_err()
}

#[test]
fn a_compressed_payload_is_known_by_its_first_bytes() {
    opens(gzip(JSON), JSON, &[Step::Compressed(Compression::Gzip)]);
    opens(zstd(JSON), JSON, &[Step::Compressed(Compression::Zstd)]);
    // Members and frames are concatenated, as `cat` does it.
    let (first, second) = JSON.split_at(9);
    let members = [gzip(first), gzip(second)].concat();
    opens(members, JSON, &[Step::Compressed(Compression::Gzip)]);
    let frames = [zstd(first), zstd(second)].concat();
    opens(frames, JSON, &[Step::Compressed(Compression::Zstd)]);
}

#[test]
fn what_a_producer_encoded_before_kinesis_did_is_unwrapped() {
    for encoded in [
        BASE64_STANDARD.encode(JSON),
        BASE64_STANDARD_NO_PAD.encode(JSON),
        BASE64_URL_SAFE_NO_PAD.encode(JSON),
        format!(" {}\n", BASE64_STANDARD.encode(JSON)),
        BASE64_STANDARD.encode(JSON).replace('J', "J\r\n"),
    ] {
        opens(encoded, JSON, &[Step::SecondBase64]);
    }
    let both = [Step::SecondBase64, Step::Compressed(Compression::Gzip)];
    opens(BASE64_STANDARD.encode(gzip(JSON)), JSON, &both);
    let encoded = BASE64_STANDARD.encode(JSON);
    let both = [Step::Compressed(Compression::Zstd), Step::SecondBase64];
    opens(zstd(encoded.as_bytes()), JSON, &both);
}

#[test]
fn json_that_could_be_base64_stays_json() {
    for text in ["1234", "null", "true", "12345678"] {
        opens(text, text.as_bytes(), &[]);
    }
    // A JSON string is a value, whatever it says.
    let text = format!("\"{}\"", BASE64_STANDARD.encode(JSON));
    opens(text.clone(), text.as_bytes(), &[]);
}

#[test]
fn each_layer_is_opened_once() {
    let twice = BASE64_STANDARD.encode(BASE64_STANDARD.encode(JSON));
    assert!(matches!(
        refuses(twice).reason,
        QuarantineReason::NotJson(_)
    ));
    let twice = gzip(&gzip(JSON));
    assert!(matches!(
        refuses(twice).reason,
        QuarantineReason::NotUtf8 { .. }
    ));
}

#[test]
fn words_that_happen_to_be_base64_are_quarantined_as_the_text_they_are() {
    let refused = refuses("word");
    assert_eq!(refused.opened, [Step::Base64, Step::Text]);
    let reason = refused.reason.to_string();
    assert!(reason.contains("line 1 column 1"), "{reason}");
}

#[test]
fn a_payload_that_is_cut_off_or_corrupt_is_named_by_its_compression() {
    for (whole, name) in [(gzip(JSON), "gzip"), (zstd(JSON), "zstd")] {
        let refused = refuses(&whole[..whole.len() - 3]);
        assert_eq!(refused.reason.code(), "not-decompressible");
        assert!(refused.reason.to_string().contains(name));
        assert_eq!(refused.opened, [Step::Base64]);
    }
    let mut corrupt = gzip(JSON);
    let at = corrupt.len() - 6;
    corrupt[at] ^= 1;
    assert_eq!(refuses(corrupt).reason.code(), "not-decompressible");
}

#[test]
fn a_bomb_is_opened_no_further_than_a_function_can_hold() {
    let most = vec![b' '; MAX_DECOMPRESSED_BYTES - 1];
    let fits = [&most[..], b"1"].concat();
    opens(gzip(&fits), &fits, &[Step::Compressed(Compression::Gzip)]);
    let bomb = vec![b' '; 2 * MAX_DECOMPRESSED_BYTES];
    for bomb in [gzip(&bomb), zstd(&bomb)] {
        assert!(bomb.len() < 1024 * 1024, "it fits a record");
        assert_eq!(refuses(bomb).reason.code(), "too-large");
    }
}

#[test]
fn parts_of_one_aggregate_share_what_they_may_open_to() {
    let of = |bytes: usize, parts: usize| {
        let text = [&vec![b' '; bytes - 1][..], b"1"].concat();
        decode(
            &record(1, gzip(&text)),
            Packing::Aggregate { parts },
            Depth::Syntax,
        )
        .map(|decoded| decoded.bytes.len())
        .map_err(|refused| refused.reason)
    };
    let mebibyte = 1024 * 1024;
    for (parts, limit) in [
        (1, MAX_DECOMPRESSED_BYTES),
        (64, mebibyte),
        (4_096, 16 * 1024),
        (100_000, 16 * 1024),
    ] {
        assert_eq!(of(limit, parts), Ok(limit));
        assert_eq!(
            of(limit + 1, parts),
            Err(QuarantineReason::TooLarge { limit })
        );
    }
}

#[test]
fn an_aggregate_that_cannot_be_taken_apart_is_named() {
    let magic: &[u8] = &[0xf3, 0x89, 0x9a, 0xc2, 0x0a];
    let wrapped = refuses(gzip(magic)).reason;
    assert_eq!(wrapped.code(), "not-utf8");
    assert!(
        wrapped.to_string().contains("KPL aggregate within"),
        "{wrapped}"
    );
    let broken = refuses(magic).reason;
    assert!(broken.to_string().contains("checksum"), "{broken}");
}

proptest! {
    #[test]
    fn any_bytes_are_opened_or_refused(bytes: Vec<u8>) {
        let magics: [&[u8]; 3] = [&[], &[0x1f, 0x8b, 0x08], &[0x28, 0xb5, 0x2f, 0xfd]];
        for magic in magics {
            let _ = decode(&record(1, [magic, &bytes].concat()), Packing::None, Depth::Value);
        }
    }

    #[test]
    fn whatever_json_is_wrapped_comes_out_as_it_was(value: i64, text in ".{0,40}", wraps in 0..5_u8) {
        let json = serde_json::json!({"n": value, "t": text}).to_string();
        let wrapped = match wraps {
            0 => json.clone().into_bytes(),
            1 => gzip(json.as_bytes()),
            2 => zstd(json.as_bytes()),
            3 => BASE64_STANDARD.encode(&json).into_bytes(),
            _ => BASE64_STANDARD.encode(zstd(json.as_bytes())).into_bytes(),
        };
        let decoded = decode(&record(1, wrapped), Packing::None, Depth::Syntax).unwrap();
        prop_assert_eq!(decoded.bytes, json.as_bytes());
    }
}
