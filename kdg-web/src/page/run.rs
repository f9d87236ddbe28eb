//! The run: its buttons, its account, its charts, and the last thing that went wrong.

use leptos::html;
use leptos::prelude::*;

use crate::message::{LastTrouble, Phase, Snapshot, ToWorker, Trouble};
use crate::state::library::Library;
use crate::state::words;

use super::account::Account;
use super::chart::{Latencies, Rates};
use super::context::{Page, Run as State};
use super::sign_in::Again;

/// The buttons of the run, in the document.
const BUTTONS: &str = "run-buttons";

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
            <Route/>
            <Buttons/>
            <Again/>
            <Mistakes/>
            <Failed/>
            <Account/>
            <Rates/>
            <Latencies/>
            <LastTrouble/>
        </section>
    }
}

/// What is sent where, of the run that goes on or was the last.
#[component]
fn Route() -> impl IntoView {
    let page = expect_context::<Page>();
    let words = move || {
        let is_shown = page.run.with(|run| !matches!(run, State::Idle));
        is_shown.then(|| view! { <p class="hint" data-route="">{page.route.get()}</p> })
    };
    view! { {words} }
}

#[component]
fn Buttons() -> impl IntoView {
    let page = expect_context::<Page>();
    let phase = Memo::new(move |_| snapshot(page).map(|snapshot| snapshot.phase));
    let (begin, hold) = (
        NodeRef::<html::Button>::new(),
        NodeRef::<html::Button>::new(),
    );
    let end = NodeRef::<html::Button>::new();
    // A button that is disabled loses the focus, which goes on to the one that is of use now.
    let has_begun = StoredValue::new(false);
    Effect::new(move |_| {
        let (phase, is_going) = (phase.get(), page.is_going());
        if phase == Some(Phase::Running) && has_begun.get_value() {
            has_begun.set_value(false);
            focus(hold);
        } else if is_in_buttons() {
            match phase {
                _ if !is_going => focus(begin),
                Some(Phase::Finishing) => focus(end),
                _ => {}
            }
        }
    });
    let start = move |_| {
        page.is_checked.set(true);
        match page.plan() {
            Ok(plan) => {
                let Some(access) = page.access() else { return };
                let template = page.library.with_untracked(Library::current).name;
                page.route
                    .set(words::route(&template, &plan.target, &access.region));
                has_begun.set_value(true);
                page.run.set(State::Starting);
                page.said.set("The run begins.".into());
                page.tell(&ToWorker::Start { plan, access });
            }
            Err(errors) => {
                // What was wrong with the last attempt is not what is wrong with this one.
                page.run.update(|run| {
                    if matches!(run, State::Unreachable(_)) {
                        *run = State::Idle;
                    }
                });
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
        <div class="row" id=BUTTONS>
            <button class="main" node_ref=begin disabled=move || !is_idle() on:click=start>"Start"</button>
            <button node_ref=hold disabled=move || !pausable() on:click=pause>
                {move || if phase.get() == Some(Phase::Paused) { "Go on" } else { "Pause" }}
            </button>
            <button node_ref=end class:end=move || !is_idle() disabled=is_idle aria-describedby="stop-cost" on:click=stop>
                {move || if phase.get() == Some(Phase::Finishing) { "Stop at once" } else { "Stop" }}
            </button>
        </div>
        <p class="hint" id="stop-cost">{move || snapshot(page).map(|snapshot| words::cost_of_stop(&snapshot))}</p>
    }
}

/// Whether the focus is on a button of the run.
fn is_in_buttons() -> bool {
    let here = document().active_element();
    here.is_some_and(|here| matches!(here.closest(&format!("#{BUTTONS}")), Ok(Some(_))))
}

/// Whether the focus is nowhere, as after a button was disabled.
pub(super) fn is_nowhere() -> bool {
    let here = document().active_element();
    here.is_none_or(|here| here.tag_name() == "BODY")
}

/// Moves the focus to a button, once it is drawn as it is now.
fn focus(button: NodeRef<html::Button>) {
    request_animation_frame(move || {
        if let Some(button) = button
            .get_untracked()
            .filter(|_| is_in_buttons() || is_nowhere())
        {
            // It is on the page, and stays where it is when it is disabled after all.
            let _ = button.focus();
        }
    });
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
                <p>{if page.is_going() { "The next run cannot begin:" } else { "The run cannot begin:" }}</p>
                <ul>{items.collect_view()}</ul>
            </div>
        })
    };
    view! { <div>{errors}</div> }
}

/// Why a run has failed, and which records cannot be sent.
#[component]
fn Failed() -> impl IntoView {
    let page = expect_context::<Page>();
    let failed = Memo::new(move |_| {
        page.run.with(|run| match run {
            State::Ended(summary) => {
                words::has_failed(summary).then(|| words::ended(&summary.ended_by))
            }
            _ => None,
        })
    });
    let not_sent = Memo::new(move |_| {
        page.run.with(|run| match run {
            State::Going(snapshot) => snapshot.not_sent.clone(),
            State::Ended(summary) => summary.not_sent.clone(),
            _ => None,
        })
    });
    let shown = move || {
        let (failed, not_sent) = (failed.get(), not_sent.get());
        let class = if failed.is_some() {
            "note bad"
        } else {
            "note warn"
        };
        let has_failed = failed.is_some().to_string();
        (failed.is_some() || not_sent.is_some()).then(|| {
            view! {
                <div class=class data-failed=has_failed>
                    {failed.map(|words| view! { <p>{words}</p> })}
                    {not_sent.map(|not_sent| view! { <p>{words::not_sent(&not_sent)}</p> })}
                </div>
            }
        })
    };
    view! { <div>{shown}</div> }
}

/// The last thing that went wrong, and what to do about it.
#[component]
fn LastTrouble() -> impl IntoView {
    let page = expect_context::<Page>();
    let trouble = Memo::new(move |_| {
        page.run.with(|run| match run {
            State::Going(snapshot) => snapshot.last_trouble.clone(),
            State::Unreachable(trouble) => Some(LastTrouble {
                trouble: trouble.clone(),
                seconds: 0.0,
                is_over: false,
            }),
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
    let shown = |last: LastTrouble| {
        let Trouble {
            code,
            words,
            remedy,
        } = last.trouble;
        let at = words::clock(last.seconds);
        let (when, class) = if last.is_over {
            (format!("at {at}, over since"), "note past")
        } else {
            (format!("at {at}"), "note warn")
        };
        view! {
            <div class=class data-trouble=if last.is_over { "over" } else { "now" }>
                <p><strong>{code}</strong> " " <span class="when" aria-hidden="true">{when}</span> " " {words}</p>
                {(!last.is_over).then(|| view! { <p>{remedy}</p> })}
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
        State::Ended(summary) if words::has_failed(summary) => "failed",
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
        State::Ended(summary) if words::has_failed(summary) => "Failed",
        State::Ended(_) => "Over",
        State::Going(snapshot) => words::phase(snapshot.phase),
    })
}
