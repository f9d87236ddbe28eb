//! Sequences, walks, entities and references: what goes on from record to record.

use std::collections::{BTreeMap, BTreeSet};

use kdg::{Recipe, RecordError, RenderError, Scene, SeededEntropy, Template};

use super::template::LEAP_DAY;

fn scene() -> Scene {
    Scene::new(SeededEntropy::new(5), LEAP_DAY)
}

#[track_caller]
fn compile(template: &str) -> Template {
    Template::compile(template).unwrap_or_else(|errors| panic!("{errors}"))
}

fn next(template: &Template, scene: &mut Scene) -> String {
    let mut record = Vec::new();
    template.try_render(scene, &mut record).unwrap();
    String::from_utf8(record).unwrap()
}

#[track_caller]
fn check(template: &str, expected: &[&str]) {
    let compiled = compile(template);
    let mut scene = scene();
    let records: Vec<String> = expected
        .iter()
        .map(|_| next(&compiled, &mut scene))
        .collect();
    assert_eq!(records, expected, "{template}");
}

#[test]
fn a_sequence_counts_records_from_where_it_is_told() {
    check("{{sequence.next}}", &["1", "2", "3"]);
    check(
        r#"{{sequence.next({"start": 1000, "step": -10})}}"#,
        &["1000", "990", "980"],
    );
    check(
        "{{let n = sequence.next}}{{n}}{{n}} {{sequence.next}}",
        &["11 1", "22 2"],
    );
    check(
        r#"{{#repeat 2 ","}}{{sequence.next}}{{/repeat}}"#,
        &["1,2", "3,4"],
    );
}

#[test]
fn a_named_sequence_is_shared_within_the_scene_and_another_scene_starts_anew() {
    let orders = r#"{{sequence.next({name: "orders"})}}"#;
    check(&format!("{orders} {orders}"), &["1 2", "3 4"]);
    let (one, two) = (compile(orders), compile(&format!("b{orders}")));
    let own = compile("{{sequence.next}}");
    let (mut here, mut there) = (scene(), scene());
    assert_eq!(next(&one, &mut here), "1");
    assert_eq!(next(&two, &mut here), "b2");
    assert_eq!(next(&own, &mut here), "1");
    assert_eq!(next(&one, &mut here), "3");
    assert_eq!(next(&one, &mut there), "1");
    let same = compile("{{sequence.next}}");
    assert_eq!(next(&same, &mut here), "1");
}

#[test]
fn a_walk_moves_in_small_steps_and_stays_within_its_bounds() {
    let walk = compile(
        r#"{{random.walk({"start": 20, "step": 0.5, "min": 19, "max": 21, "decimals": 2})}}"#,
    );
    let mut scene = scene();
    assert_eq!(next(&walk, &mut scene), "20");
    let mut before = 20.0;
    let mut seen = BTreeSet::new();
    for _ in 0..2_000 {
        let text = next(&walk, &mut scene);
        let level: f64 = text.parse().unwrap();
        assert!((19.0..=21.0).contains(&level), "{level}");
        assert!((level - before).abs() <= 0.51, "{before} to {level}");
        assert!(text.len() <= 5, "{text}");
        before = level;
        seen.insert(text);
    }
    assert!(seen.len() > 150, "{}", seen.len());
}

#[test]
fn an_entity_without_steps_keeps_its_fields_for_ever() {
    let template = compile(
        r#"{{entity device of 10 {"id": random.uuid, site: "{{device.id}}/{{name.firstName}}"}}}{{device.number}} {{device.id}} {{device.site}}"#,
    );
    let mut scene = scene();
    let mut devices: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..1_000 {
        let record = next(&template, &mut scene);
        let (number, fields) = record.split_once(' ').unwrap();
        let (id, site) = fields.split_once(' ').unwrap();
        assert!(site.starts_with(id), "{record}");
        let known = devices.entry(number.to_owned());
        assert_eq!(known.or_insert(fields.to_owned()), fields);
    }
    assert_eq!(devices.len(), 10);
}

#[test]
fn an_entity_goes_through_its_steps_and_another_takes_its_place() {
    let template = compile(
        "{{entity session of 4 {user: name.firstName} : start -> click 3..10 -> pay 0..1 -> end}}\
         {{session.number}} {{session.step}} {{session.user}}",
    );
    let mut scene = scene();
    let mut lives: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut users: BTreeMap<u32, String> = BTreeMap::new();
    for _ in 0..2_000 {
        let record = next(&template, &mut scene);
        let mut parts = record.splitn(3, ' ');
        let number: u32 = parts.next().unwrap().parse().unwrap();
        let step = parts.next().unwrap().to_owned();
        let user = parts.next().unwrap().to_owned();
        lives.entry(number).or_default().push(step);
        assert_eq!(*users.entry(number).or_insert(user.clone()), user);
    }
    let ended = lives.values().filter(|steps| steps.contains(&"end".into()));
    assert!(ended.clone().count() > 150);
    assert!(lives.len() - ended.clone().count() <= 4);
    let (mut clicks, mut payments) = (BTreeSet::new(), BTreeSet::new());
    for steps in ended {
        let clicked = steps.iter().filter(|step| *step == "click").count();
        let paid = steps.iter().filter(|step| *step == "pay").count();
        let mut expected = vec!["start"];
        expected.extend(vec!["click"; clicked]);
        expected.extend(vec!["pay"; paid]);
        expected.push("end");
        assert_eq!(*steps, expected);
        clicks.insert(clicked);
        payments.insert(paid);
    }
    assert_eq!(clicks, (3..=10).collect());
    assert_eq!(payments, (0..=1).collect());
}

#[test]
fn another_template_refers_to_an_entity_that_is_alive() {
    let sessions = compile(
        "{{entity session of 5 {id: random.uuid} : on 3 -> off}}{{session.id}} {{session.step}}",
    );
    let clicks = compile(
        "{{ref session.id}} {{ref session.id}} {{ref session.step}} {{ref session.number}}",
    );
    let mut scene = scene();
    let mut over = BTreeSet::new();
    let mut referred = BTreeSet::new();
    for _ in 0..500 {
        let record = next(&sessions, &mut scene);
        let (id, step) = record.split_once(' ').unwrap();
        if step == "off" {
            over.insert(id.to_owned());
        }
        let record = match clicks.try_render(&mut scene, &mut Vec::new()) {
            Ok(()) => next(&clicks, &mut scene),
            Err(error) => {
                let entity = "session".to_owned();
                let nearest = None;
                assert_eq!(error, RenderError::NoneAlive { entity, nearest });
                continue;
            }
        };
        let parts: Vec<&str> = record.split(' ').collect();
        assert_eq!(parts[0], parts[1], "one record refers to one session");
        assert_eq!(parts[2], "on");
        parts[3].parse::<u64>().unwrap();
        assert!(!over.contains(parts[0]), "{record}");
        referred.insert(parts[0].to_owned());
    }
    assert!(referred.len() > 50);
}

#[test]
fn a_reference_can_be_drawn_anew_and_asked_for() {
    let device = "{{entity device of 50 {id: sequence.next}}}";
    let devices = compile(&format!("{device}{{{{device.id}}}}"));
    let several = compile(
        "{{#repeat 20 ' '}}{{ref device}}{{ref device.id}}={{ref device.number}}{{/repeat}}",
    );
    let asking = compile(
        "{{#if ref device}}{{ref device.id}}{{else}}none{{/if}}{{#if not ref device}}!{{/if}}",
    );
    let mut scene = scene();
    assert_eq!(next(&asking, &mut scene), "none!");
    for _ in 0..500 {
        next(&devices, &mut scene);
    }
    next(&asking, &mut scene).parse::<u32>().unwrap();
    let record = next(&several, &mut scene);
    let pairs: BTreeSet<&str> = record.split(' ').collect();
    assert!(pairs.len() > 5, "{record}");
    for pair in pairs {
        let (id, number) = pair.split_once('=').unwrap();
        assert_eq!(id, number);
    }
}

#[test]
fn a_reference_that_cannot_be_met_is_an_error_with_a_reason() {
    let mut scene = scene();
    let lonely = Recipe::new(compile("{{ref session.id}}"));
    let error = lonely.make(&mut scene, 0).unwrap_err();
    assert!(matches!(&error, RecordError::Unrendered(_)), "{error}");
    assert_eq!(
        error.to_string(),
        "no session is alive yet, first render a template that declares it in the same scene"
    );
    next(&compile("{{entity session of 2 {name: 1}}}"), &mut scene);
    let error = lonely.make(&mut scene, 0).unwrap_err();
    assert_eq!(error.to_string(), "session has no field id");
    let misspelt = Recipe::new(compile("{{ref sesion.name}}"));
    let error = misspelt.make(&mut scene, 0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no sesion is alive yet, first render a template that declares it in the same scene, \
         did you mean session?"
    );
    let misspelt = Recipe::new(compile("{{ref session.nam}}"));
    let error = misspelt.make(&mut scene, 0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "session has no field nam, did you mean name?"
    );
    let other = compile("{{entity session of 3 {name: 1}}}");
    let error = other.try_render(&mut scene, &mut Vec::new()).unwrap_err();
    let entity = "session".to_owned();
    assert_eq!(error, RenderError::Differs { entity });
    let alike = compile("{{entity session of 2 {name: 1}}}{{session.number}}");
    assert!(matches!(next(&alike, &mut scene).as_str(), "1" | "2"));
}

#[test]
fn an_entity_with_endless_fields_is_refused() {
    let template = compile(
        r#"{{let x = "0123456789"}}{{#repeat 10}}{{let x = "{{x}}{{x}}"}}{{/repeat}}{{entity e of 2 {x: x}}}"#,
    );
    let error = template.try_render(&mut scene(), &mut Vec::new());
    let entity = "e".to_owned();
    assert_eq!(error, Err(RenderError::LongEntity { entity }));
}

#[test]
fn entities_hold_no_more_than_their_share_of_memory_and_records_go_on() {
    const LIMIT: usize = 64 * 1024 * 1024;
    let long = "x".repeat(4_000);
    let of_steps = |steps: &str| {
        compile(&format!(
            "{{{{entity e of 90000 {{t: \"{long}\"}}{steps}}}}}{{{{entity f of 9000 {{t: \"{long}\"}}}}}}{{{{e.number}}}} {{{{f.number}}}}"
        ))
    };
    let numbers = |record: &[u8]| -> Vec<usize> {
        let text = std::str::from_utf8(record).unwrap();
        text.split(' ')
            .map(|number| number.parse().unwrap())
            .collect()
    };
    for steps in ["", ": a 1..3"] {
        let template = of_steps(steps);
        let mut seen = Vec::new();
        for _ in 0..2 {
            let mut scene = scene();
            let (mut born, mut record) = (vec![0, 0], Vec::new());
            let used = allocation_counter::measure(|| {
                for number in 0..30_000 {
                    record.clear();
                    scene.begin_record(number);
                    template.try_render(&mut scene, &mut record).unwrap();
                    for (most, number) in born.iter_mut().zip(numbers(&record)) {
                        *most = number.max(*most);
                    }
                }
            });
            let most = usize::try_from(used.bytes_max).unwrap();
            assert!(most > LIMIT * 9 / 10 || !steps.is_empty(), "{most}");
            assert!(most < LIMIT + LIMIT / 4, "{most}");
            seen.push(born);
        }
        assert_eq!(seen[0], seen[1], "the same seed gives the same records");
        let all: usize = seen[0].iter().sum();
        if steps.is_empty() {
            assert!((LIMIT / 4_200..LIMIT / 4_000).contains(&all), "{all}");
        } else {
            // Where some end others begin.
            assert!(all > LIMIT / 4_000, "{all}");
        }
    }
}

#[test]
fn a_template_tells_whether_it_has_state() {
    for stateful in [
        "{{sequence.next}}",
        "{{random.walk}}",
        "{{entity e of 1 {}}}",
        "{{#if ref e}}{{/if}}",
    ] {
        assert!(compile(stateful).is_stateful(), "{stateful}");
    }
    for stateless in [
        "x",
        "{{let x = 1}}{{x}}",
        "{{#repeat 3}}{{random.uuid}}{{/repeat}}",
    ] {
        assert!(!compile(stateless).is_stateful(), "{stateless}");
    }
}
