//! What a person at the terminal is told: sentences on stderr, so that stdout stays data.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing_subscriber::EnvFilter;

/// The variable that sets what is logged.
const LOG_VARIABLE: &str = "SLUICE_LOG";

/// `s3s` calls every 404 and 412 an error, which a replayed record meets as a matter of course;
/// `aws_config` tells of every place where it finds no credentials; what `vrl` finds in a program is
/// told with its place.
const DEFAULT_LOG: &str = "warn,s3s=off,aws_config=error,vrl=error";

/// How often somebody who sees no bar hears how things stand.
const PULSE: Duration = Duration::from_secs(15);

/// How often a progress bar is drawn, in times a second.
const DRAWS_PER_SECOND: u8 = 10;

/// Sends warnings to stderr, and more when `SLUICE_LOG` says so.
pub(crate) fn open_log() {
    let filter =
        EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new(DEFAULT_LOG));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .init();
}

/// Says a sentence.
pub(crate) fn say(sentence: &str) {
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(std::io::stderr(), "{sentence}");
}

/// How many there are of something, and what of them: "1 record was", "2 records were".
pub(crate) fn counted(count: impl Display, what: &str, [of_one, of_many]: [&str; 2]) -> String {
    match count.to_string().as_str() {
        "1" => format!("1 {what} {of_one}"),
        many => format!("{many} {what}s {of_many}"),
    }
}

/// Prints a line of data.
///
/// # Errors
///
/// When stdout cannot be written; but not when whoever read it has seen enough, as `head` does.
pub(crate) fn print(line: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("stdout cannot be written"),
    }
}

/// Says how things stand now and then, where no bar can be drawn.
#[derive(Debug)]
pub(crate) struct Pulse {
    last: Instant,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            last: Instant::now(),
        }
    }
}

impl Pulse {
    /// Says the sentence if it is time.
    pub(crate) fn beat(&mut self, sentence: impl FnOnce() -> String) {
        if self.last.elapsed() >= PULSE && !std::io::stderr().is_terminal() {
            self.last = Instant::now();
            say(&sentence());
        }
    }
}

/// A bar that counts records, drawn only on a terminal.
pub(crate) fn bar(name: &str, records: Option<u64>) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND);
    let bar = ProgressBar::with_draw_target(records, target).with_prefix(name.to_owned());
    let template = if records.is_some() {
        "{prefix:>16} {bar:32} {pos:>8}/{len} {per_sec:>14} {msg}"
    } else {
        "{prefix:>16} {spinner} {pos:>8} {per_sec:>14} {msg}"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_spoken_of_as_many() {
        let was = |count: u64| counted(count, "record", ["was", "were"]);
        assert_eq!(was(1), "1 record was");
        assert_eq!(was(0), "0 records were");
        assert_eq!(was(21), "21 records were");
    }
}
