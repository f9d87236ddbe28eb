//! The form follows what is chosen: a pipeline, another template, another service.

use std::collections::BTreeMap;

use super::form::{Form, KeyKind, TargetKind};
use super::library::Named;
use super::preset::{PRESETS, Preset};

/// The pipeline that a template is of: that with its text, or else with its name.
pub fn pipeline(named: &Named) -> Option<&'static Preset> {
    // A second copy is called `page-views 2`.
    let name = named
        .name
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_end();
    let is_text = |preset: &&Preset| preset.template == named.template;
    let is_name = |preset: &&Preset| preset.name == named.name || preset.name == name;
    let mut presets = PRESETS.iter();
    presets
        .find(is_text)
        .or_else(|| PRESETS.iter().find(is_name))
}

/// The stream to begin with, of those that a deployment names for its pipelines: that of the
/// template, or the only one.
pub fn first_stream(named: &Named, streams: &BTreeMap<String, String>) -> Option<String> {
    let own = pipeline(named).and_then(|preset| streams.get(preset.name));
    let only = || streams.values().next().filter(|_| streams.len() == 1);
    own.or_else(only).cloned()
}

/// The bucket of what is chosen as the target, of those that a deployment names for its pipelines.
pub fn bucket(
    form: &Form,
    streams: &BTreeMap<String, String>,
    buckets: &BTreeMap<String, String>,
) -> Option<String> {
    let name = form.name.trim();
    let reads = |pipeline: &&String| streams.get(*pipeline).is_some_and(|stream| stream == name);
    let shipped = || {
        let mut presets = PRESETS.iter();
        presets
            .find(|preset| stream_of(preset, streams) == name)
            .and_then(|preset| buckets.get(preset.name))
    };
    match form.target {
        TargetKind::Stream => {
            let named = buckets.keys().find(reads);
            named
                .and_then(|pipeline| buckets.get(pipeline))
                .or_else(shipped)
        }
        TargetKind::Firehose => buckets.get(name),
    }
    .cloned()
}

impl Form {
    /// Sets key and, of data streams, the stream as a pipeline has them, and says so.
    pub fn use_pipeline(&mut self, preset: &Preset, streams: &BTreeMap<String, String>) -> String {
        let mut set = Vec::new();
        if self.target == TargetKind::Stream {
            self.name = stream_of(preset, streams);
            set.push(format!("the stream is {}", self.name));
        }
        self.use_key(preset.key);
        set.push(self.key_words());
        format!(
            "As the pipeline {} has it, {}.",
            preset.name,
            set.join(" and ")
        )
    }

    /// Replaces what belongs to another template's pipeline by what the one that is shown now has, and
    /// says so; `None` when everything fits.
    pub fn show(&mut self, named: &Named, streams: &BTreeMap<String, String>) -> Option<String> {
        let preset = pipeline(named);
        let mut set = Vec::new();
        if let Some(own) = preset.map(|preset| stream_of(preset, streams)) {
            let is_anothers = PRESETS
                .iter()
                .any(|other| stream_of(other, streams) == self.name);
            if self.target == TargetKind::Stream && is_anothers && own != self.name {
                set.push(format!("the stream is {own}"));
                self.name = own;
            }
        }
        if self.key == KeyKind::Template && !has_fields(&named.template, &self.key_template) {
            self.use_key(preset.map_or("", |preset| preset.key));
            set.push(self.key_words());
        }
        (!set.is_empty()).then(|| format!("For {}, {} now.", named.name, set.join(" and ")))
    }

    /// Empties the name, which is one of the other service, and says so.
    pub fn change_service(&mut self) -> String {
        self.name.clear();
        match self.target {
            TargetKind::Stream => "Choose a Kinesis stream.".to_owned(),
            TargetKind::Firehose => {
                "Choose a delivery stream; Firehose has no partition keys.".to_owned()
            }
        }
    }

    /// Fills in a name that is missing from those in the account, and says so: the stream of the
    /// template's pipeline, or the only one. With several, nothing is chosen for anybody.
    pub fn choose_listed(
        &mut self,
        named: &Named,
        streams: &BTreeMap<String, String>,
        listed: &[String],
    ) -> Option<String> {
        if !self.name.is_empty() {
            return None;
        }
        let own = pipeline(named)
            .filter(|_| self.target == TargetKind::Stream)
            .map(|preset| stream_of(preset, streams))
            .filter(|stream| listed.contains(stream));
        let only = || listed.first().filter(|_| listed.len() == 1).cloned();
        self.name = own.or_else(only)?;
        Some(format!("Records go to {}.", self.name))
    }

    fn use_key(&mut self, key: &str) {
        self.key = match key {
            "" => KeyKind::Random,
            "even" => KeyKind::Even,
            _ => KeyKind::Template,
        };
        self.key_template = match self.key {
            KeyKind::Template => key.to_owned(),
            _ => String::new(),
        };
    }

    fn key_words(&self) -> String {
        match self.key {
            KeyKind::Random => "the partition key is random".to_owned(),
            KeyKind::Even => "the partition keys are even over shards".to_owned(),
            KeyKind::Template => format!("the partition key is {}", self.key_template),
        }
    }
}

fn stream_of(preset: &Preset, streams: &BTreeMap<String, String>) -> String {
    let named = streams.get(preset.name).map(String::as_str);
    named.unwrap_or(preset.stream).to_owned()
}

/// Whether a template writes each field that a key is made of, as far as its text tells.
fn has_fields(template: &str, key: &str) -> bool {
    let fields = key.split("{{").skip(1).filter_map(|rest| {
        let (field, _) = rest.split_once("}}")?;
        Some(field.trim())
    });
    fields
        .flat_map(|field| field.split('.'))
        .all(|name| template.contains(name))
}
