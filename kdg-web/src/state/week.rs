//! The week of hours: a mean and a spread of records a second for each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Days as they are shown; the original counts them from Sunday.
pub const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// Hours of a day.
pub const HOURS: usize = 24;

/// 7 times 24 cells, as they stand in their fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week(Vec<Hour>);

/// A cell of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hour {
    /// The mean, in records a second.
    pub mean: String,
    /// The standard deviation.
    pub sigma: String,
}

/// Which of the two numbers of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The original's `mu`.
    Mean,
    /// The original's `sig`.
    Sigma,
}

impl Default for Week {
    /// The original's: 100 with a deviation of 10, all week.
    fn default() -> Self {
        Self::even("100", "10")
    }
}

impl Week {
    /// Every hour the same.
    pub fn even(mean: &str, sigma: &str) -> Self {
        let hour = Hour {
            mean: mean.to_owned(),
            sigma: sigma.to_owned(),
        };
        Self(vec![hour; DAYS.len() * HOURS])
    }

    /// The number of a cell; empty where there is none.
    pub fn get(&self, day: usize, hour: usize, part: Part) -> &str {
        self.0
            .get(day * HOURS + hour)
            .map_or("", |cell| match part {
                Part::Mean => &cell.mean,
                Part::Sigma => &cell.sigma,
            })
    }

    /// Sets the number of a cell.
    pub fn set(&mut self, day: usize, hour: usize, part: Part, text: String) {
        if let Some(cell) = self.0.get_mut(day * HOURS + hour) {
            match part {
                Part::Mean => cell.mean = text,
                Part::Sigma => cell.sigma = text,
            }
        }
    }

    /// What is wrong with the first cell that holds no rate, by its day and hour.
    pub fn mistake(&self) -> Option<String> {
        self.0.iter().enumerate().find_map(|(place, cell)| {
            let (what, text) = [("mean", &cell.mean), ("deviation", &cell.sigma)]
                .into_iter()
                .find(|(_, text)| !is_rate(text))?;
            let (day, hour) = (DAYS.get(place / HOURS)?, place % HOURS);
            Some(format!(
                "{day} {hour:02}:00, {what}: {text:?} is no number of records a second, write 0 or more"
            ))
        })
    }

    /// Sets the same number of every cell.
    ///
    /// # Errors
    ///
    /// When it is no rate; nothing has changed then.
    pub fn fill(&mut self, part: Part, text: &str) -> Result<(), String> {
        if !is_rate(text) {
            return Err(format!(
                "{text:?} is no number of records a second, write 0 or more"
            ));
        }
        for cell in &mut self.0 {
            let own = match part {
                Part::Mean => &mut cell.mean,
                Part::Sigma => &mut cell.sigma,
            };
            text.clone_into(own);
        }
        Ok(())
    }

    /// Gives every day the hours of one.
    pub fn spread(&mut self, day: usize) {
        let hours: Vec<Hour> = self
            .0
            .iter()
            .skip(day * HOURS)
            .take(HOURS)
            .cloned()
            .collect();
        self.0 = hours
            .iter()
            .cycle()
            .take(DAYS.len() * HOURS)
            .cloned()
            .collect();
    }

    /// As the original keeps it: `#DAY-HOUR-mu` and `#DAY-HOUR-sig`. An hour without a mean has no
    /// deviation either, so that it sends nothing.
    pub fn periods(&self) -> BTreeMap<String, String> {
        let cells = self.0.iter().enumerate();
        cells
            .flat_map(|(place, cell)| {
                let name = |part| format!("#{}-{}-{part}", place / HOURS, place % HOURS);
                let sigma = if cell.is_empty() {
                    "0".to_owned()
                } else {
                    cell.sigma.clone()
                };
                [(name("mu"), cell.mean.clone()), (name("sig"), sigma)]
            })
            .collect()
    }

    /// Takes over what the original kept. Cells that it does not name stay.
    ///
    /// # Errors
    ///
    /// A name that is no cell.
    pub fn take(&mut self, periods: &BTreeMap<String, String>) -> Result<(), String> {
        for (name, text) in periods {
            let (day, hour, part) = cell(name).ok_or_else(|| {
                format!("{name:?} is no hour of the week, which are called like \"#0-23-mu\"")
            })?;
            self.set(day, hour, part, text.clone());
        }
        Ok(())
    }
}

impl Hour {
    fn is_empty(&self) -> bool {
        let mean = self.mean.trim();
        mean.is_empty() || mean.parse() == Ok(0.0)
    }
}

/// As `kdg` reads it, to which blank is 0.
fn is_rate(text: &str) -> bool {
    let text = text.trim();
    let is_number = |rate: f64| rate.is_finite() && rate >= 0.0;
    text.is_empty() || text.parse().is_ok_and(is_number)
}

fn cell(name: &str) -> Option<(usize, usize, Part)> {
    let mut parts = name.trim_start_matches('#').split('-');
    let day = parts.next()?.parse().ok().filter(|day| *day < DAYS.len())?;
    let hour = parts.next()?.parse().ok().filter(|hour| *hour < HOURS)?;
    let part = match parts.next()? {
        "mu" => Part::Mean,
        "sig" => Part::Sigma,
        _ => return None,
    };
    Some((day, hour, part))
}
