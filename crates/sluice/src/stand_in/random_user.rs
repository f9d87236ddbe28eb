//! The query of the Random User API → people of the same shape.
//!
//! Source: <https://randomuser.me/documentation>, version 1.4. What it knows of a query are
//! `results`, `page`, `seed`, `nat`, `gender` and `noinfo`; as there, the rest has no effect.
//! Other than there some people are minors, so that a filter by age has something to do.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use chrono::{DateTime, Utc};
use kdg::{Scene, SeededEntropy, Template};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::producer::{any_seed, now_ms};

/// One person; what it draws from is filled in by the query.
const TEMPLATE: &str = include_str!("random_user.json.tmpl");

/// The version that the answer names.
const VERSION: &str = "1.4";

/// The most people of an answer; whoever asks for more gets one, as there.
const MAX_RESULTS: u64 = 5_000;

const NATIONS: [&str; 4] = ["DE", "FR", "GB", "US"];

const GENDERS: [&str; 2] = ["female", "male"];

/// Answers a query.
pub(crate) fn answer(query: &str) -> String {
    people(query, now_ms()).unwrap_or_else(|error| json!({ "error": error }).to_string())
}

fn people(query: &str, now_ms: i64) -> Result<String, String> {
    let fields: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let field = |name: &str| {
        let of_name = fields.iter().find(|(known, _)| known == name);
        of_name.map(|(_, value)| value.as_ref())
    };
    let number = |name, range: std::ops::RangeInclusive<u64>| {
        let number = field(name).and_then(|text| text.parse().ok());
        number.filter(|number| range.contains(number)).unwrap_or(1)
    };
    let results = number("results", 1..=MAX_RESULTS);
    let page = number("page", 1..=10_000);
    let seed = field("seed").map_or_else(|| format!("{:016x}", any_seed()), str::to_owned);
    let nations = among(&NATIONS, field("nat"));
    let genders = among(&GENDERS, field("gender"));
    let source = TEMPLATE
        .replace("$NATIONS", &json!(nations).to_string())
        .replace("$GENDERS", &json!(genders).to_string());
    let template = Template::compile(&source).map_err(|errors| errors.to_string())?;
    let mut scene = Scene::new(SeededEntropy::new(digest(&seed)), now_ms);
    let first = (page - 1) * results;
    let mut people = Vec::new();
    let mut text = Vec::new();
    for number in first..first + results {
        text.clear();
        scene.begin_record(number);
        template
            .try_render(&mut scene, &mut text)
            .map_err(|error| error.to_string())?;
        let mut person: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        for date in ["dob", "registered"] {
            person[date]["age"] = age(&person[date]["date"], now_ms).into();
        }
        people.push(person);
    }
    let mut answer = json!({ "results": people });
    if field("noinfo").is_none() {
        answer["info"] =
            json!({ "seed": seed, "results": results, "page": page, "version": VERSION });
    }
    Ok(answer.to_string())
}

/// Those that are asked for, in whatever case, or all when none of them is known.
fn among<'a>(known: &[&'a str], wanted: Option<&str>) -> Vec<&'a str> {
    let wanted: Vec<_> = wanted.unwrap_or_default().split(',').collect();
    let is_wanted = |name: &&&str| {
        wanted
            .iter()
            .any(|wanted| wanted.eq_ignore_ascii_case(name))
    };
    let found: Vec<_> = known.iter().filter(is_wanted).copied().collect();
    if found.is_empty() {
        known.to_vec()
    } else {
        found
    }
}

/// Whole years since a date.
fn age(date: &Value, now_ms: i64) -> u32 {
    let date = date
        .as_str()
        .and_then(|date| date.parse::<DateTime<Utc>>().ok());
    let now = DateTime::from_timestamp_millis(now_ms);
    let years = now.zip(date).and_then(|(now, date)| now.years_since(date));
    years.unwrap_or_default()
}

fn digest(seed: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    seed.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21
    const NOW: i64 = 1_795_219_200_000;

    fn ask(query: &str) -> Value {
        serde_json::from_str(&people(query, NOW).unwrap()).unwrap()
    }

    #[test]
    fn a_person_has_every_field_of_the_api() {
        let answer = ask("");
        assert_eq!(answer["info"]["version"], "1.4");
        assert_eq!(answer["results"].as_array().unwrap().len(), 1);
        let person = &answer["results"][0];
        for text in [
            "/gender",
            "/name/title",
            "/name/first",
            "/name/last",
            "/location/street/name",
            "/location/city",
            "/location/state",
            "/location/country",
            "/location/coordinates/latitude",
            "/location/coordinates/longitude",
            "/location/timezone/offset",
            "/location/timezone/description",
            "/email",
            "/login/uuid",
            "/login/username",
            "/login/password",
            "/login/salt",
            "/login/md5",
            "/login/sha1",
            "/login/sha256",
            "/dob/date",
            "/registered/date",
            "/phone",
            "/cell",
            "/id/name",
            "/picture/large",
            "/picture/medium",
            "/picture/thumbnail",
            "/nat",
        ] {
            assert!(
                person.pointer(text).is_some_and(Value::is_string),
                "{text}: {person}"
            );
        }
        for number in ["/location/street/number", "/dob/age", "/registered/age"] {
            assert!(
                person.pointer(number).is_some_and(Value::is_u64),
                "{number}: {person}"
            );
        }
        assert_eq!(person["login"]["sha256"].as_str().unwrap().len(), 64);
        assert!(person["location"].get("postcode").is_some());
        assert!(person["id"].get("value").is_some());
    }

    #[test]
    fn as_many_people_as_the_api_gives_at_once_are_all_well_formed() {
        let answer = ask("results=5000&seed=a");
        assert_eq!(answer["results"].as_array().unwrap().len(), 5000);
    }

    #[test]
    fn a_seed_and_a_page_give_the_same_people_again() {
        assert_eq!(ask("seed=a&results=3"), ask("results=3&seed=a"));
        assert_ne!(
            ask("seed=a&results=3")["results"],
            ask("seed=b&results=3")["results"]
        );
        assert_ne!(ask("seed=a&page=2")["results"], ask("seed=a")["results"]);
        assert_ne!(ask("")["info"]["seed"], ask("")["info"]["seed"]);
    }

    #[test]
    fn ages_follow_from_dates_and_lie_on_both_sides_of_21() {
        let answer = ask("results=200&seed=a");
        let people = answer["results"].as_array().unwrap();
        let ages: Vec<_> = people
            .iter()
            .map(|person| person["dob"]["age"].as_u64().unwrap())
            .collect();
        assert!(ages.iter().any(|age| *age < 21) && ages.iter().any(|age| *age >= 21));
        for (person, age) in people.iter().zip(&ages) {
            let born: u64 = person["dob"]["date"].as_str().unwrap()[..4]
                .parse()
                .unwrap();
            assert!([2026 - born, 2025 - born].contains(age), "{born} {age}");
        }
    }

    #[test]
    fn a_query_chooses_nation_and_gender_and_no_more_than_is_allowed() {
        let answer = ask("results=20&nat=de,gb&gender=female&noinfo");
        for person in answer["results"].as_array().unwrap() {
            assert!(["DE", "GB"].contains(&person["nat"].as_str().unwrap()));
            assert_eq!(person["gender"], "female");
        }
        assert!(answer.get("info").is_none());
        for odd in ["results=0", "results=5001", "results=x", "nat=xx"] {
            assert_eq!(ask(odd)["results"].as_array().unwrap().len(), 1, "{odd}");
        }
    }
}
