//! What the original page kept, and links that carry templates.

use kdg_web::link::{LinkError, Linked, MAX_FRAGMENT};
use kdg_web::original::import;
use proptest::prelude::*;

#[test]
fn what_the_original_kept_is_taken_over() {
    let stored = |key: &str| match key {
        "templates" => Some(
            r#"[{"name":"Sensors","template":"{{random.number(50)}}"},{"name":"","template":"{{date.now}}"},
                {"name":"Sensors","template":"x"},{"name":"Template 4","template":""},null]"#,
        ),
        "periods" => Some(r##"{"#0-0-mu":"100","#0-0-sig":10,"#0-1-mu":""}"##),
        "cid" => Some("4q2abc"),
        "upid" => Some("eu-west-1_AbC"),
        "ipid" => Some("eu-west-1:01234567-89ab-cdef-0123-456789abcdef"),
        "r" => Some("eu-west-1"),
        _ => None,
    };
    let imported = import(stored);
    let names: Vec<&str> = imported
        .templates
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["Sensors", "Template 2", "Sensors (2)"]);
    assert_eq!(imported.templates[0].1, "{{random.number(50)}}");
    assert_eq!(imported.periods.unwrap()["#0-0-sig"], "10");
    assert_eq!(
        imported.config.validate().unwrap().pools.unwrap().client_id,
        "4q2abc"
    );
    assert!(imported.problems.is_empty());
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_kept() {
    let imported = import(|key| match key {
        "templates" => Some("{"),
        "periods" => Some("[]"),
        "r" => Some("us-east-1"),
        _ => None,
    });
    assert_eq!(imported.problems.len(), 2, "{:?}", imported.problems);
    assert_eq!(imported.config.region, "us-east-1");
    assert!(import(|_| None).is_empty());
}

#[test]
fn an_empty_week_is_none() {
    assert_eq!(
        import(|key| (key == "periods").then_some(r##"{"#0-0-mu":"0","#0-0-sig":""}"##)).periods,
        None
    );
}

#[test]
fn a_link_that_is_cut_or_foreign_is_told_apart() {
    let linked = Linked {
        name: "Sensors".to_owned(),
        template: "{{random.number(50)}}".repeat(20),
    };
    let fragment = linked.fragment().unwrap();
    assert!(fragment.len() < 120, "it is not packed: {fragment}");
    assert_eq!(
        Linked::of_fragment(&format!("#{fragment}")),
        Ok(Some(linked))
    );
    assert_eq!(Linked::of_fragment("#settings"), Ok(None));
    assert_eq!(
        Linked::of_fragment(&fragment[..fragment.len() - 9]),
        Err(LinkError::Damaged)
    );
    let mut noise = kdg::SeededEntropy::new(1);
    let template = (0..4_000)
        .map(|_| kdg::Entropy::next_u64(&mut noise).to_string())
        .collect();
    let long = Linked {
        name: String::new(),
        template,
    };
    let Err(LinkError::TooLong { characters }) = long.fragment() else {
        panic!("it fits")
    };
    assert!(characters > MAX_FRAGMENT);
}

proptest! {
    #[test]
    fn any_template_comes_back_from_its_link(name in ".{0,30}", template in "(?s).{0,500}") {
        let linked = Linked { name, template };
        let fragment = linked.fragment().unwrap();
        prop_assert!(fragment.chars().all(|c| c.is_ascii_alphanumeric() || "-_=".contains(c)));
        prop_assert_eq!(Linked::of_fragment(&fragment).unwrap(), Some(linked));
    }

    #[test]
    fn no_fragment_does_harm(fragment in "(template=)?[a-zA-Z0-9_-]{0,200}") {
        if let Ok(Some(linked)) = Linked::of_fragment(&fragment) {
            prop_assert!(linked.template.len() <= 1 << 20);
        }
    }
}
