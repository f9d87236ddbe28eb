//! A grid → the seconds of a run, each with its records.

use std::time::Duration;

use crate::entropy::SeededEntropy;

use super::grid::Grid;
use super::{real, seconds, whole};

/// After so many seconds without a record, a full week, there never is one.
const LONGEST_SILENCE_S: u64 = 7 * 24 * 60 * 60;

const MS_PER_SECOND: i64 = 1000;

#[derive(Debug, Clone)]
pub(super) struct Timetable {
    grid: Grid,
    entropy: SeededEntropy,
    /// The local time of the first second.
    local_start_ms: i64,
    /// The second that was drawn last, counted from the start.
    second: u64,
    /// Its records.
    records: u64,
    /// The records of all seconds before it.
    before: u64,
    /// No record was found for so long that there is none.
    is_silent: bool,
}

impl Timetable {
    pub(super) fn new(grid: Grid, local_start_ms: i64, seed: u64) -> Self {
        let mut entropy = SeededEntropy::new(seed);
        let records = grid.draw(local_start_ms, &mut entropy);
        Self {
            grid,
            entropy,
            local_start_ms,
            second: 0,
            records,
            before: 0,
            is_silent: false,
        }
    }

    pub(super) fn due_at(&mut self, number: u64) -> Option<Duration> {
        let mut silent = 0;
        while number >= self.before.saturating_add(self.records) {
            if self.is_silent {
                return None;
            }
            self.next_second();
            silent = if self.records == 0 { silent + 1 } else { 0 };
            self.is_silent = silent > LONGEST_SILENCE_S;
        }
        let within = real(number - self.before) / real(self.records);
        Some(Duration::from_secs(self.second).saturating_add(seconds(within)))
    }

    pub(super) fn due_before(&mut self, time: Duration) -> u64 {
        while self.second < time.as_secs() {
            self.next_second();
        }
        let within = Duration::from_nanos(time.subsec_nanos().into()).as_secs_f64();
        self.before + whole(within * real(self.records)).min(self.records)
    }

    fn next_second(&mut self) {
        self.before = self.before.saturating_add(self.records);
        self.second += 1;
        let passed_ms = i64::try_from(self.second)
            .unwrap_or(i64::MAX)
            .saturating_mul(MS_PER_SECOND);
        let local_ms = self.local_start_ms.saturating_add(passed_ms);
        self.records = self.grid.draw(local_ms, &mut self.entropy);
    }
}
