//! The key of an authenticator app as it is scanned and as it is typed.

use qrcode::{Color, QrCode};

/// Light modules around the code, without which it is not found.
/// Source: ISO/IEC 18004, "Quiet zone".
const QUIET: usize = 4;

/// A code to scan: so many modules wide and high, and the dark ones of them as the path of an SVG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// With the light border.
    pub side: usize,
    /// A square for each dark module.
    pub path: String,
}

/// The code of a text; `None` when it is too long for one.
pub fn code(text: &str) -> Option<Code> {
    let code = QrCode::new(text).ok()?;
    let width = code.width();
    let modules = code.to_colors();
    let dark = modules
        .iter()
        .enumerate()
        .filter(|(_, module)| **module == Color::Dark);
    let squares = dark.map(|(place, _)| {
        format!(
            "M{} {}h1v1h-1z",
            place % width + QUIET,
            place / width + QUIET
        )
    });
    Some(Code {
        side: width + 2 * QUIET,
        path: squares.collect(),
    })
}

/// A key in groups of four, as it is read and typed best; apps leave out the spaces.
pub fn grouped(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    let groups = letters.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join(" ")
}
