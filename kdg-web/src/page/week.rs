//! The week of hours as a table.

use leptos::prelude::*;

use crate::state::week::{DAYS, HOURS, Part};

use super::context::Page;
use super::rate::Smooth;
use super::widget;

/// Two numbers for each hour of the week, one of the two shown at a time.
#[component]
pub(crate) fn Hours() -> impl IntoView {
    let page = expect_context::<Page>();
    let is_sigma = RwSignal::new(false);
    let part = move || {
        if is_sigma.get() {
            Part::Sigma
        } else {
            Part::Mean
        }
    };
    let day = RwSignal::new(1_usize);
    let all = RwSignal::new("100".to_owned());
    let trouble = RwSignal::new(String::new());
    let fill = move |_| {
        let text = all.get_untracked();
        let part = part();
        let filled = page.week.try_update(|week| week.fill(part, &text));
        trouble.set(filled.and_then(Result::err).unwrap_or_default());
    };
    view! {
        <div class="row">
            <Smooth/>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || is_sigma.get()
                    on:change=move |event| is_sigma.set(event_target_checked(&event))
                />
                "Show deviations"
            </label>
        </div>
        <p class="hint">
            {format!("Records per second, in local time: {}. An hour with a mean of 0 sends none; smoothing leads from it to the next.", widget::time_zone())}
        </p>
        <div class="week" tabindex="0" role="region" aria-label="Records per second for each hour of the week">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Day"</th>
                        {(0..HOURS).map(|hour| view! { <th scope="col">{format!("{hour:02}")}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {DAYS.iter().enumerate().map(|(day, name)| view! {
                        <tr>
                            <th scope="row">{*name}</th>
                            {(0..HOURS).map(|hour| view! { <Cell day hour part=Signal::derive(part)/> }).collect_view()}
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
        <div class="row">
            <div class="field">
                <label for="all-hours">"Every hour"</label>
                <input
                    id="all-hours"
                    inputmode="decimal"
                    autocomplete="off"
                    aria-describedby="all-hours-wrong"
                    aria-invalid=move || trouble.with(|words| !words.is_empty()).then_some("true")
                    prop:value=move || all.get()
                    on:input=move |event| all.set(event_target_value(&event))
                />
            </div>
            <button on:click=fill>"Fill"</button>
            <div class="field">
                <label for="day">"Day"</label>
                <select id="day" on:change=move |event| day.set(event_target_value(&event).parse().unwrap_or_default())>
                    {DAYS.iter().enumerate().map(|(place, name)| view! {
                        <option value=place.to_string() selected=move || day.get() == place>{*name}</option>
                    }).collect_view()}
                </select>
            </div>
            <button on:click=move |_| page.week.update(|week| week.spread(day.get_untracked()))>"Copy to all days"</button>
        </div>
        <p class="wrong" id="all-hours-wrong" role="alert">{move || trouble.get()}</p>
    }
}

#[component]
fn Cell(day: usize, hour: usize, part: Signal<Part>) -> impl IntoView {
    let page = expect_context::<Page>();
    let name = move || {
        let what = if part.get() == Part::Mean {
            "mean"
        } else {
            "deviation"
        };
        format!("{} {hour:02}:00, {what}", DAYS[day])
    };
    view! {
        <td>
            <input
                inputmode="decimal"
                autocomplete="off"
                aria-label=name
                prop:value=move || page.week.with(|week| week.get(day, hour, part.get()).to_owned())
                on:change=move |event| {
                    let text = event_target_value(&event);
                    page.week.update(|week| week.set(day, hour, part.get_untracked(), text));
                }
            />
        </td>
    }
}
