//! A value → a number, as far as JavaScript counts with it.

use super::Value;

impl Value {
    /// What JavaScript counts with, where it is given something else than a
    /// number: text that holds one, and nothing for null.
    pub(in crate::template) fn as_number(&self) -> Option<f64> {
        let number = match self {
            Self::Null | Self::Bool(false) => 0.0,
            Self::Bool(true) => 1.0,
            Self::Number(number) => *number,
            Self::Text(text) => unquoted(text).trim().parse().ok()?,
            Self::List(_) | Self::Object(_) => return None,
        };
        number.is_finite().then_some(number)
    }
}

/// The text without single quotes around it, which are not JSON and therefore
/// a part of the text.
pub(in crate::template) fn unquoted(text: &str) -> &str {
    let inner = text.trim().strip_prefix('\'');
    inner
        .and_then(|inner| inner.strip_suffix('\''))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_counts_if_it_holds_a_finite_number() {
        for (text, number) in [
            ("5", Some(5.0)),
            (" 2.5 ", Some(2.5)),
            ("007", Some(7.0)),
            (".5", Some(0.5)),
            ("'3'", Some(3.0)),
            ("-1e2", Some(-100.0)),
            ("", None),
            ("x", None),
            ("1 2", None),
            ("NaN", None),
            ("Infinity", None),
            ("'", None),
        ] {
            assert_eq!(Value::Text(text.to_owned()).as_number(), number, "{text}");
        }
        assert_eq!(Value::Null.as_number(), Some(0.0));
        assert_eq!(Value::Bool(true).as_number(), Some(1.0));
        assert_eq!(Value::List(Vec::new()).as_number(), None);
    }
}
