//! The model against figures that were reckoned by hand.

use super::super::batch::Bound;
use super::super::figure::Name;
use super::*;

/// 2,000 records/s of 1 KB.
const LOAD: Load = Load {
    records_per_s: 2_000.0,
    record_bytes: 1_024.0,
};

fn plan(layout: Layout) -> Plan {
    Plan {
        layout,
        shards: Some(2.0),
        mode: Mode::Provisioned,
        memory_mib: 512.0,
        timeout_s: 60.0,
        batch_size: 500.0,
        window_s: 1.0,
        lanes: 1.0,
        folders: 1.0,
        records_per_object: None,
        seconds_per_batch: None,
        prefix: "data/".to_owned(),
    }
}

fn estimate(plan: &Plan) -> Estimate {
    Estimate::of(plan, LOAD, &Figures::default())
}

/// Whether a figure is within 1 % of another.
#[track_caller]
fn assert_near(found: f64, wanted: f64) {
    assert!(
        (found / wanted - 1.0).abs() <= 0.01,
        "{found} is not within 1 % of {wanted}"
    );
}

#[test]
fn the_costs_of_the_known_paths_come_out_within_one_percent() {
    let objects_of = |records| {
        estimate(&Plan {
            records_per_object: Some(records),
            ..plan(Layout::Batch)
        })
    };
    let five_hundred = objects_of(500.0);
    let two_thousand = objects_of(2_000.0);
    let one = estimate(&plan(Layout::Record));
    // Dollars per million records of 1 KB, us-east-1, the stream left out; per GB the same.
    let known = [
        (&five_hundred.dollars.firehose, 0.145),
        (&five_hundred.dollars.firehose_parquet, 0.255),
        (&five_hundred.dollars.pipeline, 0.0124),
        (&two_thousand.dollars.pipeline, 0.0039),
        (&one.dollars.pipeline, 5.00),
        (&objects_of(1.0).dollars.pipeline, 5.00),
    ];
    for (charge, dollars) in known {
        assert_near(charge.per_million, dollars);
        assert_near(charge.per_gb, dollars);
    }
    // And what they are made of.
    let parts = &five_hundred.dollars.pipeline.parts;
    assert_near(parts["requests"], 0.0004);
    assert_near(parts["puts"], 0.0100);
    assert!((parts["compute"] - 0.0020).abs() < 0.00005);
    assert_near(two_thousand.dollars.pipeline.parts["puts"], 0.0025);
    assert!((two_thousand.dollars.pipeline.parts["compute"] - 0.0013).abs() < 0.00005);
    assert_near(one.dollars.pipeline.parts["puts"], 5.0);
}

#[test]
fn the_break_even_with_invocations_of_150_ms_is_43_records_an_object() {
    let estimate = estimate(&Plan {
        seconds_per_batch: Some(0.15),
        ..plan(Layout::Batch)
    });
    assert_eq!(estimate.break_even_records_per_object, Some(43));
}

#[test]
fn at_the_break_even_the_function_costs_what_firehose_does() {
    let plan = plan(Layout::Batch);
    let records = estimate(&plan).break_even_records_per_object.unwrap();
    let with = |records: u32| {
        estimate(&Plan {
            records_per_object: Some(records.into()),
            ..plan.clone()
        })
    };
    let (at, below) = (with(records), with(records - 1));
    assert!(at.dollars.pipeline.per_million <= at.dollars.firehose.per_million);
    assert!(below.dollars.pipeline.per_million > below.dollars.firehose.per_million);
}

#[test]
fn the_gigabyte_of_awss_own_examples_makes_firehose_cheaper_by_five_percent() {
    let mut figures = Figures::default();
    figures.set(Name::KbPerGb, 1_048_576.0);
    let estimate = Estimate::of(&plan(Layout::Batch), LOAD, &figures);
    assert_near(estimate.dollars.firehose.per_million, 0.1383);
    assert_near(estimate.dollars.firehose.per_gb, 0.145);
}

#[test]
fn shards_are_needed_for_records_or_for_bytes() {
    let needed = |records_per_s, record_bytes| {
        let load = Load {
            records_per_s,
            record_bytes,
        };
        let estimate = Estimate::of(&plan(Layout::Batch), load, &Figures::default());
        estimate.shards.needed
    };
    assert_near(needed(2_000.0, 1_024.0), 2.0);
    assert_near(needed(2_001.0, 100.0), 3.0);
    assert_near(needed(100.0, 100.0 * 1_024.0), 10.0);
    assert_near(needed(0.1, 10.0), 1.0);
}

#[test]
fn a_file_with_too_few_shards_is_reckoned_with_enough() {
    let few = Plan {
        shards: Some(1.0),
        ..plan(Layout::Batch)
    };
    let shards = estimate(&few).shards;
    assert_near(shards.used, 2.0);
    assert!(shards.are_too_few(Mode::Provisioned));
    assert!(
        !estimate(&plan(Layout::Batch))
            .shards
            .are_too_few(Mode::Provisioned)
    );
}

#[test]
fn a_batch_ends_by_its_size_by_time_or_by_the_event() {
    let batch = |batch_size, window_s, lanes| {
        let plan = Plan {
            batch_size,
            window_s,
            lanes,
            ..plan(Layout::Batch)
        };
        estimate(&plan).batch
    };
    let by_size = batch(500.0, 5.0, 1.0);
    assert_eq!(by_size.limited_by, Bound::BatchSize);
    assert_near(by_size.records, 500.0);
    assert_near(by_size.gathers_s, 0.5);
    let by_time = batch(10_000.0, 2.0, 4.0);
    assert_eq!(by_time.limited_by, Bound::Arrival);
    assert_near(by_time.records, 500.0);
    let by_poll = batch(10_000.0, 0.0, 1.0);
    assert_near(by_poll.records, 1_000.0);
    assert!(by_poll.gathers_s.abs() < f64::EPSILON);
    // 6 MiB / (640 + 1,368 of base64 + a comma).
    let by_event = batch(10_000.0, 60.0, 1.0);
    assert_eq!(by_event.limited_by, Bound::Event);
    assert_near(by_event.records, 3_131.0);
    assert_near(by_event.invocations_per_s, 2_000.0 / 3_131.0);
}

#[test]
fn a_rare_record_is_a_batch_of_its_own() {
    let load = Load {
        records_per_s: 0.01,
        ..LOAD
    };
    let batch = Estimate::of(&plan(Layout::Batch), load, &Figures::default()).batch;
    assert_near(batch.records, 1.0);
    assert_near(batch.objects, 1.0);
}

#[test]
fn folders_multiply_the_objects_of_a_batch_but_not_beyond_its_records() {
    let objects = |folders| {
        let plan = Plan {
            folders,
            ..plan(Layout::Batch)
        };
        estimate(&plan).batch
    };
    assert_near(objects(10.0).puts_per_s, 40.0);
    assert_near(objects(10.0).records_per_object, 50.0);
    assert_near(objects(9_999.0).objects, 500.0);
}

#[test]
fn an_object_for_each_record_is_a_put_for_each_record() {
    let estimate = estimate(&plan(Layout::Record));
    assert_near(estimate.batch.puts_per_s, 2_000.0);
    let batch = estimate.dollars.with_layout_batch.unwrap();
    assert!(batch.per_million < 0.01, "{}", batch.per_million);
}

#[test]
fn a_month_and_a_gigabyte_are_the_same_dollars() {
    let estimate = estimate(&plan(Layout::Record));
    // 2,000 records/s are 5,184 million in 30 days.
    let charge = estimate.dollars.pipeline;
    assert_near(charge.per_month, charge.per_million * 5_184.0);
    assert_near(charge.per_gb, charge.per_million);
}

#[test]
fn a_provisioned_stream_costs_shard_hours_and_units_of_25_kb() {
    let stream = estimate(&plan(Layout::Batch)).dollars.stream;
    // 7.2 million records an hour through two shards.
    assert_near(stream.parts["shard-hours"], 2.0 * 0.015 / 7.2);
    assert_near(stream.parts["put-units"], 0.014);
    let large = Load {
        records_per_s: 10.0,
        record_bytes: 25.0 * 1_024.0 + 1.0,
    };
    let stream = Estimate::of(&plan(Layout::Batch), large, &Figures::default())
        .dollars
        .stream;
    assert_near(stream.parts["put-units"], 0.028);
}

#[test]
fn an_on_demand_stream_costs_hours_and_gigabytes_both_ways() {
    let on_demand = Plan {
        mode: Mode::OnDemand,
        shards: None,
        ..plan(Layout::Batch)
    };
    let estimate = estimate(&on_demand);
    assert_near(estimate.shards.used, 4.0);
    assert_near(estimate.dollars.stream.parts["stream-hours"], 0.04 / 7.2);
    assert_near(estimate.dollars.stream.parts["written"], 0.08);
    assert_near(estimate.dollars.stream.parts["read"], 0.04);
}

#[test]
fn more_memory_is_faster_up_to_a_whole_processor() {
    let seconds = |memory_mib| {
        let plan = Plan {
            memory_mib,
            ..plan(Layout::Batch)
        };
        estimate(&plan).invocation
    };
    assert!(seconds(256.0).seconds > seconds(512.0).seconds);
    assert_near(seconds(1_769.0).seconds, seconds(3_538.0).seconds);
    assert_near(
        seconds(3_538.0).gb_seconds,
        2.0 * seconds(1_769.0).gb_seconds,
    );
}

#[test]
fn latency_is_a_poll_a_window_and_an_invocation() {
    let plan = Plan {
        window_s: 5.0,
        batch_size: 10_000.0,
        seconds_per_batch: Some(0.5),
        ..plan(Layout::Batch)
    };
    let latency = estimate(&plan).latency;
    // The event is full after 3.131 of the 5 seconds.
    assert_near(latency.typical_s, 0.5 + 3.131 / 2.0 + 0.5);
    assert_near(latency.longest_s, 1.0 + 3.131 + 0.5);
}
