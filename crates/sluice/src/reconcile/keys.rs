//! The keys of many objects in one piece of memory.

/// Keys, each named by its place.
#[derive(Debug, Default)]
pub(super) struct Keys {
    text: String,
    ends: Vec<usize>,
}

impl Keys {
    /// Adds a key and names it.
    pub(super) fn push(&mut self, key: &str) -> u32 {
        self.text.push_str(key);
        self.ends.push(self.text.len());
        u32::try_from(self.ends.len() - 1).unwrap_or(u32::MAX)
    }

    /// The key with this name.
    pub(super) fn get(&self, name: u32) -> &str {
        let Ok(name) = usize::try_from(name) else {
            return "";
        };
        let start = match name {
            0 => 0,
            name => self.ends.get(name - 1).copied().unwrap_or_default(),
        };
        let end = self.ends.get(name).copied().unwrap_or(start);
        &self.text[start..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_given_back() {
        let mut keys = Keys::default();
        let names = ["a", "", "b/c"].map(|key| keys.push(key));
        assert_eq!(names.map(|name| keys.get(name)), ["a", "", "b/c"]);
    }
}
