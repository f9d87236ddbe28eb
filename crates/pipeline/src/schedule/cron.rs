//! The six fields of `cron(…)`: minute, hour, day of month, month, day of week, year.

use std::{collections::BTreeSet, ops::RangeInclusive};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Timelike, Utc, Weekday};

use super::ScheduleError;

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];

/// Sunday is 1.
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const MINUTE: Field = Field::new("minute", 0..=59, &[]);
const HOUR: Field = Field::new("hour", 0..=23, &[]);
const DAY_OF_MONTH: Field = Field::new("day of month", 1..=31, &[]);
const MONTH: Field = Field::new("month", 1..=12, &MONTHS);
const DAY_OF_WEEK: Field = Field::new("day of week", 1..=7, &WEEKDAYS);
const YEAR: Field = Field::new("year", 1970..=2199, &[]);

/// A checked `cron(…)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: BTreeSet<u16>,
    hours: BTreeSet<u16>,
    day: Day,
    months: BTreeSet<u16>,
    years: BTreeSet<u16>,
}

/// Which days of a month are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Day {
    /// `1,15`
    OfMonth(BTreeSet<u16>),
    /// `L`
    LastOfMonth,
    /// `15W`: the weekday that is nearest to it, in the same month.
    NearestWeekday(u16),
    /// `LW`
    LastWeekday,
    /// `MON-FRI`
    OfWeek(BTreeSet<u16>),
    /// `6L`: the last Friday.
    LastOfWeek(u16),
    /// `6#3`: the third Friday.
    Nth(u16, u16),
}

/// What a field may hold.
struct Field {
    name: &'static str,
    first: u16,
    last: u16,
    /// Other words for the numbers from `first` on.
    names: &'static [&'static str],
}

impl Cron {
    /// Reads what stands between the parentheses.
    pub(super) fn parse(source: &str) -> Result<Self, ScheduleError> {
        let fields: Vec<(usize, &str)> = source
            .split_whitespace()
            .map(|field| (field.as_ptr() as usize - source.as_ptr() as usize, field))
            .collect();
        let [minute, hour, day_of_month, month, day_of_week, year] = fields[..] else {
            return Err(ScheduleError::new(
                0,
                format!("a cron has six fields, and this one has {}", fields.len()),
                "write minute, hour, day of month, month, day of week and year, such as \
                 cron(0 10 * * ? *)",
            ));
        };
        let cron = Self {
            minutes: MINUTE.set(minute)?,
            hours: HOUR.set(hour)?,
            day: day(day_of_month, day_of_week)?,
            months: MONTH.set(month)?,
            years: YEAR.set(year)?,
        };
        if cron.next_after(DateTime::UNIX_EPOCH).is_none() {
            return Err(ScheduleError::new(
                day_of_month.0,
                "no such day ever comes",
                "choose a day that the month has",
            ));
        }
        Ok(cron)
    }

    /// The first whole minute after `moment` that it names.
    pub(super) fn next_after(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = moment.date_naive();
        if self.names(today)
            && let Some(time) = self.time_after(Some(moment.time()))
        {
            return Some(today.and_time(time).and_utc());
        }
        let mut date = today.checked_add_days(Days::new(1))?;
        while date.year() <= i32::from(YEAR.last) {
            if self.names(date) {
                return Some(date.and_time(self.time_after(None)?).and_utc());
            }
            date = date.checked_add_days(Days::new(1))?;
        }
        None
    }

    fn names(&self, date: NaiveDate) -> bool {
        let year = u16::try_from(date.year());
        year.is_ok_and(|year| self.years.contains(&year))
            && holds(&self.months, date.month())
            && self.day.is(date)
    }

    fn time_after(&self, moment: Option<NaiveTime>) -> Option<NaiveTime> {
        let passed = moment.map(|moment| (moment.hour(), moment.minute()));
        let times = self.hours.iter().flat_map(|hour| {
            let minutes = self.minutes.iter();
            minutes.map(|minute| (u32::from(*hour), u32::from(*minute)))
        });
        times
            .into_iter()
            .find(|time| passed.is_none_or(|passed| *time > passed))
            .and_then(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0))
    }
}

impl Day {
    fn is(&self, date: NaiveDate) -> bool {
        let (day, last) = (date.day(), u32::from(date.num_days_in_month()));
        let weekday = date.weekday().number_from_sunday();
        match self {
            Self::OfMonth(days) => holds(days, day),
            Self::OfWeek(days) => holds(days, weekday),
            Self::LastOfMonth => day == last,
            Self::NearestWeekday(wanted) => {
                date.with_day((*wanted).into()).and_then(nearest_weekday) == Some(date)
            }
            Self::LastWeekday => date.with_day(last).and_then(nearest_weekday) == Some(date),
            Self::LastOfWeek(wanted) => weekday == u32::from(*wanted) && day + 7 > last,
            Self::Nth(wanted, nth) => {
                weekday == u32::from(*wanted) && (day - 1) / 7 + 1 == u32::from(*nth)
            }
        }
    }
}

/// The day itself, or else the Friday before or the Monday after, whichever is in its month.
fn nearest_weekday(date: NaiveDate) -> Option<NaiveDate> {
    let last = u32::from(date.num_days_in_month());
    let day = match (date.weekday(), date.day()) {
        (Weekday::Sat, 1) => 3,
        (Weekday::Sat, day) => day - 1,
        (Weekday::Sun, day) if day == last => day - 2,
        (Weekday::Sun, day) => day + 1,
        (_, day) => day,
    };
    date.with_day(day)
}

fn holds(set: &BTreeSet<u16>, value: u32) -> bool {
    u16::try_from(value).is_ok_and(|value| set.contains(&value))
}

/// Reads the two fields that name days, of which one is `?`.
fn day(of_month: (usize, &str), of_week: (usize, &str)) -> Result<Day, ScheduleError> {
    match (of_month.1, of_week.1) {
        ("?", "?") => Err(ScheduleError::new(
            of_month.0,
            "day of month and day of week are both `?`",
            "write `*` for one of them",
        )),
        ("?", _) => day_of_week(of_week),
        (_, "?") => day_of_month(of_month),
        _ => Err(ScheduleError::new(
            of_week.0,
            "EventBridge takes day of month or day of week, not both",
            "write `?` for one of them, such as cron(0 10 * * ? *)",
        )),
    }
}

fn day_of_month((offset, text): (usize, &str)) -> Result<Day, ScheduleError> {
    match (text, text.strip_suffix('W')) {
        ("L", _) => Ok(Day::LastOfMonth),
        ("LW", _) => Ok(Day::LastWeekday),
        (_, Some(day)) => Ok(Day::NearestWeekday(DAY_OF_MONTH.number(offset, day)?)),
        _ => DAY_OF_MONTH.set((offset, text)).map(Day::OfMonth),
    }
}

fn day_of_week((offset, text): (usize, &str)) -> Result<Day, ScheduleError> {
    if text == "L" {
        return Ok(Day::OfWeek(BTreeSet::from([DAY_OF_WEEK.last])));
    }
    if let Some(day) = text.strip_suffix('L') {
        return Ok(Day::LastOfWeek(DAY_OF_WEEK.number(offset, day)?));
    }
    let Some((day, nth)) = text.split_once('#') else {
        return DAY_OF_WEEK.set((offset, text)).map(Day::OfWeek);
    };
    let day = DAY_OF_WEEK.number(offset, day)?;
    match nth.parse() {
        Ok(nth @ 1..=5) => Ok(Day::Nth(day, nth)),
        _ => Err(ScheduleError::new(
            offset,
            format!("`{nth}` is not one of the five weeks of a month"),
            "write one day and its number, such as 6#3 for the third Friday",
        )),
    }
}

impl Field {
    const fn new(
        name: &'static str,
        range: RangeInclusive<u16>,
        names: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            first: *range.start(),
            last: *range.end(),
            names,
        }
    }

    /// Reads a list of numbers, ranges and steps.
    fn set(&self, (offset, text): (usize, &str)) -> Result<BTreeSet<u16>, ScheduleError> {
        let mut set = BTreeSet::new();
        let mut at = offset;
        for item in text.split(',') {
            set.extend(self.item(at, item)?);
            at += item.len() + 1;
        }
        Ok(set)
    }

    fn item(&self, offset: usize, item: &str) -> Result<Vec<u16>, ScheduleError> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(self.step(offset, step)?)),
            None => (item, None),
        };
        let (first, last) = if range == "*" {
            (self.first, self.last)
        } else if let Some((first, last)) = range.split_once('-') {
            (self.number(offset, first)?, self.number(offset, last)?)
        } else {
            let number = self.number(offset, range)?;
            // A number with a step counts on from there.
            (number, if step.is_some() { self.last } else { number })
        };
        // 20-2 passes midnight, and FRI-MON the end of a week.
        let all: Vec<u16> = if first <= last {
            (first..=last).collect()
        } else {
            (first..=self.last).chain(self.first..=last).collect()
        };
        Ok(all.into_iter().step_by(step.unwrap_or(1).into()).collect())
    }

    fn step(&self, offset: usize, step: &str) -> Result<u16, ScheduleError> {
        let number = step.parse().ok().filter(|step| *step > 0);
        number.ok_or_else(|| {
            ScheduleError::new(
                offset,
                format!("`/{step}` in the {} is not a step", self.name),
                "write a number above 0 behind the slash, such as 0/15",
            )
        })
    }

    fn number(&self, offset: usize, text: &str) -> Result<u16, ScheduleError> {
        let of_name = (self.first..)
            .zip(self.names)
            .find(|(_, name)| name.eq_ignore_ascii_case(text))
            .map(|(number, _)| number);
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        of_name
            .or_else(|| text.parse().ok().filter(|_| digits))
            .filter(|number| (self.first..=self.last).contains(number))
            .ok_or_else(|| {
                let names = match self.names {
                    [first, .., last] => format!(", or {first} to {last}"),
                    _ => String::new(),
                };
                let article = if self.name == HOUR.name { "an" } else { "a" };
                ScheduleError::new(
                    offset,
                    format!("`{text}` is not {article} {}", self.name),
                    format!("write {} to {}{names}", self.first, self.last),
                )
            })
    }
}
