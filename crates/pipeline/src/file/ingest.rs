//! The section `ingest`: a function that asks an API on a schedule and feeds the stream.

use std::time::Duration;

use url::{Host, Url};

use super::{aws, problem::Problem, raw, validate::Check};
use crate::{
    config::{self, IngestSettings, MAX_ENVIRONMENT_BYTES, RecordsPath},
    layout,
    program::Mapping,
    schedule::Schedule,
};

/// How long a run may take unless the file says otherwise.
const TIMEOUT_SECONDS: u32 = 60;

/// The memory of the function unless the file says otherwise: room for the largest answer.
const MEMORY_MIB: u32 = 256;

/// A key that `generate` spreads by listing the shards, which an ingest function may not.
const EVEN: &str = "even";

/// The function that feeds a stream from an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingest {
    /// Its name.
    pub function: String,
    /// When it runs.
    pub schedule: Schedule,
    /// How long one run may take.
    pub timeout: Duration,
    /// How much memory it has, in MiB.
    pub memory_mib: u32,
    /// What the function is told.
    pub settings: IngestSettings,
}

impl Check<'_> {
    /// Checks the section; when there is a problem the result is of no use.
    pub(super) fn ingest(&mut self, name: &str, stream: &str, raw: &raw::Ingest) -> Option<Ingest> {
        self.aws_name("ingest.function", &raw.function, aws::refuses_function);
        let schedule = self.schedule(raw);
        self.url(raw);
        self.records(raw);
        self.partition_key(raw);
        self.mapping(raw);
        let mut number = |field, value: &Option<_>, default, range, remedy| match value {
            Some(value) => self.within(field, value, range, remedy),
            None => default,
        };
        let timeout_seconds = number(
            "ingest.timeout_seconds",
            &raw.timeout_seconds,
            TIMEOUT_SECONDS,
            aws::TIMEOUT_SECONDS,
            "of which the API gets half",
        );
        let memory_mib = number(
            "ingest.memory_mib",
            &raw.memory_mib,
            MEMORY_MIB,
            aws::MEMORY_MIB,
            "which also decides how much processor time it gets",
        );
        let text = |scalar: &Option<serde_saphyr::Spanned<String>>| {
            scalar.as_ref().map(|scalar| scalar.value.clone())
        };
        let program = config::source(raw.program.as_ref().map(|program| &program.value));
        let settings = IngestSettings {
            name: name.to_owned(),
            url: raw.url.value.clone(),
            records: text(&raw.records),
            partition_key: text(&raw.partition_key),
            program: program.map(str::to_owned),
        };
        self.ingest_environment(&settings, stream);
        Some(Ingest {
            function: raw.function.value.clone(),
            schedule: schedule?,
            timeout: Duration::from_secs(timeout_seconds.into()),
            memory_mib,
            settings,
        })
    }

    fn schedule(&mut self, raw: &raw::Ingest) -> Option<Schedule> {
        match raw.schedule.value.parse() {
            Ok(schedule) => Some(schedule),
            Err(error) => {
                let error: crate::schedule::ScheduleError = error;
                let (field, offset) = ("ingest.schedule", Some(error.offset));
                self.refuse(field, &raw.schedule, offset, error.message, error.remedy);
                None
            }
        }
    }

    fn url(&mut self, raw: &raw::Ingest) {
        if let Some((message, remedy)) = refuses_url(&raw.url.value) {
            self.refuse("ingest.url", &raw.url, None, message, remedy);
        }
    }

    fn records(&mut self, raw: &raw::Ingest) {
        if let Some(records) = &raw.records
            && let Err(error) = records.value.parse::<RecordsPath>()
        {
            let (field, offset) = ("ingest.records", Some(error.offset));
            self.refuse(field, records, offset, error.message, error.remedy);
        }
    }

    fn partition_key(&mut self, raw: &raw::Ingest) {
        let (field, Some(key)) = ("ingest.partition_key", &raw.partition_key) else {
            return;
        };
        if key.value == EVEN {
            let message = "`even` needs a list of the shards, which this function may not ask for";
            let remedy = "name a field, such as `{{ login.uuid }}`, or write `random`";
            self.refuse(field, key, None, message, remedy);
        } else if let Err(error) = layout::check_partition_key(&key.value) {
            let offset = Some(error.offset);
            self.refuse(field, key, offset, error.message, error.remedy);
        } else if let Some(at) = key.value.find(['[', '"']) {
            let message = "a partition key names fields by letters, digits, `_`, `-` and `@`";
            let remedy = "write names and numbers with dots between them, such as `items.0.id`";
            self.refuse(field, key, Some(at), message, remedy);
        }
    }

    fn mapping(&mut self, raw: &raw::Ingest) {
        let Some(scalar) = &raw.program else { return };
        let source = config::source(Some(&scalar.value));
        let Err(error) = Mapping::compile(source) else {
            return;
        };
        for problem in error.problems {
            let (field, offset) = ("ingest.program", Some(problem.offset));
            self.refuse(field, scalar, offset, problem.message, problem.remedy);
        }
    }

    /// Refuses what the function would have no room for.
    fn ingest_environment(&mut self, settings: &IngestSettings, stream: &str) {
        // A deployment puts a prefix before both names: count the longest there can be.
        let bucket = "b".repeat(aws::MAX_BUCKET_NAME_BYTES);
        let stream = format!("{stream:s<width$}", width = aws::MAX_STREAM_NAME_BYTES);
        let variables = settings.environment(&stream, &bucket);
        let bytes: usize = variables.map_or(0, |variables| {
            let sizes = variables
                .iter()
                .map(|(name, value)| name.len() + value.len());
            sizes.sum()
        });
        if bytes > MAX_ENVIRONMENT_BYTES {
            self.problems.push(Problem {
                place: None,
                field: "ingest".to_owned(),
                message: format!(
                    "the function's variables {}, {} and {} would have {bytes} bytes, and Lambda \
                     takes {MAX_ENVIRONMENT_BYTES}",
                    config::INGEST_VARIABLE,
                    config::STREAM_VARIABLE,
                    config::BUCKET_VARIABLE,
                ),
                remedy: "shorten ingest.program".to_owned(),
            });
        }
    }
}

/// What is wrong with an address, and what to do about it.
fn refuses_url(text: &str) -> Option<(String, &'static str)> {
    let remedy = "write a whole one, such as https://randomuser.me/api/?results=100";
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return Some((format!("is not a web address: {error}"), remedy)),
    };
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if !url.username().is_empty() || url.password().is_some() {
        let message = "holds a user name or a password, which anybody who sees the file can read";
        return Some((message.to_owned(), "use an API that needs none"));
    }
    match url.scheme() {
        "https" => None,
        "http" if is_loopback => None,
        "http" => Some((
            "would be fetched unencrypted".to_owned(),
            "write https; http is for addresses of this machine, such as http://127.0.0.1:8080/",
        )),
        other => Some((format!("`{other}` is not fetched"), remedy)),
    }
}
