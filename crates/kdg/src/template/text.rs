//! Text of a template, kept so that appending it is cheap.

/// Texts up to here are appended by a copy of this size, most of which is cut
/// off again: a copy of a size known beforehand takes a few instructions, one of
/// any size a call.
const SHORT: usize = 32;

/// A text that is appended again and again.
pub(super) enum Text {
    Short { padded: [u8; SHORT], length: u8 },
    Long(Box<str>),
}

impl Text {
    pub(super) fn new(text: String) -> Self {
        let mut padded = [0; SHORT];
        let length = u8::try_from(text.len());
        match (padded.get_mut(..text.len()), length) {
            (Some(start), Ok(length)) => {
                start.copy_from_slice(text.as_bytes());
                Self::Short { padded, length }
            }
            _ => Self::Long(text.into_boxed_str()),
        }
    }

    #[inline]
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Short { padded, length } => {
                let end = out.len() + usize::from(*length);
                out.extend_from_slice(padded);
                out.truncate(end);
            }
            Self::Long(text) => out.extend_from_slice(text.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_length_are_appended_whole() {
        for length in [0, 1, SHORT - 1, SHORT, SHORT + 1, 300] {
            let text = "é".repeat(length / 2) + &"a".repeat(length % 2);
            let mut out = b"before ".to_vec();
            Text::new(text.clone()).write(&mut out);
            assert_eq!(out, format!("before {text}").into_bytes());
        }
    }
}
