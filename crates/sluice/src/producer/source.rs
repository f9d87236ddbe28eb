//! Where the data of records comes from: a recipe, or the lines of standard input.

use std::io::{BufRead, Read as _};

use anyhow::Context;
use kdg::{Encoding, Ending, Fault, FaultyRecipe, KeyRule, MAX_RECORD_BYTES, Record, Scene};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

/// How many lines are read ahead.
const LINES_AHEAD: usize = 500;

/// A source of records.
#[derive(Debug)]
pub(crate) enum Source {
    /// Made by a template, without end.
    Recipe(Box<FaultyRecipe>),
    /// Read from standard input.
    Lines(Lines),
}

/// The lines of standard input, one record each; empty ones are left out.
#[derive(Debug)]
pub(crate) struct Lines {
    reader: mpsc::Receiver<std::io::Result<Vec<u8>>>,
    next: Option<std::io::Result<Vec<u8>>>,
    has_ended: bool,
    taken: u64,
    partition_key: KeyRule,
    ending: Ending,
}

/// Whether there is a next record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Ready,
    NotYet,
    Never,
}

impl Source {
    pub(super) fn look(&mut self) -> Next {
        match self {
            Self::Recipe(_) => Next::Ready,
            Self::Lines(lines) => lines.look(),
        }
    }

    /// Makes a record; only when [`Self::look`] says that there is one.
    pub(super) fn make(
        &mut self,
        scene: &mut Scene,
        number: u64,
    ) -> anyhow::Result<(Record, Option<Fault>)> {
        match self {
            Self::Recipe(recipe) => recipe
                .make(scene, number)
                .context("the record cannot be sent"),
            Self::Lines(lines) => Ok((lines.make(scene, number)?, None)),
        }
    }

    pub(super) async fn something_to_read(&mut self) {
        match self {
            Self::Lines(lines) if lines.next.is_none() && !lines.has_ended => {
                lines.next = lines.reader.recv().await;
                lines.has_ended = lines.next.is_none();
            }
            _ => std::future::pending().await,
        }
    }
}

impl Lines {
    /// Begins to read standard input.
    pub(crate) fn of_stdin(partition_key: KeyRule, ending: Ending) -> Self {
        let (sender, reader) = mpsc::channel(LINES_AHEAD);
        // A thread of its own, because a read of a terminal or a pipe may last for ever.
        std::thread::spawn(move || {
            let mut stdin = std::io::stdin().lock();
            while let Some(line) = read_line(&mut stdin).transpose() {
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            reader,
            next: None,
            has_ended: false,
            taken: 0,
            partition_key,
            ending,
        }
    }

    fn look(&mut self) -> Next {
        while self.next.is_none() && !self.has_ended {
            match self.reader.try_recv() {
                Ok(line) => self.next = Some(line),
                Err(TryRecvError::Empty) => return Next::NotYet,
                Err(TryRecvError::Disconnected) => self.has_ended = true,
            }
            self.skip_empty();
        }
        self.skip_empty();
        match self.next {
            Some(_) => Next::Ready,
            None if self.has_ended => Next::Never,
            None => Next::NotYet,
        }
    }

    fn skip_empty(&mut self) {
        if let Some(Ok(line)) = &mut self.next {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            if line.is_empty() {
                self.next = None;
                self.taken += 1;
            }
        }
    }

    fn make(&mut self, scene: &mut Scene, number: u64) -> anyhow::Result<Record> {
        self.taken += 1;
        let line = self.next.take().context("there is no line")?;
        let line = line.context("standard input cannot be read")?;
        Record::of(
            line,
            &self.partition_key,
            Encoding::Plain,
            self.ending,
            scene,
            number,
        )
        .with_context(|| format!("line {} of standard input cannot be sent", self.taken))
    }
}

/// A line without its line feed; cut off where it is longer than any record.
fn read_line(input: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let most = MAX_RECORD_BYTES as u64 + 1;
    if input.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(Some(line))
}
