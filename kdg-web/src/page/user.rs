//! Signing in as a user of the pool: a password, and what the pool asks after it.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::cognito::SignInError;
use crate::cognito::identity_pool::IdentityPool;
use crate::cognito::session::{Session, Tokens};
use crate::cognito::user_pool::{NewPassword, Pending, SetUp, Step, UserPool};
use crate::config::{Config, Pools};
use crate::http::Browser;
use crate::state::code::{self, grouped};
use crate::state::sign_in::{PASSWORD_RULES, incomplete, mistyped};

use super::context::Page;
use super::sign_in::Secret;
use super::widget;

/// What the pool waits for.
enum Stage {
    Password,
    NewPassword(NewPassword),
    Code(Pending),
    SetUp(SetUp),
}

/// What is drawn of it.
#[derive(Debug, Clone, PartialEq)]
enum Asked {
    Password,
    NewPassword(Vec<String>),
    Code,
    SetUp { secret: String, uri: String },
}

/// A sign-in under way.
#[derive(Clone, Copy)]
struct SignIn {
    page: Page,
    config: StoredValue<Config>,
    stage: StoredValue<Option<Stage>, LocalStorage>,
    asked: RwSignal<Asked>,
    is_busy: RwSignal<bool>,
    trouble: RwSignal<String>,
    user: RwSignal<String>,
    password: RwSignal<String>,
    once_more: RwSignal<String>,
    code: RwSignal<String>,
    attributes: RwSignal<BTreeMap<String, String>>,
}

/// The form.
#[component]
pub(crate) fn User(config: Config) -> impl IntoView {
    let sign_in = SignIn {
        page: expect_context(),
        config: StoredValue::new(config),
        stage: StoredValue::new_local(Some(Stage::Password)),
        asked: RwSignal::new(Asked::Password),
        is_busy: RwSignal::new(false),
        trouble: RwSignal::new(String::new()),
        user: RwSignal::new(String::new()),
        password: RwSignal::new(String::new()),
        once_more: RwSignal::new(String::new()),
        code: RwSignal::new(String::new()),
        attributes: RwSignal::new(BTreeMap::new()),
    };
    let SignIn {
        user,
        password,
        once_more,
        code,
        ..
    } = sign_in;
    let fields = move || {
        match sign_in.asked.get() {
        Asked::Password => view! {
            <Secret label="User name" kind="text" value=user fill="username"/>
            <Secret label="Password" kind="password" value=password fill="current-password"/>
        }
        .into_any(),
        Asked::NewPassword(missing) => view! {
            <p class="note">"This is your first sign-in: choose a password of your own."</p>
            <Secret label="New password" kind="password" value=password fill="new-password" described="password-rules"/>
            <p class="hint" id="password-rules">{PASSWORD_RULES}</p>
            <Secret label="Once more" kind="password" value=once_more fill="new-password"/>
            {missing.into_iter().map(|name| view! { <Attribute name attributes=sign_in.attributes/> }).collect_view()}
        }
        .into_any(),
        Asked::Code => view! {
            <Secret label="Six digits of your authenticator app" kind="text" value=code fill="one-time-code"/>
        }
        .into_any(),
        Asked::SetUp { secret, uri } => view! {
            <p class="note">"Add this page to an authenticator app: scan the code with it, open "<a href=uri.clone()>"this link"</a>" on your phone, or type the key."</p>
            {code::code(&uri).map(|code| view! {
                <svg class="code" role="img" aria-label="Code to scan with an authenticator app" viewBox=format!("0 0 {0} {0}", code.side)>
                    <rect width=code.side height=code.side fill="#fff"/>
                    <path d=code.path fill="#000"/>
                </svg>
            })}
            <p class="mono" data-key="">{grouped(&secret)}</p>
            <Secret label="Six digits of the app" kind="text" value=code fill="one-time-code"/>
        }
        .into_any(),
    }
    };
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if sign_in.is_busy.get_untracked() {
            return;
        }
        if let Some(words) = sign_in.mistake() {
            sign_in.trouble.set(words.to_owned());
        } else {
            sign_in.is_busy.set(true);
            sign_in.trouble.set(String::new());
            spawn_local(sign_in.go());
        }
    };
    view! {
        <form class="panel stack" on:submit=go>
            <h2>"Sign in"</h2>
            {fields}
            <p class="wrong" role="alert">{move || sign_in.trouble.get()}</p>
            <button class="main" type="submit" disabled=move || sign_in.is_busy.get()>
                {move || if sign_in.is_busy.get() { "Signing in …" } else { "Sign in" }}
            </button>
            {move || (sign_in.asked.get() != Asked::Password).then(|| view! {
                <button class="plain" type="button" disabled=move || sign_in.is_busy.get() on:click=move |_| sign_in.begin_again()>
                    "Back to user name and password"
                </button>
            })}
            <p class="hint">{move || promise(&sign_in.asked.get())}</p>
        </form>
    }
}

/// What becomes of the password.
fn promise(asked: &Asked) -> &'static str {
    match asked {
        Asked::NewPassword(_) => {
            "The new password is sent to the user pool, which cannot set it otherwise. From the next sign-in on it is proved and not sent."
        }
        _ => "The password is proved and not sent.",
    }
}

#[component]
fn Attribute(name: String, attributes: RwSignal<BTreeMap<String, String>>) -> impl IntoView {
    let id = format!("attribute-{name}");
    let key = name.clone();
    view! {
        <div class="field">
            <label for=id.clone()>{name}</label>
            <input
                id=id
                on:input=move |event| {
                    let text = event_target_value(&event);
                    attributes.update(|attributes| { attributes.insert(key.clone(), text); });
                }
            />
        </div>
    }
}

impl SignIn {
    /// What is wrong with the fields before the pool is asked.
    fn mistake(self) -> Option<&'static str> {
        let password = self.password.get_untracked();
        match self.asked.get_untracked() {
            Asked::Password => incomplete(&self.user.get_untracked(), &password),
            Asked::NewPassword(_) => mistyped(&password, &self.once_more.get_untracked()),
            Asked::Code | Asked::SetUp { .. } => None,
        }
    }

    /// Gives up what the pool waits for.
    fn begin_again(self) {
        self.stage.set_value(Some(Stage::Password));
        self.asked.set(Asked::Password);
        for typed in [self.password, self.once_more, self.code, self.trouble] {
            typed.set(String::new());
        }
    }

    async fn go(self) {
        let done = self.next().await;
        if let Err(error) = done {
            self.trouble.set(format!(
                "{}; {}",
                error.words.trim_end_matches('.'),
                error.remedy
            ));
        }
        self.is_busy.set(false);
    }

    /// Takes one step. What the pool waits for stays when it fails.
    async fn next(self) -> Result<(), SignInError> {
        let config = self.config.get_value();
        let Some(pools) = config.pools.clone() else {
            return Ok(());
        };
        let endpoint = config.endpoint.as_deref();
        let pool = UserPool::new(Browser, &pools, endpoint, widget::now_ms);
        let stage = self.stage.try_update_value(Option::take).flatten();
        let Some(stage) = stage else { return Ok(()) };
        let step = self.ask(&pool, &stage).await;
        let step = match step {
            Ok(step) => step,
            Err(error) => {
                // A session that is over begins with the password again.
                let again = if error.ends_session() {
                    Stage::Password
                } else {
                    stage
                };
                if matches!(again, Stage::Password) {
                    self.asked.set(Asked::Password);
                }
                self.stage.set_value(Some(again));
                return Err(error);
            }
        };
        for secret in [self.password, self.once_more, self.code] {
            secret.set(String::new());
        }
        match step {
            Step::SignedIn(tokens) => {
                self.stage.set_value(Some(Stage::Password));
                self.enter(pool, &pools, endpoint, tokens).await?;
            }
            Step::NewPassword(new) => {
                self.asked.set(Asked::NewPassword(new.missing.clone()));
                self.stage.set_value(Some(Stage::NewPassword(new)));
            }
            Step::Code(pending) => {
                self.asked.set(Asked::Code);
                self.stage.set_value(Some(Stage::Code(pending)));
            }
            Step::SetUp(set_up) => {
                self.asked.set(Asked::SetUp {
                    secret: set_up.secret.clone(),
                    uri: set_up.uri.clone(),
                });
                self.stage.set_value(Some(Stage::SetUp(set_up)));
            }
        }
        Ok(())
    }

    async fn ask(self, pool: &UserPool<Browser>, stage: &Stage) -> Result<Step, SignInError> {
        let password = self.password.get_untracked();
        let code = self.code.get_untracked().trim().to_owned();
        match stage {
            Stage::Password => {
                let user = self.user.get_untracked();
                let entropy = widget::entropy().ok_or_else(|| SignInError {
                    code: "NoEntropy".into(),
                    words: "this browser gives no random numbers".into(),
                    remedy: "open the page by https, or on 127.0.0.1",
                })?;
                pool.sign_in(user.trim(), &password, &entropy).await
            }
            Stage::NewPassword(new) => {
                pool.choose_password(new, &password, &self.attributes.get_untracked())
                    .await
            }
            Stage::Code(pending) => pool.enter_code(pending, &code).await,
            Stage::SetUp(set_up) => pool.confirm_set_up(set_up, &code).await,
        }
    }

    async fn enter(
        self,
        pool: UserPool<Browser>,
        pools: &Pools,
        endpoint: Option<&str>,
        tokens: Tokens,
    ) -> Result<(), SignInError> {
        let identities = IdentityPool::new(Browser, pools, endpoint);
        let session = Session::open(pool, identities, tokens, widget::now_ms).await?;
        self.page.enter(session);
        Ok(())
    }
}
