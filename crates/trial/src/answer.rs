//! What a page is told.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::DateTime;
use pipeline::{
    Pipeline,
    file::{Problem, Problems},
    trial::Trial,
};
use serde::Serialize;

use crate::{
    question::{Question, Writing},
    shipped::Shipped,
};

/// What would become of a record, or why nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum Answer {
    /// Questions may come.
    Ready {
        /// What may be asked about without a file at hand.
        shipped: &'static [Shipped],
    },
    /// The pipeline is one, and this is what it does.
    Tried(Trial),
    /// The pipeline's file is wrong.
    Wrong {
        /// From the top of the file to its end; never empty.
        problems: Vec<Wrong>,
    },
    /// The record is not written as the question says.
    Unread {
        /// Why, and what to do about it.
        message: String,
    },
}

/// One thing that is wrong with a pipeline's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wrong {
    /// Counted from 1, where it is known.
    pub line: Option<u64>,
    /// Counted from 1 in characters, where it is known.
    pub column: Option<u64>,
    /// What is wrong and what to do, as `sluice check` prints it.
    pub text: String,
}

/// Tries a record out.
pub fn answer(question: &Question) -> Answer {
    let read = Pipeline::parse_with(&question.name, &question.file, &question.beside);
    let pipeline = match read {
        Ok(pipeline) => pipeline,
        Err(problems) => {
            return Answer::Wrong {
                problems: wrong(problems),
            };
        }
    };
    let data = match question.writing {
        Writing::Text => question.record.clone().into_bytes(),
        Writing::Base64 => match BASE64_STANDARD.decode(question.record.trim()) {
            Ok(data) => data,
            Err(error) => {
                return Answer::Unread {
                    message: format!(
                        "the record is not base64: {error}; paste `Data` as the stream gives it, or say that it is text"
                    ),
                };
            }
        },
    };
    let arrival = DateTime::from_timestamp_millis(question.arrival_ms).unwrap_or_default();
    Answer::Tried(Trial::new(pipeline.config(), data.into(), arrival))
}

fn wrong(Problems { file, problems }: Problems) -> Vec<Wrong> {
    let one = |problem: Problem| {
        let place = problem.place;
        let alone = Problems {
            file: file.clone(),
            problems: vec![problem],
        };
        Wrong {
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            text: alone.to_string(),
        }
    };
    problems.into_iter().map(one).collect()
}
