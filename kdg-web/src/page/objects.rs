//! What arrives in a bucket: the latest objects, and the content of one.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;

use crate::aws::{AwsError, s3};
use crate::state::{fit, words};

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
    let typed = RwSignal::new(None::<String>);
    // That of the target, until somebody types another.
    let bucket = Memo::new(move |_| {
        let of_target = || {
            page.config.with(|config| {
                page.form
                    .with(|form| fit::bucket(form, &config.streams, &config.buckets))
            })
        };
        typed.get().or_else(of_target).unwrap_or_default()
    });
    let latest = RwSignal::new(Ok(s3::Latest::default()));
    let is_looked_at = RwSignal::new(false);
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
                let found = s3::latest(&client, &name, "", MOST_OBJECTS).await;
                // Another bucket may have been chosen meanwhile.
                if bucket.try_get_untracked() == Some(name) {
                    latest.set(found);
                    is_looked_at.set(true);
                }
            });
        }
    };
    if let Ok(handle) = set_interval_with_handle(look, INTERVAL) {
        on_cleanup(move || handle.clear());
    }
    let is_failed = move || latest.with(Result::is_err);
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
    Effect::new(move |_| {
        bucket.track();
        content.set(None);
        is_looked_at.set(false);
        latest.set(Ok(s3::Latest::default()));
    });
    let hint = move || {
        let name = bucket.get();
        let is_empty = latest.with(|latest| {
            latest
                .as_ref()
                .is_ok_and(|latest| latest.objects.is_empty())
        });
        if name.is_empty() {
            Some(
                "No bucket is known of this target: type the name of one that you may read."
                    .to_owned(),
            )
        } else if is_empty && is_looked_at.get() {
            Some(format!(
                "No object is in {name} yet; it is looked at every two seconds."
            ))
        } else if is_empty {
            Some(format!("Looking into {name} …"))
        } else {
            None
        }
    };
    view! {
        <section class="panel" aria-labelledby="object-heading">
            <details node_ref=details on:toggle=move |_| look()>
                <summary id="object-heading">"Objects that arrive"</summary>
                <div class="stack">
                    <div class="field">
                        <label for="bucket">"Bucket"</label>
                        <input
                            id="bucket"
                            list="buckets"
                            autocomplete="off"
                            spellcheck="false"
                            aria-describedby="bucket-hint"
                            prop:value=move || bucket.get()
                            on:input=move |event| typed.set(Some(event_target_value(&event).trim().to_owned()))
                            on:change=move |event| {
                                if event_target_value(&event).trim().is_empty() {
                                    typed.set(None);
                                }
                                look();
                            }
                        />
                        <datalist id="buckets">{buckets}</datalist>
                    </div>
                    <p class="hint" id="bucket-hint">{move || if is_failed() { None } else { hint() }}</p>
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
    if error.code == "InvalidBucketName" {
        return "This is no name of a bucket: write 3 to 63 small letters, digits, hyphens and dots.".to_owned();
    }
    format!("{}: {}; {}", error.code, error.words, error.remedy())
}
