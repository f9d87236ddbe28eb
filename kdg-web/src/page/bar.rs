//! The bar on top: what this is, who is signed in, light and dark.

use leptos::prelude::*;

use super::context::Page;
use super::{storage, widget};

/// What the button goes through: the system's, light, dark.
const THEMES: [(&str, &str); 3] = [("", "Auto"), ("light", "Light"), ("dark", "Dark")];

/// The bar.
#[component]
pub(crate) fn Bar() -> impl IntoView {
    let page = expect_context::<Page>();
    let kept = storage::text("theme").unwrap_or_default();
    let place = THEMES
        .iter()
        .position(|(name, _)| *name == kept)
        .unwrap_or_default();
    let theme = RwSignal::new(place);
    Effect::new(move |_| {
        let (name, _) = THEMES[theme.get()];
        widget::theme(name);
        storage::put("theme", name);
    });
    let who = move || {
        page.session.with(|session| {
            session
                .as_ref()
                .map(|session| format!("{} · {}", session.who, page.region.get()))
        })
    };
    view! {
        <header class="bar">
            <div class="brand">
                <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
                    <path
                        d="M4 9c5-5 7 5 12 0s7 5 12 0M4 16c5-5 7 5 12 0s7 5 12 0M4 23c5-5 7 5 12 0s7 5 12 0"
                        fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round"
                    />
                </svg>
                "sluice"
                <span>"Data generator"</span>
            </div>
            <div class="who push">{who}</div>
            <button
                class="plain"
                on:click=move |_| theme.update(|place| *place = (*place + 1) % THEMES.len())
            >
                <span class="hidden">"Colours: "</span>
                {move || THEMES[theme.get()].1}
            </button>
            <Show when=move || page.session.with(Option::is_some)>
                {move || page.is_going().then(|| view! { <span class="hint" id="why-in">"Stop the run to sign out."</span> })}
                <button
                    on:click=move |_| page.leave()
                    disabled=move || page.is_going()
                    title=move || page.is_going().then_some("A run goes on with these credentials: stop it, or wait until it is over.")
                    aria-describedby=move || page.is_going().then_some("why-in")
                >"Sign out"</button>
            </Show>
        </header>
    }
}
