use std::num::NonZeroU32;
use std::time::Duration;

use ingest::fetch::{FetchError, Fetched, MAX_ANSWER_BYTES, Patience, Source};
use tokio::time::Instant;

use crate::api::{Api, Reply, ok, status};

/// More than any of these fetches takes on a busy machine.
const PLENTY: Duration = Duration::from_mins(1);

pub(crate) fn patience() -> Patience {
    Patience {
        max_attempts: NonZeroU32::new(5).unwrap(),
        base: Duration::from_millis(1),
        cap: Duration::from_millis(5),
    }
}

async fn fetch(api: &Api, within: Duration) -> Result<Fetched, FetchError> {
    let source = Source::new(&format!("{}?results=2", api.url), patience()).unwrap();
    source.fetch(Instant::now() + within).await
}

#[tokio::test]
async fn an_api_that_fails_twice_is_asked_three_times() {
    let api = Api::start([status(503), status(503), ok("[1]")]).await;
    let fetched = fetch(&api, PLENTY).await.unwrap();
    assert_eq!((fetched.attempts, fetched.status), (3, 200));
    assert_eq!(fetched.body, b"[1]");
    assert_eq!(api.asked(), ["GET /api/?results=2 HTTP/1.1"; 3]);
}

#[tokio::test]
async fn a_connection_that_breaks_is_asked_again() {
    let api = Api::start([Reply::Torn, ok("[]")]).await;
    assert_eq!(fetch(&api, PLENTY).await.unwrap().attempts, 2);
}

#[tokio::test]
async fn a_dead_api_is_given_up_with_its_status_after_all_attempts() {
    let api = Api::start([status(503)]).await;
    let error = fetch(&api, PLENTY).await.unwrap_err();
    assert_eq!((error.attempts, error.status()), (5, Some(503)));
    let said = error.to_string();
    assert_eq!(
        said,
        "the API answered 503, after 5 attempts, which are all"
    );
}

#[tokio::test]
async fn what_will_not_pass_is_asked_once() {
    for code in [400, 401, 403, 404, 410] {
        let api = Api::start([status(code), ok("[]")]).await;
        let error = fetch(&api, PLENTY).await.unwrap_err();
        assert_eq!((error.attempts, error.status()), (1, Some(code)));
    }
}

#[tokio::test]
async fn nobody_there_is_a_sentence_without_the_query() {
    let url = "http://127.0.0.1:1/api/?key=secret";
    let source = Source::new(url, patience()).unwrap();
    let error = source.fetch(Instant::now() + PLENTY).await.unwrap_err();
    assert_eq!((error.attempts, error.status()), (5, None));
    let said = error.to_string();
    assert!(said.contains("cannot be reached"), "{said}");
    assert!(!said.contains("secret"), "{said}");
    assert_eq!(source.shown(), "http://127.0.0.1:1/api/?…");
}

#[tokio::test]
async fn a_silent_api_gets_several_tries_within_the_time_there_is() {
    let api = Api::start([Reply::Silence, Reply::Silence, ok("[]")]).await;
    let fetched = fetch(&api, Duration::from_secs(3)).await.unwrap();
    assert_eq!(fetched.attempts, 3);

    let api = Api::start([Reply::Silence]).await;
    let began = Instant::now();
    let error = fetch(&api, Duration::from_millis(600)).await.unwrap_err();
    assert!(
        error.to_string().contains("did not answer in time"),
        "{error}"
    );
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_wish_to_be_left_alone_is_granted() {
    let wait = |header| Reply::With(429, header, String::new());
    let api = Api::start([wait("retry-after: 1\r\n"), ok("[]")]).await;
    let began = Instant::now();
    assert_eq!(fetch(&api, PLENTY).await.unwrap().attempts, 2);
    assert!(began.elapsed() >= Duration::from_secs(1));

    // A date that has passed.
    let past = "retry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n";
    let api = Api::start([wait(past), ok("[]")]).await;
    assert_eq!(fetch(&api, PLENTY).await.unwrap().attempts, 2);

    let api = Api::start([wait("retry-after: 3600\r\n"), ok("[]")]).await;
    let error = fetch(&api, PLENTY).await.unwrap_err();
    assert_eq!((error.attempts, error.status()), (1, Some(429)));
    assert!(error.to_string().contains("no time for another"), "{error}");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let api = Api::start([Reply::Endless]).await;
    let error = fetch(&api, PLENTY).await.unwrap_err();
    assert_eq!(error.attempts, 1);
    assert!(error.to_string().contains(&MAX_ANSWER_BYTES.to_string()));
}

#[tokio::test]
async fn a_redirect_is_followed_and_a_circle_is_not() {
    let there = Reply::With(302, "location: /api/other\r\n", String::new());
    let api = Api::start([there.clone(), ok("[]")]).await;
    assert_eq!(fetch(&api, PLENTY).await.unwrap().attempts, 1);
    assert_eq!(api.asked()[1], "GET /api/other HTTP/1.1");

    let api = Api::start([there]).await;
    let error = fetch(&api, PLENTY).await.unwrap_err();
    assert!(error.to_string().contains("redirects too often"), "{error}");
}
