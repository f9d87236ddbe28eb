//! The pipeline's filter and program, written in VRL, compiled once and run for each record.
//!
//! VRL checks types when it compiles, so what can fail is found by `sluice check` and not by a
//! record. A result may depend on the record alone: the functions that read the clock, chance or
//! the surroundings are refused, because a replayed record has to come out as it did before.

#[cfg(any(target_arch = "wasm32", test))]
mod browser;
mod mapping;
mod refused;

use std::{collections::BTreeMap, fmt};

use vrl::{
    compiler::{
        CompileConfig, ExpressionError, Function, Program, TargetValueRef, TimeZone,
        compile_with_external,
        runtime::{Runtime, Terminate},
        state::ExternalEnv,
    },
    diagnostic::{Diagnostic, DiagnosticList, Note},
    path::{OwnedSegment, PathPrefix},
    value::{
        Kind, Secrets, Value,
        kind::{Collection, Field},
    },
};

pub use self::mapping::Mapping;
use crate::record::Record;

/// The compiled filter and program of a pipeline that has at least one of them.
#[derive(Clone, Debug)]
pub struct Transform {
    filter: Option<Program>,
    program: Option<Program>,
    reads_metadata: bool,
    timezone: TimeZone,
}

/// What a [`Transform`] made of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Transformed {
    /// The record passed the filter and there is no program: it stays as it is.
    Unchanged(Value),
    /// The program's value.
    Changed(Value),
    /// The filter said no, or the program aborted.
    Dropped,
    /// The filter or the program failed; VRL's message says where.
    Failed(String),
}

/// Everything that is wrong with one VRL source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramError {
    /// The problems, in the compiler's order; never empty.
    pub problems: Vec<ProgramProblem>,
}

/// One thing that is wrong with a VRL source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramProblem {
    /// Where in the source, as a byte offset.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl std::error::Error for ProgramError {}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{} ({})", problem.message, problem.remedy)?;
        }
        Ok(())
    }
}

impl Transform {
    /// Combines what [`compile_filter`] and [`compile_program`] made; `None` when there is neither.
    pub fn new(filter: Option<Program>, program: Option<Program>) -> Option<Self> {
        let reads_metadata = [&filter, &program].into_iter().flatten().any(|program| {
            let mut queries = program.info().target_queries.iter();
            queries.any(|path| path.prefix == PathPrefix::Metadata)
        });
        (filter.is_some() || program.is_some()).then(|| Self {
            filter,
            program,
            reads_metadata,
            // Not the machine's own zone: the same record has to give the same result anywhere.
            timezone: TimeZone::parse("UTC").unwrap_or_default(),
        })
    }

    /// Whether there is a filter, and not just a program.
    pub fn has_filter(&self) -> bool {
        self.filter.is_some()
    }

    /// Runs the filter, then the program, on the value of a record.
    pub fn run(&self, mut value: Value, record: &Record) -> Transformed {
        let mut metadata = if self.reads_metadata {
            metadata(record)
        } else {
            Value::Object(BTreeMap::new())
        };
        if let Some(filter) = &self.filter {
            match self.resolve(filter, &mut value, &mut metadata) {
                Ok(Value::Boolean(true)) => {}
                Ok(_) => return Transformed::Dropped,
                Err(terminate) => return terminated("filter", terminate),
            }
        }
        let Some(program) = &self.program else {
            return Transformed::Unchanged(value);
        };
        match self.resolve(program, &mut value, &mut metadata) {
            Ok(_) => Transformed::Changed(value),
            Err(terminate) => terminated("program", terminate),
        }
    }

    fn resolve(
        &self,
        program: &Program,
        value: &mut Value,
        metadata: &mut Value,
    ) -> Result<Value, Terminate> {
        let mut target = TargetValueRef {
            value,
            metadata,
            secrets: &mut Secrets::new(),
        };
        Runtime::default().resolve(&mut target, program, &self.timezone)
    }
}

/// Compiles a filter: an expression that is `true` for the records to keep.
///
/// # Errors
///
/// Everything that the VRL compiler refuses; an expression that is not a boolean; an assignment
/// to the record, which a filter only looks at.
pub fn compile_filter(source: &str) -> Result<Program, ProgramError> {
    let mut config = CompileConfig::default();
    config.set_read_only();
    let program = compile(source, config)?;
    let kind = program.final_type_info().result.kind().clone();
    if kind.is_boolean() {
        return Ok(program);
    }
    Err(ProgramError {
        problems: vec![ProgramProblem {
            offset: 0,
            message: format!("a filter is true or false, and this is {kind}"),
            remedy: "compare something, such as `int!(.age) >= 21`, or convert it with `bool!`"
                .to_owned(),
        }],
    })
}

/// Compiles a program: it changes `.`, the record, or calls `abort` to drop it.
///
/// # Errors
///
/// Everything that the VRL compiler refuses.
pub fn compile_program(source: &str) -> Result<Program, ProgramError> {
    let mut config = CompileConfig::default();
    config.set_read_only_path(vrl::path::OwnedTargetPath::metadata_root(), true);
    compile(source, config)
}

fn compile(source: &str, config: CompileConfig) -> Result<Program, ProgramError> {
    compile_against(source, config, metadata_kind(), &METADATA)
}

/// Compiles a program that finds metadata of this kind, with these names, at `%`.
fn compile_against(
    source: &str,
    config: CompileConfig,
    metadata: Kind,
    names: &[&str],
) -> Result<Program, ProgramError> {
    let environment = ExternalEnv::new_with_kind(Kind::json(), metadata);
    let program = compile_with_external(source, &functions(), &environment, config)
        .map(|compiled| compiled.program)
        .map_err(|diagnostics| problems(source, &diagnostics))?;
    let unknown: Vec<_> = unknown_metadata(source, &program, names).collect();
    if unknown.is_empty() {
        Ok(program)
    } else {
        Err(ProgramError { problems: unknown })
    }
}

/// Metadata that no record has, which VRL alone would take for null.
fn unknown_metadata(
    source: &str,
    program: &Program,
    names: &[&str],
) -> impl Iterator<Item = ProgramProblem> + use<> {
    let queries = program.info().target_queries.iter();
    let asked = queries
        .filter(|query| query.prefix == PathPrefix::Metadata)
        .filter_map(|query| match query.path.segments.first() {
            Some(OwnedSegment::Field(name)) => Some(name.as_str()),
            _ => None,
        });
    asked
        .filter(|name| !names.contains(name))
        .map(|name| ProgramProblem {
            offset: source.find(&format!("%{name}")).unwrap_or_default(),
            message: format!("`%{name}` is not known of a record"),
            remedy: format!("use one of %{}", names.join(", %")),
        })
        .collect::<Vec<_>>()
        .into_iter()
}

/// VRL's standard library without what `refused.rs` lists.
#[cfg(target_arch = "wasm32")]
fn functions() -> Vec<Box<dyn Function>> {
    browser::functions()
}

/// VRL's standard library without what `refused.rs` lists.
#[cfg(not(target_arch = "wasm32"))]
fn functions() -> Vec<Box<dyn Function>> {
    vrl::stdlib::all()
        .into_iter()
        .filter(|function| refused::reason(function.identifier()).is_none())
        .collect()
}

/// The names at `%`.
const METADATA: [&str; 5] = [
    "arrival",
    "partition_key",
    "sequence_number",
    "shard_id",
    "sub_sequence",
];

/// What a program finds at `%`: the same names as in a key template.
fn metadata(record: &Record) -> Value {
    Value::Object(BTreeMap::from([
        ("arrival".into(), record.arrival.into()),
        ("partition_key".into(), record.partition_key.as_str().into()),
        (
            "sequence_number".into(),
            record.identity.sequence_number().as_str().into(),
        ),
        ("shard_id".into(), record.identity.shard_id().into()),
        (
            "sub_sequence".into(),
            record
                .identity
                .sub_sequence()
                .map_or(Value::Null, |place| i64::from(place).into()),
        ),
    ]))
}

fn metadata_kind() -> Kind {
    Kind::object(Collection::from(BTreeMap::<Field, Kind>::from([
        ("arrival".into(), Kind::timestamp()),
        ("partition_key".into(), Kind::bytes()),
        ("sequence_number".into(), Kind::bytes()),
        ("shard_id".into(), Kind::bytes()),
        ("sub_sequence".into(), Kind::integer().or_null()),
    ])))
}

fn terminated(what: &str, terminate: Terminate) -> Transformed {
    match terminate {
        Terminate::Abort(ExpressionError::Abort { .. }) => Transformed::Dropped,
        other => Transformed::Failed(format!("the {what} failed: {other}")),
    }
}

fn problems(source: &str, diagnostics: &DiagnosticList) -> ProgramError {
    ProgramError {
        problems: diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.is_problem())
            .map(|diagnostic| problem(source, diagnostic))
            .collect(),
    }
}

fn problem(source: &str, diagnostic: &Diagnostic) -> ProgramProblem {
    let mut labels: Vec<_> = diagnostic.labels().iter().collect();
    labels.sort_by_key(|label| !label.primary);
    let span = labels.first().map(|label| label.span).unwrap_or_default();
    let word = source.get(span.range()).unwrap_or_default();
    if let Some(refused) = refused::reason(word) {
        return ProgramProblem {
            offset: span.start(),
            message: format!("`{word}` {}", refused.why),
            remedy: refused.instead.to_owned(),
        };
    }
    let mut message = diagnostic.message().to_owned();
    for label in &labels {
        if !label.message.is_empty() && !message.contains(&label.message) {
            message.push_str(": ");
            message.push_str(&label.message);
        }
    }
    ProgramProblem {
        offset: span.start(),
        message: one_line(&message),
        remedy: remedy(diagnostic),
    }
}

/// The compiler's own advice, or else where the language is described.
fn remedy(diagnostic: &Diagnostic) -> String {
    if diagnostic.notes().contains(&Note::SeeErrorDocs) {
        return "append `!` to the function's name to quarantine records on which it fails, \
                or give another value with `??`"
            .to_owned();
    }
    let notes = diagnostic.notes().iter();
    let advice: Vec<_> = notes
        .filter(|note| matches!(note, Note::Hint(_) | Note::CoerceValue | Note::Basic(_)))
        .map(ToString::to_string)
        .filter(|advice| !advice.trim().is_empty())
        .collect();
    if advice.is_empty() {
        "see https://vrl.dev for the language and its functions".to_owned()
    } else {
        one_line(&advice.join(" "))
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
