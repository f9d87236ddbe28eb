//! Where records went: a bar for each shard.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::state::words;

use super::context::{Page, Run};

/// More bars than this tell nobody anything.
const MOST_SHARDS: usize = 64;

/// The panel; there when a shard has a record.
#[component]
pub(crate) fn Shards() -> impl IntoView {
    let page = expect_context::<Page>();
    let shards = Memo::new(move |_| {
        page.run.with(|run| match run {
            Run::Going(snapshot) => snapshot.shards.clone(),
            Run::Ended(summary) => summary.shards.clone(),
            _ => BTreeMap::new(),
        })
    });
    let bars = move || {
        let shards = shards.get();
        let most = shards.values().max().copied().unwrap_or(1).max(1);
        let left_out = shards.len().saturating_sub(MOST_SHARDS);
        let bars = shards.into_iter().take(MOST_SHARDS).map(|(name, records)| {
            view! { <Bar name records most/> }
        });
        let bars = bars.collect_view();
        (
            bars,
            (left_out > 0).then(|| view! { <li>{format!("and {left_out} more")}</li> }),
        )
    };
    view! {
        <Show when=move || !shards.with(BTreeMap::is_empty)>
            <section class="panel stack" aria-labelledby="shard-heading">
                <h2 id="shard-heading">"Shards"</h2>
                <ul class="shards">{bars}</ul>
            </section>
        </Show>
    }
}

#[component]
fn Bar(name: String, records: u64, most: u64) -> impl IntoView {
    let percent = records.saturating_mul(100) / most;
    let width = format!("{percent}%");
    view! {
        <li>
            <span title=name.clone()>{words::shard(&name)}</span>
            <span class="meter"><i style:width=width></i></span>
            <span>{words::count(records)}</span>
        </li>
    }
}
