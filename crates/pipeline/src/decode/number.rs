//! Integers that a VRL value cannot hold: it has 64 bits with a sign, and floats for the rest.

/// The first integer of a JSON text that would be rounded as a [`vrl::value::Value`].
pub(crate) fn rounded(json: &[u8]) -> Option<String> {
    let mut rest = json;
    while let Some(start) = rest.iter().position(|byte| starts_token(*byte)) {
        rest = &rest[start..];
        let end = if rest[0] == b'"' {
            string_end(rest)
        } else {
            let is_part =
                |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
            rest.iter().take_while(|byte| is_part(byte)).count()
        };
        let (token, after) = rest.split_at(end);
        if let Some(integer) = too_large(token) {
            return Some(integer);
        }
        rest = after;
    }
    None
}

/// An integer beyond 64 bits with a sign. A fraction or an exponent makes a float of any number.
fn too_large(token: &[u8]) -> Option<String> {
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    if digits.len() < SHORTEST || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let integer = String::from_utf8_lossy(token);
    integer
        .parse::<i64>()
        .is_err()
        .then(|| integer.into_owned())
}

/// How many digits the smallest such integer has.
const SHORTEST: usize = 19;

fn starts_token(byte: u8) -> bool {
    matches!(byte, b'"' | b'-' | b'0'..=b'9')
}

/// How long the string is that a text begins with, with its quotation marks.
fn string_end(text: &[u8]) -> usize {
    let mut end = 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', text.get(end..).unwrap_or_default()) {
        end += found + 1;
        if text[end - 1] == b'"' {
            return end;
        }
        end += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_is_rounded_from_64_bits_with_a_sign_on() {
        for (json, integer) in [
            ("9223372036854775807", None),
            ("9223372036854775808", Some("9223372036854775808")),
            ("-9223372036854775808", None),
            ("[1,-9223372036854775809]", Some("-9223372036854775809")),
            (
                "{\"a\":{\"b\":18446744073709551615}}",
                Some("18446744073709551615"),
            ),
            ("{\"a\":\"18446744073709551615\"}", None),
            ("{\"18446744073709551615\":0}", None),
            ("\"\\\"18446744073709551615\"", None),
            (
                "[\"\\\\\",18446744073709551615]",
                Some("18446744073709551615"),
            ),
            ("18446744073709551615.0", None),
            ("1e300", None),
            ("\"", None),
            ("\"\\", None),
            ("", None),
        ] {
            assert_eq!(rounded(json.as_bytes()).as_deref(), integer, "{json}");
        }
    }
}
