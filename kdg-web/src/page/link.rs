//! What the page and a worker say to each other, on its way.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::Closure;

use super::widget::Worker;

/// Hears a text.
type Heard = Closure<dyn FnMut(String)>;

/// A worker, and who hears it.
pub(crate) struct Link {
    worker: Worker,
    _heard: Heard,
    _failed: Heard,
}

impl Link {
    /// Starts a worker. What is told before it listens waits for it.
    pub(crate) fn open<M: DeserializeOwned>(
        start: fn(&Heard, &Heard) -> Worker,
        mut heard: impl FnMut(M) + 'static,
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
            worker: start(&heard, &failed),
            _heard: heard,
            _failed: failed,
        }
    }

    /// Tells it.
    pub(crate) fn tell(&self, message: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(message) {
            self.worker.tell(&text);
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.worker.end();
    }
}
