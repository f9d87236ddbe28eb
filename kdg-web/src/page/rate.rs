//! How many records a second, and in which time.

use leptos::prelude::*;

use crate::plan::Field;
use crate::state::form::RateKind;

use super::context::Page;
use super::field::{Check, Choice, Text, Wrong};
use super::week::Hours;
use super::widget;

const KINDS: [(RateKind, &str); 5] = [
    (RateKind::Constant, "Constant"),
    (RateKind::Ramp, "Ramp"),
    (RateKind::Burst, "Burst"),
    (RateKind::Week, "Week of hours"),
    (RateKind::Unlimited, "As fast as possible"),
];

const TIMES: [(bool, &str); 2] = [(false, "Real"), (true, "Simulated")];

/// The panel.
#[component]
pub(crate) fn HowFast() -> impl IntoView {
    let page = expect_context::<Page>();
    let kind = Memo::new(move |_| page.form.with(|form| form.rate));
    let is_simulated = Memo::new(move |_| page.form.with(|form| form.simulated));
    view! {
        <section class="panel stack" aria-labelledby="rate-heading">
            <h2 id="rate-heading">"Rate"</h2>
            <Choice legend="How the rate goes" options=&KINDS of=|form| &mut form.rate/>
            {move || match kind.get() {
                RateKind::Constant => view! { <Constant/> }.into_any(),
                RateKind::Ramp => view! { <Ramp/> }.into_any(),
                RateKind::Burst => view! { <Burst/> }.into_any(),
                RateKind::Week => view! { <Hours/> }.into_any(),
                RateKind::Unlimited => view! {
                    <p class="hint">"As many as the stream takes, found out while sending."</p>
                }.into_any(),
            }}
            <Wrong field=Field::Rate/>
            <Choice legend="Time" options=&TIMES of=|form| &mut form.simulated/>
            {move || is_simulated.get().then(|| view! { <Simulation/> })}
            <Wrong field=Field::Time/>
        </section>
    }
}

#[component]
fn Constant() -> impl IntoView {
    view! {
        <div class="fields">
            <Text label="Records per second" of=|form| &mut form.constant field=Field::Rate mode="decimal"/>
        </div>
    }
}

#[component]
fn Ramp() -> impl IntoView {
    view! {
        <div class="fields">
            <Text label="From, records/s" of=|form| &mut form.ramp_from field=Field::Rate mode="decimal"/>
            <Text label="To, records/s" of=|form| &mut form.ramp_to field=Field::Rate mode="decimal"/>
            <Text label="Over, seconds" of=|form| &mut form.ramp_seconds field=Field::Rate mode="decimal"/>
        </div>
    }
}

#[component]
fn Burst() -> impl IntoView {
    view! {
        <div class="fields">
            <Text label="Between bursts, records/s" of=|form| &mut form.burst_base field=Field::Rate mode="decimal"/>
            <Text label="In a burst, records/s" of=|form| &mut form.burst_peak field=Field::Rate mode="decimal"/>
            <Text label="Lasts, seconds" of=|form| &mut form.burst_seconds field=Field::Rate mode="decimal"/>
            <Text label="Every, seconds" of=|form| &mut form.burst_every field=Field::Rate mode="decimal"/>
        </div>
    }
}

#[component]
fn Simulation() -> impl IntoView {
    view! {
        <div class="fields">
            <Text label="Begins at" of=|form| &mut form.from field=Field::Time kind="datetime-local"/>
            <Text label="Ends at" of=|form| &mut form.until field=Field::Time kind="datetime-local" hint="empty: when stopped"/>
            <Text label="Times as fast" of=|form| &mut form.speed field=Field::Time mode="decimal" hint="empty: as fast as possible"/>
        </div>
        <p class="hint">{format!("In local time: {}. Samples begin at it as well.", widget::time_zone())}</p>
    }
}

/// Whether the hours pass into each other.
#[component]
pub(crate) fn Smooth() -> impl IntoView {
    view! { <Check label="Smooth from hour to hour" of=|form| &mut form.smooth/> }
}
