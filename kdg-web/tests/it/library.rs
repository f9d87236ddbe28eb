//! The templates that are kept, exported, imported, linked, and shared between tabs.

use kdg_web::link::LinkError;
use kdg_web::state::library::{ImportError, Known, Library, Met};

#[test]
fn what_was_exported_is_imported_once() {
    let mut library = Library::default();
    library.add("orders", "{{random.uuid}}".into());
    let file = library.export();
    let mut other = Library::default();
    assert_eq!(other.import(&file).unwrap().names.len(), 2);
    assert_eq!(other.all(), library.all());
    let again = other.import(&file).unwrap();
    assert_eq!(other.all().len(), 2);
    assert_eq!(
        again.words(),
        "Imported no template; 2 templates the same here already."
    );
}

#[test]
fn the_storage_of_the_original_is_imported_without_its_empty_places() {
    let templates = serde_json::to_string(&serde_json::json!([
        {"name": "Schema Discovery Payload", "template": "{{date.now}}"},
        {"name": "Template 2", "template": ""},
    ]))
    .unwrap();
    let storage = serde_json::json!({
        "cid": "x", "r": "us-east-1", "templates": templates, "periods": "{\"#0-0-mu\": \"5\"}",
    });
    let mut library = Library::default();
    let import = library.import(&storage.to_string()).unwrap();
    assert_eq!(import.names, ["Schema Discovery Payload"]);
    assert_eq!(
        import.words(),
        "Imported 1 template and the week of hours; 1 template without a text left out."
    );
    assert_eq!(import.periods.unwrap()["#0-0-mu"], "5");
    assert_eq!(library.current().template, "{{date.now}}");
}

#[test]
fn a_file_of_something_else_changes_nothing_and_says_what_is_needed() {
    let mut library = Library::default();
    assert!(matches!(
        library.import("template"),
        Err(ImportError::NoJson(_))
    ));
    assert_eq!(library.import("{\"a\": 1}"), Err(ImportError::Nothing));
    assert_eq!(library, Library::default());
}

#[test]
fn a_link_carries_a_template_with_every_character() {
    let mut library = Library::default();
    library.add("größe", "{\"ü\": \"<b>{{random.uuid}}</b>\"}\n".into());
    let fragment = library.fragment().unwrap();
    let mut other = Library::default();
    assert_eq!(
        other.follow(&format!("#{fragment}")).unwrap().as_deref(),
        Some("größe")
    );
    assert_eq!(other.current(), library.current());
    assert_eq!(other.follow("#elsewhere"), Ok(None));
    assert_eq!(other.follow("#template=%%"), Err(LinkError::Damaged));
}

#[test]
fn names_stay_different_and_one_template_always_remains() {
    let mut library = Library::default();
    let first = library.current().name;
    assert_eq!(library.add(&first, "x".into()), format!("{first} 2"));
    library.rename(&first);
    assert_eq!(library.current().name, format!("{first} 3"));
    library.remove();
    library.remove();
    assert_eq!(
        (library.all().len(), library.current().template.as_str()),
        (1, "")
    );
}

#[test]
fn templates_that_were_removed_come_back_to_their_places() {
    let mut library = Library::default();
    library.add("second", "2".into());
    library.add("third", "3".into());
    let before = library.clone();
    let mut removed = Vec::new();
    for _ in 0..3 {
        removed.push(library.remove());
    }
    assert_eq!(names(&library), ["template"]);
    while let Some(last) = removed.pop() {
        library.restore(last);
    }
    assert_eq!(library.all()[..3], before.all()[..]);
    assert_eq!(library.current(), before.current());
}

#[test]
fn what_was_kept_and_cannot_be_read_is_begun_anew() {
    assert_eq!(
        Library::kept(Some("{\"templates\":[],\"shown\":3}")),
        Library::default()
    );
    assert_eq!(Library::kept(Some("nonsense")), Library::default());
}

/// What a tab stores of its templates.
fn stored(library: &Library) -> String {
    serde_json::to_string(library).unwrap()
}

fn names(library: &Library) -> Vec<&str> {
    library
        .all()
        .iter()
        .map(|named| named.name.as_str())
        .collect()
}

#[test]
fn two_tabs_keep_what_each_of_them_adds_changes_and_removes() {
    let mut before = Library::default();
    before.add("changed", "1".into());
    before.add("removed", "2".into());
    let json = stored(&before);
    let (mut one, mut other) = (before.clone(), before);
    let (mut known_to_one, mut known_to_other) = (Known::of(Some(&json)), Known::of(Some(&json)));
    one.remove();
    one.add("from one", String::new());
    assert_eq!(one.meet(&mut known_to_one, Some(&json)), Met::default());
    other.show(1);
    other.write("1, changed".into());
    other.add("from other", "3".into());
    let json = stored(&one);
    let met = other.meet(&mut known_to_other, Some(&json));
    assert_eq!(met.words(), "Deleted in another tab: removed.");
    assert!(met.copies.is_empty());
    let json = stored(&other);
    assert_eq!(one.meet(&mut known_to_one, Some(&json)), Met::default());
    for library in [&one, &other] {
        let mut names = names(library);
        names.sort_unstable();
        assert_eq!(
            names,
            ["changed", "from one", "from other", "user-activity"]
        );
        let changed = library.all().iter().find(|named| named.name == "changed");
        assert_eq!(changed.unwrap().template, "1, changed");
    }
    assert_eq!(
        (one.current().name, other.current().name),
        ("from one".into(), "from other".into())
    );
}

#[test]
fn what_one_tab_changes_is_not_lost_when_the_other_changes_or_removes_it() {
    let mut ours = Library::default();
    ours.add("mine", "1".into());
    let json = stored(&ours);
    let mut theirs = ours.clone();
    let mut known = Known::of(Some(&json));
    theirs.write("theirs".into());
    ours.write("ours".into());
    assert_eq!(
        ours.meet(&mut known, Some(&stored(&theirs))).copies,
        ["mine 2"]
    );
    assert_eq!(names(&ours), ["user-activity", "mine", "mine 2"]);
    assert_eq!(ours.current().template, "ours");
    assert_eq!(ours.all()[2].template, "theirs");

    let mut theirs = ours.clone();
    let mut known = Known::of(Some(&stored(&ours)));
    ours.write("ours, again".into());
    theirs.remove();
    assert_eq!(
        ours.meet(&mut known, Some(&stored(&theirs))),
        Met::default()
    );
    assert_eq!(ours.current().template, "ours, again");
}

#[test]
fn what_a_tab_has_written_comes_back_to_it_as_no_change_while_somebody_types() {
    let mut ours = Library::default();
    let mut known = Known::of(Some(&stored(&ours)));
    let mut written = Vec::new();
    for text in ["a", "ab", "abc"] {
        ours.write(text.into());
        assert!(!known.has(&ours));
        written.push(stored(&ours));
        known.wrote(stored(&ours), &ours);
        assert!(known.has(&ours));
    }
    for echo in &written[..2] {
        assert_eq!(ours.meet(&mut known, Some(echo)), Met::default());
        assert_eq!(ours.current().template, "abc");
        // The storage has the older text: this tab writes its own again.
        assert!(!known.has(&ours));
    }
    known.wrote(stored(&ours), &ours);
    known.settle();
    ours.meet(&mut known, Some(&written[0]));
    assert_eq!(ours.current().template, "a");
    assert!(known.has(&ours));
}

#[test]
fn what_another_tab_deletes_can_be_put_back_and_stays_while_somebody_writes_it() {
    let mut ours = Library::default();
    ours.add("mine", "1".into());
    let mut known = Known::of(Some(&stored(&ours)));
    let mut theirs = ours.clone();
    theirs.remove();
    let mut met = ours
        .clone()
        .meet(&mut known.clone(), Some(&stored(&theirs)));
    assert_eq!(met.words(), "Deleted in another tab: mine.");
    let mut gone = ours.clone();
    gone.meet(&mut known.clone(), Some(&stored(&theirs)));
    assert_eq!(names(&gone), ["user-activity"]);
    gone.restore(met.removed.pop().unwrap());
    assert_eq!(gone, ours);

    ours.write("1, and on".into());
    known.wrote(stored(&ours), &ours);
    let met = ours.meet(&mut known, Some(&stored(&theirs)));
    assert_eq!(met.stay, ["mine"]);
    assert!(met.removed.is_empty());
    assert_eq!(ours.current().template, "1, and on");
}

#[test]
fn tabs_that_have_the_same_templates_in_another_order_write_nothing() {
    let mut one = Library::default();
    let mut other = one.clone();
    one.add("a", "1".into());
    one.add("b", "2".into());
    other.add("b", "2".into());
    other.add("a", "1".into());
    assert!(Known::of(Some(&stored(&one))).has(&other));
}

#[test]
fn a_storage_that_was_emptied_or_damaged_removes_no_template() {
    let library = Library::default();
    for damaged in [None, Some("nonsense")] {
        let mut ours = library.clone();
        let mut known = Known::of(Some(&stored(&library)));
        assert_eq!(ours.meet(&mut known, damaged), Met::default());
        assert_eq!(ours, library);
    }
}

#[test]
fn a_template_that_the_other_tab_renames_stays_shown() {
    let mut ours = Library::default();
    ours.add("mine", "1".into());
    let mut known = Known::of(Some(&stored(&ours)));
    let mut theirs = ours.clone();
    theirs.rename("yours");
    theirs.show(0);
    ours.meet(&mut known, Some(&stored(&theirs)));
    assert_eq!(names(&ours), ["user-activity", "yours"]);
    assert_eq!(ours.current().name, "yours");
}

#[test]
fn the_originals_periods_alone_are_the_week() {
    let mut library = Library::default();
    let import = library
        .import(r##"{"#1-0-mu": "777", "#6-23-sig": 12}"##)
        .unwrap();
    assert_eq!(import.periods.as_ref().unwrap()["#1-0-mu"], "777");
    assert_eq!(
        import.words(),
        "Imported no template and the week of hours."
    );
    assert_eq!(library, Library::default());
    assert!(library.import("{}").is_err());
}

#[test]
fn a_name_that_was_written_and_given_up_here_holds_no_template_of_another_tab() {
    let mut ours = Library::default();
    let mut known = Known::of(Some(&stored(&ours)));
    ours.add("template", String::new());
    known.wrote(stored(&ours), &ours);
    ours.rename("from one");
    known.wrote(stored(&ours), &ours);
    let mut theirs = ours.clone();
    theirs.add("template", String::new());
    ours.meet(&mut known, Some(&stored(&theirs)));
    theirs.rename("from other");
    assert_eq!(
        ours.meet(&mut known, Some(&stored(&theirs))),
        Met::default()
    );
    assert_eq!(names(&ours), ["user-activity", "from one", "from other"]);
    assert!(known.has(&ours));

    // What is written here and gets another name there has that one alone.
    ours.write("1".into());
    known.wrote(stored(&ours), &ours);
    let mut theirs = ours.clone();
    theirs.rename("theirs");
    assert_eq!(
        ours.meet(&mut known, Some(&stored(&theirs))),
        Met::default()
    );
    assert_eq!(names(&ours).len(), 3);
    assert!(names(&ours).contains(&"theirs"));
}
