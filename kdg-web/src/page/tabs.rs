//! The templates that tabs of the same browser share, and those that a link brings.

use leptos::prelude::*;

use crate::state::library::Known;

use super::context::Page;
use super::{storage, widget};

impl Page {
    /// Keeps the templates, together with what other tabs keep.
    pub(super) fn share_library(self) {
        let known = StoredValue::new(Known::of(storage::text("library").as_deref()));
        let meet = move || {
            let stored = storage::text("library");
            let mut library = self.library.get_untracked();
            let copies = known.try_update_value(|known| library.meet(known, stored.as_deref()));
            if library != self.library.get_untracked() {
                self.library.set(library);
            }
            if let Some(copies) = copies.filter(|copies| !copies.is_empty()) {
                self.report(format!(
                    "Another tab has changed the same templates; its texts are kept as {}.",
                    copies.join(", ")
                ));
            }
        };
        Effect::new(move |_| {
            self.library.track();
            meet();
            let json = self.library.with_untracked(serde_json::to_string);
            if let Ok(json) = json {
                let is_kept = storage::put("library", &json);
                if is_kept {
                    known.set_value(Known::of(Some(&json)));
                }
                self.is_kept.set(is_kept);
            }
        });
        window_event_listener_untyped("storage", move |_| meet());
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
