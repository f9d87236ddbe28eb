//! What two tabs have made of the same templates → what both of them keep.

use super::{Library, Named};

/// The templates as they were when this tab last read or wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    json: String,
    templates: Vec<Named>,
}

impl Known {
    /// What is in the browser's storage, and nothing where that is nothing or unreadable.
    pub fn of(stored: Option<&str>) -> Self {
        let json = stored.unwrap_or_default().to_owned();
        let library: Option<Library> = serde_json::from_str(&json).ok();
        let templates = library.map(|library| library.templates).unwrap_or_default();
        Self { json, templates }
    }
}

impl Library {
    /// Takes over what other tabs have stored since this one last read or wrote. What only one side has
    /// changed, added or removed is as that side has it; what one has changed and the other removed
    /// stays; of what both have changed, the stored one gets a name of its own. Gives these names.
    pub fn meet(&mut self, known: &mut Known, stored: Option<&str>) -> Vec<String> {
        // A storage that was emptied tells nothing about templates.
        let Some(json) = stored.filter(|json| *json != known.json) else {
            return Vec::new();
        };
        let Ok(Self {
            templates: theirs, ..
        }) = serde_json::from_str::<Self>(json)
        else {
            return Vec::new();
        };
        let base = std::mem::replace(
            known,
            Known {
                json: json.to_owned(),
                templates: theirs.clone(),
            },
        );
        let shown = self.current();
        let ours = std::mem::take(&mut self.templates);
        let mut copies = Vec::new();
        for named in &ours {
            let before = find(&base.templates, &named.name);
            match find(&theirs, &named.name) {
                Some(their) if *their == *named => self.templates.push(named.clone()),
                Some(their) if before == Some(named) => self.templates.push(their.clone()),
                Some(their) => {
                    self.templates.push(named.clone());
                    if before != Some(their) {
                        copies.push(their.clone());
                    }
                }
                None if before == Some(named) => {}
                None => self.templates.push(named.clone()),
            }
        }
        let is_new = |their: &&Named| {
            find(&ours, &their.name).is_none() && find(&base.templates, &their.name) != Some(*their)
        };
        let added: Vec<Named> = theirs.iter().filter(is_new).cloned().collect();
        self.templates.extend(added.iter().cloned());
        let names = copies
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
        names
    }
}

fn find<'n>(templates: &'n [Named], name: &str) -> Option<&'n Named> {
    templates.iter().find(|named| named.name == name)
}
