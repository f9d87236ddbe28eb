//! Milliseconds since the epoch → the fields of a calendar and a clock.

use super::Zone;

pub(super) const DAY_MS: i64 = 86_400_000;
/// JavaScript's dates end 100,000,000 days from the epoch, on either side.
pub(in crate::template) const LATEST_MS: i64 = 100_000_000 * DAY_MS;

/// A point in time, as the clock of a zone shows it.
#[derive(Debug)]
pub(super) struct Moment {
    pub(super) epoch_ms: i64,
    pub(super) zone: Zone,
    pub(super) year: i64,
    /// 1 to 12.
    pub(super) month: i64,
    /// 1 to 31.
    pub(super) day: i64,
    /// 0 is Sunday.
    pub(super) weekday: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) millisecond: i64,
    /// Since the epoch, in local time.
    days: i64,
}

impl Moment {
    /// Times that no JavaScript date can hold are moved to the nearest it can.
    pub(super) fn new(epoch_ms: i64, zone: Zone) -> Self {
        let epoch_ms = epoch_ms.clamp(-LATEST_MS, LATEST_MS);
        let local_ms = epoch_ms + zone.offset_minutes() * 60_000;
        let days = local_ms.div_euclid(DAY_MS);
        let time = local_ms.rem_euclid(DAY_MS);
        let (year, month, day) = civil(days);
        Self {
            epoch_ms,
            zone,
            year,
            month,
            day,
            weekday: (days + 4).rem_euclid(7),
            hour: time / 3_600_000,
            minute: time / 60_000 % 60,
            second: time / 1_000 % 60,
            millisecond: time % 1_000,
            days,
        }
    }

    /// 1 to 366.
    pub(super) fn day_of_year(&self) -> i64 {
        self.days - days_before_year(self.year) + 1
    }

    /// Year and number of the week that starts on Sunday; the first of a year
    /// is the one with 1 January.
    pub(super) fn week(&self) -> (i64, i64) {
        week_ending_with(self.days + 6 - self.weekday)
    }

    /// Year and number of the ISO 8601 week: it starts on Monday, and the first
    /// of a year is the one with the first Thursday.
    pub(super) fn iso_week(&self) -> (i64, i64) {
        week_ending_with(self.days + 4 - self.iso_weekday())
    }

    /// 1 is Monday, 7 is Sunday.
    pub(super) fn iso_weekday(&self) -> i64 {
        (self.weekday + 6) % 7 + 1
    }
}

impl Zone {
    pub(super) fn offset_minutes(self) -> i64 {
        match self {
            Self::Utc => 0,
            Self::Local(minutes) => i64::from(minutes),
        }
    }
}

/// The week whose number is that of `decisive`, the day that says which year it
/// belongs to.
fn week_ending_with(decisive: i64) -> (i64, i64) {
    let (year, ..) = civil(decisive);
    (year, (decisive - days_before_year(year)) / 7 + 1)
}

/// Days from the epoch to 1 January.
fn days_before_year(year: i64) -> i64 {
    let before = year - 1;
    let leap_days = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    before * 365 + leap_days - 719_162
}

/// The day that a calendar shows, counted from the epoch; `None` if there is no
/// such day.
pub(super) fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    let first = days_before_year(year);
    // Days before a month in a year without a leap day, counted generously.
    let about = first + (month - 1) * 30 + day - 1;
    (about - 2..about + 8).find(|days| civil(*days) == (year, month, day))
}

/// Year, month and day of a day counted from the epoch.
///
/// Counts in 400-year eras that start on 1 March, so that the leap day comes
/// last. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}
