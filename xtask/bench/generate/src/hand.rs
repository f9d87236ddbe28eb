//! The samples as a careful programmer writes them without templates: the same draws from the same
//! entropy, appended to the same buffer, so that the records are the same too.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "numbers are drawn below small bounds"
)]

// Ordered from the record down to what it is drawn from.
mod fields;

mod agent;

mod clock;

mod draw;

mod words;

use kdg::SeededEntropy;

use crate::sample::{NOW_MS, OFFSET_MINUTES, SEED};

use clock::Clock;
use draw::{number, two};
use words::Words;

/// A program that makes records of the samples.
#[derive(Debug)]
pub struct Hand {
    entropy: SeededEntropy,
    words: Words,
    now_ms: i64,
    offset_minutes: i32,
}

/// What appends one record.
pub type Write = fn(&mut Hand, &mut Vec<u8>);

/// What makes the records of the sample called `name`.
pub fn written(name: &str) -> Option<Write> {
    match name {
        "sensor" => Some(Hand::sensor),
        "person" => Some(Hand::person),
        "access" => Some(Hand::access),
        "order" => Some(Hand::order),
        _ => None,
    }
}

impl Default for Hand {
    fn default() -> Self {
        Self {
            entropy: SeededEntropy::new(SEED),
            words: Words::default(),
            now_ms: NOW_MS,
            offset_minutes: OFFSET_MINUTES,
        }
    }
}

impl Hand {
    fn sensor(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{    "sensorId": "#);
        number(self.below(51), out);
        out.extend_from_slice(br#",    "currentTemperature": "#);
        number(10 + self.below(141), out);
        out.extend_from_slice(br#",    "status": ""#);
        out.extend_from_slice(self.one_of(&["OK", "FAIL", "WARN"]));
        out.extend_from_slice(br#""}"#);
    }

    fn person(&mut self, out: &mut Vec<u8>) {
        self.first_name(out);
        out.push(b',');
        self.last_name(out);
        out.push(b',');
        number(self.below(71), out);
        out.push(b',');
        self.ip(out);
    }

    fn access(&mut self, out: &mut Vec<u8>) {
        const METHODS: [(f64, &str); 4] = [
            (0.6, "GET"),
            (0.6 + 0.1, "POST"),
            (0.6 + 0.1 + 0.1, "DELETE"),
            (0.6 + 0.1 + 0.1 + 0.2, "PUT"),
        ];
        const STATUSES: [(f64, &str); 4] = [
            (0.9, "200"),
            (0.9 + 0.04, "404"),
            (0.9 + 0.04 + 0.02, "500"),
            (0.9 + 0.04 + 0.02 + 0.04, "301"),
        ];
        self.ip(out);
        out.extend_from_slice(b" - - [");
        let now = Clock::at(self.now_ms + i64::from(self.offset_minutes) * 60_000);
        two(now.day, out);
        out.push(b'/');
        now.write_month(out);
        out.push(b'/');
        number(now.year, out);
        out.push(b':');
        now.write_time(out);
        out.extend_from_slice(if self.offset_minutes < 0 {
            b" -"
        } else {
            b" +"
        });
        let offset = self.offset_minutes.unsigned_abs();
        two(offset / 60, out);
        two(offset % 60, out);
        out.extend_from_slice(b"] \"");
        out.extend_from_slice(self.weighted(&METHODS));
        out.push(b' ');
        out.extend_from_slice(self.one_of(&["/list", "/search/tag/list", "/app/main/posts"]));
        out.extend_from_slice(b" HTTP/1.1\" ");
        out.extend_from_slice(self.weighted(&STATUSES));
        out.push(b' ');
        number(self.below(10_001), out);
        out.extend_from_slice(b" \"-\" \"");
        self.user_agent(out);
        out.push(b'"');
    }

    fn order(&mut self, out: &mut Vec<u8>) {
        const STATUSES: [(f64, &str); 3] = [
            (0.7, "paid"),
            (0.7 + 0.2, "open"),
            (0.7 + 0.2 + 0.1, "cancelled"),
        ];
        out.extend_from_slice(br#"{  "order": ""#);
        self.uuid(out);
        out.extend_from_slice(br#"",  "at": ""#);
        let now = Clock::at(self.now_ms);
        number(now.year, out);
        out.push(b'-');
        two(now.month, out);
        out.push(b'-');
        two(now.day, out);
        out.push(b'T');
        now.write_time(out);
        out.push(b'.');
        now.write_millisecond(out);
        out.extend_from_slice(br#"Z",  "status": ""#);
        out.extend_from_slice(self.weighted(&STATUSES));
        out.extend_from_slice(br#"",  "customer": "#);
        number(10_000 + self.below(90_000), out);
        out.extend_from_slice(br#",  "firstName": ""#);
        self.first_name(out);
        out.extend_from_slice(br#"",  "lastName": ""#);
        self.last_name(out);
        out.extend_from_slice(br#"",  "email": ""#);
        self.email(out);
        out.extend_from_slice(br#"",  "phone": ""#);
        self.phone(out);
        out.extend_from_slice(br#"",  "city": ""#);
        self.city(out);
        out.extend_from_slice(br#"",  "country": ""#);
        self.country(out);
        out.extend_from_slice(br#"",  "product": ""#);
        self.product(out);
        out.extend_from_slice(br#"",  "quantity": "#);
        number(1 + self.below(9), out);
        out.extend_from_slice(br#",  "price": "#);
        number(self.below(1_001), out);
        out.extend_from_slice(br#".00,  "currency": ""#);
        self.currency(out);
        out.extend_from_slice(br#"",  "gift": "#);
        out.extend_from_slice(self.one_of(&["true", "false"]));
        out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Renderer, SAMPLES};

    #[test]
    fn the_records_are_those_of_the_templates() {
        for sample in SAMPLES {
            let mut renderer = Renderer::new(sample.text).unwrap();
            let (mut hand, write) = (Hand::default(), written(sample.name).unwrap());
            for _ in 0..5_000 {
                renderer.render(1);
                let mut record = Vec::new();
                write(&mut hand, &mut record);
                assert_eq!(
                    String::from_utf8_lossy(&record),
                    String::from_utf8_lossy(renderer.record())
                );
            }
        }
    }
}
