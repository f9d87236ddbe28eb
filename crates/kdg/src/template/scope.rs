//! Which names are known at a place of a template, and where their values lie.

/// The names that are known here, innermost last.
#[derive(Default)]
pub(super) struct Scope {
    names: Vec<(String, usize)>,
    slots: usize,
}

impl Scope {
    pub(super) fn slot(&self, name: &str) -> Option<usize> {
        let found = self.names.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, slot)| *slot)
    }

    /// Makes a name known until the block ends.
    pub(super) fn declare(&mut self, name: String, slot: usize) {
        self.names.push((name, slot));
    }

    /// So many slots side by side; the first of them.
    pub(super) fn reserve(&mut self, count: usize) -> usize {
        self.slots += count;
        self.slots - count
    }

    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    /// What [`Self::leave`] goes back to.
    pub(super) fn depth(&self) -> usize {
        self.names.len()
    }

    /// Forgets the names of a block.
    pub(super) fn leave(&mut self, depth: usize) {
        self.names.truncate(depth);
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| name.as_str())
    }
}
