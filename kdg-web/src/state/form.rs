//! What is filled in, as text → the plan of a run.

use serde::{Deserialize, Serialize};

use crate::plan::{Faults, Field, FieldError, PartitionKey, Plan, Rate, Stop, Target, Time};
use crate::sendable::Sending;

use super::week::Week;

/// Everything but the template and the week, as it stands in the fields. Kept in the browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a check box")]
pub struct Form {
    /// What the target is.
    pub target: TargetKind,
    /// Its name.
    pub name: String,
    /// How the rate goes.
    pub rate: RateKind,
    /// Records a second.
    pub constant: String,
    /// Records a second.
    pub ramp_from: String,
    /// Records a second.
    pub ramp_to: String,
    /// How long the ramp takes.
    pub ramp_seconds: String,
    /// Records a second between bursts.
    pub burst_base: String,
    /// Records a second in a burst.
    pub burst_peak: String,
    /// How long a burst is.
    pub burst_seconds: String,
    /// From one burst to the next.
    pub burst_every: String,
    /// Whether the hours of the week pass evenly into each other.
    pub smooth: bool,
    /// Whether time is simulated.
    pub simulated: bool,
    /// `2024-02-29T13:05`, in the time zone of the browser.
    pub from: String,
    /// The same; until stopped when empty.
    pub until: String,
    /// How many times as fast; as fast as records are taken when empty.
    pub speed: String,
    /// What decides on the shard.
    pub key: KeyKind,
    /// Fields of the record.
    pub key_template: String,
    /// Whether each record is compressed.
    pub gzip: bool,
    /// Whether each record ends with a line feed.
    pub line_feed: bool,
    /// Whether line breaks of the template are left out.
    pub strip_line_breaks: bool,
    /// In percent.
    pub malformed: String,
    /// In percent.
    pub duplicate: String,
    /// In percent.
    pub late: String,
    /// In percent.
    pub oversize: String,
    /// In percent.
    pub hot_key: String,
    /// Any when empty.
    pub seed: String,
    /// After so many records; never when empty.
    pub stop_records: String,
    /// After so many bytes; never when empty.
    pub stop_bytes: String,
    /// After so many minutes; never when empty.
    pub stop_minutes: String,
}

/// What records are sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TargetKind {
    /// A Kinesis data stream.
    #[default]
    Stream,
    /// A Firehose delivery stream.
    Firehose,
}

/// How the rate goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RateKind {
    /// The same every second.
    #[default]
    Constant,
    /// From one to another.
    Ramp,
    /// One, and now and then a higher one.
    Burst,
    /// By hours of the week.
    Week,
    /// As fast as records are taken.
    Unlimited,
}

/// What decides on the shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum KeyKind {
    /// A random number.
    #[default]
    Random,
    /// As many records for each shard.
    Even,
    /// Fields of the record.
    Template,
}

impl Default for Form {
    /// The original's values, where it has them.
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            target: TargetKind::Stream,
            name: String::new(),
            rate: RateKind::Constant,
            constant: text("100"),
            ramp_from: text("0"),
            ramp_to: text("1000"),
            ramp_seconds: text("60"),
            burst_base: text("50"),
            burst_peak: text("1000"),
            burst_seconds: text("5"),
            burst_every: text("60"),
            smooth: true,
            simulated: false,
            from: String::new(),
            until: String::new(),
            speed: text("60"),
            key: KeyKind::Random,
            key_template: String::new(),
            gzip: false,
            line_feed: true,
            strip_line_breaks: true,
            malformed: String::new(),
            duplicate: String::new(),
            late: String::new(),
            oversize: String::new(),
            hot_key: String::new(),
            seed: String::new(),
            stop_records: String::new(),
            stop_bytes: String::new(),
            stop_minutes: String::new(),
        }
    }
}

impl Form {
    /// The plan of a run. `local_ms` gives the milliseconds since the Unix epoch of a time as the
    /// browser's fields write it.
    ///
    /// # Errors
    ///
    /// When a field holds no number or time: every such field, and what [`Plan::validate`] says of
    /// the others.
    pub fn plan(
        &self,
        template: &str,
        week: &Week,
        local_ms: impl Fn(&str) -> Option<i64>,
    ) -> Result<Plan, Vec<FieldError>> {
        let mut read = Reader(Vec::new());
        let name = self.name.trim().to_owned();
        let plan = Plan {
            template: template.to_owned(),
            strip_line_breaks: self.strip_line_breaks,
            target: match self.target {
                TargetKind::Stream => Target::Stream { name },
                TargetKind::Firehose => Target::Firehose { name },
            },
            rate: self.rate(week, &mut read),
            time: self.time(local_ms, &mut read),
            partition_key: self.partition_key(),
            gzip: self.gzip,
            // Compressed records have none, and the summary must not name one.
            line_feed: self.line_feed && !self.gzip,
            faults: self.faults(&mut read),
            seed: read.whole(Field::Seed, "the seed", &self.seed),
            stop: Stop {
                records: read.whole(
                    Field::StopRecords,
                    "the number of records",
                    &self.stop_records,
                ),
                bytes: read.whole(Field::StopBytes, "the number of bytes", &self.stop_bytes),
                minutes: read.optional(
                    Field::StopMinutes,
                    "the number of minutes",
                    &self.stop_minutes,
                ),
            },
        };
        if read.0.is_empty() {
            return Ok(plan);
        }
        // All mistakes at once; what stands in for an unreadable value is no mistake of its own.
        let others = plan.validate().err().unwrap_or_default();
        let unreadable = |error: &FieldError| read.0.iter().any(|known| known.field == error.field);
        let others: Vec<_> = others
            .into_iter()
            .filter(|error| !unreadable(error))
            .collect();
        read.0.extend(others);
        Err(read.0)
    }

    /// When the simulated time begins, in milliseconds since the Unix epoch; `None` in real time.
    pub fn begins_ms(&self, local_ms: impl Fn(&str) -> Option<i64>) -> Option<i64> {
        self.simulated.then(|| local_ms(&self.from)).flatten()
    }

    /// How records are sent, as far as that decides on whether they can be.
    pub fn sending(&self) -> Sending {
        let name = String::new();
        Sending {
            target: match self.target {
                TargetKind::Stream => Target::Stream { name },
                TargetKind::Firehose => Target::Firehose { name },
            },
            partition_key: self.partition_key(),
            gzip: self.gzip,
            line_feed: self.line_feed,
        }
    }

    fn partition_key(&self) -> PartitionKey {
        match self.key {
            KeyKind::Random => PartitionKey::Random,
            KeyKind::Even => PartitionKey::Even,
            KeyKind::Template => PartitionKey::Template {
                text: self.key_template.clone(),
            },
        }
    }

    fn rate(&self, week: &Week, read: &mut Reader) -> Rate {
        if self.rate == RateKind::Week
            && let Some(mistake) = week.mistake()
        {
            read.wrong(Field::Rate, mistake);
        }
        let mut number = |what, text| read.number(Field::Rate, what, text);
        match self.rate {
            RateKind::Unlimited => Rate::Unlimited,
            RateKind::Constant => Rate::Constant {
                per_second: number("the rate", &self.constant),
            },
            RateKind::Ramp => Rate::Ramp {
                from: number("the first rate", &self.ramp_from),
                to: number("the last rate", &self.ramp_to),
                seconds: number("the time of the ramp", &self.ramp_seconds),
            },
            RateKind::Burst => Rate::Burst {
                base: number("the rate between bursts", &self.burst_base),
                peak: number("the rate of a burst", &self.burst_peak),
                seconds: number("the time of a burst", &self.burst_seconds),
                every_seconds: number("the time between bursts", &self.burst_every),
            },
            RateKind::Week => Rate::Grid {
                periods: week.periods(),
                smooth: self.smooth,
            },
        }
    }

    fn time(&self, local_ms: impl Fn(&str) -> Option<i64>, read: &mut Reader) -> Time {
        if !self.simulated {
            return Time::Real;
        }
        let from_ms = local_ms(&self.from);
        if from_ms.is_none() {
            read.wrong(
                Field::Time,
                "a simulation needs a date and a time to begin with",
            );
        }
        let until_ms = local_ms(&self.until);
        if until_ms.is_none() && !self.until.trim().is_empty() {
            read.wrong(
                Field::Time,
                "the end is no date with a time, write one or leave it out",
            );
        }
        Time::Simulated {
            from_ms: from_ms.unwrap_or_default(),
            until_ms,
            speed: read.optional(Field::Time, "the speed", &self.speed),
        }
    }

    fn faults(&self, read: &mut Reader) -> Faults {
        let mut sum = 0.0;
        let mut share = |what: &str, text| {
            let percent = read.optional(Field::Faults, what, text).unwrap_or_default();
            if !(0.0..=100.0).contains(&percent) {
                read.wrong(Field::Faults, format!("{what} is {text} %, write 0 to 100"));
            }
            sum += percent;
            percent / 100.0
        };
        let faults = Faults {
            malformed: share("the share of malformed records", &self.malformed),
            duplicate: share("the share of duplicates", &self.duplicate),
            late: share("the share of late records", &self.late),
            oversize: share("the share of oversize records", &self.oversize),
            hot_key: share("the share of the hot key", &self.hot_key),
        };
        if sum > 100.0 {
            read.wrong(
                Field::Faults,
                "the shares of the faults are more than 100 % together, a record has one fault at most",
            );
        }
        faults
    }
}

/// A whole number: `1000`, `1,000`, `1 000`, `1_000` or `1e3`.
fn whole(text: &str) -> Option<u64> {
    let mut groups = text.split([' ', ',', '_']);
    let first = groups.next().unwrap_or_default();
    let others: Vec<_> = groups.collect();
    // `1,5` is meant to be no 15.
    if others.iter().any(|group| group.len() != 3) {
        return None;
    }
    let digits = format!("{first}{}", others.concat());
    digits.parse().ok().or_else(|| {
        let (mantissa, exponent) = digits.split_once(['e', 'E'])?;
        let mantissa: u64 = mantissa.parse().ok()?;
        let exponent: u32 = exponent.parse().ok()?;
        mantissa.checked_mul(10_u64.checked_pow(exponent)?)
    })
}

/// Reads fields, and gathers what is wrong with them.
struct Reader(Vec<FieldError>);

impl Reader {
    fn wrong(&mut self, field: Field, message: impl Into<String>) {
        self.0.push(FieldError {
            field,
            message: message.into(),
        });
    }

    fn number(&mut self, field: Field, what: &str, text: &str) -> f64 {
        if text.trim().is_empty() {
            self.wrong(field, format!("{what} is missing, write a number"));
            return 0.0;
        }
        self.optional(field, what, text).unwrap_or_default()
    }

    fn optional(&mut self, field: Field, what: &str, text: &str) -> Option<f64> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.wrong(
                field,
                if text.contains(',') {
                    format!("{what} is {text:?}, write decimals with a point and thousands without a comma, such as 2.5 or 1000")
                } else {
                    format!("{what} is {text:?}, write a number such as 100 or 2.5")
                },
            );
        }
        number
    }

    fn whole(&mut self, field: Field, what: &str, text: &str) -> Option<u64> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let number = whole(text);
        if number.is_none() {
            self.wrong(
                field,
                format!("{what} is {text:?}, write a whole number such as 1000"),
            );
        }
        number
    }
}
