//! Requests by the browser's `fetch`, in a window or in a worker.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestInit};

use super::{ANSWER_PATIENCE, Fetch, Request, Response, Unanswered, host};

/// The browser.
#[derive(Debug, Clone, Copy, Default)]
pub struct Browser;

impl Fetch for Browser {
    async fn fetch(&self, request: Request) -> Result<Response, Unanswered> {
        ask(&request).await.map_err(|error| {
            let host = host(&request.url).to_owned();
            let text = |name: &str| {
                Reflect::get(&error, &name.into())
                    .ok()
                    .and_then(|value| value.as_string())
                    .unwrap_or_default()
            };
            if text("name") == "TimeoutError" {
                Unanswered::Late { host }
            } else {
                let reason = text("message");
                Unanswered::Unreachable { host, reason }
            }
        })
    }
}

async fn ask(request: &Request) -> Result<Response, JsValue> {
    let init = RequestInit::new();
    init.set_method(request.method);
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.append(name, value)?;
    }
    init.set_headers(&headers);
    if request.method != "GET" {
        init.set_body(&Uint8Array::from(request.body.as_slice()));
    }
    let patience = u32::try_from(ANSWER_PATIENCE.as_millis()).unwrap_or(u32::MAX);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(patience)));
    // A window and a worker each have their own function of this name.
    let global = js_sys::global();
    let fetch: Function = Reflect::get(&global, &"fetch".into())?.dyn_into()?;
    let promise: Promise = fetch
        .call2(&global, &JsValue::from_str(&request.url), &init)?
        .dyn_into()?;
    let answer: web_sys::Response = JsFuture::from(promise).await?.dyn_into()?;
    let mut headers = Vec::new();
    for entry in answer.headers().entries() {
        let entry: Array = entry?.dyn_into()?;
        let text = |at: u32| entry.get(at).as_string().unwrap_or_default();
        headers.push((text(0), text(1)));
    }
    let body = JsFuture::from(answer.array_buffer()?).await?;
    Ok(Response {
        status: answer.status(),
        headers,
        body: Uint8Array::new(&body).to_vec(),
    })
}
