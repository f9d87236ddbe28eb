//! What a run came to.

use leptos::prelude::*;

use crate::message::Summary;
use crate::state::words;

use super::context::{Page, Run};
use super::widget;

/// The panel; there when a run is over.
#[component]
pub(crate) fn Outcome() -> impl IntoView {
    let page = expect_context::<Page>();
    let summary = move || {
        page.run.with(|run| match run {
            Run::Ended(summary) => Some(summary.clone()),
            _ => None,
        })
    };
    view! { {move || summary().map(|summary| view! { <Shown summary/> })} }
}

#[component]
fn Shown(summary: Box<Summary>) -> impl IntoView {
    let name = format!("run-{}.json", summary.started_ms);
    let json = serde_json::to_string_pretty(&summary).unwrap_or_default();
    let unsent = words::unsent(&summary);
    let reasons = summary.given_up.iter().chain(&summary.faults);
    let reasons = reasons.map(|(reason, records)| {
        view! { <li>{format!("{} {reason}", words::count(*records))}</li> }
    });
    view! {
        <section class="panel stack" aria-labelledby="summary-heading" data-summary="">
            <div class="row">
                <h2 id="summary-heading">"Summary"</h2>
                <button class="push" on:click=move |_| widget::save(&name, &json)>"Download JSON"</button>
            </div>
            <p>{words::ended(&summary.ended_by)}</p>
            <p>{words::account(&summary.totals)}</p>
            {unsent.map(|words| view! { <p data-unsent="">{words}</p> })}
            <p class="hint">{format!("{} to {} in {}, seed {}", words::bytes(summary.totals.bytes), summary.plan.target.name(), words::clock(summary.seconds), summary.seed)}</p>
            <ul>{reasons.collect_view()}</ul>
        </section>
    }
}
