//! The tokens of a format and what each of them writes.

use super::super::function::pair_of;
use super::Zone;
use super::calendar::Moment;

use Field::{
    Day, DayOfYear, Hour, Hour12, Hour24, IsoWeek, IsoWeekYear, IsoWeekday, Minute, Month, Quarter,
    Second, Week, WeekYear, Weekday, Year,
};
use Token::{
    Compact, Epoch, EpochMs, Fraction, FullYear, LowerMeridiem, MonthName, Number, Offset, Ordinal,
    ShortYear, SignedYear, UpperMeridiem, WeekdayName, ZoneName,
};

pub(in crate::template) static MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(in crate::template) static WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// Names longer than any, to write them in full.
const FULL: usize = usize::MAX;

/// A part of a format that stands for a part of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A number with at least so many digits.
    Number(Field, usize),
    /// A number with st, nd, rd or th.
    Ordinal(Field),
    /// The last two digits of a year.
    ShortYear(Field),
    /// A year with a plus from 10,000 on.
    FullYear,
    /// A year with its sign and six digits.
    SignedYear,
    /// So many letters of the name.
    MonthName(usize),
    WeekdayName(usize),
    LowerMeridiem,
    UpperMeridiem,
    /// Hour and minutes, with or without seconds, run together.
    Compact(Field, Seconds),
    /// So many digits after the decimal point of the second.
    Fraction(usize),
    Epoch,
    EpochMs,
    /// The offset from UTC, with this between hours and minutes.
    Offset(&'static str),
    /// The name of the zone, which is known of UTC only.
    ZoneName(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seconds {
    With,
    Without,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Year,
    Quarter,
    Month,
    Day,
    DayOfYear,
    Weekday,
    IsoWeekday,
    Week,
    WeekYear,
    IsoWeek,
    IsoWeekYear,
    Hour,
    Hour12,
    Hour24,
    Minute,
    Second,
}

/// The spelling of every token, in the order in which they are tried. `None`
/// is a spelling that is recognized as a whole and printed as it is.
#[rustfmt::skip]
pub(super) static TOKENS: &[(&str, Option<Token>)] = &[
    ("Hmmss", Some(Compact(Hour, Seconds::With))), ("hmmss", Some(Compact(Hour12, Seconds::With))),
    ("Hmm", Some(Compact(Hour, Seconds::Without))), ("hmm", Some(Compact(Hour12, Seconds::Without))),
    ("Mo", Some(Ordinal(Month))),
    ("MMMM", Some(MonthName(FULL))), ("MMM", Some(MonthName(3))),
    ("MM", Some(Number(Month, 2))), ("M", Some(Number(Month, 1))),
    ("Do", Some(Ordinal(Day))), ("DDDo", Some(Ordinal(DayOfYear))),
    ("DDDD", Some(Number(DayOfYear, 3))), ("DDD", Some(Number(DayOfYear, 1))),
    ("DD", Some(Number(Day, 2))), ("D", Some(Number(Day, 1))),
    ("dddd", Some(WeekdayName(FULL))), ("ddd", Some(WeekdayName(3))), ("dd", Some(WeekdayName(2))),
    ("do", Some(Ordinal(Weekday))), ("d", Some(Number(Weekday, 1))),
    ("ww", Some(Number(Week, 2))), ("wo", Some(Ordinal(Week))), ("w|", None), ("w", Some(Number(Week, 1))),
    ("WW", Some(Number(IsoWeek, 2))), ("Wo", Some(Ordinal(IsoWeek))), ("W|", None), ("W", Some(Number(IsoWeek, 1))),
    ("Qo", Some(Ordinal(Quarter))), ("Q", Some(Number(Quarter, 1))),
    ("YYYYYY", Some(SignedYear)), ("YYYYY", Some(Number(Year, 5))), ("YYYY", Some(Number(Year, 4))),
    ("YY", Some(ShortYear(Year))), ("Y", Some(FullYear)),
    ("ggggg", Some(Number(WeekYear, 5))), ("gggg", Some(Number(WeekYear, 4))), ("gg", Some(ShortYear(WeekYear))),
    ("GGGGG", Some(Number(IsoWeekYear, 5))), ("GGGG", Some(Number(IsoWeekYear, 4))), ("GG", Some(ShortYear(IsoWeekYear))),
    ("e", Some(Number(Weekday, 1))), ("E", Some(Number(IsoWeekday, 1))),
    ("a", Some(LowerMeridiem)), ("A", Some(UpperMeridiem)),
    ("hh", Some(Number(Hour12, 2))), ("h", Some(Number(Hour12, 1))),
    ("HH", Some(Number(Hour, 2))), ("H", Some(Number(Hour, 1))),
    ("kk", Some(Number(Hour24, 2))), ("k", Some(Number(Hour24, 1))),
    ("mm", Some(Number(Minute, 2))), ("m", Some(Number(Minute, 1))),
    ("ss", Some(Number(Second, 2))), ("s", Some(Number(Second, 1))),
    ("SSSSSSSSS", Some(Fraction(9))), ("SSSSSSSS", Some(Fraction(8))), ("SSSSSSS", Some(Fraction(7))),
    ("SSSSSS", Some(Fraction(6))), ("SSSSS", Some(Fraction(5))), ("SSSS", Some(Fraction(4))),
    ("SSS", Some(Fraction(3))), ("SS", Some(Fraction(2))), ("S", Some(Fraction(1))),
    ("x", Some(EpochMs)), ("X", Some(Epoch)),
    ("zz", Some(ZoneName("Coordinated Universal Time"))), ("z", Some(ZoneName("UTC"))),
    ("ZZ", Some(Offset(""))), ("Z", Some(Offset(":"))),
];

/// The localized formats, in the order in which they are tried.
pub(super) static LOCALIZED: &[(&str, &str)] = &[
    ("LTS", "h:mm:ss A"),
    ("LT", "h:mm A"),
    ("LLLL", "dddd, MMMM D, YYYY h:mm A"),
    ("LLL", "MMMM D, YYYY h:mm A"),
    ("LL", "MMMM D, YYYY"),
    ("L", "MM/DD/YYYY"),
    ("llll", "ddd, MMM D, YYYY h:mm A"),
    ("lll", "MMM D, YYYY h:mm A"),
    ("ll", "MMM D, YYYY"),
    ("l", "M/D/YYYY"),
];

impl Token {
    pub(super) fn write(self, moment: &Moment, out: &mut Vec<u8>) {
        match self {
            Number(field, width) => write_number(field.of(moment), width, out),
            Ordinal(field) => {
                let number = field.of(moment);
                write_number(number, 1, out);
                out.extend_from_slice(ordinal(number).as_bytes());
            }
            ShortYear(field) => write_number(field.of(moment) % 100, 2, out),
            FullYear | SignedYear => {
                let width = if self == SignedYear { 6 } else { 1 };
                if moment.year > 9_999 || (self == SignedYear && moment.year >= 0) {
                    out.push(b'+');
                }
                write_number(moment.year, width, out);
            }
            MonthName(letters) => write_name(&MONTHS, moment.month - 1, letters, out),
            WeekdayName(letters) => write_name(&WEEKDAYS, moment.weekday, letters, out),
            LowerMeridiem => out.extend_from_slice(if moment.hour < 12 { b"am" } else { b"pm" }),
            UpperMeridiem => out.extend_from_slice(if moment.hour < 12 { b"AM" } else { b"PM" }),
            Compact(hour, seconds) => {
                write_number(hour.of(moment), 1, out);
                write_number(moment.minute, 2, out);
                if seconds == Seconds::With {
                    write_number(moment.second, 2, out);
                }
            }
            Fraction(digits) => write_fraction(moment.millisecond, digits, out),
            Epoch => write_number(moment.epoch_ms.div_euclid(1_000), 1, out),
            EpochMs => write_number(moment.epoch_ms, 1, out),
            Offset(between) => {
                let offset = moment.zone.offset_minutes();
                out.push(if offset < 0 { b'-' } else { b'+' });
                write_number(offset.abs() / 60, 2, out);
                out.extend_from_slice(between.as_bytes());
                write_number(offset.abs() % 60, 2, out);
            }
            ZoneName(name) => {
                if moment.zone == Zone::Utc {
                    out.extend_from_slice(name.as_bytes());
                }
            }
        }
    }
}

impl Field {
    fn of(self, moment: &Moment) -> i64 {
        match self {
            Year => moment.year,
            Quarter => (moment.month + 2) / 3,
            Month => moment.month,
            Day => moment.day,
            DayOfYear => moment.day_of_year(),
            Weekday => moment.weekday,
            IsoWeekday => moment.iso_weekday(),
            Week => moment.week().1,
            WeekYear => moment.week().0,
            IsoWeek => moment.iso_week().1,
            IsoWeekYear => moment.iso_week().0,
            Hour => moment.hour,
            Hour12 => (moment.hour + 11) % 12 + 1,
            Hour24 => (moment.hour + 23) % 24 + 1,
            Minute => moment.minute,
            Second => moment.second,
        }
    }
}

/// The digits of a number below 100.
fn two(number: u16) -> [u8; 2] {
    pair_of(u8::try_from(number).unwrap_or(0))
}

/// At least `width` digits after the sign.
fn write_number(number: i64, width: usize, out: &mut Vec<u8>) {
    // Nearly all of a date and a time.
    match (width, u16::try_from(number)) {
        (2, Ok(pair @ 0..100)) => return out.extend_from_slice(&two(pair)),
        (3, Ok(three @ 0..1_000)) => {
            out.extend_from_slice(&two(three / 10));
            return out.extend_from_slice(&two(three % 10)[1..]);
        }
        (4, Ok(year @ 0..10_000)) => {
            out.extend_from_slice(&two(year / 100));
            return out.extend_from_slice(&two(year % 100));
        }
        _ => {}
    }
    if number < 0 {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number.unsigned_abs()).as_bytes();
    out.extend(std::iter::repeat_n(
        b'0',
        width.saturating_sub(digits.len()),
    ));
    out.extend_from_slice(digits);
}

/// The first `digits` decimals of the second; beyond milliseconds they are 0.
fn write_fraction(millisecond: i64, digits: usize, out: &mut Vec<u8>) {
    match digits {
        1 => write_number(millisecond / 100, 1, out),
        2 => write_number(millisecond / 10, 2, out),
        _ => {
            write_number(millisecond, 3, out);
            out.extend(std::iter::repeat_n(b'0', digits.saturating_sub(3)));
        }
    }
}

fn write_name(names: &[&str], index: i64, letters: usize, out: &mut Vec<u8>) {
    if let Some(name) = usize::try_from(index)
        .ok()
        .and_then(|index| names.get(index))
    {
        out.extend_from_slice(&name.as_bytes()[..letters.min(name.len())]);
    }
}

fn ordinal(number: i64) -> &'static str {
    match (number / 10 % 10, number % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}
