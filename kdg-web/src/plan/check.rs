//! A form that can be wrong → a plan that cannot.

use std::time::Duration;

use kdg::{Ending, FaultMix, Grid, KeyRule, LineBreaks, Pace, Template};

use super::{Faults, Field, FieldError, PartitionKey, Plan, Rate, Stop, Target, Time};

/// The longest name of a stream.
/// AWS: Kinesis API, `CreateStream` (`/kinesis/latest/APIReference/API_CreateStream.html`).
const MAX_STREAM_NAME: usize = 128;

/// The longest name of a delivery stream.
/// AWS: Firehose API, `CreateDeliveryStream` (`/firehose/latest/APIReference/API_CreateDeliveryStream.html`).
const MAX_FIREHOSE_NAME: usize = 64;

/// A plan that is only short of what the account and the clock say.
#[derive(Debug)]
pub struct CheckedPlan {
    /// Compiled.
    pub template: Template,
    /// Where the records go.
    pub target: Target,
    /// How records get their keys; `None` for even shards, which have to be asked for.
    pub key: Option<KeyRule>,
    /// Whether records are compressed.
    pub gzip: bool,
    /// What follows each record.
    pub ending: Ending,
    /// What is wrong on purpose.
    pub faults: FaultMix,
    /// The chosen seed.
    pub seed: Option<u64>,
    /// When the run ends by itself.
    pub ends: Ends,
    /// The time that `date.simTime` shows, and how it passes.
    pub simulation: Option<Simulation>,
    rhythm: Rhythm,
}

/// When a run ends by itself, whatever comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ends {
    /// After so many records.
    pub records: Option<u64>,
    /// After so many bytes, as [`Target::bytes`] counts them.
    pub bytes: Option<u64>,
    /// After this time.
    pub after: Option<Duration>,
}

/// A time that is simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simulation {
    /// Milliseconds since the Unix epoch.
    pub from_ms: i64,
    /// How long it lasts, in its own time.
    pub lasts: Option<Duration>,
    /// How many times as fast it passes; as fast as records are taken when `None`.
    pub speed: Option<f64>,
}

/// A pace, or what is one as soon as it is known when it begins.
#[derive(Debug)]
enum Rhythm {
    Pace(Pace),
    Grid(Box<Grid>),
}

impl Plan {
    /// Checks every part of the form.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, each with its field; of a template that does not compile, the first mistake.
    pub fn validate(&self) -> Result<CheckedPlan, Vec<FieldError>> {
        let mut errors = Vec::new();
        let template = note(&mut errors, Field::Template, self.compile());
        note(&mut errors, Field::Target, self.target.check());
        let key = note(&mut errors, Field::PartitionKey, self.key());
        let simulation = note(&mut errors, Field::Time, self.time.check(&self.rate));
        let rhythm = note(&mut errors, Field::Rate, self.rate.check());
        let rhythm = match (rhythm, simulation.flatten()) {
            (Some(Rhythm::Pace(pace)), Some(simulation)) => {
                let pace = pace
                    .simulated(simulation.speed)
                    .map_err(|error| error.to_string());
                note(&mut errors, Field::Time, pace).map(Rhythm::Pace)
            }
            (rhythm, _) => rhythm,
        };
        let faults = note(&mut errors, Field::Faults, self.faults.mix());
        let ends = self.stop.check(&mut errors);
        match (template, key, simulation, rhythm, faults, errors.is_empty()) {
            (Some(template), Some(key), Some(simulation), Some(rhythm), Some(faults), true) => {
                Ok(CheckedPlan {
                    template,
                    target: self.target.clone(),
                    key,
                    gzip: self.gzip,
                    ending: if self.line_feed && !self.gzip {
                        Ending::LineFeed
                    } else {
                        Ending::Nothing
                    },
                    faults,
                    seed: self.seed,
                    ends,
                    simulation,
                    rhythm,
                })
            }
            _ => Err(errors),
        }
    }

    fn compile(&self) -> Result<Template, String> {
        let line_breaks = if self.strip_line_breaks {
            LineBreaks::Strip
        } else {
            LineBreaks::Keep
        };
        Template::compile_with(&self.template, line_breaks).map_err(|errors| errors.to_string())
    }

    /// How records get their keys; `None` for even shards.
    fn key(&self) -> Result<Option<KeyRule>, String> {
        match (&self.target, &self.partition_key) {
            // Firehose has no keys, and random ones need the least.
            (Target::Firehose { .. }, _) | (_, PartitionKey::Random) => Ok(Some(KeyRule::Random)),
            (_, PartitionKey::Even) => Ok(None),
            (_, PartitionKey::Template { text }) => match text.parse() {
                Ok(template) => Ok(Some(KeyRule::Template(template))),
                Err(error) => Err(format!("{error}")),
            },
        }
    }
}

impl CheckedPlan {
    /// The time at which records begin, in milliseconds since the Unix epoch.
    pub fn begins_ms(&self, now_ms: i64) -> i64 {
        self.simulation
            .map_or(now_ms, |simulation| simulation.from_ms)
    }

    /// The pace of a run that begins at this local time, in milliseconds since the Unix epoch.
    pub fn pace(&self, local_ms: i64, seed: u64) -> Pace {
        match &self.rhythm {
            Rhythm::Pace(pace) => pace.clone(),
            Rhythm::Grid(grid) => {
                let pace = Pace::grid((**grid).clone(), local_ms, seed);
                match self.simulation {
                    // The speed has been checked.
                    Some(simulation) => pace.clone().simulated(simulation.speed).unwrap_or(pace),
                    None => pace,
                }
            }
        }
    }
}

impl Simulation {
    /// When it ends, in the time that really passes.
    pub fn ends(&self) -> Option<Duration> {
        let seconds = self.lasts?.as_secs_f64() / self.speed?;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

impl Target {
    fn check(&self) -> Result<(), String> {
        let (what, longest) = match self {
            Self::Stream { .. } => ("stream", MAX_STREAM_NAME),
            Self::Firehose { .. } => ("delivery stream", MAX_FIREHOSE_NAME),
        };
        let name = self.name();
        if name.is_empty() {
            return Err(format!("pick a {what}, or type the name of one"));
        }
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if name.len() > longest || !name.chars().all(is_of_name) {
            return Err(format!(
                "{name:?} is no name of a {what}, write up to {longest} letters, digits, dots, hyphens and underscores"
            ));
        }
        Ok(())
    }
}

impl Rate {
    fn check(&self) -> Result<Rhythm, String> {
        let pace = match self {
            Self::Unlimited => return Ok(Rhythm::Pace(Pace::unlimited())),
            Self::Constant { per_second } => Pace::constant(*per_second),
            Self::Ramp { from, to, seconds } => Pace::ramp(*from, *to, duration(*seconds)?),
            Self::Burst {
                base,
                peak,
                seconds,
                every_seconds,
            } => Pace::burst(*base, *peak, duration(*seconds)?, duration(*every_seconds)?),
            Self::Grid { periods, smooth } => {
                let json = serde_json::to_string(periods).map_err(|error| error.to_string())?;
                let grid = Grid::from_periods(&json).map_err(|error| error.to_string())?;
                if grid == Grid::empty() {
                    return Err("no hour of the week has records, fill in one".to_owned());
                }
                let grid = if *smooth { grid.smoothed() } else { grid };
                return Ok(Rhythm::Grid(Box::new(grid)));
            }
        };
        pace.map(Rhythm::Pace).map_err(|error| error.to_string())
    }
}

impl Time {
    fn check(&self, rate: &Rate) -> Result<Option<Simulation>, String> {
        let Self::Simulated {
            from_ms,
            until_ms,
            speed,
        } = self
        else {
            return Ok(None);
        };
        if *rate == Rate::Unlimited {
            return Err("a simulated time needs a rate, choose one".to_owned());
        }
        if let Some(speed) = speed
            && !(speed.is_finite() && *speed > 0.0)
        {
            return Err(format!(
                "a speed of {speed} is not possible, choose one above 0"
            ));
        }
        let lasts_ms = until_ms.map(|until_ms| u64::try_from(until_ms.saturating_sub(*from_ms)));
        match lasts_ms.transpose() {
            Ok(Some(0)) => {
                Err("the simulated time ends when it begins, choose a later end".to_owned())
            }
            Err(_) => Err("the simulated time ends before it begins, swap the two".to_owned()),
            Ok(lasts_ms) => Ok(Some(Simulation {
                from_ms: *from_ms,
                lasts: lasts_ms.map(Duration::from_millis),
                speed: *speed,
            })),
        }
    }
}

impl Faults {
    fn mix(&self) -> Result<FaultMix, String> {
        let Self {
            malformed,
            duplicate,
            late,
            oversize,
            hot_key,
        } = self;
        if *self == Self::default() {
            return Ok(FaultMix::default());
        }
        let text = format!(
            "malformed={malformed},duplicate={duplicate},late={late},oversize={oversize},hot-key={hot_key}"
        );
        text.parse::<FaultMix>().map_err(|error| error.to_string())
    }
}

impl Stop {
    fn check(&self, errors: &mut Vec<FieldError>) -> Ends {
        let whole = |errors: &mut Vec<FieldError>, field, number, what| {
            if number == Some(0) {
                let message =
                    format!("a run of no {what} is over at once, write 1 or more, or nothing");
                errors.push(FieldError { field, message });
            }
        };
        whole(errors, Field::StopRecords, self.records, "records");
        whole(errors, Field::StopBytes, self.bytes, "bytes");
        let after = self.minutes.map(
            |minutes| match Duration::try_from_secs_f64(minutes * 60.0) {
                Ok(after) if !after.is_zero() => Ok(after),
                Err(_) if minutes > 0.0 => {
                    Err("so many minutes cannot be counted, write fewer, or nothing".to_owned())
                }
                _ => Err(
                    "a run takes some time, write a number of minutes above 0, or nothing"
                        .to_owned(),
                ),
            },
        );
        let after = note(errors, Field::StopMinutes, after.transpose()).flatten();
        Ends {
            records: self.records,
            bytes: self.bytes,
            after,
        }
    }
}

fn duration(seconds: f64) -> Result<Duration, String> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| format!("{seconds} is no number of seconds, write one such as 90 or 0.5"))
}

fn note<T>(errors: &mut Vec<FieldError>, field: Field, checked: Result<T, String>) -> Option<T> {
    checked
        .map_err(|message| errors.push(FieldError { field, message }))
        .ok()
}
