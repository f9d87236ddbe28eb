//! The KDG's week of hours → how many records are due.

use std::time::Duration;

use kdg::{Cell, Grid, Pace};
use proptest::prelude::*;

/// Sunday, 2024-02-25 00:00 local time.
const SUNDAY: i64 = 1_708_819_200_000;
const HOUR_MS: i64 = 3_600_000;

fn steady(mean: f64, deviation: f64) -> Grid {
    let mut grid = Grid::empty();
    for day in 0..7 {
        for hour in 0..24 {
            grid.set(day, hour, Cell { mean, deviation });
        }
    }
    grid
}

fn records_in(grid: Grid, seconds: u64) -> u64 {
    let mut pace = Pace::grid(grid, SUNDAY, 1).simulated(None).unwrap();
    let mut records = 0;
    while pace
        .take_one(Duration::ZERO)
        .is_some_and(|due| due < Duration::from_secs(seconds))
    {
        records += 1;
    }
    records
}

#[test]
fn the_periods_that_the_kdg_saved_are_read() {
    let periods = r##"{"#0-0-mu":"10","#0-0-sig":"2","#6-23-mu":30,"#3-12-mu":""}"##;
    let grid = Grid::from_periods(periods).unwrap();
    let first = Cell {
        mean: 10.0,
        deviation: 2.0,
    };
    assert_eq!(grid.at(SUNDAY), first);
    assert_eq!(grid.at(SUNDAY + HOUR_MS), Cell::default());
    let last_hour = SUNDAY + 7 * 24 * HOUR_MS - 1;
    assert!((grid.at(last_hour).mean - 30.0).abs() < f64::EPSILON);
}

#[test]
fn what_is_no_grid_is_refused_by_its_key() {
    for (periods, part) in [
        ("[]", "no JSON object"),
        ("{", "no JSON object"),
        (r##"{"#7-0-mu":1}"##, "#7-0-mu"),
        (r##"{"#0-24-sig":1}"##, "#0-24-sig"),
        (r##"{"#0-0-nu":1}"##, "#0-0-nu"),
        (r##"{"#0-0-mu":"many"}"##, "many"),
        (r##"{"#0-0-mu":-1}"##, "-1"),
    ] {
        let error = Grid::from_periods(periods).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn every_hour_passes_into_the_next_one_the_last_of_a_day_and_of_the_week_too() {
    let mut grid = Grid::empty();
    for day in 0..7 {
        for hour in 0..24 {
            let mean = f64::from(u32::try_from(day * 24 + hour).unwrap());
            grid.set(
                day,
                hour,
                Cell {
                    mean,
                    deviation: 0.0,
                },
            );
        }
    }
    let grid = grid.smoothed();
    for hour in 0..168 {
        let half_past = grid.at(SUNDAY + hour * HOUR_MS + HOUR_MS / 2).mean;
        let next = (hour + 1) % 168;
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let expected = (hour + next) as f64 / 2.0;
        assert!((half_past - expected).abs() < 1e-9, "hour {hour}");
    }
}

#[test]
fn the_average_is_kept_where_the_kdg_sends_half_a_record_more() {
    let seconds = 4_000;
    let fair = records_in(steady(20.0, 4.0), seconds);
    assert!((79_300..80_700).contains(&fair), "{fair}");
    let parts = records_in(steady(0.25, 0.0), seconds);
    assert!((850..1_150).contains(&parts), "{parts}");
}

#[test]
fn a_week_without_records_has_none_and_does_not_hang() {
    let mut pace = Pace::grid(Grid::empty(), SUNDAY, 1);
    assert_eq!(pace.next_due(Duration::ZERO), None);
    assert_eq!(pace.take(Duration::from_secs(5), 10), 0);
}

#[test]
fn the_records_of_a_second_are_spread_over_it() {
    let mut pace = Pace::grid(steady(4.0, 0.0), SUNDAY, 1);
    let mut dues = Vec::new();
    for _ in 0..5 {
        let now = pace.next_due(Duration::ZERO).unwrap();
        dues.push(now.as_millis());
        assert_eq!(pace.take(now, 1), 1);
    }
    assert_eq!(dues, [0, 250, 500, 750, 1000]);
}

proptest! {
    #[test]
    fn one_seed_gives_one_week(seed: u64) {
        let dues = |seed| {
            let mut pace = Pace::grid(steady(2.0, 1.5), SUNDAY, seed).simulated(None).unwrap();
            (0..200).map(|_| pace.take_one(Duration::ZERO)).collect::<Vec<_>>()
        };
        prop_assert_eq!(dues(seed), dues(seed));
    }
}
