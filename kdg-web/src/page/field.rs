//! What is filled in: fields that are bound to the form.

use leptos::prelude::*;

use crate::plan::Field;
use crate::state::form::Form;

use super::context::Page;

/// A field of the form that holds a text.
#[component]
pub(crate) fn Text(
    label: &'static str,
    of: fn(&mut Form) -> &mut String,
    /// What may be wrong with it.
    field: Field,
    #[prop(optional)] hint: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "")] mode: &'static str,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let id = id_of(label);
    let value = move || page.form.with(|form| of(&mut form.clone()).clone());
    let is_wrong = move || page.wrong(field).is_some().then_some("true");
    let described = format!("hint-{id} {}", wrong_id(field));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id.clone()
                type=kind
                inputmode=(!mode.is_empty()).then_some(mode)
                autocomplete="off"
                spellcheck="false"
                aria-describedby=described
                aria-invalid=is_wrong
                prop:value=value
                on:input=move |event| page.form.update(|form| *of(form) = event_target_value(&event))
            />
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=format!("hint-{id}")>{hint}</p> })}
        </div>
    }
}

/// A field of the form that is set or not.
#[component]
pub(crate) fn Check(
    label: &'static str,
    of: fn(&mut Form) -> &mut bool,
    /// Whether something else in the form leaves it no effect; then it is not set.
    #[prop(default = |_| false)]
    is_idle: fn(&Form) -> bool,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let is_idle = move || page.form.with(is_idle);
    let is_set = move || !is_idle() && page.form.with(|form| *of(&mut form.clone()));
    view! {
        <label class="check">
            <input
                type="checkbox"
                disabled=is_idle
                prop:checked=is_set
                on:change=move |event| page.form.update(|form| *of(form) = event_target_checked(&event))
            />
            {label}
        </label>
    }
}

/// A field of the form with a few values, of which one holds.
#[component]
pub(crate) fn Choice<T>(
    legend: &'static str,
    options: &'static [(T, &'static str)],
    of: fn(&mut Form) -> &mut T,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let page = expect_context::<Page>();
    let name = id_of(legend);
    let radios = options.iter().map(|(value, label)| {
        let is_chosen = move || page.form.with(|form| *of(&mut form.clone()) == *value);
        view! {
            <label>
                <input
                    type="radio"
                    name=name.clone()
                    prop:checked=is_chosen
                    on:change=move |_| page.form.update(|form| *of(form) = *value)
                />
                {*label}
            </label>
        }
    });
    view! {
        <fieldset class="field">
            <legend class="label">{legend}</legend>
            <div class="choice">{radios.collect_view()}</div>
        </fieldset>
    }
}

/// What is wrong with a part of the form.
#[component]
pub(crate) fn Wrong(field: Field) -> impl IntoView {
    let page = expect_context::<Page>();
    view! { <p class="wrong" id=wrong_id(field)>{move || page.wrong(field)}</p> }
}

/// What a label is called in the document.
pub(crate) fn id_of(label: &str) -> String {
    let words = label.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

/// What the words about a part of the form are called in the document.
pub(crate) fn wrong_id(field: Field) -> String {
    format!("wrong-{}", format!("{field:?}").to_lowercase())
}
