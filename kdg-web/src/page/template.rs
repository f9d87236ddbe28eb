//! The templates: their names, the editor, and samples beside it.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;

use crate::plan::Field;
use crate::state::library::{Library, Named};
use crate::state::preset::PRESETS;
use crate::state::words;

use super::context::Page;
use super::field::{Check, Wrong};
use super::storage;
use super::widget::{self, Editor};

/// The panel.
#[component]
pub(crate) fn What() -> impl IntoView {
    view! {
        <section class="panel stack" aria-labelledby="template-heading">
            <h2 id="template-heading">"Template"</h2>
            <Names/>
            <Bench/>
            <Wrong field=Field::Template/>
            <div class="row">
                <Check label="Leave out line breaks of the template" of=|form| &mut form.strip_line_breaks/>
                <Bring/>
            </div>
            <Told/>
            <Unkept/>
        </section>
    }
}

/// Which template, and what it is called.
#[component]
fn Names() -> impl IntoView {
    let page = expect_context::<Page>();
    let library = page.library;
    let tabs = move || {
        let (all, shown) = library.with(|library| (library.all().to_vec(), library.shown()));
        all.into_iter()
            .enumerate()
            .map(|(place, named)| {
                let title = named.name.clone();
                view! {
                    <button
                        class="plain"
                        title=title
                        aria-current=(place == shown).then_some("true")
                        on:click=move |_| {
                            library.update(|library| library.show(place));
                            page.fit();
                        }
                    >
                        {named.name}
                    </button>
                }
            })
            .collect_view()
    };
    let add = move |_| {
        library.update(|library| {
            library.add("template", String::new());
        });
    };
    let remove = move |_| {
        if let Some(removed) = library.try_update(Library::remove) {
            page.report(format!("Deleted {}.", removed.named.name));
            page.removed.update(|all| all.push(removed));
            page.fit();
        }
    };
    let choose = move |event: leptos::ev::Event| {
        let chosen = event_target_value(&event);
        if let Some(preset) = PRESETS.iter().find(|preset| preset.name == chosen) {
            library.update(|library| {
                library.add(preset.name, preset.template.to_owned());
            });
            let streams = page.config.with_untracked(|config| config.streams.clone());
            let words = page
                .form
                .try_update(|form| form.use_pipeline(preset, &streams));
            page.report(words.unwrap_or_default());
        }
    };
    view! {
        <div class="names" role="group" aria-label="Templates">
            {tabs}
            <button class="plain" on:click=add>"+ New"</button>
        </div>
        <div class="row">
            <div class="field">
                <label for="template-name">"Template name"</label>
                <input
                    id="template-name"
                    autocomplete="off"
                    prop:value=move || library.with(|library| library.current().name)
                    on:change=move |event| library.update(|library| library.rename(&event_target_value(&event)))
                />
            </div>
            <div class="field">
                <label for="preset">"From a pipeline"</label>
                <select id="preset" on:change=choose prop:value="">
                    <option value="">"Choose …"</option>
                    {PRESETS.iter().map(|preset| view! { <option value=preset.name>{preset.name}</option> }).collect_view()}
                </select>
            </div>
            <button class="plain push" on:click=remove>"Delete template"</button>
        </div>
    }
}

/// The editor, and five records beside it.
#[component]
fn Bench() -> impl IntoView {
    let page = expect_context::<Page>();
    let host = NodeRef::<html::Div>::new();
    let editor = StoredValue::new_local(None::<Editor>);
    let changed = StoredValue::new_local(Closure::<dyn FnMut(String)>::new(move |text: String| {
        page.library.update(|library| library.write(text));
    }));
    Effect::new(move |_| {
        if let Some(host) = host.get() {
            let made = changed
                .with_value(|changed| widget::editor(&host, "Template", &documentation(), changed));
            editor.set_value(Some(made));
        }
    });
    Effect::new(move |before: Option<String>| {
        host.track();
        let Named { name, template } = page.library.with(Library::current);
        let is_same = before.as_ref() == Some(&name);
        editor.with_value(|editor| match editor {
            Some(editor) if is_same => editor.update(&template),
            Some(editor) => editor.show(&template),
            None => {}
        });
        name
    });
    Effect::new(move |_| {
        let mistakes = page
            .preview
            .with(|preview| serde_json::to_string(&preview.mistakes));
        editor.with_value(|editor| {
            if let (Some(editor), Ok(mistakes)) = (editor, mistakes) {
                editor.underline(&mistakes);
            }
        });
    });
    let samples = move || {
        let preview = page.preview.get();
        let mistakes = preview.mistakes.into_iter().map(|mistake| {
            let place = u32::try_from(mistake.line)
                .ok()
                .zip(u32::try_from(mistake.column).ok());
            let go = move |_| {
                editor.with_value(|editor| {
                    if let (Some(editor), Some((line, column))) = (editor, place) {
                        editor.go(line, column);
                    }
                });
            };
            let words = format!(
                "line {}, column {}: {}",
                mistake.line, mistake.column, mistake.message
            );
            let is_warning = mistake.is_warning;
            view! { <li><button class="mistake" class:doubtful=is_warning on:click=go>{words}</button></li> }
        });
        let records = preview.records.into_iter().map(|record| {
            let rest = record.is_cut.then(|| {
                let words = format!(" … of {} bytes", words::count(record.bytes));
                view! { <span class="hint">{words}</span> }
            });
            let warning = record
                .problem
                .map(|words| view! { <p class="wrong" data-unsendable="">{words}</p> });
            view! { <li>{record.text}{rest}{warning}</li> }
        });
        let ended = preview
            .ended_by
            .map(|words| view! { <li class="wrong">{words}</li> });
        (mistakes.collect_view(), records.collect_view(), ended)
    };
    view! {
        <div class="workbench">
            <div class="editor" node_ref=host></div>
            <ol class="samples" aria-label="Sample records" tabindex="0">{samples}</ol>
        </div>
    }
}

/// Files, links, and what the original has left in this browser.
#[component]
fn Bring() -> impl IntoView {
    let page = expect_context::<Page>();
    let take = move |json: &str| {
        let imported = page.library.try_update(|library| library.import(json));
        let words = match imported {
            Some(Ok(import)) => {
                let taken = import
                    .periods
                    .as_ref()
                    .and_then(|periods| page.week.try_update(|week| week.take(periods)));
                match taken {
                    Some(Err(words)) => words,
                    _ => import.words(),
                }
            }
            Some(Err(error)) => error.to_string(),
            None => String::new(),
        };
        page.report(words);
    };
    let done = StoredValue::new_local(Closure::<dyn FnMut(String)>::new(move |text: String| {
        take(&text);
    }));
    let original = move || {
        let member = |name: &str| {
            Some((
                name.to_owned(),
                serde_json::Value::String(storage::original(name)?),
            ))
        };
        let members: serde_json::Map<_, _> = ["templates", "periods"]
            .into_iter()
            .filter_map(member)
            .collect();
        (!members.is_empty()).then(|| serde_json::Value::Object(members).to_string())
    };
    let has_original = original().is_some();
    let link = move |_| match page.library.with_untracked(Library::fragment) {
        Ok(fragment) => {
            widget::copy(&format!("{}#{fragment}", widget::address()));
            page.report("The link is in the clipboard.".into());
        }
        Err(error) => page.report(error.to_string()),
    };
    let export = move |_| {
        widget::save(
            "templates.json",
            &page.library.with_untracked(Library::export),
        );
    };
    view! {
        <div class="row push">
            <button class="plain" on:click=move |_| done.with_value(|done| widget::open(".json,application/json", done))>"Import"</button>
            <button class="plain" on:click=export>"Export"</button>
            <button class="plain" on:click=link>"Copy link"</button>
            {has_original.then(|| view! {
                <button class="plain" on:click=move |_| if let Some(json) = original() { take(&json) }>
                    "Import the original's"
                </button>
            })}
        </div>
    }
}

/// What came of an import, a link or a deletion, which can be undone; a screen reader has heard it.
#[component]
fn Told() -> impl IntoView {
    let page = expect_context::<Page>();
    let undo = move |_| {
        let last = page.removed.try_update(Vec::pop).flatten();
        let restored =
            last.and_then(|removed| page.library.try_update(|library| library.restore(removed)));
        if let Some(name) = restored {
            page.report(format!("{name} is back."));
        }
    };
    let label = move || {
        page.removed.with(|removed| {
            let last = removed.last()?;
            Some(format!("Undo: bring back {}", last.named.name))
        })
    };
    view! {
        <div class="row">
            <p class="told" aria-hidden="true">{move || page.told.get()}</p>
            {move || label().map(|label| view! { <button class="plain" data-undo="" on:click=undo>{label}</button> })}
        </div>
    }
}

/// That the browser keeps no templates.
#[component]
fn Unkept() -> impl IntoView {
    let page = expect_context::<Page>();
    let words = move || {
        (!page.is_kept.get()).then(|| {
            view! {
                <p class="note warn" data-unkept="">
                    "This browser does not keep your changes to templates: its storage is full or switched off. Export them before you close the tab."
                </p>
            }
        })
    };
    view! { <div role="alert">{words}</div> }
}

/// What completion knows of the functions.
fn documentation() -> String {
    let functions: Vec<_> = kdg::functions()
        .map(|function| {
            serde_json::json!({
                "name": function.name(),
                "takes": function.takes(),
                "summary": function.summary(),
                "example": function.example(),
            })
        })
        .collect();
    serde_json::Value::Array(functions).to_string()
}
