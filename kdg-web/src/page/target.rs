//! Where records go.

use leptos::prelude::*;

use crate::plan::Field;
use crate::state::form::TargetKind;

use super::context::Page;
use super::field::{Choice, Text, Wrong};

/// The panel.
#[component]
pub(crate) fn Where() -> impl IntoView {
    let page = expect_context::<Page>();
    let known = move || {
        let streams = page.config.with(|config| config.streams.clone());
        streams
            .into_iter()
            .map(|(pipeline, stream)| view! { <option value=stream>{pipeline}</option> })
            .collect_view()
    };
    view! {
        <section class="panel stack" aria-labelledby="target-heading">
            <h2 id="target-heading">"Target"</h2>
            <div class="row">
                <Choice
                    legend="Send to"
                    options=&[(TargetKind::Stream, "Kinesis stream"), (TargetKind::Firehose, "Firehose")]
                    of=|form| &mut form.target
                />
                <div class="push"></div>
            </div>
            <div class="fields">
                <Text label="Stream name" of=|form| &mut form.name field=Field::Target list="streams"/>
                <Place label="Region" value=page.region/>
                <Place label="Custom endpoint" value=page.endpoint/>
            </div>
            <datalist id="streams">{known}</datalist>
            <Wrong field=Field::Target/>
        </section>
    }
}

#[component]
fn Place(label: &'static str, value: RwSignal<String>) -> impl IntoView {
    let page = expect_context::<Page>();
    let id = super::field::id_of(label);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                autocomplete="off"
                spellcheck="false"
                disabled=move || page.is_going()
                prop:value=move || value.get()
                on:change=move |event| value.set(event_target_value(&event).trim().to_owned())
            />
        </div>
    }
}
