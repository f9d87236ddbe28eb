//! `TEMPLATES.md`: its examples are rendered, and the records it shows are those
//! that come out.

use kdg::{Scene, SeededEntropy, Template};

use super::template::LEAP_DAY;

const PAGE: &str = include_str!("../../TEMPLATES.md");

/// What stands behind the three backticks, and the text up to the next ones.
struct Fence {
    kind: &'static str,
    text: &'static str,
}

fn fences() -> Vec<Fence> {
    let blocks = PAGE.split("```").skip(1).step_by(2);
    blocks
        .map(|block| {
            let (kind, text) = block.split_once('\n').unwrap();
            Fence { kind, text }
        })
        .collect()
}

fn scene() -> Scene {
    Scene::new(SeededEntropy::new(1), LEAP_DAY)
}

#[test]
fn every_example_renders_what_the_page_says() {
    let fences = fences();
    let mut scene = scene();
    let mut examples = 0;
    for (index, fence) in fences.iter().enumerate() {
        if !fence.kind.starts_with("kdg") {
            continue;
        }
        examples += 1;
        let shown = fences.get(index + 1).filter(|next| next.kind == "text");
        let shown: Vec<&str> = shown.map_or(Vec::new(), |shown| shown.text.lines().collect());
        if fence.kind == "kdg error" {
            let errors = Template::compile(fence.text).unwrap_err().to_string();
            assert_eq!(errors.lines().collect::<Vec<_>>(), shown, "{}", fence.text);
            continue;
        }
        let template =
            Template::compile(fence.text).unwrap_or_else(|errors| panic!("{}{errors}", fence.text));
        if fence.kind != "kdg same scene" {
            scene = self::scene();
        }
        let records: Vec<String> = (0..100)
            .map(|number| {
                let mut record = Vec::new();
                scene.begin_record(number);
                template.try_render(&mut scene, &mut record).unwrap();
                String::from_utf8(record).unwrap()
            })
            .collect();
        assert_eq!(records[..shown.len()], shown, "{}", fence.text);
        if fence.text.starts_with(['{', '[']) && records[0].starts_with(['{', '[']) {
            for record in &records {
                let json: Result<serde_json::Value, _> = serde_json::from_str(record);
                assert!(json.is_ok(), "{record}");
            }
        }
    }
    assert!(examples > 15);
}

#[test]
fn the_limits_on_the_page_are_those_in_force() {
    use kdg::template as limit;
    let grouped = |number: u64| {
        let digits = number.to_string();
        let groups: Vec<&str> = digits
            .as_bytes()
            .rchunks(3)
            .rev()
            .map(|group| std::str::from_utf8(group).unwrap())
            .collect();
        groups.join(",")
    };
    let kib = |bytes: usize| format!("{} KiB", bytes / 1_024);
    for (what, most) in [
        (
            "blocks inside one another",
            limit::MAX_NESTED_BLOCKS.to_string(),
        ),
        ("turns of a repeat block", grouped(limit::MAX_REPEAT)),
        (
            "turns of all repeat blocks of a record",
            grouped(limit::MAX_TURNS),
        ),
        ("operations of a record", grouped(limit::MAX_OPERATIONS)),
        (
            "bytes of a record",
            format!("{} MiB", limit::MAX_RENDERED_BYTES >> 20),
        ),
        (
            "variables, counting fields and references",
            limit::MAX_VARIABLES.to_string(),
        ),
        ("bytes of a variable or field", kib(limit::MAX_VALUE_BYTES)),
        (
            "bytes of the fields of an entity",
            kib(limit::MAX_ENTITY_BYTES),
        ),
        (
            "names of entities that a template refers to",
            limit::MAX_REFERENCES.to_string(),
        ),
        ("live entities of a template", grouped(limit::MAX_ENTITIES)),
        ("records of a step", grouped(limit::MAX_STEP_RECORDS)),
    ] {
        let row = format!("| {what} | {most}");
        assert!(PAGE.contains(&row), "{row}");
    }
}
