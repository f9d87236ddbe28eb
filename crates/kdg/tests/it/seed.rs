//! The same template and seed → the same bytes, in any order and any partition.

use kdg::{Recipe, Scene, SeededEntropy, Template};
use proptest::prelude::*;

use super::template::LEAP_DAY;

const STATELESS: &str = r#"{{let n = random.number(9)}}{"id": "{{random.uuid}}", "n": {{n}},
    {{#if n > 4}}"big": true,{{else}}"ip": "{{internet.ipv6}}",{{/if}}
    "values": [{{#repeat 0..4 ","}}{{random.normal({"mean": 5, "decimals": 3})}}{{/repeat}}],
    "rank": {{random.zipf}}, "events": {{random.poisson({"mean": 50})}},
    "name": "{{ja.name.findName}}", "at": "{{date.range}}", "ulid": "{{random.ulid}}"}"#;

const STATEFUL: &str = r#"{{entity s of 3 {id: random.uuid} : a -> b 1..3}}{{sequence.next}}
    {{s.id}} {{s.step}} {{random.walk({"decimals": 6})}}"#;

fn render(template: &str, numbers: impl Iterator<Item = u64>, seed: u64) -> Vec<(u64, String)> {
    let recipe = Recipe::new(Template::compile(template).unwrap());
    let mut scene = Scene::new(SeededEntropy::new(seed), LEAP_DAY);
    numbers
        .map(|number| {
            let record = recipe.make_numbered(&mut scene, number).unwrap();
            assert_eq!(record.tag, number);
            let data = String::from_utf8(record.data).unwrap();
            (number, format!("{} {data}", record.partition_key))
        })
        .collect()
}

#[test]
fn a_record_is_known_by_seed_and_number() {
    // Written down, because the promise spans platforms and versions.
    let record = render(STATELESS, 1_000_000_007..1_000_000_008, 42);
    assert_eq!(record[0].1, GOLDEN);
}

const GOLDEN: &str = r#"18605855 {"id": "7e02e7ce-5cf6-4cff-8659-cf8665da6cf2", "n": 8,    "big": true,    "values": [4.513,5.371],    "rank": 1, "events": 45,    "name": "内田 蒼空", "at": "2024-02-28T23:44:59Z", "ulid": "01HQTFFYWFRQH4Z6DWR9J2YDJR"}
"#;

#[test]
fn a_stateful_template_gives_the_same_records_in_order() {
    let records = render(STATEFUL, 0..200, 1);
    assert_eq!(records, render(STATEFUL, 0..200, 1));
    assert_ne!(records, render(STATEFUL, 0..200, 2));
}

#[test]
fn threads_share_the_records_of_a_stateless_template() {
    let template = Template::compile(STATELESS).unwrap();
    let rendered = &|numbers: std::ops::Range<u64>| {
        let mut scene = Scene::new(SeededEntropy::new(3), LEAP_DAY);
        let mut records = Vec::new();
        for number in numbers {
            scene.begin_record(number);
            template.render(&mut scene, &mut records);
        }
        records
    };
    let together: Vec<u8> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4_u64)
            .map(|thread| scope.spawn(move || rendered(thread * 50..thread * 50 + 50)))
            .collect();
        let records = threads.into_iter().map(|thread| thread.join().unwrap());
        records.collect::<Vec<_>>().concat()
    });
    assert_eq!(together, rendered(0..200));
}

#[test]
fn what_was_rendered_before_leaves_no_trace() {
    let mut scene = Scene::new(SeededEntropy::new(9), LEAP_DAY);
    let mut numbered = |template: &str| {
        let mut record = Vec::new();
        scene.begin_record(3);
        let template = Template::compile(template).unwrap();
        template.render(&mut scene, &mut record);
        record
    };
    let alone = numbered(STATELESS);
    numbered(r#"{{let a = "x"}}{{let b = "y"}}{{let c = "z"}}"#);
    numbered(STATEFUL);
    assert_eq!(numbered(STATELESS), alone);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_partition_of_the_records_gives_the_records_in_order(
        seed: u64,
        start in prop_oneof![Just(0_u64), any::<u64>().prop_map(|start| start / 2)],
        part_of in prop::collection::vec(0..4_usize, 1..60),
        backwards: bool,
    ) {
        let whole = render(STATELESS, (start..).take(part_of.len()), seed);
        let mut parts: Vec<Vec<u64>> = vec![Vec::new(); 4];
        for (number, part) in (start..).zip(&part_of) {
            parts[*part].push(number);
        }
        let mut together = Vec::new();
        for mut numbers in parts {
            if backwards {
                numbers.reverse();
            }
            together.extend(render(STATELESS, numbers.into_iter(), seed));
        }
        together.sort();
        prop_assert_eq!(together, whole);
    }
}
