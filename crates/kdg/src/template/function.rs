//! The functions that a tag can call. A new one is a line in [`FUNCTIONS`].

mod choice;
mod date;
mod identity;
mod number;
mod text;

use std::fmt;

use crate::scene::Scene;

use super::argument::{Argument, Misfit};
use super::lists;

use Body::{List, Plain, Taking};

/// A function of the template language.
pub(super) struct Function {
    /// `module.name`, as written in a tag.
    pub(super) name: &'static str,
    body: Body,
}

/// How a function makes its operation.
enum Body {
    /// It always does the same; an argument is ignored.
    Plain(fn(&mut Scene, &mut Vec<u8>)),
    /// It gives one of these words, each equally likely; an argument is ignored.
    List(&'static [&'static str]),
    /// It works with its argument, which is read once, when the template is
    /// compiled.
    Taking(fn(&Argument<'_>) -> Result<Operation, Misfit>),
}

/// Appends to the record what the scene makes of it.
type Render = dyn Fn(&mut Scene, &mut Vec<u8>) + Send + Sync;

/// What a tag does in a compiled template: appends its text to the record.
pub(super) enum Operation {
    Plain(fn(&mut Scene, &mut Vec<u8>)),
    List(&'static [&'static str]),
    Closure(Box<Render>),
}

/// Every function, by module.
static FUNCTIONS: &[Function] = &[
    function("current.timestamp", Taking(date::now)),
    function("date.now", Taking(date::now)),
    function("date.simTime", Taking(date::simulated)),
    function("date.utc", Taking(date::utc)),
    function("helpers.randomize", Taking(choice::element)),
    function("internet.ip", Plain(identity::ip)),
    function("lorem.word", List(lists::LOREM)),
    function("lorem.words", Taking(text::words)),
    function("name.firstName", List(lists::FIRST_NAMES)),
    function("name.lastName", List(lists::LAST_NAMES)),
    function("random.alphaNumeric", Plain(identity::alpha_numeric)),
    function("random.arrayElement", Taking(choice::element)),
    function("random.boolean", List(&["true", "false"])),
    function("random.number", Taking(number::number)),
    function("random.uuid", Plain(identity::uuid)),
    function("random.weightedArrayElement", Taking(choice::weighted)),
];

const fn function(name: &'static str, body: Body) -> Function {
    Function { name, body }
}

/// The function `module.name`; upper and lower case differ.
pub(super) fn named(module: &str, name: &str) -> Option<&'static Function> {
    FUNCTIONS
        .iter()
        .find(|function| function.name.split_once('.') == Some((module, name)))
}

/// The function whose name is spelt most like `name`, if any is close.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let wanted = name.to_lowercase();
    FUNCTIONS
        .iter()
        .map(|function| {
            let known = function.name.to_lowercase();
            let last = known.rsplit('.').next().unwrap_or(&known);
            // Names are often remembered without their module.
            let whole = strsim::damerau_levenshtein(&known, &wanted);
            let bare = strsim::damerau_levenshtein(last, &wanted);
            (whole.min(bare), function.name)
        })
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.len() / 4)
        .map(|(_, name)| name)
}

impl Function {
    pub(super) fn compile(&self, argument: &Argument<'_>) -> Result<Operation, Misfit> {
        match self.body {
            Plain(render) => Ok(Operation::Plain(render)),
            List(words) => Ok(Operation::List(words)),
            Taking(compile) => compile(argument),
        }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Operation {
    /// An operation that keeps what it needs in a closure.
    fn new(render: impl Fn(&mut Scene, &mut Vec<u8>) + Send + Sync + 'static) -> Self {
        Self::Closure(Box::new(render))
    }

    #[inline]
    pub(super) fn render(&self, scene: &mut Scene, out: &mut Vec<u8>) {
        match self {
            Self::Plain(render) => render(scene, out),
            Self::List(words) => {
                if let Some(word) = scene.pick(words) {
                    out.extend_from_slice(word.as_bytes());
                }
            }
            Self::Closure(render) => render(scene, out),
        }
    }
}
