//! What a run tells of its rates.

use std::collections::VecDeque;
use std::time::Duration;

use kdg::{Answer, RequestId};
use kdg_web::message::Snapshot;
use kdg_web::run::Run;
use serde_json::json;

use crate::run::{identified, surroundings};

/// From one step of the simulated time to the next.
const STEP: Duration = Duration::from_millis(5);

/// The reports of a run at a constant rate against a stream that answers after 20 ms.
fn reports(per_second: f64, records: u64) -> Vec<Snapshot> {
    let plan = identified(&json!({
        "rate": {"kind": "constant", "perSecond": per_second},
        "stop": {"records": records},
    }));
    let checked = plan.validate().unwrap();
    let mut run = Run::new(plan, checked, surroundings(6));
    let mut under_way: VecDeque<(Duration, RequestId, usize)> = VecDeque::new();
    let mut reports = Vec::new();
    let mut now = Duration::ZERO;
    while !run.is_over() {
        now += STEP;
        while under_way.front().is_some_and(|(then, ..)| *then <= now) {
            let (_, request, records) = under_way.pop_front().unwrap();
            let stored = Answer::Acknowledged {
                shard_id: "shardId-000000000000".to_owned(),
                sequence_number: "1".to_owned(),
            };
            run.answered(request, Ok(vec![stored; records]), now);
        }
        run.advance(now, 0, |request, records| {
            under_way.push_back((now + Duration::from_millis(20), request, records.len()));
        });
        if run.is_over() || now.as_millis().is_multiple_of(250) {
            reports.push(run.snapshot(now));
        }
    }
    reports
}

#[test]
fn a_constant_rate_reads_as_what_it_is_from_the_first_second_to_the_last() {
    for (per_second, records) in [(10.0, 31), (10.0, 58), (100.0, 350), (2000.0, 9001)] {
        let reports = reports(per_second, records);
        assert_eq!(reports.last().unwrap().totals.acknowledged, records);
        for report in &reports {
            let read = report.rates.acknowledged;
            assert!(read <= per_second * 1.1, "{read} at {} s", report.seconds);
            let least = if report.seconds < 1.0 { 0.0 } else { 0.9 };
            assert!(read >= per_second * least, "{read} at {} s", report.seconds);
        }
    }
}
