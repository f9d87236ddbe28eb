//! How soon functions answer: from the start of a process to its first answer, again and again.
//!
//! Lambda and S3 are a stand-in that answers at once, on the same processor: waking another one
//! takes a virtual machine longer than a function takes to start, and is nothing that it does.

mod event;
mod stand_in;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use serde_json::json;

/// Starts each function so many times, in turns that go forth and back, and prints the milliseconds
/// of each start and how many objects each has put: `bench-start TURNS FUNCTION…`.
#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "the figures are the result")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let turns = arguments.next().context("the number of turns is missing")?;
    let turns: usize = turns.to_string_lossy().parse()?;
    let functions: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    let processor = core_affinity::get_core_ids().unwrap_or_default().pop();
    ensure!(
        processor.is_some_and(core_affinity::set_for_current),
        "this machine does not let a process stay on one processor"
    );
    let mut ms = vec![Vec::new(); functions.len()];
    let mut puts = vec![0; functions.len()];
    for turn in 0..turns {
        for place in 0..functions.len() {
            // What ran before leaves its traces: each follows each other one as often as the rest.
            let function = match place {
                0 => 0,
                _ if turn % 2 == 0 => place,
                _ => functions.len() - place,
            };
            let start = stand_in::start(&functions[function]).await?;
            ms[function].push(start.took.as_secs_f64() * 1e3);
            puts[function] += start.puts;
        }
    }
    println!("{}", json!({"ms": ms, "puts": puts}));
    Ok(())
}
