//! The run: its buttons, its account, its charts, and the last thing that went wrong.

use leptos::prelude::*;

use crate::message::{Phase, Snapshot, ToWorker, Trouble};
use crate::state::words;

use super::account::Account;
use super::chart::{Latencies, Rates};
use super::context::{Page, Run as State};
use super::sign_in::Again;

/// The panel.
#[component]
pub(crate) fn Run() -> impl IntoView {
    let page = expect_context::<Page>();
    view! {
        <section class="panel stack" aria-labelledby="run-heading">
            <div class="row">
                <h2 id="run-heading">"Run"</h2>
                <span class=move || format!("phase {}", class(page)) data-phase=move || class(page)>{move || phase(page)}</span>
                <span class="clock push">{move || snapshot(page).map(|snapshot| words::clock(snapshot.seconds))}</span>
            </div>
            <Buttons/>
            <Again/>
            <Mistakes/>
            <Account/>
            <Rates/>
            <Latencies/>
            <LastTrouble/>
        </section>
    }
}

#[component]
fn Buttons() -> impl IntoView {
    let page = expect_context::<Page>();
    let phase = Memo::new(move |_| snapshot(page).map(|snapshot| snapshot.phase));
    let start = move |_| {
        page.is_checked.set(true);
        match page.plan() {
            Ok(plan) => {
                let Some(access) = page.access() else { return };
                page.run.set(State::Starting);
                page.said.set("The run begins.".into());
                page.tell(&ToWorker::Start { plan, access });
            }
            Err(errors) => {
                let words: Vec<_> = errors.into_iter().map(|error| error.message).collect();
                page.said
                    .set(format!("The run cannot begin: {}", words.join("; ")));
            }
        }
    };
    let pause = move |_| {
        if phase.get_untracked() == Some(Phase::Paused) {
            page.tell(&ToWorker::Continue);
            page.said.set("The run goes on.".into());
        } else {
            page.tell(&ToWorker::Pause);
            page.said.set("The run is paused.".into());
        }
    };
    let stop = move |_| {
        if phase.get_untracked() == Some(Phase::Finishing) {
            page.tell(&ToWorker::StopAtOnce);
        } else {
            page.tell(&ToWorker::Stop);
            page.said.set(
                "What is not sent is given up; the run ends when the last answers are there."
                    .into(),
            );
        }
    };
    let is_idle = move || !page.is_going();
    let pausable = move || matches!(phase.get(), Some(Phase::Running | Phase::Paused));
    view! {
        <div class="row">
            <button class="main" disabled=move || !is_idle() on:click=start>"Start"</button>
            <button disabled=move || !pausable() on:click=pause>
                {move || if phase.get() == Some(Phase::Paused) { "Go on" } else { "Pause" }}
            </button>
            <button class:end=move || !is_idle() disabled=is_idle aria-describedby="stop-cost" on:click=stop>
                {move || if phase.get() == Some(Phase::Finishing) { "Stop at once" } else { "Stop" }}
            </button>
        </div>
        <p class="hint" id="stop-cost">{move || snapshot(page).map(|snapshot| words::cost_of_stop(&snapshot))}</p>
    }
}

/// Why the run does not begin.
#[component]
fn Mistakes() -> impl IntoView {
    let page = expect_context::<Page>();
    let errors = move || {
        let errors = page.is_checked.get().then(|| page.plan().err()).flatten()?;
        let items = errors
            .into_iter()
            .map(|error| view! { <li>{error.message}</li> });
        Some(view! {
            <div class="note bad">
                <p>"The run cannot begin:"</p>
                <ul>{items.collect_view()}</ul>
            </div>
        })
    };
    view! { <div>{errors}</div> }
}

/// The last thing that went wrong, and what to do about it.
#[component]
fn LastTrouble() -> impl IntoView {
    let page = expect_context::<Page>();
    let trouble = Memo::new(move |_| {
        page.run.with(|run| match run {
            State::Going(snapshot) => snapshot.last_trouble.clone(),
            State::Unreachable(trouble) => Some(trouble.clone()),
            State::Ended(summary) => summary.last_trouble.clone(),
            _ => None,
        })
    });
    let silence = move || {
        let seconds = snapshot(page)?.silent_seconds?;
        Some(format!(
            "Nothing has been taken for {seconds:.0} s; the records wait and are sent again."
        ))
    };
    let shown = move |Trouble {
                          code,
                          words,
                          remedy,
                      }: Trouble| {
        view! {
            <div class="note warn">
                <p><strong>{code}</strong> " " {words}</p>
                <p>{remedy}</p>
            </div>
        }
    };
    view! {
        <div aria-live="polite">
            {move || trouble.get().map(shown)}
            {move || silence().map(|words| view! { <p class="note bad">{words}</p> })}
        </div>
    }
}

fn snapshot(page: Page) -> Option<Box<Snapshot>> {
    page.run.with(|run| match run {
        State::Going(snapshot) => Some(snapshot.clone()),
        _ => None,
    })
}

fn class(page: Page) -> &'static str {
    page.run.with(|run| match run {
        State::Idle => "idle",
        State::Starting => "starting",
        State::Unreachable(_) => "silent",
        State::Ended(_) => "over",
        State::Going(snapshot) if snapshot.silent_seconds.is_some() => "silent",
        State::Going(snapshot) => match snapshot.phase {
            Phase::Running => "running",
            Phase::Paused => "paused",
            Phase::LockedOut => "locked-out",
            Phase::Finishing => "finishing",
            Phase::Over => "over",
        },
    })
}

fn phase(page: Page) -> &'static str {
    page.run.with(|run| match run {
        State::Idle => "Ready",
        State::Starting => "Starting",
        State::Unreachable(_) => "Could not start",
        State::Ended(_) => "Over",
        State::Going(snapshot) => words::phase(snapshot.phase),
    })
}
