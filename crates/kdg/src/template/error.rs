//! What is wrong with a template, and where.

use std::fmt;

use thiserror::Error;

/// Tags longer than this are cut where an error is printed, in characters.
const PRINTED_TAG: usize = 60;

/// Everything that is wrong with one template, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateErrors(pub(super) Vec<TemplateError>);

/// One thing that is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {}{problem}", printed(tag))]
pub struct TemplateError {
    /// Counted from 1, in the template as it was written.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The tag from `{{` on, as far as it could be read, line breaks left out.
    pub tag: String,
    /// What is wrong.
    pub problem: Problem,
}

/// The ways in which a template can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// There is nothing to render.
    #[error("the template is empty, write at least one character")]
    Empty,
    /// The text between `{{` and `}}` is not a tag.
    #[error("expected {expected}, found {found}")]
    Syntax {
        /// What could have stood here.
        expected: &'static str,
        /// What stands here.
        found: String,
    },
    /// The tag names a function that does not exist.
    #[error("unknown function {}{}", shortened(name), suggestion(*nearest))]
    UnknownFunction {
        /// As written, without white space.
        name: String,
        /// The function that was probably meant.
        nearest: Option<&'static str>,
    },
    /// The tag names a variable, an entity or one of its fields that is not
    /// known here.
    #[error("unknown {what} {}{}", shortened(name), suggestion(nearest.as_deref()))]
    UnknownName {
        /// A variable, an entity, a field, a block.
        what: &'static str,
        /// As written, without white space.
        name: String,
        /// The name that was probably meant.
        nearest: Option<String>,
    },
    /// A name alone is neither a function nor a variable that was set before.
    #[error(
        "unknown variable or function {}, set it before with {{{{let {} = …}}}}{}",
        shortened(name),
        shortened(name),
        text_instead(*or_text, name)
    )]
    UnknownVariable {
        /// As written, without white space.
        name: String,
        /// Whether the text itself may have been meant.
        or_text: bool,
    },
    /// A field is asked for before its entity is declared, or behind the block in
    /// which it is.
    #[error(
        "{}.{} is not known here, {}",
        shortened(entity),
        shortened(field),
        brought_here(entity, field, *follows, (*line, *column))
    )]
    NotHere {
        /// Its name.
        entity: String,
        /// The field.
        field: String,
        /// Whether its declaration follows.
        follows: bool,
        /// Where the entity is declared.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
    },
    /// The step of an entity that has none.
    #[error(
        "{entity} has no steps, write them behind its fields, as in {{{{entity {entity} of 10 {{…}} : first -> last}}}}",
        entity = shortened(entity)
    )]
    NoSteps {
        /// Its name.
        entity: String,
    },
    /// A name cannot be given to a variable or an entity.
    #[error("{} cannot be the name of {what}, {reason}", shortened(name))]
    Name {
        /// A variable, an entity or a field.
        what: &'static str,
        /// As written.
        name: String,
        /// What speaks against it.
        reason: &'static str,
    },
    /// A block lacks its end.
    #[error(
        "{{{{#{block}}}}} is not closed, write {{{{/{block}}}}} before line {line}, column {column}"
    )]
    Unclosed {
        /// `repeat` or `if`.
        block: &'static str,
        /// Where the block around it, or the template, ends.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
    },
    /// A block is closed, or goes on, that is not open.
    #[error("no {{{{#{block}}}}} is open that this could belong to")]
    NotOpen {
        /// `repeat` or `if`.
        block: &'static str,
    },
    /// A block is closed, or goes on, while one inside it is open.
    #[error(
        "{{{{#{block}}}}} of line {line}, column {column} is still open, write {{{{/{block}}}}} first"
    )]
    Crossed {
        /// The one inside, `repeat` or `if`.
        block: &'static str,
        /// Where that opens.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
    },
    /// After `{{else}}` only the end of its block can follow.
    #[error("{{{{else}}}} of line {line}, column {column} was the last branch, write {{{{/if}}}}")]
    AfterElse {
        /// Where the `{{else}}` stands.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
    },
    /// The template asks for more than a limit allows.
    #[error("{what}, at most {most} are allowed")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        most: u64,
    },
    /// What follows was not read.
    #[error("what follows is not checked until the errors before it are corrected")]
    Unread,
    /// The function cannot work with this argument.
    #[error("{function} expects {expected}, found {found}")]
    Argument {
        /// The function, `module.name`.
        function: &'static str,
        /// What it takes.
        expected: String,
        /// What it was given.
        found: String,
    },
}

impl TemplateErrors {
    /// The errors, at least one, in the order of the text.
    pub fn iter(&self) -> std::slice::Iter<'_, TemplateError> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a TemplateErrors {
    type Item = &'a TemplateError;
    type IntoIter = std::slice::Iter<'a, TemplateError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for TemplateErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for TemplateErrors {}

/// `text` in quotes for an error message, cut when it is long.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", shortened(text))
}

fn printed(tag: &str) -> String {
    if tag.is_empty() {
        String::new()
    } else {
        format!("{}: ", shortened(tag))
    }
}

/// `text` for an error message: cut when it is long, and without characters that
/// would move the cursor of a terminal.
pub(super) fn shortened(text: &str) -> String {
    let mut short = String::new();
    for (index, c) in text.chars().enumerate() {
        if index == PRINTED_TAG {
            short.push('…');
            break;
        }
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            short.extend(c.escape_default());
        } else {
            short.push(c);
        }
    }
    short
}

/// What follows a name that is not known.
pub(super) fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| {
        format!(", did you mean {}?", shortened(name))
    })
}

/// What follows the name of a variable that may have been meant as text.
fn text_instead(or_text: bool, name: &str) -> String {
    if or_text {
        format!(", or write \"{}\" for that text", shortened(name))
    } else {
        String::new()
    }
}

/// How a field becomes known that is not.
fn brought_here(
    entity: &str,
    field: &str,
    follows: bool,
    (line, column): (usize, usize),
) -> String {
    let (entity, field) = (shortened(entity), shortened(field));
    let tag = format!("{{{{entity {entity} …}}}} of line {line}, column {column}");
    if follows {
        format!("move {tag} before this tag")
    } else {
        format!(
            "move {tag} out of its block, or write {{{{ref {entity}.{field}}}}} for one that is alive"
        )
    }
}
