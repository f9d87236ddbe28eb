//! What a record is rendered in: entropy, the time, and where the clock hangs.

pub(crate) mod memory;
pub(crate) mod pool;

use std::fmt;

use crate::entropy::{self, Entropy, Source};

use memory::Memory;

/// The surroundings of the record being rendered.
///
/// The caller owns the clock: it sets the time, as often as it wants records to
/// notice. Times are milliseconds since the Unix epoch.
///
/// Templates rendered in one scene share what they name: sequences, walks and
/// entities. The scene keeps these, and what each of its templates keeps for
/// itself, as long as it lives.
pub struct Scene {
    entropy: Source,
    now_ms: i64,
    offset_minutes: i32,
    simulated_ms: Option<i64>,
    /// By which the clocks are slow.
    slow_ms: i64,
    /// Whether they show the true time all the same.
    true_time: bool,
    pub(crate) memory: Memory,
}

impl Scene {
    /// A scene at `now_ms` in UTC, outside any simulation.
    pub fn new(entropy: impl Entropy + Send + 'static, now_ms: i64) -> Self {
        Self {
            entropy: Source::new(entropy),
            now_ms,
            offset_minutes: 0,
            simulated_ms: None,
            slow_ms: 0,
            true_time: false,
            memory: Memory::default(),
        }
    }

    /// Turns to the entropy of the record `number`. The record then depends on
    /// nothing drawn before, so that [stateless] templates give the same records
    /// in whatever order, and in however many threads, they are rendered.
    ///
    /// [stateless]: crate::Template::is_stateful
    pub fn begin_record(&mut self, number: u64) {
        self.entropy.begin_record(number);
    }

    /// The same scene where local time is `offset_minutes` ahead of UTC (behind
    /// it when negative).
    #[must_use]
    pub fn with_offset(mut self, offset_minutes: i32) -> Self {
        self.offset_minutes = offset_minutes;
        self
    }

    /// Moves the clock that `date.now` and `date.utc` read.
    pub fn set_now(&mut self, now_ms: i64) {
        self.now_ms = now_ms;
    }

    /// Sets the simulated clock that `date.simTime` reads; `None` ends the
    /// simulation, after which it reads the clock like `date.now`.
    pub fn set_simulated(&mut self, simulated_ms: Option<i64>) {
        self.simulated_ms = simulated_ms;
    }

    /// Makes every clock slow from here on; right again with 0.
    pub(crate) fn set_slow(&mut self, ms: i64) {
        self.slow_ms = ms;
        self.true_time = false;
    }

    /// Whether the clocks show the true time even while they are slow: what
    /// outlives a record must not keep the time of a slow clock.
    pub(crate) fn set_true_time(&mut self, true_time: bool) {
        self.true_time = true_time;
    }

    /// The time on the clock.
    pub fn now_ms(&self) -> i64 {
        self.on_clock(self.now_ms)
    }

    /// The simulated time, or the time on the clock outside a simulation.
    pub fn simulated_ms(&self) -> i64 {
        self.on_clock(self.simulated_ms.unwrap_or(self.now_ms))
    }

    fn on_clock(&self, ms: i64) -> i64 {
        if self.true_time {
            ms
        } else {
            ms.saturating_sub(self.slow_ms)
        }
    }

    /// Minutes by which local time is ahead of UTC.
    pub fn offset_minutes(&self) -> i32 {
        self.offset_minutes
    }

    /// The next 64 random bits.
    #[inline]
    pub(crate) fn bits(&mut self) -> u64 {
        self.entropy.next_u64()
    }

    /// A whole number in `0..bound`, uniformly drawn.
    #[inline]
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        entropy::below(&mut self.entropy, bound)
    }

    /// A fraction in `0.0..1.0`, uniformly drawn.
    #[inline]
    pub(crate) fn fraction(&mut self) -> f64 {
        entropy::fraction(&mut self.entropy)
    }

    /// A whole number in `low..=high`, uniformly drawn.
    #[inline]
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        entropy::between(&mut self.entropy, low, high)
    }

    /// The memory and the entropy, for what needs both at once.
    pub(crate) fn parts(&mut self) -> (&mut Memory, &mut dyn Entropy) {
        (&mut self.memory, &mut self.entropy)
    }

    /// One of `choices`, uniformly drawn; `None` only when there are none.
    #[inline]
    pub(crate) fn pick<'c, T>(&mut self, choices: &'c [T]) -> Option<&'c T> {
        let drawn = self.below(choices.len() as u64);
        choices.get(usize::try_from(drawn).unwrap_or(usize::MAX))
    }
}

impl fmt::Debug for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scene")
            .field("now_ms", &self.now_ms)
            .field("offset_minutes", &self.offset_minutes)
            .field("simulated_ms", &self.simulated_ms)
            .finish_non_exhaustive()
    }
}
