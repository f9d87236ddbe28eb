//! Records → acknowledgements: what the state machine does, case by case.

mod outage;
mod retry;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use kdg::{
    Account, Action, Answer, Delivery, DeliverySettings, Entropy, Event, Failure, GivenUp,
    MAX_RECORD_BYTES, Record, RecordError, RequestFailure, RequestId, Retry,
};

pub(crate) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(crate) fn record(tag: u64, key: &str) -> Record {
    let data = tag.to_string().into_bytes();
    Record {
        data,
        partition_key: key.to_owned(),
        explicit_hash_key: None,
        tag,
    }
}

pub(crate) fn acknowledged(tag: u64) -> Answer {
    Answer::Acknowledged {
        shard_id: "shardId-000000000000".to_owned(),
        sequence_number: tag.to_string(),
    }
}

fn settings() -> DeliverySettings {
    DeliverySettings {
        max_requests: NonZeroUsize::new(2).unwrap(),
        linger: ms(0),
        shards: None,
        retry: Retry {
            base: ms(100),
            cap: ms(1_000),
            max_age: None,
        },
    }
}

fn delivery() -> Delivery {
    Delivery::new(settings())
}

/// Draws the largest fraction, just below one.
struct Longest;

impl Entropy for Longest {
    fn next_u64(&mut self) -> u64 {
        u64::MAX
    }
}

#[track_caller]
fn sent(delivery: &mut Delivery, now: Duration) -> (RequestId, Vec<u64>) {
    match delivery.next(now) {
        Action::Send { request, records } => {
            (request, records.iter().map(|record| record.tag).collect())
        }
        other => panic!("nothing is sent: {other:?}"),
    }
}

#[track_caller]
fn given_up(delivery: &mut Delivery) -> Vec<(u64, GivenUp)> {
    let reason = |event| match event {
        Event::GivenUp { tag, reason } => Some((tag, reason)),
        Event::Acknowledged { .. } => None,
    };
    delivery.events().filter_map(reason).collect()
}

#[test]
fn an_acknowledgement_names_the_record_its_shard_and_its_place() {
    let mut delivery = delivery();
    delivery.push(record(7, "a"), ms(0));
    let (request, tags) = sent(&mut delivery, ms(0));
    assert_eq!(tags, [7]);
    assert!(delivery.answered(request, [acknowledged(7)], ms(5), &mut Longest));
    let events: Vec<Event> = delivery.events().collect();
    let shard_id = "shardId-000000000000".to_owned();
    let sequence_number = "7".to_owned();
    assert_eq!(
        events,
        [Event::Acknowledged {
            tag: 7,
            shard_id,
            sequence_number
        }]
    );
    let expected = Account {
        generated: 1,
        acknowledged: 1,
        bytes: 2,
        ..Account::default()
    };
    assert_eq!(delivery.account(), expected);
    assert_eq!(delivery.next(ms(5)), Action::Idle);
    delivery.finish();
    assert_eq!(delivery.next(ms(5)), Action::Done);
}

#[test]
fn a_throttled_entry_is_resent_alone() {
    let mut delivery = delivery();
    for tag in 0..3 {
        delivery.push(record(tag, &format!("key {tag}")), ms(0));
    }
    let (request, tags) = sent(&mut delivery, ms(0));
    assert_eq!(tags, [0, 1, 2]);
    let answers = [acknowledged(0), Answer::Throttled, acknowledged(2)];
    delivery.answered(request, answers, ms(0), &mut Longest);
    assert!(matches!(delivery.next(ms(0)), Action::WaitUntil(_)));
    let (_, tags) = sent(&mut delivery, ms(100));
    assert_eq!(tags, [1]);
    let account = delivery.account();
    assert_eq!((account.acknowledged, account.in_flight), (2, 1));
    assert_eq!((account.throttled, account.retried), (1, 1));
}

#[test]
fn a_request_that_broke_is_sent_again_as_a_whole() {
    let mut delivery = delivery();
    delivery.push(record(0, "a"), ms(0));
    delivery.push(record(1, "a"), ms(0));
    let (request, _) = sent(&mut delivery, ms(0));
    let failure = RequestFailure::Retryable("connection reset".into());
    assert!(delivery.failed(request, &failure, ms(0), &mut Longest));
    assert_eq!(sent(&mut delivery, ms(100)).1, [0, 1]);
}

#[test]
fn a_request_that_is_refused_gives_up_its_records_and_no_others() {
    let mut delivery = delivery();
    delivery.push(record(0, "a"), ms(0));
    let (request, _) = sent(&mut delivery, ms(0));
    delivery.push(record(1, "b"), ms(0));
    let reason: Arc<str> = "no stream named clicks".into();
    let failure = RequestFailure::Fatal(Arc::clone(&reason));
    delivery.failed(request, &failure, ms(0), &mut Longest);
    assert_eq!(given_up(&mut delivery), [(0, GivenUp::Refused { reason })]);
    assert_eq!(sent(&mut delivery, ms(0)).1, [1]);
}

#[test]
fn a_record_without_an_answer_is_sent_again() {
    let mut delivery = delivery();
    delivery.push(record(0, "a"), ms(0));
    delivery.push(record(1, "b"), ms(0));
    let (request, _) = sent(&mut delivery, ms(0));
    delivery.answered(request, [acknowledged(0)], ms(0), &mut Longest);
    assert_eq!(sent(&mut delivery, ms(100)).1, [1]);
}

#[test]
fn a_second_answer_to_a_request_changes_nothing() {
    let mut delivery = delivery();
    delivery.push(record(0, "a"), ms(0));
    let (request, _) = sent(&mut delivery, ms(0));
    assert!(delivery.answered(request, [Answer::Throttled], ms(0), &mut Longest));
    let before = delivery.account();
    assert!(!delivery.answered(request, [acknowledged(0)], ms(0), &mut Longest));
    let failure = RequestFailure::Fatal("late".into());
    assert!(!delivery.failed(request, &failure, ms(0), &mut Longest));
    assert_eq!(delivery.account(), before);
    assert_eq!(delivery.events().count(), 0);
}

#[test]
fn no_more_requests_are_open_than_allowed() {
    let mut delivery = delivery();
    for tag in 0..3 {
        delivery.push(record(tag, &tag.to_string()), ms(0));
        if tag < 2 {
            sent(&mut delivery, ms(0));
        }
    }
    assert_eq!(delivery.next(ms(0)), Action::Idle);
}

#[test]
fn a_batch_waits_for_company_until_it_is_full_or_has_lingered() {
    let lingering = || {
        Delivery::new(DeliverySettings {
            linger: ms(50),
            ..settings()
        })
    };
    let mut delivery = lingering();
    delivery.push(record(0, "a"), ms(10));
    assert_eq!(delivery.next(ms(10)), Action::WaitUntil(ms(60)));
    delivery.push(record(1, "b"), ms(30));
    assert_eq!(delivery.next(ms(59)), Action::WaitUntil(ms(60)));
    assert_eq!(sent(&mut delivery, ms(60)).1, [0, 1]);

    let mut delivery = lingering();
    for tag in 0..499 {
        delivery.push(record(tag, &tag.to_string()), ms(0));
        assert_eq!(delivery.next(ms(0)), Action::WaitUntil(ms(50)));
    }
    delivery.push(record(499, "last"), ms(0));
    assert_eq!(sent(&mut delivery, ms(0)).1.len(), 500);

    let mut delivery = lingering();
    for tag in 0..10 {
        assert!(
            !matches!(delivery.next(ms(0)), Action::Send { .. }),
            "after {tag}"
        );
        let data = vec![0; MAX_RECORD_BYTES - 2];
        delivery.push(
            Record {
                data,
                ..record(tag, &format!("{tag:2}"))
            },
            ms(0),
        );
    }
    assert_eq!(sent(&mut delivery, ms(0)).1.len(), 10);

    let mut delivery = lingering();
    delivery.push(record(0, "a"), ms(0));
    assert_eq!(delivery.next(ms(0)), Action::WaitUntil(ms(50)));
    delivery.finish();
    assert_eq!(sent(&mut delivery, ms(0)).1, [0]);
}

#[test]
fn a_key_under_way_holds_back_its_later_records_and_no_others() {
    let mut delivery = delivery();
    delivery.push(record(0, "hot"), ms(0));
    let (request, _) = sent(&mut delivery, ms(0));
    delivery.push(record(1, "hot"), ms(0));
    delivery.push(record(2, "cold"), ms(0));
    assert_eq!(sent(&mut delivery, ms(0)).1, [2]);
    delivery.answered(request, [Answer::Throttled], ms(0), &mut Longest);
    delivery.push(record(3, "new"), ms(0));
    // The throttled record waits, and so does the one behind it.
    let (request, tags) = sent(&mut delivery, ms(0));
    assert_eq!(tags, [3]);
    delivery.answered(request, [acknowledged(3)], ms(0), &mut Longest);
    assert_eq!(sent(&mut delivery, ms(100)).1, [0, 1]);
}

#[test]
fn cancelling_gives_up_what_waits_and_counts_what_is_still_answered() {
    let mut delivery = delivery();
    delivery.push(record(0, "a"), ms(0));
    delivery.push(record(1, "b"), ms(0));
    let (request, _) = sent(&mut delivery, ms(0));
    delivery.push(record(2, "c"), ms(0));
    delivery.cancel();
    assert_eq!(
        given_up(&mut delivery),
        [(2, GivenUp::Cancelled { last: None })]
    );
    assert_eq!(delivery.next(ms(0)), Action::Idle);
    delivery.answered(
        request,
        [acknowledged(0), Answer::Throttled],
        ms(0),
        &mut Longest,
    );
    assert_eq!(delivery.next(ms(0)), Action::Done);
    delivery.push(record(3, "d"), ms(0));
    let account = delivery.account();
    assert_eq!(
        (account.acknowledged, account.given_up, account.in_flight),
        (1, 3, 0)
    );
    let last = Some(Failure::Throttled);
    assert_eq!(
        given_up(&mut delivery),
        [
            (1, GivenUp::Cancelled { last }),
            (3, GivenUp::Cancelled { last: None })
        ]
    );
}

#[test]
fn a_record_that_no_stream_accepts_is_given_up_unsent() {
    let mut delivery = delivery();
    delivery.push(record(0, ""), ms(0));
    assert_eq!(delivery.next(ms(0)), Action::Idle);
    assert_eq!(
        given_up(&mut delivery),
        [(0, GivenUp::Invalid(RecordError::EmptyKey))]
    );
    assert!(delivery.account().is_balanced());
}

#[test]
fn there_is_room_to_keep_every_request_full() {
    let mut delivery = delivery();
    assert_eq!(delivery.room(), 1_500);
    for tag in 0..1_600 {
        delivery.push(record(tag, &tag.to_string()), ms(0));
    }
    assert_eq!(delivery.room(), 0);
    sent(&mut delivery, ms(0));
    assert_eq!(delivery.room(), 400);
}
