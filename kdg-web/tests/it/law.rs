//! What holds of a run at every instant, whatever happens and in whatever order.

use std::time::Duration;

use kdg::{Answer, RequestId};
use kdg_web::aws::{AwsError, Kind};
use kdg_web::message::{Phase, Snapshot};
use kdg_web::run::Run;
use proptest::prelude::*;
use serde_json::json;

use crate::run::{identified, surroundings};

/// Something that happens to a run.
#[derive(Debug, Clone)]
enum Happening {
    Passes {
        ms: u64,
    },
    /// One of the requests under way is answered; what becomes of its records goes by turns.
    Answered {
        which: usize,
        turn: u8,
    },
    Failed {
        which: usize,
        kind: Kind,
    },
    Pause,
    Continue,
    LetIn,
    Stop,
    StopAtOnce,
}

fn happening() -> impl Strategy<Value = Happening> {
    let failure = prop_oneof![
        4 => Just(Kind::Unreachable),
        4 => Just(Kind::Unavailable),
        2 => Just(Kind::Expired),
        2 => Just(Kind::Unknown),
        1 => Just(Kind::Denied),
    ];
    prop_oneof![
        20 => (0_u64..2_000).prop_map(|ms| Happening::Passes { ms }),
        30 => (any::<usize>(), any::<u8>()).prop_map(|(which, turn)| Happening::Answered { which, turn }),
        8 => (any::<usize>(), failure).prop_map(|(which, kind)| Happening::Failed { which, kind }),
        2 => Just(Happening::Pause),
        4 => Just(Happening::Continue),
        4 => Just(Happening::LetIn),
        1 => Just(Happening::Stop),
        1 => Just(Happening::StopAtOnce),
    ]
}

fn answers(records: usize, turn: u8) -> Vec<Answer> {
    let answer = |number: usize| match (number + usize::from(turn)) % 7 {
        0 => Answer::Throttled,
        1 if turn.is_multiple_of(2) => Answer::InternalFailure,
        _ => Answer::Acknowledged {
            shard_id: format!("shardId-{:012}", number % 3),
            sequence_number: "1".to_owned(),
        },
    };
    // Now and then a stream answers less than it should.
    (0..records.saturating_sub(usize::from(turn == 0)))
        .map(answer)
        .collect()
}

fn holds(snapshot: &Snapshot) -> Result<(), TestCaseError> {
    let totals = &snapshot.totals;
    prop_assert_eq!(
        totals.generated,
        totals.acknowledged + totals.given_up + totals.in_flight
    );
    prop_assert!(snapshot.waiting <= totals.in_flight);
    prop_assert_eq!(snapshot.shards.values().sum::<u64>(), totals.acknowledged);
    prop_assert!(snapshot.phase != Phase::Over || totals.in_flight == 0);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn at_every_instant_what_was_generated_is_acknowledged_given_up_or_in_flight(
        happenings in proptest::collection::vec(happening(), 1..120),
        per_second in prop_oneof![Just(None), (1.0..20_000.0).prop_map(Some)],
        records in proptest::option::of(1_u64..20_000),
    ) {
        let rate = per_second.map_or(json!({"kind": "unlimited"}), |rate: f64| json!({"kind": "constant", "perSecond": rate}));
        let plan = identified(&json!({"rate": rate, "stop": {"records": records}}));
        let checked = plan.validate().unwrap();
        let mut run = Run::new(plan, checked, surroundings(4));
        let mut now = Duration::ZERO;
        let mut under_way: Vec<(RequestId, usize)> = Vec::new();
        let mut generated = 0;
        for happening in happenings {
            match happening {
                Happening::Passes { ms } => now += Duration::from_millis(ms),
                Happening::Answered { which, turn } if !under_way.is_empty() => {
                    let (request, records) = under_way.swap_remove(which % under_way.len());
                    run.answered(request, Ok(answers(records, turn)), now);
                }
                Happening::Failed { which, kind } if !under_way.is_empty() => {
                    let (request, _) = under_way.swap_remove(which % under_way.len());
                    let error = AwsError { code: "Code".to_owned(), words: "words".to_owned(), kind };
                    run.answered(request, Err(error), now);
                }
                Happening::Answered { .. } | Happening::Failed { .. } => {}
                Happening::Pause => run.pause(now),
                Happening::Continue => run.go_on(now),
                Happening::LetIn => run.let_in(now),
                Happening::Stop => run.stop(now),
                Happening::StopAtOnce => run.stop_at_once(now),
            }
            holds(&run.snapshot(now))?;
            let wake = run.advance(now, 0, |request, records| under_way.push((request, records.len())));
            let snapshot = run.snapshot(now);
            holds(&snapshot)?;
            prop_assert!(snapshot.totals.generated >= generated);
            prop_assert!(records.is_none_or(|records| snapshot.totals.generated <= records));
            generated = snapshot.totals.generated;
            // Whoever waits for nothing but answers waits for one that is to come.
            let is_held = matches!(snapshot.phase, Phase::Paused | Phase::LockedOut);
            let waits = wake.is_none() && !run.is_over() && !is_held;
            prop_assert!(!waits || !under_way.is_empty());
        }
        run.stop_at_once(now);
        run.advance(now, 0, |_, _| {});
        prop_assert!(run.is_over());
        let summary = run.summary(now);
        prop_assert_eq!(summary.totals.in_flight, 0);
        prop_assert!(summary.unsent <= summary.totals.given_up);
        prop_assert_eq!(summary.given_up.values().sum::<u64>(), summary.totals.given_up);
    }
}

#[test]
fn what_went_wrong_has_its_time_and_is_over_when_requests_succeed_again() {
    let plan = identified(
        &json!({"rate": {"kind": "constant", "perSecond": 2}, "stop": {"records": 100}}),
    );
    let checked = plan.validate().unwrap();
    let mut run = Run::new(plan, checked, surroundings(1));
    // Fails for two seconds, and succeeds from then on.
    let mut told = Vec::new();
    let mut under_way = Vec::new();
    for half in 0..20_u32 {
        let now = Duration::from_millis(500) * half;
        for (request, records) in std::mem::take(&mut under_way) {
            let answer = if half <= 4 {
                let (code, words) = ("Unreachable".to_owned(), "words".to_owned());
                Err(AwsError {
                    code,
                    words,
                    kind: Kind::Unreachable,
                })
            } else {
                let shard_id = "shardId-000000000000".to_owned();
                let stored = Answer::Acknowledged {
                    shard_id,
                    sequence_number: "1".to_owned(),
                };
                Ok(vec![stored; records])
            };
            run.answered(request, answer, now);
        }
        run.advance(now, 0, |request, records| {
            under_way.push((request, records.len()));
        });
        told.push(run.snapshot(now).last_trouble);
    }
    assert_eq!(told[0], None);
    let last = |half: usize| told[half].clone().unwrap();
    assert!(last(2).seconds > 0.0 && !last(2).is_over);
    assert!(last(4).seconds >= last(2).seconds);
    assert!(
        last(19).is_over && last(19).seconds <= 2.0,
        "{:?}",
        last(19)
    );
}

#[test]
fn a_run_whose_records_are_all_acknowledged_ends_with_its_trouble_over_and_the_latency_of_what_was_taken()
 {
    let plan = identified(&json!({"stop": {"records": 1}}));
    let checked = plan.validate().unwrap();
    let mut run = Run::new(plan, checked, surroundings(1));
    let mut now = Duration::ZERO;
    let mut requests = 0;
    while !run.is_over() {
        let mut under_way = Vec::new();
        let wake = run.advance(now, 0, |request, records| {
            under_way.push((request, records.len()));
        });
        now = wake.map_or(now, |wake| wake.max(now));
        for (request, records) in under_way {
            requests += 1;
            // What fails does so at once; what is taken takes its time.
            let answer = if requests < 3 {
                Err(AwsError {
                    code: "Unreachable".to_owned(),
                    words: "words".to_owned(),
                    kind: Kind::Unreachable,
                })
            } else {
                now += Duration::from_millis(100);
                Ok(answers(records, 2))
            };
            run.answered(request, answer, now);
            let latency = run.snapshot(now).latency;
            assert_eq!(latency.is_some(), requests == 3);
        }
    }
    let summary = run.summary(now);
    assert_eq!(
        (summary.totals.acknowledged, summary.totals.requests),
        (1, 3)
    );
    assert!(summary.last_trouble.unwrap().is_over);
    assert!(summary.latency.unwrap().p50 > 90.0);
}
