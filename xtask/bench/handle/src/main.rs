//! The handler without Lambda and without S3: an event in, objects out to nowhere.
//!
//! `speed BYTES` prints how fast that is with records of such a size, beside reading and writing the
//! same JSON with `serde_json`; `memory` prints how much the process held at most for one event of
//! 6 MB; and `event BYTES` prints the event itself.

mod event;
mod memory;
mod nowhere;
mod speed;

use std::io::Write as _;

use anyhow::bail;
use pipeline::Config;
use pipeline::config::{ObjectSettings, Settings};
use pipeline::layout::Layout;
use pipeline::object::Compression;

/// That of the functions.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "the figures are the result")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let figures = match arguments[..] {
        ["event", bytes] => {
            std::io::stdout().write_all(&event::large(bytes.parse()?, 1).event)?;
            return Ok(());
        }
        ["speed", bytes] => speed::measure(bytes.parse()?).await?,
        ["memory", "one"] => memory::measure("all/", 1).await?,
        ["memory", "many"] => memory::measure("n={{ partition }}/", memory::PARTITIONS).await?,
        _ => bail!("expected event BYTES, speed BYTES, memory one or memory many"),
    };
    println!("{figures}");
    Ok(())
}

/// A pipeline of layout `batch` that keeps its records as they are.
fn config(key: &str, compression: Compression) -> anyhow::Result<Config> {
    let settings = Settings {
        name: "bench".to_owned(),
        object: ObjectSettings {
            layout: Layout::Batch,
            key: key.to_owned(),
            compression: Some(compression),
            ..ObjectSettings::default()
        },
        ..Settings::default()
    };
    Ok(Config::new(&settings)?)
}
