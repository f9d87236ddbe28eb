//! Before the generator: as whom, and in which region.

use leptos::prelude::*;

use crate::message::Credentials;
use crate::state::place::Place;
use crate::state::words;

use super::context::Page;
use super::session::Session;
use super::user::User;

/// The way in.
#[component]
pub(crate) fn Gate() -> impl IntoView {
    let page = expect_context::<Page>();
    view! {
        <main id="main" class="gate" tabindex="-1">
            <div class="stack">
                <h1>"Data generator"</h1>
                <p class="lead">
                    "Makes records from a template, sends them to Kinesis or Firehose, and shows what was acknowledged."
                </p>
            </div>
            {move || page.config_trouble.get().map(|words| view! { <p class="note bad" role="alert">{words}</p> })}
            <Ways is_again=false/>
        </main>
    }
}

/// What a run needs that waits because AWS rejects its credentials.
#[component]
pub(crate) fn Again() -> impl IntoView {
    let page = expect_context::<Page>();
    let is_locked_out = Memo::new(move |_| page.is_locked_out());
    view! {
        {move || is_locked_out.get().then(|| view! {
            <div class="stack" data-again="">
                <p class="note bad" role="alert">
                    "AWS rejects the credentials. The run waits and keeps what is in flight: sign in again, and it goes on."
                </p>
                <Ways is_again=true/>
            </div>
        })}
    }
}

/// As a user if the configuration has a pool of them, or with keys.
#[component]
fn Ways(is_again: bool) -> impl IntoView {
    let page = expect_context::<Page>();
    let config = move || {
        let config = page.config.with(|raw| raw.clone().validate()).ok()?;
        config.pools.is_some().then_some(config)
    };
    move || match config() {
        Some(config) => view! {
            <User config/>
            <details>
                <summary>"Paste temporary credentials instead"</summary>
                <Paste is_again/>
            </details>
        }
        .into_any(),
        None => view! { <Paste is_again/> }.into_any(),
    }
}

/// Temporary credentials of STS or SSO.
#[component]
fn Paste(
    /// Whether a run goes on, which stays where it is.
    is_again: bool,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let key = RwSignal::new(String::new());
    let secret = RwSignal::new(String::new());
    let token = RwSignal::new(String::new());
    let trouble = RwSignal::new(String::new());
    let enter = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let filled = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        if filled(key).is_empty() || filled(secret).is_empty() {
            trouble.set("Both the access key and the secret key are needed.".into());
            return;
        }
        if !is_again {
            let place =
                Place::of_sign_in(page.region.get_untracked(), page.endpoint.get_untracked());
            if let Err(errors) = place.check() {
                let words: Vec<_> = errors.into_iter().map(|error| error.message).collect();
                trouble.set(words::sentence(&words.join("; ")));
                return;
            }
            page.services.set(place.services);
        }
        page.enter_with(Session {
            who: filled(key),
            credentials: Credentials {
                access_key_id: filled(key),
                secret_access_key: filled(secret),
                session_token: Some(filled(token)).filter(|token| !token.is_empty()),
                expires_ms: None,
            },
        });
    };
    view! {
        <form class="panel stack" on:submit=enter>
            <h2>"Credentials"</h2>
            <p class="hint">"Of STS or SSO. They stay in this tab's memory and are gone when it closes."</p>
            <Secret label="Access key ID" kind="text" value=key/>
            <Secret label="Secret access key" kind="password" value=secret/>
            <Secret label="Session token" kind="password" value=token/>
            {(!is_again).then(|| view! { <WhichPlace/> })}
            <p class="wrong" role="alert">{trouble}</p>
            <button class="main" type="submit">"Continue"</button>
        </form>
    }
}

/// Where the services are.
#[component]
fn WhichPlace() -> impl IntoView {
    let page = expect_context::<Page>();
    view! {
        <div class="pair">
            <Secret label="Region" kind="text" value=page.region/>
            <Secret label="Endpoint, unless AWS's" kind="text" value=page.endpoint/>
        </div>
    }
}

/// A field whose value is not kept anywhere.
#[component]
pub(crate) fn Secret(
    label: &'static str,
    kind: &'static str,
    value: RwSignal<String>,
    #[prop(default = "off")] fill: &'static str,
    /// What says more about it.
    #[prop(optional, into)]
    described: Option<&'static str>,
) -> impl IntoView {
    let id = super::field::id_of(label);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                type=kind
                autocomplete=fill
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=described
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </div>
    }
}
