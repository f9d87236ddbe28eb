//! A seed → request ids, and which invocations lose their process on the way.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Builder;

/// Kills processes in the middle of an invocation, to show what survives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    /// How likely an invocation loses its process, from 0 to 1.
    pub probability: f64,
    /// The kill comes at a random moment between the start of the invocation and this.
    pub within: Duration,
}

/// The random choices of one stack: the same seed makes the same ones.
#[derive(Debug)]
pub(super) struct Dice(Mutex<State>);

#[derive(Debug)]
struct State {
    random: fastrand::Rng,
    fault: Option<Fault>,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Mutex::new(State {
            random: fastrand::Rng::with_seed(seed),
            fault: None,
        }))
    }

    pub(super) fn set_fault(&self, fault: Option<Fault>) {
        self.state().fault = fault;
    }

    /// A request id in the form of AWS's: a random UUID.
    pub(super) fn request_id(&self) -> String {
        let bytes = self.state().random.u128(..).to_be_bytes();
        Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// When to kill the process of the next invocation, counted from its start.
    pub(super) fn draw(&self) -> Option<Duration> {
        let mut state = self.state();
        let fault = state.fault?;
        let hit = state.random.f64() < fault.probability;
        hit.then(|| fault.within.mul_f64(state.random.f64()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
