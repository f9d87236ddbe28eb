//! When a record is sent again, and until when.

use kdg::{Action, Answer, Delivery, Failure, GivenUp, RequestFailure, SeededEntropy};

use super::{Longest, given_up, ms, record, sent, settings};

#[test]
fn pauses_double_up_to_the_cap_and_are_drawn_in_full() {
    let mut delivery = super::delivery();
    delivery.push(record(0, "a"), ms(0));
    let mut pauses = Vec::new();
    let mut now = ms(0);
    for _ in 0..6 {
        let (request, _) = sent(&mut delivery, now);
        delivery.answered(request, [Answer::InternalFailure], now, &mut Longest);
        let Action::WaitUntil(then) = delivery.next(now) else {
            panic!("no pause")
        };
        pauses.push(then.saturating_sub(now).as_secs_f64());
        now = then;
    }
    let rounded: Vec<f64> = pauses
        .iter()
        .map(|pause| (pause * 1e3).round() / 1e3)
        .collect();
    assert_eq!(rounded, [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]);

    let mut entropy = SeededEntropy::new(1);
    let mut drawn = Vec::new();
    for tag in 0..200 {
        let mut delivery = super::delivery();
        delivery.push(record(tag, "a"), ms(0));
        let (request, _) = sent(&mut delivery, ms(0));
        delivery.answered(request, [Answer::Throttled], ms(0), &mut entropy);
        let Action::WaitUntil(then) = delivery.next(ms(0)) else {
            panic!("no pause")
        };
        drawn.push(then);
    }
    assert!(drawn.iter().any(|pause| *pause < ms(5)) && drawn.iter().any(|pause| *pause > ms(95)));
}

#[test]
fn a_record_is_given_up_when_its_next_attempt_would_come_too_late() {
    let mut impatient = settings();
    impatient.retry.max_age = Some(ms(250));
    let mut delivery = Delivery::new(impatient);
    delivery.push(record(0, "a"), ms(0));
    let (request, _) = sent(&mut delivery, ms(1_000));
    delivery.answered(request, [Answer::Throttled], ms(1_100), &mut Longest);
    assert_eq!(given_up(&mut delivery), []);
    let (request, _) = sent(&mut delivery, ms(1_200));
    delivery.answered(request, [Answer::Throttled], ms(1_210), &mut Longest);
    assert_eq!(
        given_up(&mut delivery),
        [(
            0,
            GivenUp::Age {
                attempts: 2,
                age: ms(210),
                last: Failure::Throttled
            }
        )]
    );
}

#[test]
fn no_number_of_failures_ends_the_attempts_of_a_record() {
    let mut delivery = super::delivery();
    delivery.push(record(4, "a"), ms(0));
    let failure = RequestFailure::Retryable("connection reset".into());
    for turn in 0..300_u64 {
        let now = ms(turn * 1_000);
        let (request, _) = sent(&mut delivery, now);
        match turn % 3 {
            0 => delivery.answered(request, [Answer::Throttled], now, &mut Longest),
            1 => delivery.answered(request, [Answer::InternalFailure], now, &mut Longest),
            _ => delivery.failed(request, &failure, now, &mut Longest),
        };
        assert_eq!(given_up(&mut delivery), []);
    }
    assert_eq!(delivery.account().retried, 299);
}
