//! The time that has passed → how many records are due.

use std::time::Duration;

use kdg::Pace;
use proptest::prelude::*;

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn records_are_spread_evenly_from_the_first_question_on() {
    let mut pace = Pace::constant(10.0).unwrap();
    assert_eq!(pace.next_due(ms(5_000)), ms(5_000));
    assert_eq!(pace.take(ms(5_000), 100), 1);
    assert_eq!(pace.next_due(ms(5_000)), ms(5_100));
    assert_eq!(pace.take(ms(5_099), 100), 0);
    assert_eq!(pace.take(ms(5_100), 100), 1);
    assert_eq!(pace.take(ms(5_550), 100), 4);
}

#[test]
fn a_rate_below_one_is_kept() {
    let mut pace = Pace::constant(0.5).unwrap();
    assert_eq!(pace.take(ms(0), 9), 1);
    assert_eq!(pace.next_due(ms(0)), ms(2_000));
}

#[test]
fn records_without_room_stay_due() {
    let mut pace = Pace::constant(1_000.0).unwrap();
    assert_eq!(pace.take(ms(0), 1), 1);
    assert_eq!(pace.take(ms(100), 30), 30);
    assert_eq!(pace.take(ms(100), 0), 0);
    assert!(pace.next_due(ms(100)) <= ms(100));
    assert_eq!(pace.take(ms(100), 100), 70);
}

#[test]
fn a_pause_is_made_up_for_by_one_second_of_records_at_most() {
    let mut pace = Pace::constant(100.0).unwrap();
    assert_eq!(pace.take(ms(0), 1_000), 1);
    let after = pace.take(ms(3_600_000), 1_000);
    assert_eq!(after, 101);
    assert_eq!(pace.take(ms(3_600_000), 1_000), 0);
    // From then on the old rhythm.
    assert_eq!(pace.take(ms(3_601_000), 1_000), 100);
}

#[test]
fn a_pace_without_limit_fills_whatever_room_there_is() {
    let mut pace = Pace::unlimited();
    assert_eq!(pace.take(ms(0), 500), 500);
    assert_eq!(pace.take(ms(0), 500), 500);
    assert!(pace.next_due(ms(7)) <= ms(7));
}

#[test]
fn rates_that_cannot_be_kept_are_refused() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e10, 1e-9] {
        assert!(Pace::constant(rate).is_err(), "{rate}");
    }
}

proptest! {
    #[test]
    fn whoever_waits_until_the_next_record_gets_exactly_it(rate in 0.001_f64..1e6, records in 1_u32..500) {
        let mut pace = Pace::constant(rate).unwrap();
        let mut now = ms(123);
        for _ in 0..records {
            now = now.max(pace.next_due(now));
            prop_assert_eq!(pace.take(now, 1), 1);
        }
        let expected = f64::from(records - 1) / rate;
        let passed = now.as_secs_f64() - 0.123;
        prop_assert!((passed - expected).abs() <= expected * 1e-3 + 1e-6, "{passed} for {expected}");
    }

    #[test]
    fn however_often_it_is_asked_the_rate_is_kept(
        rate in 1_u32..100_000,
        steps in prop::collection::vec(0_u64..900, 1..100),
    ) {
        let mut pace = Pace::constant(f64::from(rate)).unwrap();
        let mut now = ms(0);
        let mut taken = pace.take(now, u64::MAX);
        for step in steps {
            now += ms(step);
            taken += pace.take(now, u64::MAX);
        }
        let nanos = now.as_nanos() * u128::from(rate) / 1_000_000_000;
        prop_assert_eq!(u128::from(taken), nanos + 1);
    }
}
