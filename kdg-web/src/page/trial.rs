//! Trying a record out before it is sent. What tries it is loaded when the panel is first opened.

mod told;

use leptos::html;
use leptos::prelude::*;

use crate::preview::{Times, preview};
use crate::sendable::Sending;
use crate::state::preset::PRESETS;
use crate::trial::{Answer, Fate, Form, Shipped, Writing, headline, too_large};

use self::told::Told;
use super::context::{Page, Preview};
use super::link::Link;
use super::widget;

/// What a pipeline is called that does not come from the repository.
const OWN: &str = "pipeline";

/// What is filled in, and what comes of it.
#[derive(Clone, Copy)]
struct Bench {
    form: RwSignal<Form>,
    shipped: RwSignal<Vec<Shipped>>,
    told: RwSignal<Option<Answer>>,
    link: StoredValue<Option<Link>, LocalStorage>,
    /// Whether an answer is on its way: one question at a time, and then the latest.
    is_asked: StoredValue<bool>,
    is_stale: StoredValue<bool>,
    samples: StoredValue<usize>,
    /// The record as it was filled in here; another one is somebody's own.
    filled: StoredValue<String>,
}

impl Bench {
    fn new() -> Self {
        Self {
            form: RwSignal::new(Form::default()),
            shipped: RwSignal::new(Vec::new()),
            told: RwSignal::new(None),
            link: StoredValue::new_local(None),
            is_asked: StoredValue::new(false),
            is_stale: StoredValue::new(false),
            samples: StoredValue::new(0),
            filled: StoredValue::new(String::new()),
        }
    }

    /// Loads what tries records, unless it is there.
    fn load(self, page: Page) {
        if self.link.with_value(Option::is_some) {
            return;
        }
        self.told.set(None);
        let heard = move |answer| self.hear(answer, page);
        let failed = move |words| self.fail(format!("the record could not be tried: {words}"));
        let link = Link::open(widget::judge, heard, failed);
        self.link.set_value(Some(link));
    }

    fn hear(self, answer: Answer, page: Page) {
        self.is_asked.set_value(false);
        match answer {
            Answer::Ready { shipped } => self.begin(shipped, page),
            Answer::Failed { message } => self.fail(message),
            answer => self.told.set(Some(answer)),
        }
        if self.is_stale.get_value() {
            self.ask();
        }
    }

    /// Begins with the pipeline that the template was made for, and one of its records.
    fn begin(self, shipped: Vec<Shipped>, page: Page) {
        let template = page
            .library
            .with_untracked(|library| library.current().name);
        let fitting = shipped.iter().find(|pipeline| pipeline.name == template);
        if let Some(pipeline) = fitting.or(shipped.first())
            && self.form.with_untracked(|form| form.file.is_empty())
        {
            self.form.update(|form| form.take(pipeline));
        }
        self.shipped.set(shipped);
        if self.form.with_untracked(|form| form.record.is_empty()) {
            self.take_sample(page);
        }
        self.ask();
    }

    /// What has failed has lost its state: the next question starts anew.
    fn fail(self, message: String) {
        self.link.set_value(None);
        self.is_asked.set_value(false);
        self.is_stale.set_value(false);
        self.told.set(Some(Answer::Failed { message }));
    }

    fn ask(self) {
        if self.is_asked.get_value() {
            self.is_stale.set_value(true);
            return;
        }
        self.is_stale.set_value(false);
        let question = self
            .form
            .with_untracked(|form| form.question(widget::now_ms()));
        self.link.with_value(|link| {
            if let Some(link) = link {
                self.is_asked.set_value(true);
                link.tell(&question);
            }
        });
    }

    /// The next of the live samples of the template.
    fn take_sample(self, page: Page) {
        let next = self.samples.get_value();
        let records = page.preview.with_untracked(Preview::whole);
        if let Some(record) = records.get(next % records.len().max(1)) {
            self.samples.set_value(next + 1);
            self.fill(record.clone());
        }
    }

    fn fill(self, record: String) {
        self.filled.set_value(record.clone());
        self.form.update(|form| {
            form.record = record;
            form.writing = Writing::Text;
        });
    }

    /// A record as the generator makes it for a pipeline, unless somebody has typed one.
    fn take_sample_of(self, pipeline: &str) {
        let is_filled = self.form.with_untracked(|form| {
            form.record.is_empty() || self.filled.with_value(|filled| *filled == form.record)
        });
        let preset = PRESETS.iter().find(|preset| preset.name == pipeline);
        let Some(preset) = preset.filter(|_| is_filled) else {
            return;
        };
        let times = Times {
            now_ms: widget::now_ms(),
            simulated_ms: None,
            offset_minutes: 0,
        };
        let made = preview(preset.template, true, 1, 1, times, &Sending::default());
        if let Some(record) = made.records.into_iter().find(|record| !record.is_cut) {
            self.fill(record.text);
        }
    }
}

/// The panel.
#[component]
pub(crate) fn Trial() -> impl IntoView {
    let page = expect_context::<Page>();
    let details = NodeRef::<html::Details>::new();
    let bench = Bench::new();
    let open = move |_| {
        if details
            .get_untracked()
            .is_some_and(|details| details.open())
        {
            bench.load(page);
        }
    };
    Effect::new(move |_| {
        bench.form.track();
        if bench.link.with_value(Option::is_some) && !bench.shipped.with_untracked(Vec::is_empty) {
            bench.ask();
        }
    });
    let is_ready = move || bench.shipped.with(|shipped| !shipped.is_empty());
    let said = move || match bench.told.get() {
        Some(answer) => headline(&answer),
        None => "Loading what tries records …".into(),
    };
    view! {
        <section class="panel" aria-labelledby="trial-heading">
            <details node_ref=details on:toggle=open>
                <summary id="trial-heading">"Try a record"</summary>
                <div class="stack">
                    <p class="hint">
                        "What a pipeline would make of a record, told by the code of the deployed function. Nothing is sent."
                    </p>
                    <Show when=is_ready>
                        <div class="pair">
                            <PipelineFile bench=bench/>
                            <Record bench=bench/>
                        </div>
                    </Show>
                    <p class="fate" role="status" data-fate=move || bench.told.with(|told| kind(told.as_ref()))>{said}</p>
                    <Show when=move || bench.told.with(|told| matches!(told, Some(Answer::Failed { .. })))>
                        <button on:click=move |_| bench.load(page)>"Load it again"</button>
                    </Show>
                    {move || bench.told.get().map(|answer| view! { <Told answer=answer bench=bench/> })}
                </div>
            </details>
        </section>
    }
}

/// Which pipeline, and its files.
#[component]
fn PipelineFile(bench: Bench) -> impl IntoView {
    let form = bench.form;
    let choose = move |event: leptos::ev::Event| {
        let chosen = event_target_value(&event);
        let shipped = bench.shipped.get_untracked();
        match shipped.iter().find(|pipeline| pipeline.name == chosen) {
            Some(pipeline) => {
                form.update(|form| form.take(pipeline));
                bench.take_sample_of(&pipeline.name);
            }
            None => form.update(|form| OWN.clone_into(&mut form.name)),
        }
    };
    let chosen = move || form.with(|form| form.name.clone());
    let offered = move || {
        let shipped = bench.shipped.get();
        let names = shipped.into_iter().map(|pipeline| pipeline.name);
        names
            .map(|name| {
                let is_chosen = {
                    let name = name.clone();
                    move || chosen() == name
                };
                view! { <option value=name.clone() prop:selected=is_chosen>{name.clone()}</option> }
            })
            .collect_view()
    };
    let is_wrong = move || {
        let is_wrong = bench
            .told
            .with(|told| matches!(told, Some(Answer::Wrong { .. })));
        is_wrong.then_some("true")
    };
    let schema = move || form.with(|form| form.schema_file().map(str::to_owned));
    view! {
        <div class="stack">
            <div class="field">
                <label for="trial-pipeline">"Pipeline"</label>
                <select id="trial-pipeline" on:change=choose>
                    {offered}
                    <option value=OWN prop:selected=move || chosen() == OWN>"A file of your own"</option>
                </select>
            </div>
            <div class="field">
                <label for="trial-file">"Pipeline file"</label>
                <textarea
                    id="trial-file"
                    class="long"
                    rows="14"
                    wrap="off"
                    autocomplete="off"
                    spellcheck="false"
                    aria-invalid=is_wrong
                    aria-describedby=move || is_wrong().map(|_| "trial-problems")
                    prop:value=move || form.with(|form| form.file.clone())
                    on:input=move |event| form.update(|form| form.file = event_target_value(&event))
                ></textarea>
            </div>
            <Show when=move || schema().is_some()>
                <div class="field">
                    <label for="trial-schema">{move || format!("Schema beside it: {}", schema().unwrap_or_default())}</label>
                    <textarea
                        id="trial-schema"
                        rows="6"
                        wrap="off"
                        autocomplete="off"
                        spellcheck="false"
                        prop:value=move || form.with(|form| form.schema.clone())
                        on:input=move |event| form.update(|form| form.schema = event_target_value(&event))
                    ></textarea>
                </div>
            </Show>
        </div>
    }
}

/// The record.
#[component]
fn Record(bench: Bench) -> impl IntoView {
    let page = expect_context::<Page>();
    let form = bench.form;
    let is_base64 = move || form.with(|form| form.writing == Writing::Base64);
    let write = move |event: leptos::ev::Event| {
        let is_base64 = event_target_checked(&event);
        form.update(|form| {
            form.writing = if is_base64 {
                Writing::Base64
            } else {
                Writing::Text
            };
        });
    };
    let has_samples = move || page.preview.with(|preview| !preview.whole().is_empty());
    view! {
        <div class="stack">
            <div class="field">
                <label for="trial-record">"Record"</label>
                <textarea
                    id="trial-record"
                    class="long"
                    rows="14"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || form.with(|form| form.record.clone())
                    on:input=move |event| form.update(|form| form.record = event_target_value(&event))
                ></textarea>
            </div>
            <div class="row">
                <label class="check">
                    <input type="checkbox" prop:checked=is_base64 on:change=write/>
                    "Written in base64"
                </label>
                <button class="push" disabled=move || !has_samples() on:click=move |_| bench.take_sample(page)>
                    "Next sample of the template"
                </button>
            </div>
        </div>
    }
}

/// What the result is, for its colour.
fn kind(told: Option<&Answer>) -> &'static str {
    let fate = |is: fn(&Fate) -> bool| {
        let records = match told {
            Some(Answer::Tried { records, .. }) => records.as_slice(),
            _ => &[],
        };
        records.iter().any(|tried| is(&tried.fate))
    };
    match told {
        None | Some(Answer::Ready { .. }) => "loading",
        Some(Answer::Wrong { .. } | Answer::Unread { .. } | Answer::Failed { .. }) => "wrong",
        Some(answer) if too_large(answer).is_some() => "wrong",
        _ if fate(|fate| matches!(fate, Fate::Quarantined { .. })) => "quarantined",
        _ if fate(|fate| matches!(fate, Fate::Stored { .. })) => "stored",
        _ => "filtered",
    }
}
