//! What a tag says, before its names are looked up.

use super::argument::Argument;
use super::function::Function;
use super::lists::Piece;

/// A tag of the template language.
pub(super) enum Markup<'a> {
    /// `{{random.uuid}}`, `{{id}}`, `{{@index}}`: text for the record.
    Show(Term<'a>),
    /// `{{let id = random.uuid}}`.
    Let { name: Name<'a>, term: Term<'a> },
    /// `{{#repeat 1..5 ","}}`.
    Repeat {
        times: Times<'a>,
        separator: Option<String>,
    },
    /// `{{#if n > 3}}`.
    If(Test<'a>),
    /// `{{else if n > 3}}`.
    ElseIf(Test<'a>),
    /// `{{else}}`.
    Else,
    /// `{{/repeat}}` or `{{/if}}`.
    Close(Block),
    /// `{{entity session of 100 {"id": random.uuid} : start -> end}}`.
    Entity(Declaration<'a>),
    /// `{{ref session}}`.
    Refer(Name<'a>),
}

/// A block, which has an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Repeat,
    If,
}

/// A name and the byte at which it stands.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) at: usize,
    pub(super) text: &'a str,
}

/// Something that gives text.
pub(super) enum Term<'a> {
    Call(Call<'a>),
    /// Words of a language other than English.
    Words(&'static [Piece]),
    /// A variable, or a field of an entity.
    Name {
        at: usize,
        name: String,
    },
    Counter {
        at: usize,
        counter: Counter,
    },
    /// A field of an entity that may belong to another template.
    Reference {
        entity: Name<'a>,
        field: Name<'a>,
    },
    /// Text in quotes, with tags in it.
    Quoted(Vec<Part<'a>>),
    /// As written.
    Number(&'a str),
}

/// A call of a function.
pub(super) struct Call<'a> {
    pub(super) function: &'static Function,
    pub(super) argument: Argument<'a>,
    /// Byte offset of the argument, or of the tag if there is none.
    pub(super) argument_at: usize,
    /// The byte of the argument before which the KDG leaves a `{{` out.
    pub(super) left_out: Option<usize>,
}

/// A part of text in quotes.
pub(super) enum Part<'a> {
    Literal(String),
    Term(Term<'a>),
}

/// What is counted inside a repeat block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counter {
    Index,
    Number,
    Count,
}

/// How often a block is repeated.
pub(super) enum Times<'a> {
    Between { at: usize, low: u64, high: u64 },
    Term(Term<'a>),
}

/// What an `if` depends on.
pub(super) enum Test<'a> {
    Compare(Term<'a>, Comparison, Term<'a>),
    /// Whether a value is something else than nothing, `false` and `0`.
    Holds {
        term: Term<'a>,
        negated: bool,
    },
    Chance(f64),
    /// Whether an entity of this name is alive.
    Alive {
        entity: Name<'a>,
        negated: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// An entity with fields and, maybe, steps.
pub(super) struct Declaration<'a> {
    pub(super) name: Name<'a>,
    pub(super) size_at: usize,
    pub(super) size: u64,
    pub(super) fields: Vec<(Name<'a>, Term<'a>)>,
    pub(super) steps: Vec<DeclaredStep<'a>>,
}

/// A step and how many records it lasts.
pub(super) struct DeclaredStep<'a> {
    pub(super) name: Name<'a>,
    pub(super) low: u64,
    pub(super) high: u64,
}

impl Block {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Repeat => "repeat",
            Self::If => "if",
        }
    }
}
