//! Where the page signs in.

use kdg_web::config::{ConfigError, RawConfig};

const DEPLOYED: &str = r#"{
    "region": "eu-west-1",
    "userPoolId": "eu-west-1_AbCdEfGhI",
    "userPoolClientId": "4q2abcdefghijklmnopqrstuvw",
    "identityPoolId": "eu-west-1:01234567-89ab-cdef-0123-456789abcdef",
    "streams": {"random-user": "RandomUserStream"}
}"#;

#[test]
fn what_terraform_uploads_is_read() {
    let config = RawConfig::of_json(DEPLOYED).unwrap().validate().unwrap();
    assert_eq!(config.streams["random-user"], "RandomUserStream");
    assert_eq!(config.endpoint, None);
    let pools = config.pools.unwrap();
    assert_eq!(pools.region, "eu-west-1");
    assert_eq!(pools.client_id, "4q2abcdefghijklmnopqrstuvw");
}

#[test]
fn the_originals_parameters_come_first() {
    let parameters = [
        ("r", "us-east-2"),
        ("upid", "us-east-2_Other"),
        ("cid", "abc"),
        ("ipid", "us-east-2:00000000-0000-0000-0000-000000000000"),
        ("utm", "x"),
    ];
    let config = RawConfig::of_json(DEPLOYED)
        .unwrap()
        .with_parameters(parameters)
        .validate()
        .unwrap();
    assert_eq!(config.region, "us-east-2");
    assert_eq!(config.pools.unwrap().user_pool_id, "us-east-2_Other");
}

#[test]
fn without_pools_there_is_no_sign_in() {
    let config =
        RawConfig::of_json(r#"{"region": "us-east-1", "endpoint": "http://127.0.0.1:4566/"}"#);
    let config = config.unwrap().validate().unwrap();
    assert_eq!(config.pools, None);
    assert_eq!(config.endpoint.as_deref(), Some("http://127.0.0.1:4566"));
}

#[test]
fn what_is_wrong_is_named_with_its_remedy() {
    let said = |json: &str| {
        RawConfig::of_json(json)
            .and_then(RawConfig::validate)
            .map_err(|error| error.to_string())
            .unwrap_err()
    };
    assert!(said("{").starts_with("config.json cannot be read: "));
    assert!(said(r#"{"regoin": "x"}"#).contains("unknown field `regoin`"));
    assert_eq!(
        said(r#"{"region": "Ireland"}"#),
        r#"region is "Ireland", write one such as eu-west-1"#
    );
    let half = r#"{"region": "eu-west-1", "userPoolId": "eu-west-1_A"}"#;
    assert_eq!(
        said(half),
        "userPoolClientId is missing, sign-in needs it beside the other two"
    );
    let endpoint = RawConfig {
        region: "eu-west-1".to_owned(),
        endpoint: Some("javascript:alert(1)".to_owned()),
        ..RawConfig::default()
    };
    assert!(matches!(
        endpoint.validate(),
        Err(ConfigError::Value {
            field: "endpoint",
            ..
        })
    ));
}
