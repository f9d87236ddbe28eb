//! Numbers as people read them.

/// A number of things: `2,000`, or with two digits when it is small and not whole.
pub(crate) fn count(number: f64) -> String {
    if number < 10.0 && number.fract() > 0.0 {
        return significant(number);
    }
    group(&format!("{number:.0}"))
}

/// Dollars, down to hundredths of a cent and below: `$5.03`, `$0.0039`.
pub(crate) fn dollars(dollars: f64) -> String {
    format!("${}", amount(dollars))
}

/// Dollars without the sign of them.
pub(crate) fn amount(dollars: f64) -> String {
    if dollars >= 1000.0 {
        group(&format!("{dollars:.0}"))
    } else if dollars >= 1.0 || dollars <= 0.0 {
        format!("{dollars:.2}")
    } else if dollars >= 0.001 {
        format!("{dollars:.4}")
    } else {
        format!("{dollars:.6}")
    }
}

/// A number of things and their name: `1 record`, `3,131 records`.
pub(crate) fn many(number: f64, thing: &str) -> String {
    match count(number).as_str() {
        "1" => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

fn significant(number: f64) -> String {
    if number >= 0.1 {
        let digits = format!("{number:.2}");
        digits
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    } else if number >= 0.001 {
        format!("{number:.3}")
    } else {
        format!("{number:.1e}")
    }
}

fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_they_need_to_be() {
        assert_eq!(count(2_000.0), "2,000");
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!(count(0.639), "0.64");
        assert_eq!(count(2.5), "2.5");
        assert_eq!(many(1.0, "record"), "1 record");
        assert_eq!(many(3_131.0, "record"), "3,131 records");
        assert_eq!(count(0.0123), "0.012");
        assert_eq!(count(3.0), "3");
        assert_eq!(dollars(5.028), "$5.03");
        assert_eq!(dollars(0.145), "$0.1450");
        assert_eq!(dollars(0.003_92), "$0.0039");
        assert_eq!(dollars(0.0), "$0.00");
        assert_eq!(dollars(0.000_064), "$0.000064");
        assert_eq!(dollars(25_920.4), "$25,920");
    }
}
