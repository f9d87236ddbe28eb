//! Schedules as `EventBridge` documents them.

use chrono::{DateTime, Utc};
use pipeline::schedule::{Schedule, ScheduleError};

/// A Saturday.
const NOW: &str = "2026-11-21T14:07:30Z";

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn next(schedule: &str, times: usize) -> Vec<String> {
    let schedule: Schedule = schedule.parse().unwrap();
    let mut moment = time(NOW);
    let step = |_| {
        moment = schedule.next_after(moment)?;
        Some(moment.format("%Y-%m-%dT%H:%M:%S").to_string())
    };
    (0..times).map_while(step).collect()
}

fn refusal(schedule: &str) -> ScheduleError {
    schedule.parse::<Schedule>().unwrap_err()
}

#[test]
fn a_rate_counts_from_its_creation_and_then_from_each_time() {
    assert_eq!(
        next("rate(5 minutes)", 2),
        ["2026-11-21T14:12:30", "2026-11-21T14:17:30"]
    );
    assert_eq!(next("rate(1 hour)", 1), ["2026-11-21T15:07:30"]);
    assert_eq!(next("rate(7 days)", 1), ["2026-11-28T14:07:30"]);
}

#[test]
fn a_rate_is_singular_for_one_and_plural_for_more() {
    for (wrong, right) in [
        ("rate(1 minutes)", "rate(1 minute)"),
        ("rate(5 minute)", "rate(5 minutes)"),
        ("rate(1 hours)", "rate(1 hour)"),
        ("rate(2 day)", "rate(2 days)"),
    ] {
        assert!(refusal(wrong).remedy.contains(right), "{wrong}");
        right.parse::<Schedule>().unwrap();
    }
}

/// The examples of the `EventBridge` user guide, and what they say of them.
#[test]
fn the_documented_crons_fire_when_their_description_says() {
    for (cron, expected) in [
        (
            "0 10 * * ? *",
            &["2026-11-22T10:00:00", "2026-11-23T10:00:00"][..],
        ),
        ("15 12 * * ? *", &["2026-11-22T12:15:00"]),
        (
            "0 18 ? * MON-FRI *",
            &["2026-11-23T18:00:00", "2026-11-24T18:00:00"],
        ),
        (
            "0 8 1 * ? *",
            &["2026-12-01T08:00:00", "2027-01-01T08:00:00"],
        ),
        (
            "0/15 * * * ? *",
            &["2026-11-21T14:15:00", "2026-11-21T14:30:00"],
        ),
        (
            "0/10 * ? * MON-FRI *",
            &["2026-11-23T00:00:00", "2026-11-23T00:10:00"],
        ),
        (
            "0/5 8-17 ? * MON-FRI *",
            &["2026-11-23T08:00:00", "2026-11-23T08:05:00"],
        ),
        // From ten in the evening past midnight: Monday begins with the end of the night.
        (
            "0/30 22-2 ? * MON-FRI *",
            &["2026-11-23T00:00:00", "2026-11-23T00:30:00"],
        ),
        (
            "15 10 ? * 6L 2022-2030",
            &["2026-11-27T10:15:00", "2026-12-25T10:15:00"],
        ),
        (
            "1/10 * * * ? *",
            &["2026-11-21T14:11:00", "2026-11-21T14:21:00"],
        ),
    ] {
        assert_eq!(
            next(&format!("cron({cron})"), expected.len()),
            expected,
            "{cron}"
        );
    }
}

#[test]
fn days_are_counted_from_the_ends_of_months_and_weeks() {
    for (cron, expected) in [
        (
            "0 0 L * ? *",
            &["2026-11-30T00:00:00", "2026-12-31T00:00:00"][..],
        ),
        // The second Tuesday.
        (
            "0 0 ? * 3#2 *",
            &["2026-12-08T00:00:00", "2027-01-12T00:00:00"],
        ),
        ("0 0 ? * TUE#2 *", &["2026-12-08T00:00:00"]),
        // A week ends on Saturday.
        ("0 0 ? * L *", &["2026-11-28T00:00:00"]),
        // 2026-12-05 is a Saturday, 2027-08-01 a Sunday, 2027-05-01 a Saturday.
        ("0 0 5W 12 ? *", &["2026-12-04T00:00:00"]),
        ("0 0 1W AUG ? *", &["2027-08-02T00:00:00"]),
        ("0 0 1W MAY ? *", &["2027-05-03T00:00:00"]),
        // The 31st of January 2027 is a Sunday.
        ("0 0 LW 1 ? *", &["2027-01-29T00:00:00"]),
        (
            "0 0 29 2 ? *",
            &["2028-02-29T00:00:00", "2032-02-29T00:00:00"],
        ),
        (
            "0 12 1,15 JAN,JUL ? *",
            &["2027-01-01T12:00:00", "2027-01-15T12:00:00"],
        ),
        (
            "0 0 ? * FRI-MON *",
            &[
                "2026-11-22T00:00:00",
                "2026-11-23T00:00:00",
                "2026-11-27T00:00:00",
            ],
        ),
    ] {
        assert_eq!(
            next(&format!("cron({cron})"), expected.len()),
            expected,
            "{cron}"
        );
    }
}

#[test]
fn a_cron_ends_with_its_last_year() {
    assert_eq!(
        next("cron(0 0 1 1 ? 2026-2027)", 3),
        ["2027-01-01T00:00:00"]
    );
    assert!(next("cron(0 0 1 1 ? 2020)", 1).is_empty());
}

#[test]
fn what_eventbridge_refuses_is_refused_at_its_place() {
    for (schedule, offset, part) in [
        ("every minute", 0, "rate(5 minutes)"),
        ("rate(5)", 5, "number and a unit"),
        ("rate(0 minutes)", 5, "above 0"),
        ("rate(-1 minutes)", 5, "above 0"),
        ("rate(1.5 hours)", 5, "above 0"),
        ("rate(5 weeks)", 7, "not a unit"),
        ("cron(0 10 * * ?)", 5, "six fields"),
        ("cron(60 10 * * ? *)", 5, "0 to 59"),
        ("cron(0 24 * * ? *)", 7, "0 to 23"),
        ("cron(0 10 32 * ? *)", 10, "1 to 31"),
        ("cron(0 10 ? 13 * *)", 12, "JAN to DEC"),
        ("cron(0 10 ? * 0 *)", 14, "SUN to SAT"),
        ("cron(0 10 ? * 8 *)", 14, "SUN to SAT"),
        ("cron(0 10 * * * *)", 14, "write `?`"),
        ("cron(0 10 ? * ? *)", 10, "both `?`"),
        ("cron(0 10 * * ? 1969)", 16, "1970 to 2199"),
        ("cron(0/0 10 * * ? *)", 5, "above 0"),
        ("cron(0 10 ? * 3#1,6#3 *)", 14, "one day"),
        ("cron(0 10 ? * 3#6 *)", 14, "five weeks"),
        ("cron(0 0 30 FEB ? *)", 9, "no such day"),
        ("cron(0,,5 10 * * ? *)", 7, "not a minute"),
        ("cron(0 25 * * ? *)", 7, "`25` is not an hour"),
        ("cron(+5 10 * * ? *)", 5, "not a minute"),
    ] {
        let error = refusal(schedule);
        assert_eq!(error.offset, offset, "{schedule}: {error}");
        assert!(error.to_string().contains(part), "{schedule}: {error}");
    }
}
