//! The templates, and the surroundings that all sides render them in.

use kdg::{Scene, SeededEntropy, Template, TemplateErrors};

/// The seed of every digest and comparison.
pub const SEED: u64 = 20_240_229;

/// 13:05:09.007 UTC on 29 February 2024.
pub const NOW_MS: i64 = 1_709_211_909_007;

/// Where local time is behind UTC, and not by whole hours.
pub const OFFSET_MINUTES: i32 = -210;

/// A template to measure.
#[derive(Debug)]
pub struct Sample {
    /// What the table calls it, and the start of the name of its file.
    pub name: &'static str,
    /// The text of the template.
    pub text: &'static str,
}

/// The templates that are measured: those that users of the KDG start from, and one of many fields.
pub const SAMPLES: [Sample; 4] = [
    Sample {
        name: "sensor",
        text: include_str!("../templates/sensor.json.tmpl"),
    },
    Sample {
        name: "person",
        text: include_str!("../templates/person.csv.tmpl"),
    },
    Sample {
        name: "access",
        text: include_str!("../templates/access.log.tmpl"),
    },
    Sample {
        name: "order",
        text: include_str!("../templates/order.json.tmpl"),
    },
];

/// A template that draws from everything that could differ between platforms.
pub const MANY: &str = include_str!("../templates/many.json.tmpl");

/// A sample and what it is rendered with.
#[derive(Debug)]
pub struct Renderer {
    template: Template,
    scene: Scene,
    record: Vec<u8>,
}

impl Renderer {
    /// Compiles the template.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with it.
    pub fn new(text: &str) -> Result<Self, TemplateErrors> {
        Ok(Self {
            template: Template::compile(text.trim_end())?,
            scene: scene(),
            record: Vec::new(),
        })
    }

    /// Renders so many records, one over the other, and tells how many bytes they had.
    pub fn render(&mut self, records: u32) -> u64 {
        let mut bytes = 0;
        for _ in 0..records {
            self.record.clear();
            self.template.render(&mut self.scene, &mut self.record);
            bytes += self.record.len() as u64;
        }
        bytes
    }

    /// The record that was rendered last.
    pub fn record(&self) -> &[u8] {
        &self.record
    }
}

/// A scene that is the same everywhere.
pub fn scene() -> Scene {
    Scene::new(SeededEntropy::new(SEED), NOW_MS).with_offset(OFFSET_MINUTES)
}
