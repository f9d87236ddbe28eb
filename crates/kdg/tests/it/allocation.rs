//! Rendering works in the record's own buffer.

use kdg::{Function, Scene, SeededEntropy, Template, functions};

use super::template::LEAP_DAY;

/// How often memory is asked for while a thousand records are rendered, after as many others.
fn allocations(template: &str) -> u64 {
    let template = Template::compile(template).unwrap();
    let mut scene = Scene::new(SeededEntropy::new(1), LEAP_DAY);
    let mut record = Vec::with_capacity(64 * 1024);
    let mut render = |numbers: std::ops::Range<u64>| {
        for number in numbers {
            record.clear();
            scene.begin_record(number);
            template.render(&mut scene, &mut record);
        }
    };
    render(0..1_000);
    allocation_counter::measure(|| render(1_000..2_000)).count_total
}

#[test]
fn no_field_allocates() {
    let counted = allocation_counter::measure(|| drop(Vec::<u8>::with_capacity(9)));
    assert_eq!(counted.count_total, 1, "the counter does not count");
    let greedy: Vec<(&str, u64)> = functions()
        .map(|function| (function.name(), allocations(function.example())))
        .filter(|(_, count)| *count > 0)
        .collect();
    assert!(greedy.is_empty(), "{greedy:?}");
    assert!(functions().map(Function::name).count() > 150);
}

#[test]
fn no_block_variable_or_entity_allocates() {
    for template in [
        r#"{"n": [{{#repeat 1..9 ", "}}{{random.number(9)}}{{/repeat}}]}"#,
        r#"{{let a = name.firstName}}{{let b = "{{a}}@example.com"}}{{a}} {{b}}"#,
        r"{{#if chance 0.5}}{{random.uuid}}{{else}}{{date.now}}{{/if}}",
        r#"{{entity s of 9 {"id": random.uuid} : start -> click 1..3 -> end}}{{s.id}} {{s.step}}"#,
    ] {
        assert_eq!(allocations(template), 0, "{template}");
    }
}
