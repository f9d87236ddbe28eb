//! A stream that takes nothing for a while, in simulated time.

use std::time::Duration;

use kdg::{
    Account, Action, Answer, Delivery, DeliverySettings, Event, GivenUp, RequestFailure, RequestId,
    SeededEntropy,
};
use proptest::prelude::*;

use super::{acknowledged, ms, record};

const LATENCY: Duration = ms(20);

/// How a stream takes nothing.
#[derive(Debug, Clone, Copy)]
enum Outage {
    /// Nobody listens, which is known at once.
    Refused,
    /// Requests are answered, and none of their records is stored.
    Internal,
    /// No answer comes for as long as a client waits.
    Mute,
}

/// What came of a run.
struct Ran {
    account: Account,
    /// Records that were given up, with how long after their first attempt.
    given_up: Vec<(u64, Duration)>,
    /// When the stream was first and last said to take nothing for three seconds.
    told: Option<(Duration, Duration)>,
    took: Duration,
}

type UnderWay = (Duration, RequestId, Option<Vec<Answer>>);

/// Sends `rate` records a second for so many seconds to a stream that takes nothing meanwhile.
fn run(outage: Outage, away: std::ops::Range<u64>, rate: u64, seconds: u64, seed: u64) -> Ran {
    let away = Duration::from_secs(away.start)..Duration::from_secs(away.end);
    let mut delivery = Delivery::new(DeliverySettings::default());
    let mut entropy = SeededEntropy::new(seed);
    let (mut now, mut pushed) = (ms(0), 0);
    let mut under_way: Vec<UnderWay> = Vec::new();
    let (mut told, mut given_up) = (None, Vec::new());
    loop {
        let due = u64::try_from(now.as_millis()).unwrap() * rate / 1_000;
        while pushed < due.min(rate * seconds) && delivery.room() > 0 {
            delivery.push(record(pushed, &pushed.to_string()), now);
            pushed += 1;
        }
        if pushed == rate * seconds {
            delivery.finish();
        }
        let wake = match delivery.next(now) {
            Action::Send { request, records } => {
                let is_away = away.contains(&now);
                let stored = records.iter().map(|record| acknowledged(record.tag));
                let (takes, answers) = match outage {
                    _ if !is_away => (LATENCY, Some(stored.collect())),
                    Outage::Refused => (ms(1), None),
                    Outage::Internal => {
                        (LATENCY, Some(vec![Answer::InternalFailure; records.len()]))
                    }
                    Outage::Mute => (Duration::from_secs(20), None),
                };
                under_way.push((now + takes, request, answers));
                continue;
            }
            Action::WaitUntil(then) => then,
            Action::Idle => now + Duration::from_secs(1),
            Action::Done => break,
        };
        for event in delivery.events() {
            if let Event::GivenUp { tag, reason } = event {
                let GivenUp::Age { age, .. } = reason else {
                    panic!("{reason}");
                };
                given_up.push((tag, age));
            }
        }
        assert!(delivery.account().is_balanced());
        let long = |silence: &kdg::Silence| now >= silence.since + Duration::from_secs(3);
        if delivery.silence().is_some_and(|silence| long(&silence)) {
            told = Some((told.map_or(now, |(first, _)| first), now));
        }
        let next_push = if pushed < rate * seconds && delivery.room() > 0 {
            now + ms(50)
        } else {
            Duration::MAX
        };
        let first = under_way.iter().map(|(then, ..)| *then).min();
        now = wake.min(next_push).min(first.unwrap_or(Duration::MAX));
        let (arrived, left) = under_way.into_iter().partition(|(then, ..)| *then <= now);
        under_way = left;
        let arrived: Vec<UnderWay> = arrived;
        for (_, request, answers) in arrived {
            let failure = RequestFailure::Retryable("connection refused".into());
            match answers {
                Some(answers) => delivery.answered(request, answers, now, &mut entropy),
                None => delivery.failed(request, &failure, now, &mut entropy),
            };
        }
    }
    Ran {
        account: delivery.account(),
        given_up,
        told,
        took: now,
    }
}

const OUTAGES: [Outage; 3] = [Outage::Refused, Outage::Internal, Outage::Mute];

#[test]
fn an_outage_of_four_minutes_loses_nothing_and_is_told_within_seconds() {
    for outage in OUTAGES {
        let ran = run(outage, 10..250, 20, 20, 7);
        let account = ran.account;
        assert_eq!(account.acknowledged, 20 * 20, "{outage:?}");
        assert_eq!(account.given_up, 0, "{outage:?}");
        // It is back within the longest pause and what a client waits for an answer.
        assert!(ran.took < Duration::from_secs(280), "{:?}", ran.took);
        // The longest pauses are kept: each record is sent twice in five seconds on average.
        let sent = ran.account.generated + ran.account.retried;
        assert!(sent < 20 * 20 * 2 * 60, "{outage:?}: {sent}");
        let (first, last) = ran.told.unwrap();
        assert!(first < Duration::from_secs(16), "{outage:?}: {first:?}");
        assert!(last < Duration::from_secs(280), "{outage:?}: {last:?}");
    }
}

#[test]
fn an_outage_without_end_ends_a_run_with_every_record_given_up_by_its_age() {
    for outage in OUTAGES {
        let ran = run(outage, 0..1_000_000, 20, 10, 7);
        assert_eq!(ran.account.given_up, 200, "{outage:?}");
        assert!(ran.took < Duration::from_secs(400), "{:?}", ran.took);
        for (tag, age) in ran.given_up {
            let patience = Duration::from_secs(270)..=Duration::from_secs(320);
            assert!(patience.contains(&age), "{outage:?} {tag}: {age:?}");
        }
    }
}

#[test]
fn a_stream_that_answers_is_never_said_to_be_away() {
    let ran = run(Outage::Refused, 0..0, 100, 30, 7);
    assert_eq!(ran.told, None);
    assert_eq!(ran.account.acknowledged, 3_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn an_outage_below_the_patience_loses_nothing_whenever_it_comes(
        which in 0_usize..3,
        begins in 0_u64..20,
        lasts in 0_u64..270,
        seed: u64,
    ) {
        let ran = run(OUTAGES[which], begins..begins + lasts, 10, 20, seed);
        prop_assert_eq!(ran.account.acknowledged, 10 * 20);
        prop_assert_eq!(ran.account.generated, 10 * 20);
    }
}
