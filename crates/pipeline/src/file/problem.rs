//! What is wrong with a pipeline file, where, and what to do about it.

use std::fmt;

/// Everything that is wrong with one file; there is at least one problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The file, as it was named by whoever asked.
    pub file: String,
    /// The problems, from the top of the file to its end.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line and the column, both counted from 1, where they are known.
    pub place: Option<(u64, u64)>,
    /// The path of the field, such as `process.filter`; empty for the file itself.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl Problems {
    pub(super) fn new(file: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.place);
        Self {
            file: file.to_owned(),
            problems,
        }
    }
}

impl Problem {
    /// A problem of the file as a whole.
    pub(super) fn of_file(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            place: None,
            field: String::new(),
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    /// One line a problem: `FILE:LINE:COLUMN: FIELD: MESSAGE; REMEDY`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            f.write_str(&self.file)?;
            if let Some((line, column)) = problem.place {
                write!(f, ":{line}:{column}")?;
            }
            f.write_str(": ")?;
            if !problem.field.is_empty() {
                write!(f, "{}: ", problem.field)?;
            }
            write!(f, "{}; {}", problem.message, problem.remedy)?;
        }
        Ok(())
    }
}
