//! Trying a record out before it is sent: what the page asks the module that knows pipelines, and
//! what it hears.
//!
//! That module is `crates/trial`, which is loaded when somebody opens the panel. The page does not
//! contain it, so that both write down what they say to each other; a test holds them together.

use std::collections::BTreeMap;

use kdg::MAX_RECORD_BYTES;
use serde::{Deserialize, Serialize};

/// A pipeline and a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// The pipeline's name.
    pub name: String,
    /// The text of its file.
    pub file: String,
    /// The texts of the files beside it, by name.
    pub beside: BTreeMap<String, String>,
    /// The record.
    pub record: String,
    /// How it is written.
    pub writing: Writing,
    /// When the stream would accept it, in milliseconds since the Unix epoch.
    pub arrival_ms: i64,
}

/// How the bytes of a record are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Writing {
    /// As text.
    #[default]
    Text,
    /// As base64.
    Base64,
}

/// What is heard.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum Answer {
    /// Questions may come.
    Ready {
        /// The pipelines of the repository.
        shipped: Vec<Shipped>,
    },
    /// What would become of the record.
    Tried {
        /// How many bytes it has.
        bytes: usize,
        /// It, or those that are packed in it; never empty.
        records: Vec<Tried>,
    },
    /// The pipeline's file is wrong.
    Wrong {
        /// From the top of the file to its end.
        problems: Vec<Wrong>,
    },
    /// The record is not written as the question says.
    Unread {
        /// Why, and what to do about it.
        message: String,
    },
    /// Nothing can be tried.
    Failed {
        /// Why.
        message: String,
    },
}

/// A pipeline of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Shipped {
    /// Its name.
    pub name: String,
    /// The text of its file.
    pub file: String,
    /// The text of its schema; empty without one.
    pub schema: String,
}

/// What would become of a record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tried {
    /// Its place among those that were packed together, counted from 0.
    pub place: Option<u32>,
    /// The layers that could be opened, outermost first.
    pub decoded: Vec<String>,
    /// Whether a filter let it pass.
    pub passed: bool,
    /// Why it is placed by its arrival instead of by its own time.
    pub late: Option<String>,
    /// What comes of it.
    pub fate: Fate,
}

/// What comes of a record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum Fate {
    /// It is stored.
    Stored {
        /// The object's key.
        key: String,
        /// Its text, or the record's line.
        body: String,
    },
    /// It is dropped.
    Filtered {
        /// What drops it, as a sentence.
        because: String,
    },
    /// It is kept apart.
    Quarantined {
        /// The reason's code.
        code: String,
        /// The reason as a sentence.
        reason: String,
        /// The folder that keeps it.
        folder: String,
    },
}

/// One thing that is wrong with a pipeline's file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Wrong {
    /// Counted from 1, where it is known.
    pub line: Option<u32>,
    /// Counted from 1 in characters, where it is known.
    pub column: Option<u32>,
    /// What is wrong and what to do.
    pub text: String,
}

/// What is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// The pipeline's name.
    pub name: String,
    /// The text of its file.
    pub file: String,
    /// The text of the schema that it names.
    pub schema: String,
    /// The record.
    pub record: String,
    /// How it is written.
    pub writing: Writing,
}

impl Form {
    /// Fills a pipeline of the repository in.
    pub fn take(&mut self, shipped: &Shipped) {
        self.name.clone_from(&shipped.name);
        self.file.clone_from(&shipped.file);
        self.schema.clone_from(&shipped.schema);
    }

    /// What becomes of a record that the stream accepts now.
    pub fn question(&self, arrival_ms: i64) -> Question {
        let schema = self.schema_file().filter(|_| !self.schema.is_empty());
        Question {
            name: self.name.clone(),
            file: self.file.clone(),
            beside: schema
                .map(|file| (file.to_owned(), self.schema.clone()))
                .into_iter()
                .collect(),
            record: self.record.clone(),
            writing: self.writing,
            arrival_ms,
        }
    }

    /// What the pipeline's file calls its schema, as far as the page looks into it.
    pub fn schema_file(&self) -> Option<&str> {
        let mut lines = self.file.lines();
        let named = lines.find_map(|line| line.trim().strip_prefix("schema:"))?;
        let name = named.split(" #").next()?.trim().trim_matches(['"', '\'']);
        (!name.is_empty()).then_some(name)
    }
}

/// The layers of a record that could be opened, outermost first. That of the event, which every record
/// has, is told from those of its producer.
pub fn layers(tried: &Tried) -> String {
    if tried.decoded.is_empty() {
        return "nothing".to_owned();
    }
    let layers = tried.decoded.iter().map(|layer| match layer.as_str() {
        "base64" => "base64 of the event",
        "second base64" => "base64",
        other => other,
    });
    layers.collect::<Vec<_>>().join(", ")
}

/// That a stream refuses a record of so many bytes before any pipeline sees it.
pub fn too_large(answer: &Answer) -> Option<String> {
    let Answer::Tried { bytes, .. } = answer else {
        return None;
    };
    (*bytes > MAX_RECORD_BYTES).then(|| {
        format!(
            "A stream refuses it: by default it takes {MAX_RECORD_BYTES} bytes of a record and its key, and this has {bytes}"
        )
    })
}

/// What the number in a key stands for that only the stream can give.
pub fn placeholder(file: &str) -> Option<&'static str> {
    file.contains("%sequence_number").then_some(
        "0 stands for the sequence number in it, which the stream gives a record when it takes it.",
    )
}

/// What became of everything, in a line.
pub fn headline(answer: &Answer) -> String {
    if let Some(words) = too_large(answer) {
        return words;
    }
    match answer {
        Answer::Ready { .. } => String::new(),
        Answer::Tried { records, .. } => match records.as_slice() {
            [one] => match &one.fate {
                Fate::Stored { key, .. } => format!("Stored as {key}"),
                Fate::Filtered { because } => format!("Filtered: {because}"),
                Fate::Quarantined { code, .. } => format!("Quarantined: {code}"),
            },
            several => {
                let count =
                    |is: fn(&Fate) -> bool| several.iter().filter(|tried| is(&tried.fate)).count();
                format!(
                    "{} records in one: {} stored, {} filtered, {} quarantined",
                    several.len(),
                    count(|fate| matches!(fate, Fate::Stored { .. })),
                    count(|fate| matches!(fate, Fate::Filtered { .. })),
                    count(|fate| matches!(fate, Fate::Quarantined { .. })),
                )
            }
        },
        Answer::Wrong { problems } if problems.len() == 1 => {
            "The pipeline's file is wrong in one place".into()
        }
        Answer::Wrong { problems } => {
            format!("The pipeline's file is wrong in {} places", problems.len())
        }
        Answer::Unread { message } | Answer::Failed { message } => {
            let mut letters = message.chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string());
            format!("{}{}", first.unwrap_or_default(), letters.as_str())
        }
    }
}

/// Where a place of a text is for a browser, which counts in UTF-16.
pub fn offset(text: &str, line: u32, column: u32) -> u32 {
    let counted = |number: u32| {
        usize::try_from(number)
            .unwrap_or_default()
            .saturating_sub(1)
    };
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines.by_ref().take(counted(line)).map(units).sum();
    let here = lines.next().unwrap_or_default().trim_end_matches('\n');
    let here: usize = here
        .chars()
        .take(counted(column))
        .map(char::len_utf16)
        .sum();
    u32::try_from(before + here).unwrap_or(u32::MAX)
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
