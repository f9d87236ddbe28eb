//! Any event is a batch of records that know who they are, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipeline::Event;
use pipeline::record::Identity;

fuzz_target!(|bytes: &[u8]| {
    match Event::read(bytes) {
        Ok(event) => {
            for record in event.records {
                let name = record.identity.to_string();
                assert_eq!(name.parse::<Identity>(), Ok(record.identity));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
