//! What is drawn.
//!
//! ```text
//! sign_in ─▶ target ─▶ template ─▶ rate ─▶ options ─▶ trial ─▶ run ─▶ summary
//! ```
//!
//! Each part is a file; what they share is in `context`, and nothing else is global.

#![allow(
    unreachable_pub,
    clippy::needless_pass_by_value,
    reason = "what the macro of a component makes of it"
)]
#![allow(
    clippy::large_types_passed_by_value,
    reason = "the state of the page is handles of signals, which are copied into every closure anyway"
)]

// In the order in which a person meets them.
mod sign_in;

mod user;

mod bar;

mod target;

mod template;

mod rate;

mod week;

mod options;

mod trial;

mod run;

mod account;

mod chart;

mod shards;

mod summary;

mod objects;

// What they are made of.
mod configuration;
mod context;
mod field;
mod link;
mod session;
mod storage;
mod tabs;
mod widget;

use leptos::prelude::*;

use context::Page;

/// Draws the page into the body of its document.
pub(crate) fn start() {
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    crate::http::Browser::watch();
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let page = Page::new();
    provide_context(page);
    page.begin();
    let is_in = move || page.session.with(Option::is_some);
    view! {
        <a class="skip" href="#main">"Skip to the generator"</a>
        <bar::Bar/>
        <Show when=is_in fallback=|| view! { <sign_in::Gate/> }>
            <Workspace/>
        </Show>
        <p class="hidden" role="status" aria-live="polite">{move || page.said.get()}</p>
    }
}

#[component]
fn Workspace() -> impl IntoView {
    view! {
        <main id="main" class="columns" tabindex="-1">
            <h1>"Data generator"</h1>
            <div class="set">
                <target::Where/>
                <template::What/>
                <rate::HowFast/>
                <options::Options/>
                <trial::Trial/>
            </div>
            <div class="happens">
                <run::Run/>
                <summary::Outcome/>
                <shards::Shards/>
                <objects::Objects/>
            </div>
        </main>
    }
}
