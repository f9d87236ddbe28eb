//! Keys for an ID token, and for nothing else.

use std::time::Duration;

use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_sdk_kinesis::error::ProvideErrorMetadata as _;
use aws_sdk_kinesis::primitives::Blob;
use local::cognito::Settings;
use local::stack::Stack;
use serde_json::{Value, json};

use super::client::{Answer, Client};
use super::{PASSWORD, refusal, start, start_with_users, users};

const POOL: &str = "us-east-1:00000000-0000-4000-8000-000000000000";

async fn get_id(client: &Client<'_>, token: &Value) -> Answer {
    let body = json!({ "IdentityPoolId": POOL, "Logins": client.logins(token) });
    client.identity_pool("GetId", body).await
}

async fn keys(client: &Client<'_>, identity: &Value, token: &Value) -> Answer {
    let body = json!({ "IdentityId": identity, "Logins": client.logins(token) });
    client
        .identity_pool("GetCredentialsForIdentity", body)
        .await
}

fn kinesis(stack: &Stack, keys: &Value) -> aws_sdk_kinesis::Client {
    let key = |name: &str| keys["Credentials"][name].as_str().unwrap();
    let token = Some(key("SessionToken").to_owned());
    let credentials = Credentials::new(key("AccessKeyId"), key("SecretKey"), token, None, "test");
    let config = aws_sdk_kinesis::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(stack.endpoint())
        .credentials_provider(credentials)
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_kinesis::Client::from_conf(config)
}

#[tokio::test]
async fn whoever_signed_in_gets_keys_that_sign_until_they_expire() {
    let signing = start_with_users().await;
    signing
        .stack
        .kinesis()
        .create_stream("events", Some(1))
        .unwrap();
    let client = Client::of(&signing.stack);
    let signed_in = client.sign_in("ada", PASSWORD).await.unwrap();
    let token = &signed_in["AuthenticationResult"]["IdToken"];
    let identity = get_id(&client, token).await.unwrap()["IdentityId"].clone();
    assert!(identity.as_str().unwrap().starts_with("us-east-1:"));
    let keys = keys(&client, &identity, token).await.unwrap();
    assert_eq!(keys["IdentityId"], identity);
    let id = keys["Credentials"]["AccessKeyId"].as_str().unwrap();
    assert!(id.starts_with("ASIA"), "{id}");
    let kinesis = kinesis(&signing.stack, &keys);
    let put = || {
        kinesis
            .put_record()
            .stream_name("events")
            .partition_key("a")
            .data(Blob::new("hello"))
            .send()
    };
    put().await.unwrap();
    signing.clock.advance(Duration::from_mins(1));
    let refused = put().await.unwrap_err();
    assert_eq!(refused.code(), Some("ExpiredTokenException"));
}

#[tokio::test]
async fn a_user_has_one_identity_and_another_user_another() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let mut identities = Vec::new();
    let mut tokens = Vec::new();
    for name in ["ada", "ada", "bob@example.com"] {
        let signed_in = client.sign_in(name, PASSWORD).await.unwrap();
        let token = signed_in["AuthenticationResult"]["IdToken"].clone();
        identities.push(get_id(&client, &token).await.unwrap()["IdentityId"].clone());
        tokens.push(token);
    }
    assert_eq!(identities[0], identities[1]);
    assert_ne!(identities[0], identities[2]);
    let refused = keys(&client, &identities[2], &tokens[0]).await;
    let (name, words) = refused.unwrap_err();
    assert_eq!(name, "NotAuthorizedException");
    assert!(words.starts_with("Logins don't match."), "{words}");
    let refused = keys(&client, &"us-east-1:unknown".into(), &tokens[0]).await;
    let words = "Identity 'us-east-1:unknown' not found.";
    assert_eq!(refused, refusal("ResourceNotFoundException", words));
}

#[tokio::test]
async fn guests_and_wrong_tokens_are_refused() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let guest = json!({ "IdentityPoolId": POOL });
    let refused = client.identity_pool("GetId", guest).await;
    let words = "Unauthenticated access is not supported for this identity pool.";
    assert_eq!(refused, refusal("NotAuthorizedException", words));
    let other = json!({ "IdentityPoolId": "us-east-1:other", "Logins": {} });
    let refused = client.identity_pool("GetId", other).await;
    let words = "IdentityPool 'us-east-1:other' not found.";
    assert_eq!(refused, refusal("ResourceNotFoundException", words));
    let google = json!({ "IdentityPoolId": POOL, "Logins": { "accounts.google.com": "x" } });
    let (_, words) = client.identity_pool("GetId", google).await.unwrap_err();
    assert_eq!(
        words,
        "Token is not from a supported provider of this identity pool."
    );

    let signed_in = client.sign_in("ada", PASSWORD).await.unwrap();
    let result = &signed_in["AuthenticationResult"];
    let refuse = async |token: &Value| get_id(&client, token).await.unwrap_err().1;
    let access = refuse(&result["AccessToken"]).await;
    assert_eq!(access, "Invalid login token. Missing a required claim: aud");
    let garbage = refuse(&"garbage".into()).await;
    assert_eq!(
        garbage,
        "Invalid login token. Not a valid OpenId Connect identity token."
    );
    let body = json!({ "AccessToken": result["AccessToken"] });
    client.user_pool("GlobalSignOut", body).await.unwrap();
    let revoked = refuse(&result["IdToken"]).await;
    assert_eq!(revoked, "Invalid login token. Token has been revoked.");
    signing.clock.advance(Duration::from_secs(20));
    let expired = refuse(&result["IdToken"]).await;
    assert!(
        expired.starts_with("Invalid login token. Token expired: "),
        "{expired}"
    );
}

#[tokio::test]
async fn the_tokens_of_another_stack_and_of_another_client_are_refused() {
    let signing = start_with_users().await;
    let here = Client::of(&signing.stack);
    let elsewhere = start_with_users().await;
    let there = Client::of(&elsewhere.stack);
    let signed_in = there.sign_in("ada", PASSWORD).await.unwrap();
    let token = &signed_in["AuthenticationResult"]["IdToken"];
    assert!(get_id(&there, token).await.is_ok());
    let refused = get_id(&here, token).await;
    let words = "Invalid login token. Token signature is not valid.";
    assert_eq!(refused, refusal("NotAuthorizedException", words));

    let settings = Settings {
        user_pool_id: "us-east-1_another00".to_owned(),
        users: users(),
        ..Settings::default()
    };
    let another = start(settings).await;
    let another = Client::of(&another.stack);
    let signed_in = another.sign_in("ada", PASSWORD).await.unwrap();
    let token = &signed_in["AuthenticationResult"]["IdToken"];
    assert!(get_id(&here, token).await.is_err());
}
