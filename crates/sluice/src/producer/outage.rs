//! A stream that takes nothing → one word about it, and one when it is over.

use std::fmt;
use std::time::Duration;

use kdg::{Failure, Silence};

/// How long a stream may take nothing before that is worth a word.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The stream takes nothing, and its records wait.
    Silent {
        lasts: Duration,
        last: Option<Failure>,
        in_flight: u64,
        /// How long a record is sent again.
        max_age: Option<Duration>,
    },
    /// It does again.
    Heard { after: Duration },
}

/// Knows what has been said.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Since when nothing was taken, if that has been said.
    told: Option<Duration>,
}

impl Watch {
    /// What to say now, if anything; `None` most of the time.
    pub(super) fn look(
        &mut self,
        silence: Option<Silence>,
        (in_flight, max_age): (u64, Option<Duration>),
        now: Duration,
    ) -> Option<Notice> {
        if let Some(told) = self.told {
            if silence.is_some_and(|silence| silence.since == told) {
                return None;
            }
            self.told = None;
            let after = now.saturating_sub(told);
            return Some(Notice::Heard { after });
        }
        let silence = silence?;
        let lasts = now.saturating_sub(silence.since);
        if lasts < PATIENCE {
            return None;
        }
        self.told = Some(silence.since);
        Some(Notice::Silent {
            lasts,
            last: silence.last,
            in_flight,
            max_age,
        })
    }

    /// When to look again, if nothing happens before.
    pub(super) fn wakes(&self, silence: Option<Silence>) -> Option<Duration> {
        let silence = silence.filter(|_| self.told.is_none())?;
        Some(silence.since.saturating_add(PATIENCE))
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |duration: &Duration| duration.as_secs_f64().round();
        match self {
            Self::Silent {
                lasts,
                last,
                in_flight,
                max_age,
            } => {
                write!(f, "takes no records since {} s: ", seconds(lasts))?;
                match last {
                    Some(last) => write!(f, "{last}")?,
                    None => write!(f, "no answer yet")?,
                }
                write!(f, "; {in_flight} records wait and are sent again")?;
                match max_age {
                    Some(age) => write!(f, ", each for {} s at most", seconds(age)),
                    None => Ok(()),
                }
            }
            Self::Heard { after } => write!(f, "takes records again, after {} s", seconds(after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since(since: u64) -> Silence {
        let since = Duration::from_secs(since);
        Silence { since, last: None }
    }

    #[test]
    fn an_outage_is_told_once_early_and_so_is_its_end() {
        let mut watch = Watch::default();
        let mut said = Vec::new();
        for now in 0..100 {
            // Nothing is taken from 10 s to 50 s, and from 60 s to 62 s.
            let silence = match now {
                10..50 => Some(since(10)),
                60..62 => Some(since(60)),
                _ => None,
            };
            let at = Duration::from_secs(now);
            if let Some(wakes) = watch.wakes(silence.clone()) {
                assert_eq!(wakes.as_secs() % 10, 3);
            }
            let max_age = Some(Duration::from_mins(5));
            let notice = watch.look(silence, (7, max_age), at);
            said.extend(notice.map(|notice| (now, notice.to_string())));
        }
        let silent = "takes no records since 3 s: no answer yet; 7 records wait and are sent \
                      again, each for 300 s at most";
        let heard = "takes records again, after 40 s";
        assert_eq!(said, [(13, silent.to_owned()), (50, heard.to_owned())]);
    }
}
