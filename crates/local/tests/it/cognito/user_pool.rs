//! Signing in with a password, staying signed in, signing out.

use std::time::Duration;

use local::cognito::{NewUser, Settings};
use serde_json::{Value, json};

use super::client::{Client, Srp};
use super::{PASSWORD, WRONG, claims, refusal, start, start_with_users};
use crate::gateway::call;

const INCORRECT: &str = "Incorrect username or password.";

#[tokio::test]
async fn the_right_password_signs_in_and_a_wrong_one_does_not() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let signed_in = client.sign_in("ada", PASSWORD).await.unwrap();
    let result = &signed_in["AuthenticationResult"];
    assert_eq!(result["TokenType"], "Bearer");
    assert_eq!(result["ExpiresIn"], 20);
    assert_eq!(signed_in["ChallengeParameters"], json!({}));
    let id = claims(&result["IdToken"]);
    let issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_sluice000";
    assert_eq!(id["iss"], issuer);
    assert_eq!(id["aud"], client.id);
    assert_eq!(id["cognito:username"], "ada");
    assert_eq!(id["token_use"], "id");
    assert_eq!(id["exp"].as_u64(), id["iat"].as_u64().map(|iat| iat + 20));
    let access = claims(&result["AccessToken"]);
    assert_eq!(access["username"], "ada");
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin");
    assert_eq!(access["sub"], id["sub"]);

    let refused = client.sign_in("ada", WRONG).await;
    assert_eq!(refused, refusal("NotAuthorizedException", INCORRECT));
}

#[tokio::test]
async fn somebody_who_is_not_there_cannot_be_told_from_a_wrong_password() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let refused = client.sign_in("nobody", PASSWORD).await;
    assert_eq!(refused, refusal("NotAuthorizedException", INCORRECT));
    let salt = async |name: &str| {
        let challenge = client.challenge(name, &Srp::new()).await.unwrap();
        challenge["ChallengeParameters"]["SALT"].clone()
    };
    assert_eq!(salt("nobody").await, salt("nobody").await);
    assert_ne!(salt("nobody").await, salt("somebody").await);
    let known = client.challenge("bob@example.com", &Srp::new()).await;
    let unknown = client.challenge("eve@example.com", &Srp::new()).await;
    let shape = |challenge: Value| {
        let parameters = challenge["ChallengeParameters"]
            .as_object()
            .unwrap()
            .clone();
        let length = |value: &Value| value.as_str().unwrap().len();
        let fixed = ["SALT", "SECRET_BLOCK", "USER_ID_FOR_SRP", "USERNAME"];
        fixed.map(|name| length(&parameters[name]))
    };
    assert_eq!(shape(known.unwrap()), shape(unknown.unwrap()));
}

#[tokio::test]
async fn an_address_signs_in_under_the_name_that_the_pool_gave() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let signed_in = client.sign_in("Bob@Example.com", PASSWORD).await.unwrap();
    let id = claims(&signed_in["AuthenticationResult"]["IdToken"]);
    assert_eq!(id["email"], "bob@example.com");
    assert_eq!(id["cognito:username"], id["sub"]);
}

#[tokio::test]
async fn who_may_not_sign_in_is_told_why_only_after_the_right_password() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    for (name, error, words) in [
        ("disabled", "NotAuthorizedException", "User is disabled."),
        (
            "reset",
            "PasswordResetRequiredException",
            "Password reset required for the user",
        ),
        (
            "unconfirmed",
            "UserNotConfirmedException",
            "User is not confirmed.",
        ),
    ] {
        let refused = client.sign_in(name, PASSWORD).await;
        assert_eq!(refused, refusal(error, words), "{name}");
        let refused = client.sign_in(name, WRONG).await;
        assert_eq!(refused, refusal("NotAuthorizedException", INCORRECT));
    }
}

#[tokio::test]
async fn a_proof_is_good_once_in_time_and_for_its_user() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let prove = async |responses: Value| client.respond("PASSWORD_VERIFIER", None, responses).await;
    let srp = Srp::new();
    let challenge = client.challenge("ada", &srp).await.unwrap();
    let responses = srp.responses("sluice000", PASSWORD, &challenge);
    assert!(prove(responses.clone()).await.is_ok());
    let stale = "Invalid session for the user, session is expired.";
    assert_eq!(
        prove(responses).await,
        refusal("NotAuthorizedException", stale)
    );

    let challenge = client.challenge("ada", &srp).await.unwrap();
    let mut responses = srp.responses("sluice000", PASSWORD, &challenge);
    responses["USERNAME"] = "disabled".into();
    assert_eq!(
        prove(responses).await,
        refusal("NotAuthorizedException", INCORRECT)
    );

    let challenge = client.challenge("ada", &srp).await.unwrap();
    let mut responses = srp.responses("sluice000", PASSWORD, &challenge);
    responses["TIMESTAMP"] = "2026-11-20T18:39:47Z".into();
    let words = "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.";
    assert_eq!(
        prove(responses).await,
        refusal("InvalidParameterException", words)
    );

    let responses = srp.responses("sluice000", PASSWORD, &challenge);
    signing.clock.advance(Duration::from_secs(31));
    assert_eq!(
        prove(responses).await,
        refusal("NotAuthorizedException", stale)
    );
}

#[tokio::test]
async fn a_public_value_that_gives_the_secret_away_is_refused() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let prime = local_prime();
    for value in ["0", "00", "", &prime, "xyz", &"f".repeat(769)] {
        let parameters = json!({ "USERNAME": "ada", "SRP_A": value });
        let refused = client.initiate("USER_SRP_AUTH", parameters).await;
        let words = "Invalid SRP_A value.";
        assert_eq!(
            refused,
            refusal("InvalidParameterException", words),
            "{value}"
        );
    }
}

/// The prime, as the server's public value of a client that knows everything would be made of it.
fn local_prime() -> String {
    super::client::PRIME.to_owned()
}

#[tokio::test]
async fn flows_that_send_the_password_are_refused_as_are_strange_clients() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let parameters = json!({ "USERNAME": "ada", "PASSWORD": PASSWORD });
    let refused = client.initiate("USER_PASSWORD_AUTH", parameters).await;
    let words = "USER_PASSWORD_AUTH flow not enabled for this client";
    assert_eq!(refused, refusal("InvalidParameterException", words));
    let refused = client
        .initiate("USER_SRP_AUTH", json!({ "SRP_A": "2" }))
        .await;
    let words = "Missing required parameter USERNAME";
    assert_eq!(refused, refusal("InvalidParameterException", words));
    let mut stranger = Client::of(&signing.stack);
    stranger.id = "another".to_owned();
    let refused = stranger.sign_in("ada", PASSWORD).await;
    let words = "User pool client another does not exist.";
    assert_eq!(refused, refusal("ResourceNotFoundException", words));
    let (name, _) = client.user_pool("SignUp", json!({})).await.unwrap_err();
    assert_eq!(name, "UnknownOperationException");
    let (name, _) = client
        .user_pool("InitiateAuth", json!([]))
        .await
        .unwrap_err();
    assert_eq!(name, "SerializationException");
}

#[tokio::test]
async fn an_invited_user_chooses_a_password_and_the_old_one_is_dead() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let challenge = client.sign_in("invited", PASSWORD).await.unwrap();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    assert_eq!(challenge["ChallengeParameters"]["userAttributes"], "{}");
    assert_eq!(challenge["ChallengeParameters"]["requiredAttributes"], "[]");
    let choose = async |password: &str| {
        let responses = json!({ "USERNAME": "invited", "NEW_PASSWORD": password });
        let session = Some(&challenge["Session"]);
        client
            .respond("NEW_PASSWORD_REQUIRED", session, responses)
            .await
    };
    let words = "Password did not conform with policy: Password not long enough";
    assert_eq!(
        choose("short").await,
        refusal("InvalidPasswordException", words)
    );
    let chosen = "Another-battery-9";
    assert!(choose(chosen).await.unwrap()["AuthenticationResult"].is_object());
    let stale = "Invalid session for the user, session is expired.";
    assert_eq!(
        choose(chosen).await,
        refusal("NotAuthorizedException", stale)
    );
    assert!(client.sign_in("invited", chosen).await.unwrap()["AuthenticationResult"].is_object());
    let refused = client.sign_in("invited", PASSWORD).await;
    assert_eq!(refused, refusal("NotAuthorizedException", INCORRECT));
}

#[tokio::test]
async fn a_refresh_token_gives_new_tokens_until_it_is_over() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let first = client.sign_in("ada", PASSWORD).await.unwrap();
    signing.clock.advance(Duration::from_secs(50));
    let second = client.refresh(&first).await.unwrap();
    assert_eq!(second["AuthenticationResult"].get("RefreshToken"), None);
    let of = |answer: &Value| claims(&answer["AuthenticationResult"]["IdToken"]);
    let (first_id, second_id) = (of(&first), of(&second));
    assert_eq!(first_id["auth_time"], second_id["auth_time"]);
    assert_eq!(first_id["sub"], second_id["sub"]);
    let later = first_id["exp"].as_u64().map(|exp| exp + 50);
    assert_eq!(second_id["exp"].as_u64(), later);
    signing.clock.advance(Duration::from_secs(50));
    let refused = client.refresh(&first).await;
    let words = "Refresh Token has expired";
    assert_eq!(refused, refusal("NotAuthorizedException", words));
    let parameters = json!({ "REFRESH_TOKEN": "guessed" });
    let refused = client.initiate("REFRESH_TOKEN_AUTH", parameters).await;
    assert_eq!(
        refused,
        refusal("NotAuthorizedException", "Invalid Refresh Token")
    );
}

#[tokio::test]
async fn an_access_token_shows_its_user_until_it_is_over_or_revoked() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let get = async |answer: &Value, token: &str| {
        let token = &answer["AuthenticationResult"][token];
        client
            .user_pool("GetUser", json!({ "AccessToken": token }))
            .await
    };
    let first = client.sign_in("bob@example.com", PASSWORD).await.unwrap();
    let user = get(&first, "AccessToken").await.unwrap();
    let email = json!({ "Name": "email", "Value": "bob@example.com" });
    assert_eq!(user["UserAttributes"][0], email);
    let refused = get(&first, "IdToken").await;
    assert_eq!(
        refused,
        refusal("NotAuthorizedException", "Invalid Access Token")
    );
    signing.clock.advance(Duration::from_secs(20));
    let refused = get(&first, "AccessToken").await;
    let words = "Access Token has expired";
    assert_eq!(refused, refusal("NotAuthorizedException", words));

    let second = client.sign_in("bob@example.com", PASSWORD).await.unwrap();
    let third = client.sign_in("bob@example.com", PASSWORD).await.unwrap();
    let token = &second["AuthenticationResult"]["RefreshToken"];
    let body = json!({ "Token": token, "ClientId": client.id });
    assert_eq!(
        client.user_pool("RevokeToken", body.clone()).await,
        Ok(json!({}))
    );
    assert_eq!(client.user_pool("RevokeToken", body).await, Ok(json!({})));
    let revoked = "Access Token has been revoked";
    let refused = get(&second, "AccessToken").await;
    assert_eq!(refused, refusal("NotAuthorizedException", revoked));
    let words = "Refresh Token has been revoked";
    let refused = client.refresh(&second).await;
    assert_eq!(refused, refusal("NotAuthorizedException", words));

    let token = &third["AuthenticationResult"]["AccessToken"];
    let body = json!({ "AccessToken": token });
    assert_eq!(client.user_pool("GlobalSignOut", body).await, Ok(json!({})));
    let refused = get(&third, "AccessToken").await;
    assert_eq!(refused, refusal("NotAuthorizedException", revoked));
}

#[tokio::test]
async fn the_key_of_the_pool_is_where_clients_look_for_it() {
    let signing = start_with_users().await;
    let client = Client::of(&signing.stack);
    let path = "/us-east-1_sluice000/.well-known/jwks.json";
    let answer = call(&signing.stack, "GET", path, &[], "").await;
    assert_eq!(answer.status, 200);
    let keys: Value = serde_json::from_str(&answer.body).unwrap();
    let signed_in = client.sign_in("ada", PASSWORD).await.unwrap();
    let token = signed_in["AuthenticationResult"]["IdToken"]
        .as_str()
        .unwrap();
    assert!(verifies(&keys["keys"][0], token));
    let (signed, _) = token.rsplit_once('.').unwrap();
    assert!(!verifies(
        &keys["keys"][0],
        &format!("{signed}x.{}", "A".repeat(342))
    ));
}

/// RFC 8017, section 8.2.2, by arithmetic alone.
fn verifies(key: &Value, token: &str) -> bool {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use num_bigint::BigUint;
    use sha2::{Digest as _, Sha256};
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let number = |text: &str| BigUint::from_bytes_be(&bytes(text));
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (n, e) = (&key["n"], &key["e"]);
    let (n, e) = (number(n.as_str().unwrap()), number(e.as_str().unwrap()));
    let opened = number(signature).modpow(&e, &n).to_bytes_be();
    opened.ends_with(&Sha256::digest(signed)) && opened.starts_with(&[1, 0xff])
}

#[tokio::test]
async fn names_and_passwords_of_any_letters_sign_in() {
    let odd = ["Zoë", "山田", "a b", "q'u\"o\\te"];
    let settings = Settings {
        users: odd
            .map(|name| NewUser::new(name, format!("{name}:π")))
            .to_vec(),
        ..Settings::default()
    };
    let signing = start(settings).await;
    let client = Client::of(&signing.stack);
    for name in odd {
        let signed_in = client.sign_in(name, &format!("{name}:π")).await;
        assert!(signed_in.is_ok(), "{name}: {signed_in:?}");
        assert!(client.sign_in(name, name).await.is_err(), "{name}");
    }
}

#[tokio::test]
async fn a_preflight_of_a_page_passes() {
    let signing = start_with_users().await;
    let asked = "cache-control,content-type,x-amz-target,x-amz-user-agent";
    let headers = [
        ("origin", "http://127.0.0.1:8080"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", asked),
    ];
    let answer = call(&signing.stack, "OPTIONS", "/", &headers, "").await;
    assert_eq!(answer.status, 200);
    let allowed = format!("access-control-allow-headers: {asked}");
    assert!(answer.head.contains(&allowed), "{}", answer.head);
}
