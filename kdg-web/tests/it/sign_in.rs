//! People who sign in, before a user pool that verifies what they prove.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use kdg_web::aws::{Kind, kinesis};
use kdg_web::cognito::identity_pool::IdentityPool;
use kdg_web::cognito::{Session, SignInError, Step, Tokens, UserPool};
use kdg_web::config::{Config, RawConfig};
use local::clock::ManualClock;
use local::cognito::{NewUser, SecondFactor, Settings, TotpSecret, UserStatus};
use local::stack;

use crate::carrier::{Carrier, now_ms};
use crate::stack::{Running, start_as};

const PASSWORD: &str = "Correct-Horse-7!";
const APP: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

fn user(name: &str, status: UserStatus) -> NewUser {
    NewUser {
        status,
        ..NewUser::new(name, PASSWORD)
    }
}

async fn pool(settings: Settings) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let config = stack::Config {
        sign_in: Some(settings),
        ..stack::Config::new(folder.path())
    };
    start_as(folder, config).await
}

async fn pool_of(users: Vec<NewUser>) -> Running {
    pool(Settings {
        users,
        ..Settings::default()
    })
    .await
}

fn config(running: &Running) -> Config {
    let cognito = running.stack.cognito().unwrap();
    let raw = RawConfig {
        region: "us-east-1".to_owned(),
        user_pool_id: Some(cognito.user_pool_id().to_owned()),
        user_pool_client_id: Some(cognito.client_id().to_owned()),
        identity_pool_id: Some(cognito.identity_pool_id().to_owned()),
        endpoint: Some(running.stack.endpoint()),
        ..RawConfig::default()
    };
    raw.validate().unwrap()
}

fn user_pool(running: &Running, clock: fn() -> i64) -> UserPool<Carrier> {
    let config = config(running);
    UserPool::new(
        Carrier::default(),
        &config.pools.unwrap(),
        config.endpoint.as_deref(),
        clock,
    )
}

fn entropy() -> [u8; 128] {
    std::array::from_fn(|at| u8::try_from(at).unwrap().wrapping_mul(37).wrapping_add(1))
}

async fn signs_in(running: &Running, name: &str, password: &str) -> Result<Step, SignInError> {
    user_pool(running, now_ms)
        .sign_in(name, password, &entropy())
        .await
}

fn tokens(step: Step) -> Tokens {
    let Step::SignedIn(tokens) = step else {
        panic!("{step:?}")
    };
    tokens
}

async fn session(
    running: &Running,
    tokens: Tokens,
    clock: fn() -> i64,
) -> Result<Session<Carrier>, SignInError> {
    let config = config(running);
    let identity_pool = IdentityPool::new(
        Carrier::default(),
        &config.pools.unwrap(),
        config.endpoint.as_deref(),
    );
    Session::open(user_pool(running, clock), identity_pool, tokens, clock).await
}

#[tokio::test]
async fn a_password_that_is_right_brings_credentials_that_aws_takes() {
    let running = pool_of(vec![
        user("ada", UserStatus::Confirmed),
        user("grace@example.com", UserStatus::Confirmed),
    ])
    .await;
    for name in ["ada", "ADA", "grace@example.com"] {
        let signed_in = signs_in(&running, name, PASSWORD).await.unwrap();
        let session = session(&running, tokens(signed_in), now_ms).await.unwrap();
        assert_eq!(session.user().to_lowercase(), name.to_lowercase());
        let client = running
            .client()
            .with_credentials(session.credentials().clone());
        assert_eq!(
            kinesis::list_streams(&client).await.unwrap(),
            Vec::<String>::new()
        );
        let printed = format!("{session:?}");
        let secret = &session.credentials().secret_access_key;
        assert!(
            !printed.contains(secret.as_str()) && !printed.contains("eyJ"),
            "{printed}"
        );
    }
}

#[tokio::test]
async fn whoever_cannot_sign_in_is_told_why_and_what_to_do() {
    let users = vec![
        user("ada", UserStatus::Confirmed),
        user("dis", UserStatus::Disabled),
        user("res", UserStatus::ResetRequired),
        user("unc", UserStatus::Unconfirmed),
    ];
    let running = pool_of(users).await;
    let cases = [
        (
            "ada",
            "Wrong-Horse-7!",
            "NotAuthorizedException",
            "check the user name and the password",
        ),
        (
            "nobody",
            PASSWORD,
            "NotAuthorizedException",
            "check the user name and the password",
        ),
        (
            "dis",
            PASSWORD,
            "NotAuthorizedException",
            "ask an administrator to enable the user",
        ),
        (
            "res",
            PASSWORD,
            "PasswordResetRequiredException",
            "ask an administrator for a new temporary password",
        ),
        (
            "unc",
            PASSWORD,
            "UserNotConfirmedException",
            "ask an administrator to confirm the user",
        ),
    ];
    for (name, password, code, remedy) in cases {
        let error = signs_in(&running, name, password).await.unwrap_err();
        assert_eq!(error.code, code, "{name}: {error}");
        assert!(error.remedy.starts_with(remedy), "{name}: {}", error.remedy);
    }
    let mut elsewhere = config(&running).pools.unwrap();
    elsewhere.client_id = "another".to_owned();
    let endpoint = running.stack.endpoint();
    let pool = UserPool::new(Carrier::default(), &elsewhere, Some(&endpoint), now_ms);
    let error = pool.sign_in("ada", PASSWORD, &entropy()).await.unwrap_err();
    assert_eq!(error.code, "ResourceNotFoundException");
    assert!(
        error.remedy.starts_with("check the ids"),
        "{}",
        error.remedy
    );
    let Running { stack, .. } = running;
    stack.stop().await;
    let error = pool.sign_in("ada", PASSWORD, &entropy()).await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.ends_session()),
        ("Unreachable", false)
    );
}

#[tokio::test]
async fn the_first_sign_in_asks_for_a_password_of_ones_own() {
    let running = pool_of(vec![user(
        "grace@example.com",
        UserStatus::ForceChangePassword,
    )])
    .await;
    let pool = user_pool(&running, now_ms);
    let Step::NewPassword(wanted) = signs_in(&running, "grace@example.com", PASSWORD)
        .await
        .unwrap()
    else {
        panic!("no password is asked for")
    };
    assert_eq!(wanted.missing, Vec::<String>::new());
    let weak = pool
        .choose_password(&wanted, "weak", &BTreeMap::new())
        .await
        .unwrap_err();
    assert_eq!(weak.code, "InvalidPasswordException");
    assert!(weak.words.contains("not long enough"), "{weak}");
    let own = "My-Own-Password-8!";
    let step = pool
        .choose_password(&wanted, own, &BTreeMap::new())
        .await
        .unwrap();
    session(&running, tokens(step), now_ms).await.unwrap();
    assert!(
        signs_in(&running, "grace@example.com", PASSWORD)
            .await
            .is_err()
    );
    tokens(signs_in(&running, "grace@example.com", own).await.unwrap());
}

#[tokio::test]
async fn an_authenticator_app_is_asked_for_its_six_digits() {
    let secret = TotpSecret::of_text(APP).unwrap();
    let ada = NewUser {
        totp: Some(secret.clone()),
        ..user("ada", UserStatus::Confirmed)
    };
    let running = pool_of(vec![ada]).await;
    let pool = user_pool(&running, now_ms);
    let Step::Code(pending) = signs_in(&running, "ada", PASSWORD).await.unwrap() else {
        panic!("no code is asked for")
    };
    let code = secret.code_at(u64::try_from(now_ms()).unwrap());
    let other = if code == "000000" { "111111" } else { "000000" };
    let wrong = pool.enter_code(&pending, other).await.unwrap_err();
    assert_eq!(wrong.code, "CodeMismatchException");
    assert!(wrong.remedy.contains("six digits"), "{}", wrong.remedy);
    let Step::Code(pending) = signs_in(&running, "ada", PASSWORD).await.unwrap() else {
        panic!("no code is asked for")
    };
    let spaced = format!(" {} {}", &code[..3], &code[3..]);
    tokens(pool.enter_code(&pending, &spaced).await.unwrap());
}

#[tokio::test]
async fn a_pool_that_needs_an_app_has_it_set_up() {
    let users = vec![user("ada", UserStatus::ForceChangePassword)];
    let running = pool(Settings {
        users,
        second_factor: SecondFactor::Required,
        ..Settings::default()
    })
    .await;
    let pool = user_pool(&running, now_ms);
    let Step::NewPassword(wanted) = signs_in(&running, "ada", PASSWORD).await.unwrap() else {
        panic!("no password is asked for")
    };
    let own = "My-Own-Password-8!";
    let Step::SetUp(set_up) = pool
        .choose_password(&wanted, own, &BTreeMap::new())
        .await
        .unwrap()
    else {
        panic!("no app is asked for")
    };
    assert!(
        set_up.uri.contains(&set_up.secret) && set_up.uri.starts_with("otpauth://totp/"),
        "{}",
        set_up.uri
    );
    assert!(!format!("{set_up:?}").contains(&set_up.secret));
    let secret = TotpSecret::of_text(&set_up.secret).unwrap();
    let code = secret.code_at(u64::try_from(now_ms()).unwrap());
    tokens(pool.confirm_set_up(&set_up, &code).await.unwrap());
    assert!(matches!(
        signs_in(&running, "ada", own).await,
        Ok(Step::Code(_))
    ));
}

#[tokio::test]
async fn signing_out_makes_the_tokens_worthless() {
    let running = pool_of(vec![user("ada", UserStatus::Confirmed)]).await;
    let tokens = tokens(signs_in(&running, "ada", PASSWORD).await.unwrap());
    let refresh_token = tokens.refresh.clone().unwrap();
    let pool = user_pool(&running, now_ms);
    pool.refresh(&refresh_token).await.unwrap();
    session(&running, tokens, now_ms)
        .await
        .unwrap()
        .sign_out()
        .await
        .unwrap();
    let error = pool.refresh(&refresh_token).await.unwrap_err();
    assert!(error.ends_session(), "{error}");
    assert_eq!(error.remedy, "sign in again");
}

/// The hand of the clock of the one test that moves it.
static HAND: AtomicI64 = AtomicI64::new(0);

fn hand() -> i64 {
    HAND.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_session_is_renewed_for_eight_hours_and_ends_with_its_refresh_token() {
    let began = now_ms();
    HAND.store(began, Ordering::SeqCst);
    let clock = ManualClock::at(u64::try_from(began).unwrap());
    let to = |time_ms: i64| {
        let by = time_ms - HAND.swap(time_ms, Ordering::SeqCst);
        clock.advance(Duration::from_millis(u64::try_from(by).unwrap()));
    };
    let folder = tempfile::tempdir().unwrap();
    let users = vec![user("ada", UserStatus::Confirmed)];
    let running = stack::Config {
        sign_in: Some(Settings {
            users,
            ..Settings::default()
        }),
        clock: Arc::new(clock.clone()),
        ..stack::Config::new(folder.path())
    };
    let running = start_as(folder, running).await;
    let signed_in = user_pool(&running, hand)
        .sign_in("ada", PASSWORD, &entropy())
        .await
        .unwrap();
    let mut session = session(&running, tokens(signed_in), hand).await.unwrap();
    let client = kdg_web::aws::Client::new(
        Carrier::default(),
        running.access(session.credentials().clone()),
        hand,
    );
    let first = session.credentials().clone();
    let mut renewals = 0;
    while session.renew_at_ms() < began + 8 * 3_600_000 {
        to(session.renew_at_ms());
        // Until then the credentials hold.
        kinesis::list_streams(&client.with_credentials(session.credentials().clone()))
            .await
            .unwrap();
        session.renew().await.unwrap();
        renewals += 1;
    }
    assert!((8..=9).contains(&renewals), "{renewals}");
    let stale = kinesis::list_streams(&client.with_credentials(first))
        .await
        .unwrap_err();
    assert_eq!(stale.kind, Kind::Expired);
    // The refresh token lasts for twelve hours.
    to(began + 13 * 3_600_000);
    let error = session.renew().await.unwrap_err();
    assert!(error.ends_session(), "{error}");
    assert_eq!(error.remedy, "sign in again");
}
