//! `bench-generate speed`: one turn of every sample, ours and written by hand, as JSON.
//! `bench-generate digest THREADS RECORDS`: the digest of so many records.

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bench_generate::digest::{digest, digest_by};
use bench_generate::hand::{Hand, written};
use bench_generate::sample::{Renderer, SAMPLES};
use serde_json::{Map, Value, json};

/// How long each side of a sample runs in a turn.
const TURN: Duration = Duration::from_millis(300);

/// Records between two looks at the clock.
const CHUNK: u32 = 10_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let printed = match arguments.as_slice() {
        ["speed"] => speed(),
        ["digest", threads, records] => match (threads.parse(), records.parse()) {
            (Ok(1), Ok(records)) => digest(records),
            (Ok(threads), Ok(records)) => digest_by(threads, records),
            _ => Err("threads and records are numbers".to_owned()),
        },
        _ => {
            Err("write: bench-generate speed, or: bench-generate digest THREADS RECORDS".to_owned())
        }
    };
    let (text, code) = match printed {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(text) => (text, ExitCode::FAILURE),
    };
    // A reader that has left is not told.
    let _ = writeln!(io::stdout(), "{text}");
    code
}

fn speed() -> Result<String, String> {
    let mut turn = Map::new();
    for sample in SAMPLES {
        let mut renderer = Renderer::new(sample.text).map_err(|errors| errors.to_string())?;
        let write = written(sample.name).ok_or("a sample is not written by hand")?;
        let (mut hand, mut record) = (Hand::default(), Vec::new());
        let ours = measure(|| renderer.render(CHUNK));
        let by_hand = measure(|| {
            let mut bytes = 0;
            for _ in 0..CHUNK {
                record.clear();
                write(&mut hand, &mut record);
                bytes += record.len() as u64;
            }
            bytes
        });
        turn.insert(
            sample.name.to_owned(),
            json!({"ours": ours, "hand": by_hand}),
        );
    }
    Ok(Value::Object(turn).to_string())
}

/// Records and megabytes a second.
fn measure(mut chunk: impl FnMut() -> u64) -> Value {
    // The first chunk warms caches up and grows buffers.
    chunk();
    let (mut records, mut bytes) = (0_u32, 0);
    let started = Instant::now();
    let mut elapsed = Duration::ZERO;
    while elapsed < TURN {
        bytes += chunk();
        records += CHUNK;
        elapsed = started.elapsed();
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 bytes")]
    let megabytes = bytes as f64 / 1e6;
    let seconds = elapsed.as_secs_f64();
    json!({"records_per_s": f64::from(records) / seconds, "mb_per_s": megabytes / seconds})
}
