//! The templates of the repository's pipelines, ready to use.

/// A pipeline's test traffic.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// The pipeline.
    pub name: &'static str,
    /// The stream it reads, unless the deployment calls it otherwise.
    pub stream: &'static str,
    /// Its template.
    pub template: &'static str,
    /// As in the pipeline's file: fields of the record, `even`, or random when empty.
    pub key: &'static str,
}

/// One for each file in `pipelines/`.
pub const PRESETS: [Preset; 6] = [
    Preset {
        name: "user-activity",
        stream: "user-activity-stream",
        template: include_str!("../../../pipelines/user-activity.json.tmpl"),
        key: "{{ user_id }}",
    },
    Preset {
        name: "page-views",
        stream: "page-views-stream",
        template: include_str!("../../../pipelines/page-views.json.tmpl"),
        key: "{{ visitor }}",
    },
    Preset {
        name: "call-events",
        stream: "AForB_callevents",
        template: include_str!("../../../pipelines/call-events.json.tmpl"),
        key: "even",
    },
    Preset {
        name: "mock-data",
        stream: "kinesis-stream-hw-03",
        template: include_str!("../../../pipelines/mock-data.json.tmpl"),
        key: "{{ id }}",
    },
    Preset {
        name: "kdg-archive",
        stream: "kdg-archive-stream",
        template: include_str!("../../../pipelines/kdg-archive.json.tmpl"),
        key: "",
    },
    Preset {
        name: "random-user",
        stream: "RandomUserStream",
        template: include_str!("../../../pipelines/random-user.json.tmpl"),
        key: "",
    },
];
