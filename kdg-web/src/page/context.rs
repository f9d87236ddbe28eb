//! What the parts of the page share.

use leptos::prelude::*;

use crate::aws::Client;
use crate::cognito;
use crate::config::RawConfig;
use crate::http::Browser;
use crate::message::{
    Access, FromWorker, Sample, Snapshot, Summary, TemplateMistake, ToWorker, Trouble,
};
use crate::plan::{Field, FieldError, Plan};
use crate::state::form::Form;
use crate::state::library::{Library, Removed};
use crate::state::place::{CheckedPlace, Place, Services};
use crate::state::week::Week;
use crate::state::words;

use super::link::Link;
use super::session::Session;
use super::{storage, widget};

/// Samples beside the editor.
const SAMPLES: u32 = 5;

/// The state of the page.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    /// As read, or as filled in.
    pub(crate) config: RwSignal<RawConfig>,
    /// Why `config.json` is not used.
    pub(crate) config_trouble: RwSignal<Option<String>>,
    /// Who is signed in.
    pub(crate) session: RwSignal<Option<Session>>,
    /// Where the streams are.
    pub(crate) region: RwSignal<String>,
    /// Whose services are asked.
    pub(crate) services: RwSignal<Services>,
    /// Where they answer, unless they are AWS's.
    pub(crate) endpoint: RwSignal<String>,
    /// Every field.
    pub(crate) form: RwSignal<Form>,
    /// The week of hours.
    pub(crate) week: RwSignal<Week>,
    /// The templates.
    pub(crate) library: RwSignal<Library>,
    /// Sample records, or why there are none.
    pub(crate) preview: RwSignal<Preview>,
    /// The plan, or everything that is wrong with it: checked once for all who ask.
    checked: Memo<Result<Plan, Vec<FieldError>>>,
    /// The run.
    pub(crate) run: RwSignal<Run>,
    /// Where the run sends which template, in words.
    pub(crate) route: RwSignal<String>,
    /// What a screen reader is told.
    pub(crate) said: RwSignal<String>,
    /// What came of an import or a link.
    pub(crate) told: RwSignal<String>,
    /// Templates that were removed and can be put back, the last one last.
    pub(crate) removed: RwSignal<Vec<Removed>>,
    /// Whether the browser keeps the templates.
    pub(crate) is_kept: RwSignal<bool>,
    /// Whether mistakes are shown: from the first attempt to start on.
    pub(crate) is_checked: RwSignal<bool>,
    pub(super) unseen: StoredValue<Unseen, LocalStorage>,
}

/// What is not drawn.
pub(crate) struct Unseen {
    /// The session of a user.
    pub(super) cognito: Option<cognito::Session<Browser>>,
    /// Counts what is to be renewed, so that of several timers the last one holds.
    pub(super) renewals: u32,
    /// When rejected credentials were renewed last, in milliseconds since the Unix epoch.
    pub(super) renewed_by_itself_ms: i64,
    link: Option<Link>,
    /// Counts the samples that were asked for.
    asked: u32,
}

/// Sample records, or why there are none.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Preview {
    /// As they are shown.
    pub(crate) records: Vec<Sample>,
    /// Of the template.
    pub(crate) mistakes: Vec<TemplateMistake>,
    /// Why there are no more records.
    pub(crate) ended_by: Option<String>,
}

/// How the run stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Run {
    /// There was none.
    #[default]
    Idle,
    /// The worker has been told.
    Starting,
    /// It is under way.
    Going(Box<Snapshot>),
    /// It could not begin.
    Unreachable(Trouble),
    /// It is over.
    Ended(Box<Summary>),
}

impl Preview {
    /// The texts of the records that are shown whole.
    pub(crate) fn whole(&self) -> Vec<String> {
        let whole = self.records.iter().filter(|record| !record.is_cut);
        whole.map(|record| record.text.clone()).collect()
    }
}

impl Page {
    /// What was kept from an earlier visit.
    pub(crate) fn new() -> Self {
        let form = RwSignal::new(storage::kept("form").unwrap_or_default());
        let week = RwSignal::new(storage::kept("week").unwrap_or_default());
        let library = RwSignal::new(
            Library::kept(storage::text("library").as_deref())
                .showing(storage::text("shown").as_deref()),
        );
        let checked = Memo::new(move |_| {
            let template = library.with(|library| library.current().template);
            let plan = form.with(|form: &Form| {
                week.with(|week| form.plan(&template, week, widget::local_ms))
            })?;
            plan.validate().map(|_| plan)
        });
        Self {
            config: RwSignal::new(RawConfig::default()),
            config_trouble: RwSignal::new(None),
            session: RwSignal::new(None),
            region: RwSignal::new(String::new()),
            services: RwSignal::new(Services::default()),
            endpoint: RwSignal::new(String::new()),
            form,
            week,
            library,
            checked,
            preview: RwSignal::new(Preview::default()),
            run: RwSignal::new(Run::Idle),
            route: RwSignal::new(String::new()),
            said: RwSignal::new(String::new()),
            told: RwSignal::new(String::new()),
            removed: RwSignal::new(Vec::new()),
            is_kept: RwSignal::new(true),
            is_checked: RwSignal::new(false),
            unseen: StoredValue::new_local(Unseen {
                cognito: None,
                renewals: 0,
                renewed_by_itself_ms: i64::MIN,
                link: None,
                asked: 0,
            }),
        }
    }

    /// Starts the worker, and everything that follows from a change.
    pub(crate) fn begin(self) {
        let link = Link::open(
            widget::worker,
            move |message| self.hear(message),
            move |words| self.fail(words),
        );
        self.unseen.update_value(|unseen| unseen.link = Some(link));
        storage::keep("form", self.form);
        storage::keep("week", self.week);
        self.share_library();
        self.follow_link();
        window_event_listener_untyped("hashchange", move |_| self.follow_link());
        leptos::task::spawn_local(self.read_config());
        Effect::new(move |_| self.ask_for_samples());
        Effect::new(move |_| widget::guard(self.is_going()));
    }

    /// Whether a run is under way.
    pub(crate) fn is_going(self) -> bool {
        self.run
            .with(|run| matches!(run, Run::Starting | Run::Going(_)))
    }

    /// Where requests go, or what is wrong with it.
    pub(crate) fn place(self) -> Result<CheckedPlace, Vec<FieldError>> {
        let place = Place {
            region: self.region.get(),
            services: self.services.get(),
            endpoint: self.endpoint.get(),
        };
        place.check()
    }

    /// As whom and where requests are made; `None` before sign-in, and where that cannot be.
    pub(crate) fn access(self) -> Option<Access> {
        let CheckedPlace { region, endpoint } = self.place().ok()?;
        let credentials = self.session.get()?.credentials;
        Some(Access {
            region,
            endpoint,
            credentials,
        })
    }

    /// Asks AWS from the page; `None` where [`Self::access`] is.
    pub(crate) fn client(self) -> Option<Client<Browser>> {
        Some(Client::new(Browser, self.access()?, widget::now_ms))
    }

    /// The plan, or everything that is wrong with it or with where it goes.
    pub(crate) fn plan(self) -> Result<Plan, Vec<FieldError>> {
        let mut errors = self.place().err().unwrap_or_default();
        match self.checked.get() {
            Ok(plan) if errors.is_empty() => Ok(plan),
            Ok(_) => Err(errors),
            Err(others) => {
                errors.extend(others);
                Err(errors)
            }
        }
    }

    /// What is wrong with a part of the form, as far as that is shown yet.
    pub(crate) fn wrong(self, field: Field) -> Option<String> {
        let errors = if matches!(field, Field::Region | Field::Endpoint) {
            // Nothing is sent before they are right, not even what lists the streams.
            self.place().err()?
        } else if self.is_checked.get() {
            self.checked.get().err()?
        } else {
            return None;
        };
        errors
            .into_iter()
            .find(|error| error.field == field)
            .map(|error| error.message)
    }

    /// Replaces what does not fit the template that is shown now.
    pub(crate) fn fit(self) {
        let shown = self.library.with_untracked(Library::current);
        let streams = self.config.with_untracked(|config| config.streams.clone());
        let mut form = self.form.get_untracked();
        if let Some(words) = form.show(&shown, &streams) {
            self.form.set(form);
            self.report(words);
        }
    }

    /// Says what came of an import or a link, to be read and heard.
    pub(crate) fn report(self, words: String) {
        self.told.set(words.clone());
        self.said.set(words);
    }

    /// Tells the worker.
    pub(crate) fn tell(self, message: &ToWorker) {
        self.unseen.with_value(|unseen| {
            if let Some(link) = &unseen.link {
                link.tell(message);
            }
        });
    }

    fn ask_for_samples(self) {
        let template = self.library.with(|library| library.current().template);
        let (seed, strip_line_breaks, simulated_ms, sending) = self.form.with(|form| {
            (
                form.seed.trim().parse().unwrap_or(1),
                form.strip_line_breaks,
                form.begins_ms(widget::local_ms),
                form.sending(),
            )
        });
        self.unseen
            .update_value(|unseen| unseen.asked = unseen.asked.wrapping_add(1));
        let id = self.unseen.with_value(|unseen| unseen.asked);
        self.tell(&ToWorker::Preview {
            id,
            template,
            strip_line_breaks,
            seed,
            simulated_ms,
            sending,
            count: SAMPLES,
        });
    }

    fn hear(self, message: FromWorker) {
        match message {
            FromWorker::Ready => {}
            FromWorker::Previewed {
                id,
                records,
                mut errors,
                warnings,
                ended_by,
            } => {
                errors.extend(warnings);
                if id == self.unseen.with_value(|unseen| unseen.asked) {
                    self.preview.set(Preview {
                        records,
                        mistakes: errors,
                        ended_by,
                    });
                }
            }
            FromWorker::Refused { .. } => {
                self.run.set(Run::Idle);
                self.is_checked.set(true);
                self.said
                    .set("The run has not begun: something in the form is wrong.".into());
            }
            FromWorker::Unreachable { trouble } => self.run.set(Run::Unreachable(trouble)),
            FromWorker::Progress(snapshot) => {
                let was_locked_out = untrack(|| self.is_locked_out());
                let before = self.run.with_untracked(|run| match run {
                    Run::Going(before) => before.not_sent.is_some(),
                    _ => false,
                });
                if let Some(not_sent) = snapshot.not_sent.as_ref().filter(|_| !before) {
                    self.said.set(words::not_sent(not_sent));
                }
                self.run.set(Run::Going(Box::new(snapshot)));
                if !was_locked_out && untrack(|| self.is_locked_out()) {
                    self.unlock();
                }
            }
            FromWorker::Ended(summary) => {
                self.said.set(words::over(&summary));
                self.run.set(Run::Ended(Box::new(summary)));
            }
        }
    }

    fn fail(self, words: String) {
        self.run.set(Run::Unreachable(Trouble {
            code: "WorkerFailed".into(),
            words,
            remedy: "reload the page; what was acknowledged is in the stream".into(),
        }));
    }
}
