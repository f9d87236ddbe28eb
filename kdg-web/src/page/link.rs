//! What the page and its worker say to each other, on its way.

use wasm_bindgen::prelude::Closure;

use crate::message::{FromWorker, ToWorker};

use super::widget::{self, Worker};

/// The worker, and who hears it.
pub(crate) struct Link {
    worker: Worker,
    _heard: Closure<dyn FnMut(String)>,
    _failed: Closure<dyn FnMut(String)>,
}

impl Link {
    /// Starts the worker. What is told before it listens waits for it.
    pub(crate) fn open(
        mut heard: impl FnMut(FromWorker) + 'static,
        failed: impl Fn(String) + Clone + 'static,
    ) -> Self {
        let unread = failed.clone();
        let heard = Closure::new(move |text: String| match serde_json::from_str(&text) {
            Ok(message) => heard(message),
            Err(error) => unread(format!(
                "the worker said what the page does not know: {error}"
            )),
        });
        let failed = Closure::new(failed);
        Self {
            worker: widget::worker(&heard, &failed),
            _heard: heard,
            _failed: failed,
        }
    }

    /// Tells it.
    pub(crate) fn tell(&self, message: &ToWorker) {
        if let Ok(text) = serde_json::to_string(message) {
            self.worker.tell(&text);
        }
    }
}
