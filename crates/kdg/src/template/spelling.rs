//! How much two names differ, to find the one that was probably meant.

/// Longer names are no misspelling of anything, and comparing them takes long.
const MOST_BYTES: usize = 64;

/// How many characters must be changed, added, left out or swapped to make one
/// name of the other; beyond counting for names of which the lengths alone say
/// that neither was meant by the other.
pub(super) fn distance(known: &str, written: &str) -> usize {
    let longer = known.len().max(written.len());
    let surplus = longer - known.len().min(written.len());
    let ascii = known.is_ascii() && written.is_ascii();
    if longer > MOST_BYTES || (ascii && surplus > most(written)) {
        return usize::MAX;
    }
    strsim::damerau_levenshtein(known, written)
}

/// How far a name may be from the one that was meant.
pub(super) fn most(written: &str) -> usize {
    1 + written.len() / 4
}

/// The one of `names` that is spelt most like `name`, if any is close.
pub(super) fn nearest<'n>(
    name: &str,
    names: impl Iterator<Item = &'n str>,
) -> Option<(usize, &'n str)> {
    let near = names.map(|known| (distance(known, name), known));
    near.min().filter(|(distance, _)| *distance <= most(name))
}
