//! Functions that string words together.

use super::super::argument::{Argument, Misfit};
use super::super::lists;
use super::Operation;

/// More words than this cannot fit a record of 1 MiB.
const MOST_WORDS: u32 = 1 << 19;

/// `lorem.words`: so many words, 3 unless told, with spaces between them.
pub(super) fn words(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let count = argument.count(3, MOST_WORDS)?;
    Ok(Operation::new(move |scene, out| {
        for index in 0..count {
            if index > 0 {
                out.push(b' ');
            }
            if let Some(word) = scene.pick(lists::LOREM) {
                out.extend_from_slice(word.as_bytes());
            }
        }
    }))
}
