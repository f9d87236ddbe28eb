//! `date.range`: a time between two others.

use crate::scene::Scene;

use super::super::argument::{Argument, Misfit};
use super::super::moment::{Format, LATEST_MS, Written, Zone, written};
use super::super::value::{Located, Value};
use super::Operation;
use super::options::Options;

const FORMAT: &str = "YYYY-MM-DDTHH:mm:ss[Z]";
const DAY_MS: i64 = 86_400_000;

/// A bound of the period.
#[derive(Debug, Clone, Copy)]
enum Bound {
    At(i64),
    /// So many milliseconds after the time on the clock.
    FromNow(i64),
}

/// Compiles `date.range`. Times are written `2024-02-29`, with a time of day
/// `2024-02-29T13:05:09Z`, as milliseconds since 1970, or `now-7d`; unless told
/// it is the last day. They print in UTC.
pub(super) fn range(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let options = Options::read(
        argument,
        &["from", "to", "format"],
        r#"an object such as {"from": "2024-01-01", "to": "now"}"#,
    )?;
    let from = bound(options.get("from"))?.unwrap_or(Bound::FromNow(-DAY_MS));
    let to = bound(options.get("to"))?.unwrap_or(Bound::FromNow(0));
    if let (Bound::At(from), Bound::At(to)) | (Bound::FromNow(from), Bound::FromNow(to)) =
        (from, to)
    {
        options.require("to", from <= to, || {
            "a time as \"to\" that is not before \"from\"".to_owned()
        })?;
    }
    let format = Format::parse(options.text("format")?.unwrap_or(FORMAT));
    Ok(Operation::new(move |scene, out| {
        let (from, to) = (from.on(scene), to.on(scene));
        let span = u64::try_from(to.saturating_sub(from)).unwrap_or(0);
        let after = i64::try_from(scene.between(0, span)).unwrap_or(0);
        format.render(from.saturating_add(after), Zone::Utc, out);
    }))
}

impl Bound {
    fn on(self, scene: &Scene) -> i64 {
        match self {
            Self::At(ms) => ms,
            Self::FromNow(ms) => {
                let time = scene.now_ms().saturating_add(ms);
                time.clamp(-LATEST_MS, LATEST_MS)
            }
        }
    }
}

fn bound(given: Option<&Located>) -> Result<Option<Bound>, Misfit> {
    const EXPECTED: &str = "a time such as \"2024-02-29\", \"2024-02-29T13:05:09Z\", \"now-7d\" \
        or milliseconds since 1970";
    let Some(given) = given else {
        return Ok(None);
    };
    let bound = match &given.value {
        #[expect(clippy::cast_possible_truncation, reason = "times saturate")]
        Value::Number(ms) if ms.is_finite() => {
            Some(Bound::At((*ms as i64).clamp(-LATEST_MS, LATEST_MS)))
        }
        Value::Text(text) => match text.trim().strip_prefix("now") {
            Some(offset) => offset_ms(offset.trim()).map(Bound::FromNow),
            None => written(text).map(|time| match time {
                // Without a zone it is in UTC, as it is printed.
                Written::Universal(ms) | Written::Local(ms) => Bound::At(ms),
            }),
        },
        _ => None,
    };
    bound.map(Some).ok_or_else(|| Misfit::at(given, EXPECTED))
}

/// `-7d`, `+12h`, `-30m`, `+5s`, or nothing.
fn offset_ms(offset: &str) -> Option<i64> {
    if offset.is_empty() {
        return Some(0);
    }
    let sign = match offset.as_bytes().first()? {
        b'-' => -1,
        b'+' => 1,
        _ => return None,
    };
    let unit = match offset.as_bytes().last()? {
        b's' => 1_000,
        b'm' => 60_000,
        b'h' => 3_600_000,
        b'd' => DAY_MS,
        _ => return None,
    };
    let digits = offset.get(1..offset.len() - 1)?.trim();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<i64>().ok()?.checked_mul(unit * sign)
}
