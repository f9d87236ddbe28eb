//! The templates that somebody keeps, under names.

mod merge;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::link::{LinkError, Linked};
use crate::original;

use super::preset::PRESETS;

pub use merge::{Known, Met};

/// Named templates, one of which is shown. There is always one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    templates: Vec<Named>,
    #[serde(default)]
    shown: usize,
}

/// A template under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// No other has it.
    pub name: String,
    /// The text.
    pub template: String,
}

/// A template that was removed, and where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The template.
    pub named: Named,
    place: usize,
}

/// What a file or a link brought along.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// The names of the templates, as they are now.
    pub names: Vec<String>,
    /// How many of them are new here; the others were here before, with the same text.
    pub added: usize,
    /// How many were left out, because they have no text.
    pub empty: usize,
    /// The original's week of hours, if it was there.
    pub periods: Option<BTreeMap<String, String>>,
}

impl Import {
    /// What came of it, in a sentence.
    pub fn words(&self) -> String {
        let same = self.names.len() - self.added;
        let mut words = vec![format!("Imported {}", counted(self.added, "template"))];
        if self.periods.is_some() {
            words.push(" and the week of hours".to_owned());
        }
        if same > 0 {
            words.push(format!(
                "; {} the same here already",
                counted(same, "template")
            ));
        }
        if self.empty > 0 {
            words.push(format!(
                "; {} without a text left out",
                counted(self.empty, "template")
            ));
        }
        words.push(".".to_owned());
        words.concat()
    }
}

fn counted(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// Why nothing was imported.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// It is no JSON.
    #[error("this is no JSON ({0}); choose a file that this page or the original has written")]
    NoJson(String),
    /// There is nothing in it that is known here.
    #[error(
        "there are no templates in it: a list of {{\"name\", \"template\"}}, or an object with \"templates\" or \"periods\", is needed"
    )]
    Nothing,
    /// Something in it is of another shape.
    #[error("{0}; choose a file that this page or the original has written")]
    Unreadable(String),
}

impl Default for Library {
    /// One template to begin with.
    fn default() -> Self {
        let first = PRESETS
            .first()
            .map_or(("", ""), |preset| (preset.name, preset.template));
        Self {
            templates: vec![Named {
                name: first.0.to_owned(),
                template: first.1.to_owned(),
            }],
            shown: 0,
        }
    }
}

impl Library {
    /// What an earlier visit has kept; the first template if that is nothing or unreadable.
    pub fn kept(json: Option<&str>) -> Self {
        json.and_then(|json| serde_json::from_str::<Self>(json).ok())
            .filter(|library| library.shown < library.templates.len())
            .unwrap_or_default()
    }

    /// Shows the one that was shown at an earlier visit, if it is still there.
    #[must_use]
    pub fn showing(mut self, name: Option<&str>) -> Self {
        let place =
            name.and_then(|name| self.templates.iter().position(|known| known.name == name));
        self.show(place.unwrap_or(self.shown));
        self
    }

    /// All of them, in order.
    pub fn all(&self) -> &[Named] {
        &self.templates
    }

    /// The place of the one that is shown.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// The one that is shown.
    pub fn current(&self) -> Named {
        self.templates
            .get(self.shown)
            .cloned()
            .unwrap_or_else(|| Named {
                name: String::new(),
                template: String::new(),
            })
    }

    /// Shows another one.
    pub fn show(&mut self, place: usize) {
        if place < self.templates.len() {
            self.shown = place;
        }
    }

    /// Changes the text of the one that is shown.
    pub fn write(&mut self, template: String) {
        if let Some(named) = self.templates.get_mut(self.shown) {
            named.template = template;
        }
    }

    /// Gives the one that is shown another name, with a number behind it where another has it.
    /// A blank name is none.
    pub fn rename(&mut self, name: &str) {
        let name = name.trim();
        if name.is_empty() || self.current().name == name {
            return;
        }
        let name = self.free(name);
        if let Some(named) = self.templates.get_mut(self.shown) {
            named.name = name;
        }
    }

    /// Adds one, shows it, and gives the name it got.
    pub fn add(&mut self, name: &str, template: String) -> String {
        let name = self.free(if name.trim().is_empty() {
            "template"
        } else {
            name.trim()
        });
        self.templates.push(Named {
            name: name.clone(),
            template,
        });
        self.shown = self.templates.len() - 1;
        name
    }

    /// Removes the one that is shown and gives it away; the last one is replaced by an empty one.
    pub fn remove(&mut self) -> Removed {
        let place = self.shown;
        let named = self.current();
        if place < self.templates.len() {
            self.templates.remove(place);
        }
        if self.templates.is_empty() {
            self.add("template", String::new());
        }
        self.shown = self.shown.min(self.templates.len() - 1);
        Removed { named, place }
    }

    /// Puts back what was removed, shows it, and gives the name that it has now.
    pub fn restore(&mut self, removed: Removed) -> String {
        let Removed { named, place } = removed;
        let name = self.free(&named.name);
        self.shown = place.min(self.templates.len());
        let template = named.template;
        self.templates.insert(
            self.shown,
            Named {
                name: name.clone(),
                template,
            },
        );
        name
    }

    /// A file with all of them.
    pub fn export(&self) -> String {
        let all = serde_json::json!({ "templates": self.templates });
        serde_json::to_string_pretty(&all).unwrap_or_default()
    }

    /// Adds the templates of a file: what [`Self::export`] wrote, the original's list of templates,
    /// its periods, or its whole storage, in which lists are texts once more. What has the name and the text of
    /// one that is here is not added again; its empty places are left out.
    ///
    /// # Errors
    ///
    /// [`ImportError`]; nothing has changed then.
    pub fn import(&mut self, json: &str) -> Result<Import, ImportError> {
        let value: serde_json::Value =
            serde_json::from_str(json).map_err(|error| ImportError::NoJson(error.to_string()))?;
        let members: BTreeMap<&str, String> = match &value {
            serde_json::Value::Array(_) => [("templates", json.to_owned())].into(),
            // The value of the original's `periods` alone.
            serde_json::Value::Object(members)
                if !members.is_empty() && members.keys().all(|name| name.starts_with('#')) =>
            {
                [("periods", json.to_owned())].into()
            }
            serde_json::Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.as_str(), text_of(value)))
                .collect(),
            _ => BTreeMap::new(),
        };
        let found = original::import(|name| members.get(name).map(String::as_str));
        if let Some(problem) = found.problems.into_iter().next() {
            return Err(ImportError::Unreadable(problem));
        }
        if found.templates.is_empty() && found.empty == 0 && found.periods.is_none() {
            return Err(ImportError::Nothing);
        }
        let mut import = Import {
            empty: found.empty,
            periods: found.periods,
            ..Import::default()
        };
        for (name, template) in found.templates {
            let named = Named { name, template };
            if self.templates.contains(&named) {
                import.names.push(named.name);
            } else {
                import.names.push(self.add(&named.name, named.template));
                import.added += 1;
            }
        }
        Ok(import)
    }

    /// What follows `#` in a link to the template that is shown.
    ///
    /// # Errors
    ///
    /// [`LinkError::TooLong`].
    pub fn fragment(&self) -> Result<String, LinkError> {
        let Named { name, template } = self.current();
        Linked { name, template }.fragment()
    }

    /// Adds and shows the template of a link; `None` when it carries none.
    ///
    /// # Errors
    ///
    /// [`LinkError::Damaged`].
    pub fn follow(&mut self, fragment: &str) -> Result<Option<String>, LinkError> {
        let Some(Linked { name, template }) = Linked::of_fragment(fragment)? else {
            return Ok(None);
        };
        let named = Named { name, template };
        if let Some(place) = self.templates.iter().position(|known| *known == named) {
            self.shown = place;
            return Ok(Some(named.name));
        }
        Ok(Some(self.add(&named.name, named.template)))
    }

    fn free(&self, name: &str) -> String {
        let is_taken = |name: &str| self.templates.iter().any(|named| named.name == name);
        if !is_taken(name) {
            return name.to_owned();
        }
        let numbered = (2..).map(|number| format!("{name} {number}"));
        numbered
            .into_iter()
            .find(|name| !is_taken(name))
            .unwrap_or_default()
    }
}

/// As the browser's storage would have it, in which everything is text.
fn text_of(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
