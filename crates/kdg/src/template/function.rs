//! The functions that a tag can call. A new one is a line in [`FUNCTIONS`].

mod choice;
mod date;
mod decimal;
mod discrete;
mod distribution;
mod identifier;
mod identity;
mod number;
mod options;
mod period;
mod sequence;
mod text;
mod walk;

use std::fmt;

use crate::scene::Scene;
use crate::scene::memory::Needs;

use super::argument::{Argument, Misfit};
use super::lists::{self, Piece};

use Body::{Keeping, List, Plain, Taking};

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
    /// It also keeps something from record to record.
    Keeping(fn(&Argument<'_>, &mut Needs) -> Result<Operation, Misfit>),
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
    function("date.range", Taking(period::range)),
    function("date.simTime", Taking(date::simulated)),
    function("date.utc", Taking(date::utc)),
    function("helpers.randomize", Taking(choice::element)),
    function("internet.ip", Plain(identity::ip)),
    function("internet.ipv6", Plain(identifier::ipv6)),
    function("lorem.word", List(lists::LOREM)),
    function("lorem.words", Taking(text::words)),
    function("name.firstName", List(lists::FIRST_NAMES)),
    function("name.lastName", List(lists::LAST_NAMES)),
    function("random.alphaNumeric", Plain(identity::alpha_numeric)),
    function("random.arrayElement", Taking(choice::element)),
    function("random.boolean", List(&["true", "false"])),
    function("random.decimal", Taking(decimal::decimal)),
    function("random.exponential", Taking(distribution::exponential)),
    function("random.float", Taking(decimal::float)),
    function("random.normal", Taking(distribution::normal)),
    function("random.number", Taking(number::number)),
    function("random.poisson", Taking(discrete::poisson)),
    function("random.ulid", Plain(identifier::ulid)),
    function("random.uuid", Plain(identity::uuid)),
    function("random.weightedArrayElement", Taking(choice::weighted)),
    function("random.walk", Keeping(walk::walk)),
    function("random.zipf", Taking(discrete::zipf)),
    function("sequence.next", Keeping(sequence::next)),
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

/// The words called `locale.module.name`, such as `de.name.firstName`.
pub(super) fn localized(name: &str) -> Option<&'static [Piece]> {
    let found = lists::LOCALIZED.iter().find(|(known, _)| *known == name);
    found.map(|(_, pieces)| *pieces)
}

/// Whether tags of functions or locales start with `name`.
pub(super) fn is_module(name: &str) -> bool {
    let functions = FUNCTIONS.iter().map(|function| function.name);
    let mut names = functions.chain(lists::LOCALIZED.iter().map(|(name, _)| *name));
    names.any(|known| known.split('.').next() == Some(name))
}

/// The function whose name is spelt most like `name`, if any is close.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let wanted = name.to_lowercase();
    let functions = FUNCTIONS.iter().map(|function| function.name);
    // Those in other languages are written out, or none of them would be meant.
    let localized = lists::LOCALIZED.iter().map(|(name, _)| *name);
    functions
        .chain(localized.filter(|_| name.matches('.').count() == 2))
        .map(|function| {
            let known = function.to_lowercase();
            let last = known.rsplit('.').next().unwrap_or(&known);
            // Names are often remembered without their module.
            let whole = strsim::damerau_levenshtein(&known, &wanted);
            let bare = strsim::damerau_levenshtein(last, &wanted);
            (whole.min(bare), function)
        })
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.len() / 4)
        .map(|(_, name)| name)
}

impl Function {
    pub(super) fn compile(
        &self,
        argument: &Argument<'_>,
        needs: &mut Needs,
    ) -> Result<Operation, Misfit> {
        match self.body {
            Plain(render) => Ok(Operation::Plain(render)),
            List(words) => Ok(Operation::List(words)),
            Taking(compile) => compile(argument),
            Keeping(compile) => compile(argument, needs),
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
