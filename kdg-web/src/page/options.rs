//! What a record is besides its template, what is wrong with it on purpose, and when to stop.

use leptos::prelude::*;

use crate::plan::Field;
use crate::state::form::{KeyKind, TargetKind};

use super::context::Page;
use super::field::{Check, Choice, Text, Wrong};

const KEYS: [(KeyKind, &str); 3] = [
    (KeyKind::Random, "Random"),
    (KeyKind::Even, "Even over shards"),
    (KeyKind::Template, "From the record"),
];

/// The panels.
#[component]
pub(crate) fn Options() -> impl IntoView {
    view! {
        <div class="pair">
            <Records/>
            <Stops/>
        </div>
        <Faults/>
    }
}

#[component]
fn Records() -> impl IntoView {
    let page = expect_context::<Page>();
    let key = Memo::new(move |_| page.form.with(|form| form.key));
    let is_stream = Memo::new(move |_| page.form.with(|form| form.target == TargetKind::Stream));
    view! {
        <section class="panel stack" aria-labelledby="record-heading">
            <h2 id="record-heading">"Records"</h2>
            {move || is_stream.get().then(|| view! {
                <Choice legend="Partition key" options=&KEYS of=|form| &mut form.key/>
                {move || (key.get() == KeyKind::Template).then(|| view! {
                    <Text
                        label="Key template"
                        of=|form| &mut form.key_template
                        field=Field::PartitionKey
                        hint="fields of the record, such as {{ user_id }}"
                    />
                })}
            })}
            <Wrong field=Field::PartitionKey/>
            <div class="row">
                <Check label="Line feed at the end" of=|form| &mut form.line_feed is_idle=|form| form.gzip/>
                <Check label="Compress with gzip" of=|form| &mut form.gzip/>
            </div>
            {move || page.form.with(|form| form.gzip).then(|| view! {
                <p class="hint">"A compressed record has no line feed, as in the Kinesis Data Generator."</p>
            })}
            <Text
                label="Seed"
                of=|form| &mut form.seed
                field=Field::Seed
                mode="numeric"
                hint="the same seed makes the same records; empty: any"
            />
            <Wrong field=Field::Seed/>
        </section>
    }
}

#[component]
fn Stops() -> impl IntoView {
    view! {
        <section class="panel stack" aria-labelledby="stop-heading">
            <h2 id="stop-heading">"Stop after"</h2>
            <p class="hint">"Whatever comes first; empty: when you stop it. Bytes are those of records, and of partition keys where there are any."</p>
            <Text label="Records" of=|form| &mut form.stop_records field=Field::StopRecords mode="numeric"/>
            <Wrong field=Field::StopRecords/>
            <Text label="Bytes" of=|form| &mut form.stop_bytes field=Field::StopBytes mode="numeric"/>
            <Wrong field=Field::StopBytes/>
            <Text label="Minutes" of=|form| &mut form.stop_minutes field=Field::StopMinutes mode="decimal"/>
            <Wrong field=Field::StopMinutes/>
        </section>
    }
}

#[component]
fn Faults() -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="fault-heading">
            <details>
                <summary id="fault-heading">"Faults on purpose"</summary>
                <div class="stack">
                    <p class="hint">"Shares of the records, in percent, to see what your pipeline does with them."</p>
                    <div class="fields">
                        <Text label="Malformed, %" of=|form| &mut form.malformed field=Field::Faults mode="decimal"/>
                        <Text label="Duplicate, %" of=|form| &mut form.duplicate field=Field::Faults mode="decimal"/>
                        <Text label="Late, %" of=|form| &mut form.late field=Field::Faults mode="decimal"/>
                        <Text label="Oversize, %" of=|form| &mut form.oversize field=Field::Faults mode="decimal"/>
                        <Text label="Hot key, %" of=|form| &mut form.hot_key field=Field::Faults mode="decimal"/>
                    </div>
                </div>
            </details>
            <Wrong field=Field::Faults/>
        </section>
    }
}
