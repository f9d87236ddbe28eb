//! From an offset in the value of a YAML scalar to the line and column in the file.

use serde_saphyr::Spanned;

use super::raw;

/// Where the byte `offset` of a scalar's value stands in the file, as closely as can be told.
///
/// Exact for literal blocks (`|`) and for scalars on one line; otherwise where the scalar begins.
pub(super) fn within(source: &str, scalar: &Spanned<String>, offset: usize) -> Option<(u64, u64)> {
    exact(source, scalar, offset).or_else(|| raw::place(scalar.referenced))
}

fn exact(source: &str, scalar: &Spanned<String>, offset: usize) -> Option<(u64, u64)> {
    let (value, location) = (&scalar.value, scalar.referenced);
    let before = value.get(..offset)?;
    let value_line_index = before.matches('\n').count();
    let value_line = value.split('\n').nth(value_line_index)?;
    let column_in_value = before.rsplit('\n').next()?.chars().count();
    // A block's location is that of its first character that is not blank.
    let blank_lines = value.len() - value.trim_start_matches('\n').len();
    let line_index = usize::try_from(location.line()).ok()? + value_line_index;
    let line_index = line_index.checked_sub(1 + blank_lines)?;
    let indent = usize::try_from(location.column()).ok()?.checked_sub(1)?;
    let line: String = source
        .lines()
        .nth(line_index)?
        .chars()
        .skip(indent)
        .collect();
    let quote = usize::from(value_line_index == 0 && line.starts_with(['"', '\'']));
    // What does not stand there letter by letter is folded or escaped.
    let verbatim = line.get(quote..)?.starts_with(value_line);
    let column = indent + quote + column_in_value + 1;
    verbatim.then_some(())?;
    Some((
        u64::try_from(line_index + 1).ok()?,
        u64::try_from(column).ok()?,
    ))
}
