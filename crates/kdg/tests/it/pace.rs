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
    assert_eq!(pace.next_due(ms(5_000)), Some(ms(5_000)));
    assert_eq!(pace.take(ms(5_000), 100), 1);
    assert_eq!(pace.next_due(ms(5_000)), Some(ms(5_100)));
    assert_eq!(pace.take(ms(5_099), 100), 0);
    assert_eq!(pace.take(ms(5_100), 100), 1);
    assert_eq!(pace.take(ms(5_550), 100), 4);
}

#[test]
fn a_rate_below_one_is_kept() {
    let mut pace = Pace::constant(0.5).unwrap();
    assert_eq!(pace.take(ms(0), 9), 1);
    assert_eq!(pace.next_due(ms(0)), Some(ms(2_000)));
}

#[test]
fn records_without_room_stay_due() {
    let mut pace = Pace::constant(1_000.0).unwrap();
    assert_eq!(pace.take(ms(0), 1), 1);
    assert_eq!(pace.take(ms(100), 30), 30);
    assert_eq!(pace.take(ms(100), 0), 0);
    assert!(pace.next_due(ms(100)) <= Some(ms(100)));
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
    assert!(pace.next_due(ms(7)) <= Some(ms(7)));
}

#[test]
fn rates_that_cannot_be_kept_are_refused() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e10, 1e-9] {
        assert!(Pace::constant(rate).is_err(), "{rate}");
    }
}

#[test]
fn a_ramp_reaches_its_rate_and_keeps_it() {
    let mut pace = Pace::ramp(0.0, 100.0, ms(10_000)).unwrap();
    assert_eq!(pace.take(ms(0), 9_999), 1);
    // Half of 100 a second for ten seconds.
    assert_eq!(taken_by(&mut pace, ms(10_000)), 500);
    assert_eq!(taken_by(&mut pace, ms(12_000)), 200);
    let mut down = Pace::ramp(100.0, 0.0, ms(10_000)).unwrap();
    down.take(ms(0), 1);
    assert_eq!(taken_by(&mut down, ms(10_000)), 499);
    assert_eq!(down.next_due(ms(10_000)), None);
}

#[test]
fn a_burst_comes_at_the_beginning_of_each_period() {
    let mut pace = Pace::burst(10.0, 1_000.0, ms(1_000), ms(10_000)).unwrap();
    pace.take(ms(0), 1);
    assert_eq!(taken_by(&mut pace, ms(999)), 999);
    // 90 of the base rate, and the first of the next burst.
    assert_eq!(taken_by(&mut pace, ms(10_000)), 91);
    assert_eq!(taken_by(&mut pace, ms(10_999)), 999);
}

#[test]
fn a_burst_without_a_base_is_followed_by_silence() {
    let mut pace = Pace::burst(0.0, 100.0, ms(100), ms(60_000)).unwrap();
    pace.take(ms(0), 1);
    assert_eq!(taken_by(&mut pace, ms(59_000)), 9);
    assert_eq!(pace.next_due(ms(59_000)), Some(ms(60_000)));
}

#[test]
fn ramps_and_bursts_that_cannot_be_are_refused_with_a_remedy() {
    let refused = [
        Pace::ramp(0.0, 0.0, ms(1)),
        Pace::ramp(1.0, 2.0, ms(0)),
        Pace::burst(1.0, 0.0, ms(1), ms(2)),
        Pace::burst(1.0, 5.0, ms(3), ms(2)),
        Pace::unlimited().simulated(Some(0.0)),
    ];
    for pace in refused {
        let error = pace.unwrap_err().to_string();
        assert!(error.contains("choose"), "{error}");
    }
}

#[test]
fn a_simulation_passes_as_fast_as_it_is_told() {
    let mut pace = Pace::constant(1.0).unwrap().simulated(Some(60.0)).unwrap();
    assert_eq!(pace.take_one(ms(0)), Some(ms(0)));
    assert_eq!(pace.next_due(ms(0)).unwrap().as_millis(), 16);
    assert_eq!(pace.take(ms(1_000), 1_000), 60);
    // Nothing is dropped, however late it is.
    assert_eq!(pace.take(ms(60_000), 100_000), 59 * 60);
}

#[test]
fn a_simulation_without_a_speed_is_as_fast_as_there_is_room() {
    let mut pace = Pace::constant(0.001).unwrap().simulated(None).unwrap();
    assert_eq!(pace.take(ms(0), 7), 7);
    assert_eq!(pace.take_one(ms(0)), Some(ms(7_000_000)));
    assert_eq!(pace.next_due(ms(5)), Some(ms(0)));
}

/// What a machine takes that looks every 10 ms.
fn taken_by(pace: &mut Pace, until: Duration) -> u64 {
    let mut taken = 0;
    let mut now = pace.next_due(until).unwrap_or(until).min(until);
    loop {
        taken += pace.take(now, u64::MAX);
        if now == until {
            return taken;
        }
        now = until.min(now + ms(10));
    }
}

proptest! {
    #[test]
    fn whoever_waits_until_the_next_record_gets_exactly_it(rate in 0.001_f64..1e6, records in 1_u32..500) {
        let mut pace = Pace::constant(rate).unwrap();
        let mut now = ms(123);
        for _ in 0..records {
            now = now.max(pace.next_due(now).unwrap());
            prop_assert_eq!(pace.take(now, 1), 1);
        }
        let expected = f64::from(records - 1) / rate;
        let passed = now.as_secs_f64() - 0.123;
        prop_assert!((passed - expected).abs() <= expected * 1e-3 + 1e-6, "{passed} for {expected}");
    }

    #[test]
    fn whoever_waits_gets_exactly_it_on_a_ramp_and_in_a_burst_too(
        from in 0.0_f64..1e4, to in 0.1_f64..1e4, over in 1_u64..100_000, records in 1_u32..500,
    ) {
        let paces = [
            Pace::ramp(from, to, ms(over)).unwrap(),
            Pace::burst(from.floor(), to, ms(over), ms(3 * over)).unwrap(),
            Pace::ramp(from, to, ms(over)).unwrap().simulated(Some(7.3)).unwrap(),
        ];
        for mut pace in paces {
            let mut now = ms(123);
            for _ in 0..records {
                now = now.max(pace.next_due(now).unwrap());
                prop_assert_eq!(pace.take(now, 1), 1);
            }
        }
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
