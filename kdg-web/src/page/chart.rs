//! What happened, second by second.

use leptos::html;
use leptos::prelude::*;

use crate::message::Snapshot;
use crate::state::words;

use super::context::{Page, Run};
use super::widget::{self, Chart};

/// Records per second by outcome.
#[component]
pub(crate) fn Rates() -> impl IntoView {
    view! {
        <ul class="key" aria-hidden="true">
            <li>"acknowledged/s"</li>
            <li class="warn dashed">"throttled/s"</li>
            <li class="bad">"failed/s"</li>
        </ul>
        <Lines
            unit=""
            lines=r#"[{"label":"acknowledged","colour":"--good"},{"label":"throttled","colour":"--warn","dashed":true},{"label":"failed","colour":"--bad"}]"#
            of=|snapshot| {
                let rates = snapshot.rates;
                Some(vec![snapshot.seconds, rates.acknowledged, rates.throttled, rates.failed])
            }
            words=|snapshot| {
                format!(
                    "Chart of records per second: {} acknowledged, {} throttled, {} failed",
                    words::rate(snapshot.rates.acknowledged),
                    words::rate(snapshot.rates.throttled),
                    words::rate(snapshot.rates.failed)
                )
            }
            idle="Chart of records per second"
        />
    }
}

/// How long requests took.
#[component]
pub(crate) fn Latencies() -> impl IntoView {
    view! {
        <ul class="key" aria-hidden="true">
            <li class="slow">"latency p50"</li>
            <li class="slow dashed">"latency p99"</li>
        </ul>
        <Lines
            unit=" ms"
            lines=r#"[{"label":"p50","colour":"--slow"},{"label":"p99","colour":"--slow","dashed":true}]"#
            of=|snapshot| {
                // Where nothing was acknowledged, there is a gap.
                let (p50, p99) = snapshot.latency.map_or((f64::NAN, f64::NAN), |latency| (latency.p50, latency.p99));
                Some(vec![snapshot.seconds, p50, p99])
            }
            words=|snapshot| {
                snapshot.latency.map_or_else(
                    || "Chart of the latency of requests".to_owned(),
                    |latency| format!("Chart of the latency of requests: half below {:.0} ms, 99 of 100 below {:.0} ms", latency.p50, latency.p99),
                )
            }
            idle="Chart of the latency of requests"
        />
    }
}

#[component]
fn Lines(
    unit: &'static str,
    lines: &'static str,
    of: fn(&Snapshot) -> Option<Vec<f64>>,
    words: fn(&Snapshot) -> String,
    idle: &'static str,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let host = NodeRef::<html::Div>::new();
    let chart = StoredValue::new_local(None::<Chart>);
    Effect::new(move |_| {
        if let Some(host) = host.get() {
            chart.set_value(Some(widget::chart(&host, unit, lines)));
        }
    });
    Effect::new(move |_| {
        page.run.with(|run| {
            chart.with_value(|chart| match (chart, run) {
                (Some(chart), Run::Starting) => chart.clear(),
                (Some(chart), Run::Going(snapshot)) => {
                    if let Some(values) = of(snapshot) {
                        chart.push(values);
                    }
                }
                _ => {}
            });
        });
    });
    on_cleanup(move || {
        chart.with_value(|chart| {
            if let Some(chart) = chart {
                chart.remove();
            }
        });
    });
    let label = move || {
        page.run.with(|run| match run {
            Run::Going(snapshot) => words(snapshot),
            _ => idle.to_owned(),
        })
    };
    view! { <div class="chart" role="img" aria-label=label node_ref=host></div> }
}
