//! The section `table`: the columns of what layout `batch` stores, as Athena calls their types.

use std::collections::BTreeMap;

use super::{raw, validate::Check};
use crate::layout::Layout;

/// Types without parts ("Data types in Amazon Athena", `athena/latest/ug/data-types.html`).
const SIMPLE: [&str; 11] = [
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "float",
    "double",
    "string",
    "binary",
    "date",
    "timestamp",
];

/// How many digits a decimal has at most (the same page).
const MAX_DIGITS: u32 = 38;

/// How deep types may lie in each other: far beyond what anybody can read.
const MAX_DEPTH: usize = 16;

/// The table over what a pipeline stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The type of each member that is a column, by the member's name; the schema's properties
    /// are the columns when there are none.
    pub columns: BTreeMap<String, String>,
}

impl Check<'_> {
    pub(super) fn table(&mut self, raw: &raw::Table, layout: Layout, id: &str) -> Table {
        let mut taken = BTreeMap::from([(column(id), id)]);
        let field = |name: &str| format!("table.columns.{name}");
        for (name, kind) in &raw.columns {
            if layout == Layout::Record {
                let message = "is for `layout: batch`";
                let remedy = "remove table, or choose that layout";
                self.refuse(&field(name), kind, None, message, remedy);
            } else if !is_type(&kind.value, MAX_DEPTH) {
                let message = format!("`{}` is not a type of Athena's", kind.value);
                let remedy = "write one such as string, bigint, double, boolean, timestamp, \
                              decimal(10,2), array<string> or struct<id:bigint>";
                self.refuse(&field(name), kind, None, message, remedy);
            } else if let Some(other) = taken.insert(column(name), name) {
                let message = format!(
                    "is the column `{}` for Athena, as `{other}` is",
                    column(name)
                );
                let remedy = "leave one of them out, or choose another object.id";
                self.refuse(&field(name), kind, None, message, remedy);
            }
        }
        let columns = raw.columns.iter();
        Table {
            columns: columns
                .map(|(name, kind)| (name.clone(), kind.value.clone()))
                .collect(),
        }
    }
}

/// What Athena calls the column of a member: it knows no capitals and few signs.
fn column(member: &str) -> String {
    let known = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '_');
    let letters = member.to_lowercase();
    letters
        .chars()
        .map(|letter| if known(letter) { letter } else { '_' })
        .collect()
}

/// Whether Athena knows a type.
fn is_type(text: &str, depth: usize) -> bool {
    let inner = |name: &str| text.strip_prefix(name)?.strip_suffix('>');
    if SIMPLE.contains(&text) {
        return true;
    }
    if let Some(parts) = text.strip_prefix("decimal(") {
        return parts.strip_suffix(')').is_some_and(is_decimal);
    }
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    if let Some(element) = inner("array<") {
        is_type(element, depth)
    } else if let Some(parts) = inner("map<") {
        let parts = split(parts);
        matches!(parts.as_slice(), [key, value] if SIMPLE.contains(key) && is_type(value, depth))
    } else if let Some(members) = inner("struct<") {
        split(members).into_iter().all(|member| {
            let parts = member.split_once(':');
            parts.is_some_and(|(name, kind)| !name.is_empty() && is_type(kind, depth))
        })
    } else {
        false
    }
}

fn is_decimal(parts: &str) -> bool {
    let mut numbers = parts.split(',').map(|number| number.trim().parse::<u32>());
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(digits)), Some(Ok(scale)), None) => {
            (1..=MAX_DIGITS).contains(&digits) && scale <= digits
        }
        (Some(Ok(digits)), None, None) => (1..=MAX_DIGITS).contains(&digits),
        _ => false,
    }
}

/// Splits at the commas that are not inside of a part.
fn split(parts: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    parts
        .split(|letter| {
            match letter {
                '<' | '(' => depth += 1,
                '>' | ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            letter == ',' && depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_that_athena_reads() {
        for good in [
            "string",
            "decimal(10,2)",
            "decimal(5)",
            "array<array<string>>",
            "map<string,struct<a:int,b:decimal(3,1)>>",
        ] {
            assert!(is_type(good, MAX_DEPTH), "{good}");
        }
        for bad in [
            "",
            "text",
            "integer",
            "decimal(39)",
            "decimal(2,3)",
            "array<>",
            "array<string",
            "map<string>",
            "struct<int>",
            "struct<>",
            &format!("{}int{}", "array<".repeat(17), ">".repeat(17)),
        ] {
            assert!(!is_type(bad, MAX_DEPTH), "{bad}");
        }
    }
}
