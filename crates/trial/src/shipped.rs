//! The pipelines of the repository, so that one can be tried without a file at hand.

use serde::Serialize;

/// A pipeline's file, and the one beside it that decides on records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Shipped {
    /// The pipeline.
    pub name: &'static str,
    /// The text of its file.
    pub file: &'static str,
    /// The text of its schema; empty without one.
    pub schema: &'static str,
}

/// One for each file in `pipelines/`.
pub const SHIPPED: [Shipped; 6] = [
    Shipped {
        name: "user-activity",
        file: include_str!("../../../pipelines/user-activity.yaml"),
        schema: "",
    },
    Shipped {
        name: "page-views",
        file: include_str!("../../../pipelines/page-views.yaml"),
        schema: include_str!("../../../pipelines/page-views.schema.json"),
    },
    Shipped {
        name: "call-events",
        file: include_str!("../../../pipelines/call-events.yaml"),
        schema: "",
    },
    Shipped {
        name: "mock-data",
        file: include_str!("../../../pipelines/mock-data.yaml"),
        schema: "",
    },
    Shipped {
        name: "kdg-archive",
        file: include_str!("../../../pipelines/kdg-archive.yaml"),
        schema: "",
    },
    Shipped {
        name: "random-user",
        file: include_str!("../../../pipelines/random-user.yaml"),
        schema: "",
    },
];
