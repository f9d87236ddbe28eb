//! Numbers and outcomes as people read them.

use crate::message::{EndedBy, NotSent, Phase, Snapshot, Summary, Totals};
use crate::plan::Target;

/// `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1.2 k`: a rate, in three digits at most.
pub fn rate(number: f64) -> String {
    match number {
        n if n >= 999_500.0 => format!("{:.1} M", n / 1e6),
        n if n >= 9_995.0 => format!("{:.1} k", n / 1e3),
        n if n >= 100.0 || n == 0.0 => format!("{n:.0}"),
        n => format!("{n:.1}"),
    }
}

/// `12.3 MB`, in powers of ten.
#[expect(clippy::cast_precision_loss, reason = "shown in three digits")]
pub fn bytes(number: u64) -> String {
    let number = number as f64;
    match number {
        n if n >= 1e9 => format!("{:.2} GB", n / 1e9),
        n if n >= 1e6 => format!("{:.1} MB", n / 1e6),
        n if n >= 1e3 => format!("{:.1} kB", n / 1e3),
        n => format!("{n:.0} B"),
    }
}

/// `1:02:03`, or `2:03`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds of a run, and cut on purpose"
)]
pub fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// `shard 12` of `shardId-000000000012`; other names as they are.
pub fn shard(id: &str) -> String {
    let digits = id
        .strip_prefix("shardId-")
        .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.map(|digits| digits.trim_start_matches('0')) {
        Some("") => "shard 0".to_owned(),
        Some(number) => format!("shard {number}"),
        None => id.to_owned(),
    }
}

/// Where a run sends which template.
pub fn route(template: &str, target: &Target, region: &str) -> String {
    let what = match target {
        Target::Stream { .. } => "stream",
        Target::Firehose { .. } => "delivery stream",
    };
    format!(
        "Template {template} to {what} {} in {region}",
        target.name()
    )
}

/// What the run does.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Running => "Running",
        Phase::Paused => "Paused",
        Phase::LockedOut => "Sign in again",
        Phase::Finishing => "Waiting for the last answers",
        Phase::Over => "Over",
    }
}

/// Why a run ended.
pub fn ended(by: &EndedBy) -> String {
    match by {
        EndedBy::Records => "It has made the records it was to make.".into(),
        EndedBy::Bytes => "It has made the bytes it was to make.".into(),
        EndedBy::Minutes => "Its time is over.".into(),
        EndedBy::Time => "The simulated time is over.".into(),
        EndedBy::User => "You stopped it.".into(),
        EndedBy::Record { message } => sentence(message),
        EndedBy::Trouble(trouble) => format!("{}: {}", trouble.code, trouble.words),
    }
}

/// Whether a run came to nothing although nobody stopped it.
pub fn has_failed(summary: &Summary) -> bool {
    match summary.ended_by {
        EndedBy::Record { .. } | EndedBy::Trouble(_) => true,
        EndedBy::User => false,
        _ => summary.totals.generated > 0 && summary.totals.acknowledged == 0,
    }
}

/// That records cannot be sent, and what to do about it.
pub fn not_sent(not_sent: &NotSent) -> String {
    let NotSent {
        records: number,
        first,
        words,
        remedy,
    } = not_sent;
    format!(
        "{} given up that cannot be sent. The first is record {}: {words}. {}",
        records(*number),
        count(*first),
        sentence(remedy)
    )
}

/// What is said aloud when a run has ended.
pub fn over(summary: &Summary) -> String {
    let mut words = vec![if has_failed(summary) {
        format!("The run has failed. {}", ended(&summary.ended_by))
    } else {
        "The run is over.".to_owned()
    }];
    words.extend(summary.not_sent.as_ref().map(not_sent));
    words.extend(unsent(summary));
    words.join(" ")
}

/// A message as a sentence of its own.
pub fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

/// What stopping a run costs, before it is done.
pub fn cost_of_stop(snapshot: &Snapshot) -> String {
    let records = records(snapshot.waiting);
    match snapshot.phase {
        Phase::Running => {
            format!("Stop gives up {records} made and not sent; Pause sends them first.")
        }
        Phase::Paused if snapshot.waiting == 0 => "Stop gives up nothing: all is sent.".into(),
        Phase::Paused | Phase::LockedOut => {
            format!("Stop gives up {records} made and not sent.")
        }
        Phase::Finishing | Phase::Over => String::new(),
    }
}

/// What stopping a run has cost; nothing where it cost nothing.
pub fn unsent(summary: &Summary) -> Option<String> {
    (summary.unsent > 0).then(|| {
        format!(
            "{} made and not sent when you stopped it: given up, and not in the stream.",
            records(summary.unsent)
        )
    })
}

fn records(number: u64) -> String {
    let word = if number == 1 { "record" } else { "records" };
    format!("{} {word}", count(number))
}

/// The account in a sentence, for what is read aloud.
pub fn account(totals: &Totals) -> String {
    format!(
        "{} generated: {} acknowledged, {} given up, {} in flight",
        count(totals.generated),
        count(totals.acknowledged),
        count(totals.given_up),
        count(totals.in_flight)
    )
}
