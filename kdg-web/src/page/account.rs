//! The account of the records: an equation that always holds.

use leptos::prelude::*;

use crate::message::{Latency, Totals};
use crate::state::words;

use super::context::{Page, Run};

/// The equation, and what goes with it.
#[component]
pub(crate) fn Account() -> impl IntoView {
    let page = expect_context::<Page>();
    let totals = Memo::new(move |_| {
        page.run.with(|run| match run {
            Run::Going(snapshot) => snapshot.totals,
            Run::Ended(summary) => summary.totals,
            _ => Totals::default(),
        })
    });
    let latency = move || {
        page.run.with(|run| match run {
            Run::Going(snapshot) => snapshot.latency,
            Run::Ended(summary) => summary.latency,
            _ => None,
        })
    };
    let rate = move || {
        page.run.with(|run| match run {
            Run::Going(snapshot) => snapshot.rates.acknowledged,
            _ => 0.0,
        })
    };
    let number = move |of: fn(&Totals) -> u64| move || words::count(totals.with(of));
    let milliseconds = |latency: Option<Latency>| {
        latency.map_or("–".to_owned(), |latency| {
            format!("{:.0} / {:.0} ms", latency.p50, latency.p99)
        })
    };
    view! {
        <dl class="equation" aria-label="Account of the records">
            <div><dt>"generated"</dt><dd data-total="generated">{number(|totals| totals.generated)}</dd></div>
            <div class="good"><dt>"acknowledged"</dt><dd data-total="acknowledged">{number(|totals| totals.acknowledged)}</dd></div>
            <div class:bad=move || totals.with(|totals| totals.given_up > 0)>
                <dt>"given up"</dt><dd data-total="given-up">{number(|totals| totals.given_up)}</dd>
            </div>
            <div><dt>"in flight"</dt><dd data-total="in-flight">{number(|totals| totals.in_flight)}</dd></div>
        </dl>
        <dl class="facts">
            <div><dt>"per second"</dt><dd>{move || words::rate(rate())}</dd></div>
            <div><dt>"bytes"</dt><dd>{move || words::bytes(totals.with(|totals| totals.bytes))}</dd></div>
            <div><dt>"latency p50 / p99"</dt><dd>{move || milliseconds(latency())}</dd></div>
            <div><dt>"throttled attempts"</dt><dd data-total="throttled">{number(|totals| totals.throttled)}</dd></div>
            <div><dt>"failed attempts"</dt><dd data-total="failed">{number(|totals| totals.failed)}</dd></div>
            <div><dt>"sent again"</dt><dd data-total="retried">{number(|totals| totals.retried)}</dd></div>
        </dl>
    }
}
