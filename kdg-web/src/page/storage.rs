//! What the browser keeps between visits: the form and the templates, never who is signed in.

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// In front of our names, so that those of the original on the same address stay.
const PREFIX: &str = "sluice.";

/// A text that was kept.
pub(crate) fn text(name: &str) -> Option<String> {
    original(&format!("{PREFIX}{name}"))
}

/// What was kept, unless it is unreadable.
pub(crate) fn kept<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_str(&text(name)?).ok()
}

/// Something under its whole name, as the original kept it.
pub(crate) fn original(name: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(name).ok()?
}

/// Keeps a text from now on, and tells whether the browser does: its storage may be full or denied.
pub(crate) fn put(name: &str, text: &str) -> bool {
    let Ok(Some(storage)) = window().local_storage() else {
        return false;
    };
    storage.set_item(&format!("{PREFIX}{name}"), text).is_ok()
}

/// Keeps what a signal has, whenever it changes.
pub(crate) fn keep<T: Serialize + Send + Sync + 'static>(name: &'static str, signal: RwSignal<T>) {
    Effect::new(move |_| {
        if let Ok(json) = signal.with(|value| serde_json::to_string(value)) {
            // Without the form, the next visit begins with an empty one, and nothing is lost.
            put(name, &json);
        }
    });
}
