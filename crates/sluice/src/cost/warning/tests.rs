use super::super::question::{Load, Mode};
use super::*;

fn plan() -> Plan {
    Plan {
        layout: Layout::Batch,
        shards: Some(4.0),
        mode: Mode::Provisioned,
        memory_mib: 512.0,
        timeout_s: 60.0,
        batch_size: 10_000.0,
        window_s: 5.0,
        lanes: 1.0,
        folders: 1.0,
        records_per_object: None,
        seconds_per_batch: None,
        prefix: String::new(),
    }
}

fn about(plan: &Plan, records_per_s: f64, record_bytes: f64) -> Vec<About> {
    let load = Load {
        records_per_s,
        record_bytes,
    };
    let figures = Figures::default();
    let estimate = Estimate::of(plan, load, &figures);
    let warnings = warnings(plan, &estimate, &figures);
    warnings.iter().map(|warning| warning.about).collect()
}

#[test]
fn a_layout_that_gathers_is_worth_no_warning() {
    assert_eq!(about(&plan(), 4_000.0, 200.0), []);
}

#[test]
fn an_object_for_each_record_costs_too_much_and_above_3500_a_second_puts_too_often() {
    let each = Plan {
        layout: Layout::Record,
        batch_size: 500.0,
        window_s: 1.0,
        ..plan()
    };
    assert_eq!(about(&each, 3_500.0, 200.0), [About::Cost]);
    assert_eq!(about(&each, 3_501.0, 200.0), [About::Cost, About::Puts]);
}

#[test]
fn the_remedy_names_what_it_would_cost() {
    let each = Plan {
        layout: Layout::Record,
        ..plan()
    };
    let load = Load {
        records_per_s: 1_000.0,
        record_bytes: 200.0,
    };
    let figures = Figures::default();
    let estimate = Estimate::of(&each, load, &figures);
    let warning = cost(&estimate, &figures).unwrap();
    assert!(warning.message.contains("$5.0"), "{}", warning.message);
    assert!(
        warning.remedy.contains("`layout: batch`"),
        "{}",
        warning.remedy
    );
    let charge = estimate.dollars.with_layout_batch.unwrap();
    assert!(warning.remedy.ends_with(&dollars(charge.per_million)));
}

#[test]
fn folders_that_scatter_a_batch_cost_too_much() {
    let scattered = Plan {
        folders: 5_000.0,
        ..plan()
    };
    assert_eq!(about(&scattered, 1_000.0, 200.0), [About::Cost]);
}

#[test]
fn what_the_stream_the_event_or_the_function_cannot_take_is_told() {
    assert_eq!(about(&plan(), 4_001.0, 200.0), [About::Shards]);
    let five_mib = 5.0 * 1024.0 * 1024.0;
    assert!(about(&plan(), 0.1, five_mib).contains(&About::Event));
    let slow = Plan {
        seconds_per_batch: Some(61.0),
        ..plan()
    };
    assert_eq!(about(&slow, 4_000.0, 200.0), [About::Lanes, About::Timeout]);
    let asked = Plan {
        records_per_object: Some(20_000.0),
        ..plan()
    };
    assert!(about(&asked, 4_000.0, 200.0).contains(&About::Asked));
    let patient = Plan {
        records_per_object: Some(5_000.0),
        ..plan()
    };
    assert_eq!(about(&patient, 4.0, 200.0), [About::Asked]);
}

#[test]
fn no_file_is_told_to_have_more_shards_than_it_may() {
    let remedy = |records_per_s| {
        let load = Load {
            records_per_s,
            record_bytes: 200.0,
        };
        let figures = Figures::default();
        let estimate = Estimate::of(&plan(), load, &figures);
        shards(&estimate, &figures).unwrap().remedy
    };
    assert_eq!(remedy(20_000_000.0), "write stream.shards: 20000");
    assert!(
        remedy(20_001_000.0).contains("they need 20,001 shards"),
        "{}",
        remedy(20_001_000.0)
    );
}
