//! The week of hours, as it is filled in and kept.

use kdg_web::state::week::{Part, Week};

#[test]
fn the_week_is_filled_with_rates_alone() {
    let mut week = Week::default();
    assert!(week.fill(Part::Mean, "abc").unwrap_err().contains("abc"));
    assert_eq!(week, Week::default());
    week.fill(Part::Mean, "7").unwrap();
    assert_eq!(
        (week.get(6, 23, Part::Mean), week.get(6, 23, Part::Sigma)),
        ("7", "10")
    );
}

#[test]
fn the_week_is_kept_as_the_original_keeps_it() {
    let mut week = Week::default();
    let periods = serde_json::from_str("{\"#6-23-mu\": \"250\", \"#0-0-sig\": \"3\"}").unwrap();
    week.take(&periods).unwrap();
    assert_eq!(week.get(6, 23, Part::Mean), "250");
    assert_eq!(week.get(0, 0, Part::Sigma), "3");
    assert_eq!(week.get(0, 0, Part::Mean), "100");
    let kept = week.periods();
    assert_eq!((kept.len(), kept["#6-23-mu"].as_str()), (336, "250"));
    let unknown = serde_json::from_str("{\"#7-0-mu\": \"1\"}").unwrap();
    assert!(week.take(&unknown).unwrap_err().contains("#7-0-mu"));
}

#[test]
fn an_hour_with_a_mean_of_nothing_sends_nothing() {
    let mut week = Week::default();
    for (hour, mean) in ["0", " ", "0.0", "0.5"].into_iter().enumerate() {
        week.set(0, hour, Part::Mean, mean.into());
    }
    let periods = week.periods();
    let sigmas = [0, 1, 2, 3].map(|hour| periods[&format!("#0-{hour}-sig")].as_str());
    assert_eq!(sigmas, ["0", "0", "0", "10"]);
    assert_eq!(week.get(0, 0, Part::Sigma), "10");
}

#[test]
fn a_day_is_given_to_the_whole_week() {
    let mut week = Week::default();
    week.set(3, 9, Part::Mean, "7".into());
    week.spread(3);
    assert!((0..7).all(|day| week.get(day, 9, Part::Mean) == "7"));
}
