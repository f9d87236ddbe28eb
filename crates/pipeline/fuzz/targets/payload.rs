//! Any payload is taken apart and opened, or refused with a reason: aggregates, log messages,
//! gzip, zstd and base64 in whatever order.
#![no_main]

use std::io::Write as _;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use flate2::{Compression, write::GzEncoder};
use libfuzzer_sys::fuzz_target;
use md5::{Digest as _, Md5};
use pipeline::decode::{Depth, Packing, decode, unpack};
use pipeline_fuzz::record;
use serde::de::IgnoredAny;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Some((wrapping, bytes)) = bytes.split_first() else {
        return;
    };
    let outer = record(wrapped(*wrapping, bytes));
    let unpacked = unpack(&outer);
    assert!(!unpacked.records.is_empty());
    for (place, within) in unpacked.records.iter().enumerate() {
        if matches!(
            unpacked.packing,
            Packing::Aggregate { .. } | Packing::LogEvents
        ) {
            assert_eq!(within.identity.sub_sequence(), u32::try_from(place).ok());
        } else {
            assert_eq!(within, &outer);
        }
        let syntax = decode(within, unpacked.packing, Depth::Syntax);
        let member = decode(within, unpacked.packing, Depth::Member("_id"));
        match (syntax, member) {
            (Ok(syntax), Ok(member)) => {
                assert_eq!(syntax.bytes, member.bytes);
                let json: Result<IgnoredAny, _> = serde_json::from_slice(&syntax.bytes);
                assert!(json.is_ok(), "what was decoded is JSON");
            }
            // A number that no 64 bits hold is read by the one and passed over by the other.
            (Ok(syntax), Err(_)) => {
                assert!(serde_json::from_slice::<Value>(&syntax.bytes).is_err())
            }
            (Err(syntax), Err(_)) => assert!(!syntax.reason.to_string().is_empty()),
            (Err(error), Ok(_)) => panic!("{error:?}"),
        }
    }
});

/// What a fuzzer would not find: checksums, compression and the like.
fn wrapped(wrapping: u8, bytes: &[u8]) -> Vec<u8> {
    match wrapping % 5 {
        0 => bytes.to_vec(),
        1 => [
            &[0xf3, 0x89, 0x9a, 0xc2],
            bytes,
            Md5::digest(bytes).as_slice(),
        ]
        .concat(),
        2 => gzip(bytes),
        3 => BASE64_STANDARD.encode(bytes).into_bytes(),
        _ => BASE64_STANDARD.encode(gzip(bytes)).into_bytes(),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(bytes);
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}
