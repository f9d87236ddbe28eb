//! A code beside the password, and setting one up.

use local::clock::Clock as _;
use local::cognito::{NewUser, SecondFactor, Settings, TotpSecret, UserStatus};
use serde_json::{Value, json};

use super::client::Client;
use super::{PASSWORD, Signing, refusal, start};

/// "12345678901234567890", the secret of RFC 6238.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

async fn start_with(second_factor: SecondFactor) -> Signing {
    let protected = NewUser {
        totp: TotpSecret::of_text(SECRET),
        ..NewUser::new("protected", PASSWORD)
    };
    let invited = NewUser {
        status: UserStatus::ForceChangePassword,
        ..NewUser::new("invited", PASSWORD)
    };
    start(Settings {
        users: vec![NewUser::new("plain", PASSWORD), protected, invited],
        second_factor,
        ..Settings::default()
    })
    .await
}

fn code(signing: &Signing, secret: &str) -> String {
    let secret = TotpSecret::of_text(secret).unwrap();
    secret.code_at(signing.clock.now_ms())
}

async fn show(client: &Client<'_>, challenge: &Value, code: &str) -> super::client::Answer {
    let responses = json!({ "USERNAME": "protected", "SOFTWARE_TOKEN_MFA_CODE": code });
    let session = Some(&challenge["Session"]);
    client
        .respond("SOFTWARE_TOKEN_MFA", session, responses)
        .await
}

#[tokio::test]
async fn a_code_is_asked_for_after_the_password_and_taken_once() {
    let signing = start_with(SecondFactor::Optional).await;
    let client = Client::of(&signing.stack);
    let challenge = client.sign_in("protected", PASSWORD).await.unwrap();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let refused = show(&client, &challenge, "000000x").await;
    let words = "Invalid code received for user";
    assert_eq!(refused, refusal("CodeMismatchException", words));
    let code = code(&signing, SECRET);
    let signed_in = show(&client, &challenge, &code).await.unwrap();
    assert!(signed_in["AuthenticationResult"]["RefreshToken"].is_string());
    let again = client.sign_in("protected", PASSWORD).await.unwrap();
    let refused = show(&client, &again, &code).await;
    let words = "Your software token has already been used once.";
    assert_eq!(refused, refusal("ExpiredCodeException", words));
    let plain = client.sign_in("plain", PASSWORD).await.unwrap();
    assert!(plain["AuthenticationResult"].is_object());
}

#[tokio::test]
async fn one_challenge_is_no_answer_to_another() {
    let signing = start_with(SecondFactor::Optional).await;
    let client = Client::of(&signing.stack);
    let challenge = client.sign_in("protected", PASSWORD).await.unwrap();
    let session = Some(&challenge["Session"]);
    let words = "Invalid session for the user.";
    for (name, responses) in [
        ("MFA_SETUP", json!({ "USERNAME": "protected" })),
        (
            "NEW_PASSWORD_REQUIRED",
            json!({ "USERNAME": "protected", "NEW_PASSWORD": "Another-battery-9" }),
        ),
        (
            "SOFTWARE_TOKEN_MFA",
            json!({ "USERNAME": "plain", "SOFTWARE_TOKEN_MFA_CODE": "000000" }),
        ),
    ] {
        let refused = client.respond(name, session, responses).await;
        assert_eq!(refused, refusal("NotAuthorizedException", words), "{name}");
    }
    let associate = json!({ "Session": challenge["Session"] });
    let refused = client.user_pool("AssociateSoftwareToken", associate).await;
    assert_eq!(refused, refusal("NotAuthorizedException", words));
}

#[tokio::test]
async fn an_invited_user_of_a_pool_that_requires_a_code_sets_one_up() {
    let signing = start_with(SecondFactor::Required).await;
    let client = Client::of(&signing.stack);
    let challenge = client.sign_in("invited", PASSWORD).await.unwrap();
    let responses = json!({ "USERNAME": "invited", "NEW_PASSWORD": "Another-battery-9" });
    let session = Some(&challenge["Session"]);
    let setup = client
        .respond("NEW_PASSWORD_REQUIRED", session, responses)
        .await;
    let setup = setup.unwrap();
    assert_eq!(setup["ChallengeName"], "MFA_SETUP");
    let parameters = &setup["ChallengeParameters"];
    assert_eq!(parameters["MFAS_CAN_SETUP"], r#"["SOFTWARE_TOKEN_MFA"]"#);

    let early = json!({ "USERNAME": "invited" });
    let refused = client
        .respond("MFA_SETUP", Some(&setup["Session"]), early.clone())
        .await;
    let words = "Invalid session for the user.";
    assert_eq!(refused, refusal("NotAuthorizedException", words));

    let associate = json!({ "Session": setup["Session"] });
    let offered = client
        .user_pool("AssociateSoftwareToken", associate)
        .await
        .unwrap();
    let verify = async |code: &str| {
        let body = json!({ "Session": offered["Session"], "UserCode": code });
        client.user_pool("VerifySoftwareToken", body).await
    };
    let words = "Code mismatch and fail enable Software Token MFA";
    let refused = verify("no code").await;
    assert_eq!(refused, refusal("EnableSoftwareTokenMFAException", words));
    let code = code(&signing, offered["SecretCode"].as_str().unwrap());
    let verified = verify(&code).await.unwrap();
    assert_eq!(verified["Status"], "SUCCESS");
    let signed_in = client
        .respond("MFA_SETUP", Some(&verified["Session"]), early)
        .await;
    assert!(signed_in.unwrap()["AuthenticationResult"].is_object());
    let next = client
        .sign_in("invited", "Another-battery-9")
        .await
        .unwrap();
    assert_eq!(next["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

#[tokio::test]
async fn whoever_is_signed_in_may_add_a_code() {
    let signing = start_with(SecondFactor::Optional).await;
    let client = Client::of(&signing.stack);
    let signed_in = client.sign_in("plain", PASSWORD).await.unwrap();
    let token = &signed_in["AuthenticationResult"]["AccessToken"];
    let prefer = json!({
        "AccessToken": token,
        "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true },
    });
    let (name, _) = client
        .user_pool("SetUserMFAPreference", prefer.clone())
        .await
        .unwrap_err();
    assert_eq!(name, "InvalidParameterException");
    let body = json!({ "AccessToken": token });
    let offered = client
        .user_pool("AssociateSoftwareToken", body.clone())
        .await
        .unwrap();
    assert_eq!(offered.get("Session"), None);
    let code = code(&signing, offered["SecretCode"].as_str().unwrap());
    let verify = json!({ "AccessToken": token, "UserCode": code });
    client
        .user_pool("VerifySoftwareToken", verify)
        .await
        .unwrap();
    let user = client.user_pool("GetUser", body.clone()).await.unwrap();
    assert_eq!(user.get("UserMFASettingList"), None);
    client
        .user_pool("SetUserMFAPreference", prefer)
        .await
        .unwrap();
    let user = client.user_pool("GetUser", body).await.unwrap();
    assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    let next = client.sign_in("plain", PASSWORD).await.unwrap();
    assert_eq!(next["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}
