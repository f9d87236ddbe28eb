//! Requests that do not belong where they are made.

use serde_json::json;

use super::Stack;

#[tokio::test]
async fn requests_out_of_turn_are_refused_and_do_no_harm() {
    let stack = Stack::new();

    let seen = stack.answer("probe").await;

    let expected = json!({
        "unknown id": 400,
        "unknown id, error": 400,
        "next before the answer": 403,
        "unknown path": 404,
        "wrong method": 404,
        "body": "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}",
    });
    assert_eq!(seen, expected);
    stack.answer("hello").await;
}
