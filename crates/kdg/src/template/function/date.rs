//! The time, in a format of moment.js, and times around it.

use super::super::argument::{Argument, Given, Misfit, Parameters};
use super::super::moment::{Format, MONTHS, WEEKDAYS, Written, Zone, written};
use super::super::value::{Value, unquoted};
use super::Operation;
use crate::scene::Scene;

const LOCAL: &str = "YYYY-MM-DDTHH:mm:ssZ";
/// The KDG prints a literal Z here, not an offset.
const UTC: &str = "YYYY-MM-DDTHH:mm:ss[Z]";

const DAY_MS: f64 = 86_400_000.0;
const YEAR_MS: f64 = 365.0 * DAY_MS;
/// The past starts, and the future ends, this far from now.
const LEAST_MS: i64 = 1_000;
/// JavaScript knows no dates beyond these from now.
const MOST_MS: f64 = 8.64e15;
const DATE: &str = "a date such as 2024-02-29 or 2024-02-29T13:05:09Z";

/// `date.now` and `current.timestamp`: the clock, in local time.
pub(super) fn now(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let format = format(argument, LOCAL)?;
    Ok(Operation::new(move |scene, out| {
        format.render(scene.now_ms(), Zone::Local(scene.offset_minutes()), out);
    }))
}

/// `date.utc`: the clock, in UTC.
pub(super) fn utc(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let format = format(argument, UTC)?;
    Ok(Operation::new(move |scene, out| {
        format.render(scene.now_ms(), Zone::Utc, out);
    }))
}

/// `date.simTime`: the simulated clock, in local time.
pub(super) fn simulated(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let format = format(argument, LOCAL)?;
    Ok(Operation::new(move |scene, out| {
        format.render(
            scene.simulated_ms(),
            Zone::Local(scene.offset_minutes()),
            out,
        );
    }))
}

fn format(argument: &Argument<'_>, default: &str) -> Result<Format, Misfit> {
    let format = argument.free_text()?;
    Ok(Format::parse(format.as_deref().unwrap_or(default)))
}

/// `date.past`: within so many years before now or another date.
pub(super) fn past(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    near(
        argument,
        &["years", "refDate"],
        YEAR_MS,
        i64::saturating_sub,
    )
}

/// `date.future`: within so many years after now or another date.
pub(super) fn future(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    near(
        argument,
        &["years", "refDate"],
        YEAR_MS,
        i64::saturating_add,
    )
}

/// `date.recent`: within so many days before now or another date.
pub(super) fn recent(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    near(argument, &["days", "refDate"], DAY_MS, i64::saturating_sub)
}

fn near(
    argument: &Argument<'_>,
    names: &'static [&'static str; 2],
    unit_ms: f64,
    moved: fn(i64, i64) -> i64,
) -> Result<Operation, Misfit> {
    let [unit, reference] = names;
    let parameters = argument.parameters(names)?;
    let most = parameters.number(unit)?.unwrap_or(1.0) * unit_ms;
    if most.abs() > MOST_MS {
        let expected = format!("{unit} up to {}", (MOST_MS / unit_ms).floor());
        return Err(parameters.misfit(unit, expected));
    }
    #[expect(clippy::cast_possible_truncation, reason = "8.64e15 at most")]
    let most = most as i64;
    // A negative number looks the other way, as in the KDG.
    let (least, most) = (most.min(LEAST_MS), most.max(LEAST_MS));
    let from = date(&parameters, reference)?;
    let printed = Printed::new();
    Ok(Operation::new(move |scene, out| {
        let drawn = scene.below(least.abs_diff(most) + 1);
        let distance = least.saturating_add_unsigned(drawn);
        let from = from.map_or(scene.now_ms(), |date| in_zone(date, scene));
        printed.write(moved(from, distance), scene, out);
    }))
}

/// `date.between`: from the one date, a year ago unless told, to the other, now
/// unless told.
pub(super) fn between(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["from", "to"])?;
    let (from, to) = (date(&parameters, "from")?, date(&parameters, "to")?);
    if let (Some(Written::Universal(from)), Some(Written::Universal(to)))
    | (Some(Written::Local(from)), Some(Written::Local(to))) = (from, to)
        && from > to
    {
        return Err(parameters.misfit("to", "a date after the first"));
    }
    let printed = Printed::new();
    Ok(Operation::new(move |scene, out| {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number")]
        const YEAR: i64 = YEAR_MS as i64;
        let to = to.map_or(scene.now_ms(), |date| in_zone(date, scene));
        let from = from.map_or(to.saturating_sub(YEAR), |date| in_zone(date, scene));
        let drawn = scene.below(from.abs_diff(to).saturating_add(1));
        printed.write(from.min(to).saturating_add_unsigned(drawn), scene, out);
    }))
}

/// A parameter that is a date, or a number of milliseconds since the epoch.
fn date(parameters: &Parameters<'_>, name: &str) -> Result<Option<Written>, Misfit> {
    let Some(given) = parameters.given(name) else {
        return Ok(None);
    };
    let date = match &given.value {
        Value::Null => return Ok(None),
        Value::Text(text) => written(unquoted(text)),
        #[expect(clippy::cast_possible_truncation, reason = "no date is beyond 8.64e15")]
        Value::Number(number) if number.abs() <= MOST_MS => {
            Some(Written::Universal(*number as i64))
        }
        _ => None,
    };
    date.map(Some).ok_or_else(|| parameters.misfit(name, DATE))
}

fn in_zone(date: Written, scene: &Scene) -> i64 {
    match date {
        Written::Universal(ms) => ms,
        Written::Local(ms) => ms - i64::from(scene.offset_minutes()) * 60_000,
    }
}

/// A date as JavaScript prints it. The scene knows no names of zones, so that
/// one ahead of UTC is called after its offset.
struct Printed {
    universal: Format,
    local: Format,
}

impl Printed {
    fn new() -> Self {
        Self {
            universal: Format::parse(
                "ddd MMM DD YYYY HH:mm:ss [GMT+0000 (Coordinated Universal Time)]",
            ),
            local: Format::parse("ddd MMM DD YYYY HH:mm:ss [GMT]ZZ [(GMT]Z[)]"),
        }
    }

    fn write(&self, epoch_ms: i64, scene: &Scene, out: &mut Vec<u8>) {
        match scene.offset_minutes() {
            0 => self.universal.render(epoch_ms, Zone::Utc, out),
            offset => self.local.render(epoch_ms, Zone::Local(offset), out),
        }
    }
}

/// `date.month`: its name, or three letters of it.
pub(super) fn month(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    name(argument, &MONTHS)
}

/// `date.weekday`: its name, or three letters of it.
pub(super) fn weekday(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    name(argument, &WEEKDAYS)
}

fn name(argument: &Argument<'_>, names: &'static [&'static str]) -> Result<Operation, Misfit> {
    // Whatever is no object says nothing, as in the KDG.
    let short = match argument.structured()? {
        Given::Value(given) => given
            .value
            .get("abbr")
            .is_some_and(|abbr| !abbr.value.is_falsy()),
        Given::Nothing | Given::Raw(_) => false,
    };
    if !short {
        return Ok(Operation::List(names));
    }
    Ok(Operation::new(move |scene, out| {
        if let Some(name) = scene.pick(names) {
            out.extend_from_slice(name.get(..3).unwrap_or(name).as_bytes());
        }
    }))
}
