//! What AWS would refuse.

use std::time::Duration;

use local::mapping::Settings;

use super::settings;

#[test]
fn settings_outside_the_ranges_of_aws_are_named_with_what_to_choose() {
    let refused = |change: fn(&mut Settings)| {
        let mut settings = settings();
        change(&mut settings);
        settings.validate().unwrap_err().to_string()
    };
    assert_eq!(
        refused(|settings| settings.batch_size = 0),
        "batch size of the mapping from clicks to Process is 0; choose 1 to 10000"
    );
    assert!(refused(|settings| settings.batch_size = 10_001).contains("10001"));
    assert!(
        refused(|settings| settings.maximum_batching_window = Duration::from_secs(301))
            .contains("301s")
    );
    assert!(refused(|settings| settings.parallelization_factor = 0).contains("1 to 10"));
    assert!(refused(|settings| settings.parallelization_factor = 11).contains("1 to 10"));
    assert!(refused(|settings| settings.maximum_retry_attempts = Some(10_001)).contains("retry"));
    assert!(
        refused(|settings| settings.maximum_record_age = Some(Duration::from_secs(59)))
            .contains("59s")
    );
    assert!(
        refused(|settings| settings.maximum_record_age = Some(Duration::from_secs(604_801)))
            .contains("604800")
    );
}

#[test]
fn the_widest_settings_of_aws_are_accepted() {
    let mut settings = settings();
    settings.batch_size = 10_000;
    settings.maximum_batching_window = Duration::from_mins(5);
    settings.parallelization_factor = 10;
    settings.maximum_retry_attempts = Some(10_000);
    settings.maximum_record_age = Some(Duration::from_hours(168));
    settings.validate().unwrap();
}
