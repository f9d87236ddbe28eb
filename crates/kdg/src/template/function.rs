//! The functions that a tag can call. A new one is a line in [`FUNCTIONS`].

mod table;

// By module of the KDG.
mod address;
mod commerce;
mod company;
mod date;
mod finance;
mod hacker;
mod image;
mod internet;
mod lorem;
mod name;
mod phone;
mod system;

// The modules `random` and `helpers`, by what is drawn.
mod card;
mod choice;
mod identity;
mod number;
mod words;

// What several of them need.
mod agent;
mod draw;
mod shape;
// What the KDG does not have.
mod decimal;
mod discrete;
mod distribution;
mod identifier;
mod options;
mod period;
mod sequence;
mod tail;
mod walk;

use std::fmt;

use crate::scene::Scene;
use crate::scene::memory::Needs;

use super::argument::{Argument, Misfit};

use super::lists::{self, Piece};
use super::spelling::{self, distance};
use super::text::Text;

use Body::{Keeping, List, Plain, Taking};
use table::FUNCTIONS;

pub(super) use draw::pair_of;

/// More characters than this cannot fit a record of 1 MiB.
const MOST_CHARACTERS: u32 = 1 << 20;

/// A function of the template language, and what an editor says of it.
pub struct Function {
    pub(super) name: &'static str,
    body: Body,
    takes: &'static str,
    summary: &'static str,
    example: &'static str,
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

/// What a tag does in a compiled template: appends its text to the record. What
/// most fields of most records are has a variant of its own, which takes half
/// the time of a closure.
pub(super) enum Operation {
    Plain(fn(&mut Scene, &mut Vec<u8>)),
    List(&'static [&'static str]),
    /// One of the texts of the template, each equally likely.
    Choice(Box<[Text]>),
    /// A whole number of so many, from the first on.
    Whole {
        first: i64,
        count: u64,
    },
    Closure(Box<Render>),
}

/// The function `module.name`; upper and lower case differ.
pub(super) fn named(module: &str, name: &str) -> Option<&'static Function> {
    let wanted = (module, name);
    let found = FUNCTIONS.binary_search_by(|function| parts(function).cmp(&wanted));
    found.ok().and_then(|index| FUNCTIONS.get(index))
}

/// Module and name, by which the table is sorted.
fn parts(function: &Function) -> (&'static str, &'static str) {
    function.name.split_once('.').unwrap_or((function.name, ""))
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
    let wanted_last = wanted.rsplit('.').next().unwrap_or(&wanted);
    let functions = FUNCTIONS.iter().map(|function| function.name);
    // Those in other languages are written out, or none of them would be meant.
    let localized = lists::LOCALIZED.iter().map(|(name, _)| *name);
    functions
        .chain(localized.filter(|_| name.matches('.').count() == 2))
        .map(|function| {
            let known = function.to_lowercase();
            let last = known.rsplit('.').next().unwrap_or(&known);
            let whole = distance(&known, &wanted);
            // Names are often remembered without their module, or with another.
            let bare = distance(last, &wanted);
            let moved = if last == wanted_last { 1 } else { whole };
            (whole.min(bare).min(moved), function)
        })
        .min()
        .filter(|(distance, _)| *distance <= spelling::most(name))
        .map(|(_, name)| name)
}

/// Every function that a tag can call, in the order of their names.
///
/// ```
/// let card = kdg::functions().find(|function| function.name() == "helpers.userCard");
/// assert_eq!(card.map(kdg::Function::example), Some("{{helpers.userCard}}"));
/// ```
pub fn functions() -> impl ExactSizeIterator<Item = &'static Function> {
    FUNCTIONS.iter()
}

impl Function {
    /// `module.name`, as written in a tag.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The argument it takes; empty if it does not look at one.
    pub fn takes(&self) -> &'static str {
        self.takes
    }

    /// What it gives, in a few words.
    pub fn summary(&self) -> &'static str {
        self.summary
    }

    /// A tag that calls it.
    pub fn example(&self) -> &'static str {
        self.example
    }

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

    /// An operation that always gives the same.
    fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(move |_, out| out.extend_from_slice(text.as_bytes()))
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
            Self::Choice(texts) => {
                if let Some(text) = scene.pick(texts) {
                    text.write(out);
                }
            }
            Self::Whole { first, count } => {
                let value = first.saturating_add_unsigned(scene.below(*count));
                draw::number(value, out);
            }
            Self::Closure(render) => render(scene, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_every_function_is_found() {
        assert!(FUNCTIONS.is_sorted_by_key(parts));
        for function in FUNCTIONS {
            let (module, name) = parts(function);
            let found = named(module, name).map(Function::name);
            assert_eq!(found, Some(function.name));
        }
    }

    #[test]
    fn no_word_needs_an_escape_in_json() {
        for function in FUNCTIONS {
            if let List(words) = function.body {
                let harmless = |c: char| c != '"' && c != '\\' && !c.is_control();
                assert!(words.iter().all(|word| word.chars().all(harmless)));
                assert!(words.iter().all(|word| !word.is_empty()));
            }
        }
    }
}
