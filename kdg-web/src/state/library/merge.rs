//! What two tabs have made of the same templates → what both of them keep.

use std::collections::VecDeque;

use super::{Library, Named, Removed};

/// How many versions of what this tab writes are told from what other tabs write.
const VERSIONS: usize = 200;

/// The templates as they were when this tab last read or wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    json: String,
    templates: Vec<Named>,
    /// What this tab has written of late: it comes back from a tab that had not heard of the next letter.
    written: VecDeque<Named>,
}

/// What came of taking over what other tabs have stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Met {
    /// The names under which other tabs' texts of templates are kept that both have changed.
    pub copies: Vec<String>,
    /// What another tab has deleted, the last one last.
    pub removed: Vec<Removed>,
    /// The names of what another tab has deleted, and stays because somebody writes it here.
    pub stay: Vec<String>,
}

impl Met {
    /// What came of it, in sentences; nothing where nobody has to know.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        if !self.removed.is_empty() {
            let names = self
                .removed
                .iter()
                .map(|removed| removed.named.name.as_str());
            let names: Vec<_> = names.collect();
            words.push(format!("Deleted in another tab: {}.", names.join(", ")));
        }
        if !self.stay.is_empty() {
            words.push(format!(
                "Another tab has deleted {}, which stays because you are writing it.",
                self.stay.join(", ")
            ));
        }
        if !self.copies.is_empty() {
            words.push(format!(
                "Another tab has changed the same templates; its texts are kept as {}.",
                self.copies.join(", ")
            ));
        }
        words.join(" ")
    }
}

impl Known {
    /// What is in the browser's storage, and nothing where that is nothing or unreadable.
    pub fn of(stored: Option<&str>) -> Self {
        let json = stored.unwrap_or_default().to_owned();
        let library: Option<Library> = serde_json::from_str(&json).ok();
        let templates = library.map(|library| library.templates).unwrap_or_default();
        Self {
            json,
            templates,
            written: VecDeque::new(),
        }
    }

    /// Whether the storage has these templates, in whatever order, so that nothing is to be written.
    pub fn has(&self, library: &Library) -> bool {
        let has = |named| self.templates.contains(named);
        self.templates.len() == library.templates.len() && library.templates.iter().all(has)
    }

    /// This tab has written its templates.
    pub fn wrote(&mut self, json: String, library: &Library) {
        let changed = library
            .templates
            .iter()
            .filter(|named| !self.templates.contains(named));
        self.written.extend(changed.cloned());
        // What has another name now is written under that one.
        self.written
            .retain(|named| find(&library.templates, &named.name).is_some());
        while self.written.len() > VERSIONS {
            self.written.pop_front();
        }
        self.json = json;
        self.templates.clone_from(&library.templates);
    }

    /// Nobody has written here for a while: whatever is stored from now on is meant.
    pub fn settle(&mut self) {
        self.written.clear();
    }

    fn is_being_written(&self, name: &str) -> bool {
        self.written.iter().any(|named| named.name == name)
    }
}

impl Library {
    /// Takes over what other tabs have stored since this one last read or wrote. What only one side has
    /// changed, added or removed is as that side has it; what one has changed and the other removed
    /// stays; of what both have changed, the stored one gets a name of its own.
    pub fn meet(&mut self, known: &mut Known, stored: Option<&str>) -> Met {
        // A storage that was emptied tells nothing about templates.
        let Some(json) = stored.filter(|json| *json != known.json) else {
            return Met::default();
        };
        let Ok(Self {
            templates: theirs, ..
        }) = serde_json::from_str::<Self>(json)
        else {
            return Met::default();
        };
        let base = std::mem::replace(
            known,
            Known {
                json: json.to_owned(),
                templates: theirs.clone(),
                written: known.written.clone(),
            },
        );
        let shown = self.current();
        let ours = std::mem::take(&mut self.templates);
        let is_renamed = |named: &Named| {
            theirs.iter().any(|their| {
                their.template == named.template && find(&base.templates, &their.name).is_none()
            })
        };
        let mut met = Met::default();
        let mut copies = Vec::new();
        for (place, named) in ours.iter().enumerate() {
            let before = find(&base.templates, &named.name);
            match find(&theirs, &named.name) {
                Some(their) if *their == *named || base.written.contains(their) => {
                    self.templates.push(named.clone());
                }
                Some(their) if before == Some(named) => self.templates.push(their.clone()),
                Some(their) => {
                    self.templates.push(named.clone());
                    if before != Some(their) {
                        copies.push(their.clone());
                    }
                }
                None if base.is_being_written(&named.name) && !is_renamed(named) => {
                    met.stay.push(named.name.clone());
                    self.templates.push(named.clone());
                }
                None if before == Some(named) => met.removed.push(Removed {
                    named: named.clone(),
                    place,
                }),
                None => self.templates.push(named.clone()),
            }
        }
        let is_new = |their: &&Named| {
            find(&ours, &their.name).is_none() && find(&base.templates, &their.name) != Some(*their)
        };
        let added: Vec<Named> = theirs.iter().filter(is_new).cloned().collect();
        self.templates.extend(added.iter().cloned());
        // What has another name now is not gone.
        met.removed.retain(|removed| {
            let text = &removed.named.template;
            !added.iter().any(|named| named.template == *text)
        });
        met.copies = copies
            .into_iter()
            .map(|copy| {
                let name = self.free(&copy.name);
                self.templates.push(Named {
                    name: name.clone(),
                    template: copy.template,
                });
                name
            })
            .collect();
        // The other tab may have given what is shown here another name.
        let renamed = added
            .iter()
            .find(|named| named.template == shown.template)
            .map(|named| named.name.as_str());
        let place = |name: &str| self.templates.iter().position(|named| named.name == name);
        let last = self.templates.len().saturating_sub(1);
        self.shown = place(&shown.name)
            .or_else(|| place(renamed?))
            .unwrap_or(self.shown.min(last));
        if self.templates.is_empty() {
            self.add("template", String::new());
        }
        met
    }
}

fn find<'n>(templates: &'n [Named], name: &str) -> Option<&'n Named> {
    templates.iter().find(|named| named.name == name)
}
