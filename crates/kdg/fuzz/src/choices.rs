//! The bytes that a fuzzer invents → choices.

/// Choices that depend on nothing but the bytes. Without bytes every choice is
/// the first, so that whatever is made of them comes to an end.
#[derive(Debug)]
pub struct Choices<'a> {
    rest: &'a [u8],
}

impl<'a> Choices<'a> {
    /// Choices from these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether every further choice is the first.
    pub fn is_spent(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else {
            return 0;
        };
        self.rest = rest;
        *first
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = if bound > 256 { self.byte() } else { 0 };
        (usize::from(wide) << 8 | usize::from(self.byte())) % bound.max(1)
    }

    /// True about once in `turns`, and never without bytes.
    pub fn rarely(&mut self, turns: usize) -> bool {
        self.below(turns) + 1 == turns
    }

    /// One of several.
    pub fn pick<'c>(&mut self, of: &[&'c str]) -> &'c str {
        of[self.below(of.len())]
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        (0..8).fold(0, |bits, _| bits << 8 | u64::from(self.byte()))
    }

    /// A time: an ordinary one, the ends of what can be, or any.
    pub fn time(&mut self) -> i64 {
        match self.below(4) {
            0 => 1_709_211_909_007,
            1 => [i64::MIN, i64::MAX, 0, -1, 8_640_000_000_000_000][self.below(5)],
            _ => self.bits().cast_signed() >> self.below(64),
        }
    }

    /// An offset from UTC in minutes: one that exists, or any.
    pub fn offset(&mut self) -> i32 {
        match self.below(3) {
            0 => 0,
            1 => [-720, 345, 840, i32::MIN, i32::MAX][self.below(5)],
            _ => i32::from_be_bytes([0; 4].map(|_: u8| self.byte())),
        }
    }

    /// So many of the bytes, as text.
    pub fn text(&mut self, bytes: usize) -> String {
        let (text, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        self.rest = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    /// All bytes that are left, as text.
    pub fn rest(&mut self) -> String {
        self.text(usize::MAX)
    }
}
