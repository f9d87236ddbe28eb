//! A function's settings → the environment variables its process starts with.

use std::collections::BTreeMap;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::account::function_arn;

/// The only version there is: what was registered last.
pub const VERSION: &str = "$LATEST";

/// The longest time one invocation may take (Lambda guide, `/lambda/latest/dg/gettingstarted-limits.html`).
const MAX_TIMEOUT: Duration = Duration::from_mins(15);

/// Memory sizes AWS accepts, in MiB (same page).
const MEMORY_MIB: std::ops::RangeInclusive<u32> = 128..=10_240;

/// The longest function name (API reference, `CreateFunction`).
const MAX_NAME_CHARS: usize = 64;

/// A function as it would be deployed.
#[derive(Debug, Clone)]
pub struct Function {
    /// Letters, digits, `-` and `_`, at most 64 of them.
    pub name: String,
    /// The executable that speaks the Runtime API.
    pub program: PathBuf,
    /// What the executable is started with.
    pub arguments: Vec<String>,
    /// The function's own variables, which win over those that Lambda sets,
    /// `AWS_LAMBDA_RUNTIME_API` excepted.
    pub environment: BTreeMap<String, String>,
    /// How long one invocation may take, at most 15 minutes.
    pub timeout: Duration,
    /// The memory size that is announced and reported; it is not enforced.
    pub memory_mib: u32,
    /// How many processes may run at a time.
    pub maximum_concurrency: usize,
}

/// Why a function was refused.
#[derive(Debug, thiserror::Error)]
pub enum InvalidFunction {
    /// The name is not one AWS accepts.
    #[error("function name {0:?} must be 1 to 64 letters, digits, `-` or `_`; rename it")]
    Name(String),
    /// The timeout is zero or too long.
    #[error("timeout of function {name} is {timeout:?}; choose more than zero and at most 900 s")]
    Timeout {
        /// The function.
        name: String,
        /// What was asked for.
        timeout: Duration,
    },
    /// The memory size is out of range.
    #[error("memory of function {name} is {memory_mib} MiB; choose 128 to 10240")]
    Memory {
        /// The function.
        name: String,
        /// What was asked for.
        memory_mib: u32,
    },
    /// Nothing could ever run.
    #[error("maximum concurrency of function {0} is 0; choose 1 or more")]
    Concurrency(String),
    /// The log file cannot be opened.
    #[error("the log of the function cannot be opened in the folder `logs` of the state")]
    Log(#[source] io::Error),
}

impl Function {
    /// Checks the settings against AWS's ranges.
    pub(super) fn validate(&self) -> Result<(), InvalidFunction> {
        let named = (1..=MAX_NAME_CHARS).contains(&self.name.len())
            && self
                .name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !named {
            return Err(InvalidFunction::Name(self.name.clone()));
        }
        if self.timeout.is_zero() || self.timeout > MAX_TIMEOUT {
            return Err(InvalidFunction::Timeout {
                name: self.name.clone(),
                timeout: self.timeout,
            });
        }
        if !MEMORY_MIB.contains(&self.memory_mib) {
            return Err(InvalidFunction::Memory {
                name: self.name.clone(),
                memory_mib: self.memory_mib,
            });
        }
        if self.maximum_concurrency == 0 {
            return Err(InvalidFunction::Concurrency(self.name.clone()));
        }
        Ok(())
    }

    pub(super) fn arn(&self, region: &str) -> String {
        function_arn(region, &self.name)
    }

    /// The whole environment of a process that talks to the Runtime API at `runtime_api`.
    ///
    /// The names are AWS's (Lambda guide, `/lambda/latest/dg/configuration-envvars.html`);
    /// of the parent's variables only `PATH` is passed on.
    pub(super) fn variables(
        &self,
        region: &str,
        runtime_api: &str,
        log_stream: &str,
    ) -> BTreeMap<String, String> {
        let task_root = self.task_root();
        let path = env::var("PATH").unwrap_or_else(|_| "/usr/local/bin:/usr/bin:/bin".to_owned());
        let mut variables: BTreeMap<String, String> = [
            ("AWS_DEFAULT_REGION", region),
            ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
            (
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                &self.memory_mib.to_string(),
            ),
            ("AWS_LAMBDA_FUNCTION_NAME", &self.name),
            ("AWS_LAMBDA_FUNCTION_VERSION", VERSION),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            (
                "AWS_LAMBDA_LOG_GROUP_NAME",
                &format!("/aws/lambda/{}", self.name),
            ),
            ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream),
            ("AWS_REGION", region),
            ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
            ("LAMBDA_TASK_ROOT", &task_root.to_string_lossy()),
            ("LANG", "en_US.UTF-8"),
            ("PATH", &path),
            ("TMPDIR", "/tmp"),
            ("TZ", ":UTC"),
            ("_HANDLER", "bootstrap"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        variables.extend(self.environment.clone());
        variables.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), runtime_api.to_owned());
        variables
    }

    /// Where the program lies, or where the function's own `LAMBDA_TASK_ROOT` says.
    pub(super) fn task_root(&self) -> PathBuf {
        if let Some(root) = self.environment.get("LAMBDA_TASK_ROOT") {
            return PathBuf::from(root);
        }
        let parent = self.program.parent().filter(|path| path.is_absolute());
        parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
    }
}

/// The name AWS gives the log stream of an environment: `2026/11/20/[$LATEST]<32 hex digits>`.
pub(super) fn log_stream_name(now_ms: u64, environment: u128) -> String {
    let seconds = i64::try_from(now_ms / 1000).unwrap_or_default();
    let day = OffsetDateTime::from_unix_timestamp(seconds)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(format_description!("[year]/[month]/[day]"))
        .unwrap_or_default();
    format!("{day}/[{VERSION}]{environment:032x}")
}
