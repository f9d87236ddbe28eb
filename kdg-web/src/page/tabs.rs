//! The templates that tabs of the same browser share, and those that a link brings.

use std::time::Duration;

use leptos::prelude::*;

use crate::state::library::Known;

use super::context::Page;
use super::{storage, widget};

/// Who has not changed a template for so long does not write it.
const SETTLED_AFTER: Duration = Duration::from_secs(3);

impl Page {
    /// Keeps the templates, together with what other tabs keep. What came from another tab is not written:
    /// it would come back there when more has been typed already.
    pub(super) fn share_library(self) {
        let known = StoredValue::new(Known::of(storage::text("library").as_deref()));
        let settling = StoredValue::new_local(None::<TimeoutHandle>);
        let meet = move || {
            let stored = storage::text("library");
            let mut library = self.library.get_untracked();
            let met = known.try_update_value(|known| library.meet(known, stored.as_deref()));
            if library != self.library.get_untracked() {
                self.library.set(library);
            }
            let Some(met) = met else { return };
            let words = met.words();
            if !met.removed.is_empty() {
                self.removed.update(|all| all.extend(met.removed));
                self.fit();
            }
            if !words.is_empty() {
                self.report(words);
            }
        };
        let write = move || {
            let library = self.library.get_untracked();
            if known.with_value(|known| known.has(&library)) {
                self.is_kept.set(true);
                return;
            }
            let Ok(json) = serde_json::to_string(&library) else {
                return;
            };
            let is_kept = storage::put("library", &json);
            if is_kept {
                known.update_value(|known| known.wrote(json, &library));
                let settle = set_timeout_with_handle(
                    move || known.update_value(Known::settle),
                    SETTLED_AFTER,
                );
                settling.update_value(|last| {
                    if let Some(last) = std::mem::replace(last, settle.ok()) {
                        last.clear();
                    }
                });
            }
            self.is_kept.set(is_kept);
        };
        Effect::new(move |_| {
            self.library.track();
            meet();
            write();
        });
        // By itself, so that who only looks at another template writes none.
        Effect::new(move |_| {
            let name = self.library.with(|library| library.current().name);
            // Without it, the next visit begins with the first one.
            storage::put("shown", &name);
        });
        window_event_listener_untyped("storage", move |_| {
            meet();
            write();
        });
    }

    /// Takes the template of a link once: then the address is that of the page alone.
    pub(super) fn follow_link(self) {
        let fragment = widget::fragment();
        let followed = self.library.try_update(|library| library.follow(&fragment));
        match followed {
            Some(Ok(Some(name))) => {
                self.report(format!("The link brought the template {name}."));
                self.fit();
            }
            Some(Err(error)) => self.report(error.to_string()),
            _ => return,
        }
        widget::forget_fragment();
    }
}
