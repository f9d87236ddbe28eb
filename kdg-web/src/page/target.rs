//! Where records go.

use leptos::html;
use leptos::prelude::*;

use crate::aws::{AwsError, firehose, kinesis};
use crate::plan::Field;
use crate::state::form::{Form, TargetKind};
use crate::state::library::Library;
use crate::state::place::Services;

use super::context::Page;
use super::field::{Choice, Text, Wrong, wrong_id};
use super::run::is_nowhere;

/// Why region and services cannot be changed.
const HELD: &str = "A run goes on there: stop it, or wait until it is over.";

/// The panel.
#[component]
pub(crate) fn Where() -> impl IntoView {
    let page = expect_context::<Page>();
    let names = RwSignal::new(Ok(Vec::<String>::new()));
    let kind = Memo::new(move |_| page.form.with(|form| form.target));
    let again = RwSignal::new(());
    Effect::new(move |before: Option<TargetKind>| {
        let kind = kind.get();
        again.track();
        if before.is_some_and(|before| before != kind) {
            names.set(Ok(Vec::new()));
            let words = page.form.try_update(Form::change_service);
            page.report(words.unwrap_or_default());
        }
        if let Some(client) = page.client() {
            leptos::task::spawn_local(async move {
                let listed = match kind {
                    TargetKind::Stream => kinesis::list_streams(&client).await,
                    TargetKind::Firehose => firehose::list_delivery_streams(&client).await,
                };
                // The answer about the other service may come late.
                if page.form.with_untracked(|form| form.target) == kind {
                    offer(page, listed.as_deref().unwrap_or_default());
                    names.set(listed);
                }
            });
        }
        kind
    });
    let heading = NodeRef::<html::H2>::new();
    // What had the focus before sign-in is gone.
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            request_animation_frame(move || {
                if is_nowhere() {
                    // It is on the page.
                    let _ = heading.focus();
                }
            });
        }
    });
    let options = move || {
        let names = names.get().unwrap_or_default();
        let chosen = page.form.with(|form| form.name.clone());
        names
            .into_iter()
            .map(|name| view! { <option value=name.clone() selected=name == chosen>{name.clone()}</option> })
            .collect_view()
    };
    let hint = move || {
        match names.get() {
        _ if page.is_going() => {
            "A run goes on as it was started: what you change is for the next one, and region and services stay until it is over.".to_owned()
        }
        _ if page.place().is_err() => {
            "Nothing is asked before region and endpoint are right.".to_owned()
        }
        Ok(names) if names.is_empty() => "None is listed here; type a name.".to_owned(),
        Ok(names) => format!("{} in this region", names.len()),
        Err(error) => unlisted(&error),
    }
    };
    view! {
        <section class="panel stack" aria-labelledby="target-heading">
            <h2 id="target-heading" tabindex="-1" node_ref=heading>"Target"</h2>
            <div class="row">
                <Choice
                    legend="Send to"
                    options=&[(TargetKind::Stream, "Kinesis stream"), (TargetKind::Firehose, "Firehose")]
                    of=|form| &mut form.target
                />
                <div class="field">
                    <label for="listed">"In the account"</label>
                    <select
                        id="listed"
                        on:change=move |event| {
                            let name = event_target_value(&event);
                            if !name.is_empty() {
                                page.form.update(|form| form.name = name);
                            }
                        }
                    >
                        <option value="">"Choose …"</option>
                        {options}
                    </select>
                </div>
                <button class="plain" on:click=move |_| again.set(())>"Refresh"</button>
            </div>
            <div class="fields">
                <Text label="Stream name" of=|form| &mut form.name field=Field::Target/>
                <Place label="Region" value=page.region field=Field::Region/>
                <Whose/>
                {move || (page.services.get() == Services::Custom).then(|| view! {
                    <Place label="Custom endpoint" value=page.endpoint field=Field::Endpoint/>
                })}
            </div>
            <Wrong field=Field::Region/>
            <Wrong field=Field::Endpoint/>
            <p class="hint">{hint}</p>
            <Wrong field=Field::Target/>
        </section>
    }
}

/// Fills in the only name that can be meant.
fn offer(page: Page, listed: &[String]) {
    let shown = page.library.with_untracked(Library::current);
    let streams = page.config.with_untracked(|config| config.streams.clone());
    let mut form = page.form.get_untracked();
    if let Some(words) = form.choose_listed(&shown, &streams, listed) {
        page.form.set(form);
        page.report(words);
    }
}

/// AWS's services or others: an endpoint that is cleared decides nothing.
#[component]
fn Whose() -> impl IntoView {
    let page = expect_context::<Page>();
    let options = [(Services::Aws, "AWS"), (Services::Custom, "An endpoint")];
    let radios = options.map(|(services, label)| {
        view! {
            <label>
                <input
                    type="radio"
                    name="services"
                    disabled=move || page.is_going()
                    title=move || page.is_going().then_some(HELD)
                    prop:checked=move || page.services.get() == services
                    on:change=move |_| page.services.set(services)
                />
                {label}
            </label>
        }
    });
    view! {
        <fieldset class="field">
            <legend class="label">"Services of"</legend>
            <div class="choice">{radios.collect_view()}</div>
        </fieldset>
    }
}

#[component]
fn Place(label: &'static str, value: RwSignal<String>, field: Field) -> impl IntoView {
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
                title=move || page.is_going().then_some(HELD)
                aria-describedby=wrong_id(field)
                aria-invalid=move || page.wrong(field).is_some().then_some("true")
                prop:value=move || value.get()
                on:change=move |event| value.set(event_target_value(&event).trim().to_owned())
            />
        </div>
    }
}

/// Why there is no list. Sending may be allowed all the same.
fn unlisted(error: &AwsError) -> String {
    format!(
        "The list cannot be read ({}: {}); type a name, or {}.",
        error.code,
        error.words,
        error.remedy()
    )
}
