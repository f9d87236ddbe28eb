//! Requests by the browser's `fetch`, in a window or in a worker.

use std::cell::RefCell;
use std::collections::BTreeSet;

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, EventTarget, Headers, RequestInit};

use super::{ANSWER_PATIENCE, Fetch, Request, Response, Unanswered, host};

/// The browser.
#[derive(Debug, Clone, Copy, Default)]
pub struct Browser;

thread_local! {
    /// Hosts that the content security policy has blocked.
    static BLOCKED: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

impl Browser {
    /// Hears from now on what the content security policy blocks, which `fetch` itself does not tell.
    pub fn watch() {
        let Ok(global) = js_sys::global().dyn_into::<EventTarget>() else {
            return;
        };
        let hear = Closure::<dyn FnMut(JsValue)>::new(|event: JsValue| {
            let url = Reflect::get(&event, &"blockedURI".into()).ok();
            if let Some(url) = url.and_then(|url| url.as_string()) {
                BLOCKED.with_borrow_mut(|blocked| blocked.insert(host(&url).to_owned()));
            }
        });
        // A browser without such events tells that there is no connection.
        let _ = global.add_event_listener_with_callback(
            "securitypolicyviolation",
            hear.as_ref().unchecked_ref(),
        );
        // It is called as long as the window or the worker lives.
        hear.forget();
    }
}

impl Fetch for Browser {
    async fn fetch(&self, request: Request) -> Result<Response, Unanswered> {
        let asked = ask(&request).await;
        if asked.is_err() {
            // The event about a blocked request may come after its failure.
            wait(0.0).await;
        }
        asked.map_err(|error| {
            let host = host(&request.url).to_owned();
            if BLOCKED.with_borrow(|blocked| blocked.contains(&host)) {
                return Unanswered::Blocked { host };
            }
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

/// Waits by the browser's timer, in a window or in a worker: at 0 until what waits already is done.
pub(crate) async fn wait(milliseconds: f64) {
    let mut wait = |resolve: Function, _| {
        let global = js_sys::global();
        let set = Reflect::get(&global, &"setTimeout".into())
            .ok()
            .and_then(|set| set.dyn_into::<Function>().ok());
        if let Some(set) = set {
            // Windows and workers always have it.
            let _ = set.call2(&global, &resolve, &JsValue::from_f64(milliseconds));
        }
    };
    let _ = JsFuture::from(Promise::new(&mut wait)).await;
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
