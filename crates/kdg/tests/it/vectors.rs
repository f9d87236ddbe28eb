//! The acceptance vectors: what the KDG renders, and what becomes of its bugs.

use std::collections::{BTreeMap, BTreeSet};

use kdg::{Scene, SeededEntropy, Template, TemplateErrors};
use regex::Regex;
use serde_json::Value;

use super::functions::draws_in;
use super::template::LEAP_DAY;

const DRAWS: usize = 200;
const DRAWS_THAT_COVER: usize = 500;

const NUMBER: &str = "^[0-9]{1,5}$";
const PREFIX: &str = r"(?:Mr\.|Mrs\.|Ms\.|Miss|Dr\.)";
const EXTENSION: &str = "^[a-z0-9_-]+$";
const DATE: &str = r"^[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{2} [0-9]{4} [0-9:]{8} GMT\+0000 \(Coordinated Universal Time\)$";

/// What a bug of the KDG gave way to.
enum Better {
    Renders(String),
    /// The reason contains this.
    Refused(&'static str),
}

use Better::Refused;

fn renders(regex: impl Into<String>) -> Better {
    Better::Renders(regex.into())
}

/// By the id of the vector.
fn better() -> BTreeMap<&'static str, Better> {
    let any_number = "random.number expects a number such as 100";
    BTreeMap::from([
        ("clean/7", renders(r"^[0-9-]{10}T[0-9:]{8}\+00:00$")),
        ("clean/9", Refused("the template is empty")),
        ("scan/31", renders(r"^\$&$")),
        ("scan/32", renders(r"^\{\{name\.prefix\}\}$")),
        ("scan/34", renders("^$")),
        ("scan/42", renders(r"^0(?:\.[0-9]+)?$")),
        ("scan/43", Refused("did you mean random.number?")),
        ("scan/44", renders(NUMBER)),
        ("scan/45", renders(NUMBER)),
        ("scan/46", renders(NUMBER)),
        ("scan/47", renders("^[0-5]$")),
        ("scan/49", renders("^a$")),
        ("scan/50", renders("^[0-5]$")),
        ("scan/54", renders(format!(r"^\}}\}}{PREFIX}$"))),
        (
            "scan/55",
            renders(format!(r#"^\{{"a":\{{"b":1\}}\}},"c":"{PREFIX}"$"#)),
        ),
        ("scan/57", renders(r"^0 \}\} \{\{$")),
        ("scan/58", renders(r"^\{[0-3]\}$")),
        ("scan/59", renders(r"^\{[0-3]\}$")),
        ("scan/60", renders(r#"^\{"b":1\}$"#)),
        ("scan/61", renders(r"^(?:a\(b\)|c)$")),
        ("scan/62", renders(r"^\([0-9]{3}\) [0-9]{3}-[0-9]{4}$")),
        ("scan/63", renders(r"^[01][0-9] \((?:am|pm)\)$")),
        ("scan/67", Refused("unknown function name.toString")),
        ("random.number/14", Refused(r#"a "min" of 5 at most"#)),
        ("random.number/16", renders("^1$")),
        ("random.number/24", Refused(r#"a number as "max""#)),
        ("random.number/26", Refused(any_number)),
        ("random.number/28", renders("^[1-5]$")),
        ("random.number/29", Refused(any_number)),
        ("random.number/30", Refused(any_number)),
        ("random.number/31", Refused(any_number)),
        ("random.number/33", renders(NUMBER)),
        ("random.number/34", Refused(any_number)),
        ("random/10", renders(r#"^\{"a":1\}$"#)),
        ("random/11", Refused("a list such as")),
        ("random/14", renders("^[ab]$")),
        ("random/16", Refused("a list such as")),
        ("random/24", Refused("no more weights than the 1 elements")),
        ("random/25", renders("^[abc]$")),
        ("random/26", renders("^[ab]$")),
        ("random/36", renders(r#"^\{"b":1\}$"#)),
        ("random/37", Refused("an object such as")),
        ("helpers/5", renders("^5$")),
        ("helpers/8", renders("^x123$")),
        (
            "helpers/18",
            renders(r#"^\{"name":"[A-Z].*"avatar":".*\}$"#),
        ),
        ("helpers/19", renders(r#"^\{"name":".*"bs":".*\}\}$"#)),
        ("helpers/20", renders(r#"^\{"amount":"[0-9]+\.00",.*\}$"#)),
        ("address/4", renders("^x12345$")),
        ("address/11", Refused("a whole number of 0 to 3")),
        (
            "address/35",
            renders(r"^-?[0-9]{1,2}\.[0-9]{4},-?[0-9]{1,3}\.[0-9]{4}$"),
        ),
        ("commerce/15", Refused("a number as min, found `abc`")),
        ("finance/12", renders(r"^(?:[1-9]\.[0-9]{2}|10\.00)$")),
        ("finance/13", renders(r"^(?:[1-9]|10)\.00$")),
        ("internet/21", Refused("a number as red, found `abc`")),
        ("internet/30", renders("^(?:[b-df-hj-np-tv-z][aeiou]){10}$")),
        ("phone/4", renders("^x555$")),
        ("system/15", renders(EXTENSION)),
        ("system/16", renders("^(?:/[a-z.]+)+$")),
        ("system/17", renders(r"^(?:/[a-z.]+)+/[^/]+\.[a-z0-9_]+$")),
        ("date/9", Refused("a number as years, found `abc`")),
        ("date/10", renders(DATE)),
        ("date/36", Refused("date.now expects text")),
    ])
}

struct Vector(Value);

impl Vector {
    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.0[key].as_i64()
    }

    fn texts(&self, key: &str) -> BTreeSet<String> {
        let items = self.0[key].as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    fn compile(&self) -> Result<Template, TemplateErrors> {
        Template::compile(self.text("template"))
    }

    /// So many records, in the scene that the vector asks for.
    fn draws(&self, template: &Template, count: usize) -> Vec<String> {
        let offset = i32::try_from(self.number("offset").unwrap_or(0)).unwrap();
        let mut scene = Scene::new(SeededEntropy::new(7), LEAP_DAY).with_offset(offset);
        scene.set_simulated(self.number("simTime"));
        draws_in(&mut scene, template, count)
    }
}

fn vectors() -> Vec<Vector> {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../fixtures/vectors.json")).unwrap();
    vectors.into_iter().map(Vector).collect()
}

/// Why the vector is not kept to, if it is not.
fn complaint(vector: &Vector) -> Option<String> {
    let template = match vector.compile() {
        Err(_) if vector.0["error"] == true => return None,
        Err(errors) => return Some(errors.to_string()),
        Ok(_) if vector.0["error"] == true => return Some("compiles".to_owned()),
        Ok(template) => template,
    };
    let regex = Regex::new(vector.text("regex")).unwrap();
    let not = vector.texts("not");
    let bounds = ["min", "max"].map(|key| vector.0[key].as_f64());
    for record in vector.draws(&template, DRAWS) {
        let number: f64 = record.parse().unwrap_or(f64::NAN);
        let [above, below] = [
            bounds[0].is_none_or(|min| number >= min),
            bounds[1].is_none_or(|max| number <= max),
        ];
        if !regex.is_match(&record) || not.contains(&record) || !above || !below {
            return Some(record);
        }
    }
    let mut missing = vector.texts("covers");
    if !missing.is_empty() {
        for record in vector.draws(&template, DRAWS_THAT_COVER) {
            missing.remove(&record);
        }
    }
    (!missing.is_empty()).then(|| format!("never {missing:?}"))
}

#[test]
fn what_renders_sensibly_in_the_kdg_renders_the_same() {
    let vectors = vectors();
    let kept: Vec<&Vector> = vectors
        .iter()
        .filter(|v| v.text("class") != "bug")
        .collect();
    assert_eq!(kept.len(), 339);
    let complaints: Vec<String> = kept
        .iter()
        .filter_map(|vector| Some(format!("{}: {}", vector.text("id"), complaint(vector)?)))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn what_is_a_bug_of_the_kdg_works_or_is_reported() {
    let mut better = better();
    for vector in vectors().iter().filter(|v| v.text("class") == "bug") {
        let id = vector.text("id");
        match (better.remove(id), vector.compile()) {
            (Some(Better::Renders(regex)), Ok(template)) => {
                let regex = Regex::new(&regex).unwrap();
                for record in vector.draws(&template, DRAWS) {
                    assert!(regex.is_match(&record), "{id}: {record}");
                }
            }
            (Some(Refused(reason)), Err(errors)) => {
                assert!(errors.to_string().contains(reason), "{id}: {errors}");
            }
            (None, _) => panic!("{id}: nothing says what is better"),
            (_, Ok(_)) => panic!("{id}: compiles"),
            (_, Err(errors)) => panic!("{id}: {errors}"),
        }
    }
    assert!(better.is_empty(), "{:?}", better.keys());
}
