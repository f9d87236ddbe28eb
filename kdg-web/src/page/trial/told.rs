//! What came of a record that was tried, step by step.

use leptos::prelude::*;

use crate::state::words;
use crate::trial::{Answer, Fate, Tried, Wrong, layers, offset, placeholder};

use super::super::widget;
use super::Bench;

/// Of a large object only the beginning is shown.
const MOST_CHARACTERS: usize = 16 * 1024;

/// What came of it, in full.
#[component]
pub(super) fn Told(answer: Answer, bench: Bench) -> impl IntoView {
    match answer {
        Answer::Tried { bytes, records } => {
            let count = records.len();
            let records = records.into_iter();
            let placeholder = bench.form.with_untracked(|form| placeholder(&form.file));
            records
                .map(|tried| view! { <Verdict tried=tried count=count bytes=bytes placeholder=placeholder/> })
                .collect_view()
                .into_any()
        }
        Answer::Wrong { problems } => {
            let problems = problems.into_iter();
            let problems = problems.map(|wrong| view! { <Problem wrong=wrong bench=bench/> });
            view! { <ul id="trial-problems" class="problems" aria-label="What is wrong with the file">{problems.collect_view()}</ul> }
                .into_any()
        }
        Answer::Ready { .. } | Answer::Unread { .. } | Answer::Failed { .. } => ().into_any(),
    }
}

/// One mistake, which leads to its place.
#[component]
fn Problem(wrong: Wrong, bench: Bench) -> impl IntoView {
    let Some((line, column)) = wrong.line.zip(wrong.column) else {
        return view! { <li class="wrong">{wrong.text}</li> }.into_any();
    };
    let go = move |_| {
        let place = bench
            .form
            .with_untracked(|form| offset(&form.file, line, column));
        widget::go_to("trial-file", place);
    };
    view! { <li><button class="mistake" on:click=go>{wrong.text}</button></li> }.into_any()
}

/// What becomes of one record, step by step.
#[component]
fn Verdict(
    tried: Tried,
    count: usize,
    bytes: usize,
    placeholder: Option<&'static str>,
) -> impl IntoView {
    let size = match tried.place {
        Some(place) => format!("{place} of {count} in {} ", words::bytes(bytes as u64)),
        None => words::bytes(bytes as u64),
    };
    let decoded = layers(&tried);
    let fate = match tried.fate {
        Fate::Stored { key, body } => view! {
            <dt>"Stored as"</dt>
            <dd>
                <span class="mono">{key}</span>
                {placeholder.map(|words| view! { <p class="hint" data-placeholder="">{words}</p> })}
            </dd>
            <dt>"With body"</dt>
            <dd><pre class="content" tabindex="0" aria-label="What is stored">{beginning(body)}</pre></dd>
        }
        .into_any(),
        Fate::Filtered { because } => view! {
            <dt>"Filtered"</dt>
            <dd>{because}</dd>
        }
        .into_any(),
        Fate::Quarantined {
            code,
            reason,
            folder,
        } => view! {
            <dt>"Quarantined"</dt>
            <dd><span class="mono">{code}</span>": "{reason}</dd>
            <dt>"Kept below"</dt>
            <dd class="mono">{folder}</dd>
        }
        .into_any(),
    };
    view! {
        <dl class="steps">
            <dt>"Record"</dt>
            <dd>{size}</dd>
            <dt>"Decoded"</dt>
            <dd>{decoded}</dd>
            {tried.passed.then(|| view! {
                <dt>"Filter"</dt>
                <dd>"passed"</dd>
            })}
            {tried.late.map(|late| view! {
                <dt>"Late"</dt>
                <dd>{late}</dd>
            })}
            {fate}
        </dl>
    }
}

fn beginning(text: String) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
