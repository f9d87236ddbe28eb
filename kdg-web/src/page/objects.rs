//! What arrives in a bucket: the latest objects, and the content of one.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;

use crate::aws::{AwsError, s3};
use crate::state::words;

use super::context::Page;

/// Objects that are shown.
const MOST_OBJECTS: usize = 20;

/// How often the bucket is looked at.
const INTERVAL: Duration = Duration::from_secs(2);

/// Of a large object only the beginning is shown.
const MOST_BYTES: usize = 64 * 1024;

/// The panel; a bucket is looked at while it is open.
#[component]
pub(crate) fn Objects() -> impl IntoView {
    let page = expect_context::<Page>();
    let details = NodeRef::<html::Details>::new();
    let bucket = RwSignal::new(String::new());
    let latest = RwSignal::new(Ok(s3::Latest::default()));
    let content = RwSignal::new(None::<(String, String)>);
    let buckets = move || {
        let buckets = page.config.with(|config| config.buckets.clone());
        buckets
            .into_iter()
            .map(|(pipeline, bucket)| view! { <option value=bucket>{pipeline}</option> })
            .collect_view()
    };
    let look = move || {
        let name = bucket.get_untracked();
        let is_open = details
            .get_untracked()
            .is_some_and(|details| details.open());
        let client = untrack(|| page.client());
        if let (true, false, Some(client)) = (is_open, name.is_empty(), client) {
            leptos::task::spawn_local(async move {
                latest.set(s3::latest(&client, &name, "", MOST_OBJECTS).await);
            });
        }
    };
    if let Ok(handle) = set_interval_with_handle(look, INTERVAL) {
        on_cleanup(move || handle.clear());
    }
    let read = move |key: String| {
        let name = bucket.get_untracked();
        if let Some(client) = untrack(|| page.client()) {
            leptos::task::spawn_local(async move {
                let words = match s3::read_object(&client, &name, &key).await {
                    Ok(bytes) => beginning(&bytes),
                    Err(error) => failed(&error),
                };
                content.set(Some((key, words)));
            });
        }
    };
    let listed = move || {
        match latest.get() {
        Ok(latest) => latest
            .objects
            .into_iter()
            .map(|object| {
                let key = object.key.clone();
                let words = format!("{} · {}", object.key, words::bytes(object.size));
                view! { <li><button class="plain" on:click=move |_| read(key.clone())>{words}</button></li> }
            })
            .collect_view()
            .into_any(),
        Err(error) => view! { <li class="wrong">{failed(&error)}</li> }.into_any(),
    }
    };
    let choose = move |event: leptos::ev::Event| {
        bucket.set(event_target_value(&event).trim().to_owned());
        content.set(None);
        latest.set(Ok(s3::Latest::default()));
        look();
    };
    view! {
        <section class="panel" aria-labelledby="object-heading">
            <details node_ref=details>
                <summary id="object-heading">"Objects that arrive"</summary>
                <div class="stack">
                    <div class="field">
                        <label for="bucket">"Bucket"</label>
                        <input id="bucket" list="buckets" autocomplete="off" spellcheck="false" on:change=choose/>
                        <datalist id="buckets">{buckets}</datalist>
                    </div>
                    <ul class="objects" aria-label="Latest objects">{listed}</ul>
                    {move || content.get().map(|(key, words)| view! {
                        <div>
                            <p class="mono">{key}</p>
                            <pre class="content" tabindex="0" aria-label="Content of the object">{words}</pre>
                        </div>
                    })}
                </div>
            </details>
        </section>
    }
}

fn beginning(bytes: &[u8]) -> String {
    let shown = bytes.get(..MOST_BYTES).unwrap_or(bytes);
    let text = String::from_utf8_lossy(shown).into_owned();
    if shown.len() < bytes.len() {
        format!(
            "{text}\n… the first {} of {}",
            words::bytes(shown.len() as u64),
            words::bytes(bytes.len() as u64)
        )
    } else {
        text
    }
}

fn failed(error: &AwsError) -> String {
    format!("{}: {}; {}", error.code, error.words, error.remedy())
}
