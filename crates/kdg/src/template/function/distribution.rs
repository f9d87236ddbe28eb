//! Numbers that are more likely in some places than in others.
//!
//! Logarithms and the like come from the crate `libm`: those of a platform may
//! differ from another's in the last bit, and then records would too.

use crate::scene::Scene;

use super::super::argument::{Argument, Misfit};
use super::Operation;
use super::decimal::write;
use super::options::Options;
use super::tail;

/// Draws beyond the bounds are drawn again so often.
const MOST_DRAWS: u32 = 64;

/// No draw is farther than so many times the mean or the deviation: with 53 bits
/// of a fraction an exponential number ends at 36.8, and a normal one before 13.
const FARTHEST_DRAW: f64 = 64.0;

/// Beyond so many deviations from the mean nothing can be expected.
const FARTHEST: f64 = 6.0;

/// `random.normal`: the normal distribution around `mean`, 0 unless told, with
/// `deviation`, 1 unless told; between `min` and `max` if there are any.
pub(super) fn normal(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let options = Options::read(
        argument,
        &["mean", "deviation", "min", "max", "decimals"],
        r#"an object such as {"mean": 20, "deviation": 5}"#,
    )?;
    let mean = options.number("mean")?.unwrap_or(0.0);
    let deviation = options.positive("deviation", 1.0)?;
    let (min, max) = options.bounds()?;
    let decimals = options.decimals()?;
    let reach = FARTHEST * deviation;
    let likely =
        |bound: Option<f64>, sign: f64| bound.is_none_or(|bound| sign * (bound - mean) <= reach);
    options.require("min", likely(min, 1.0), || {
        "a \"min\" within 6 deviations of the mean".to_owned()
    })?;
    options.require("max", likely(max, -1.0), || {
        "a \"max\" within 6 deviations of the mean".to_owned()
    })?;
    let bounds = unbounded(min, max);
    require_finite(
        &options,
        "deviation",
        mean.abs() + FARTHEST_DRAW * deviation,
    )?;
    Ok(Operation::new(move |scene, out| {
        let draw = |scene: &mut Scene| mean + deviation * standard_normal(scene);
        let drawn = within(scene, bounds, draw, |scene, low, high| {
            let [low, high] = [low, high].map(|bound| (bound - mean) / deviation);
            mean + deviation * tail::normal(scene, low, high, standard_normal)
        });
        write(drawn, decimals, out);
    }))
}

/// `random.exponential`: the time to the next event where one is expected after
/// `mean`, 1 unless told.
pub(super) fn exponential(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let options = Options::read(
        argument,
        &["mean", "min", "max", "decimals"],
        r#"an object such as {"mean": 250}"#,
    )?;
    let mean = options.positive("mean", 1.0)?;
    let (min, max) = options.bounds()?;
    let decimals = options.decimals()?;
    options.require("min", min.is_none_or(|min| min <= 10.0 * mean), || {
        "a \"min\" of at most 10 times the mean".to_owned()
    })?;
    options.require("max", max.is_none_or(|max| max > 0.0), || {
        "a \"max\" above 0".to_owned()
    })?;
    let bounds = unbounded(min, max);
    require_finite(&options, "mean", FARTHEST_DRAW * mean)?;
    Ok(Operation::new(move |scene, out| {
        let draw = |scene: &mut Scene| -mean * libm::log(1.0 - scene.fraction());
        let drawn = within(scene, bounds, draw, |scene, low, high| {
            tail::exponential(scene, mean, low, high)
        });
        write(drawn, decimals, out);
    }))
}

/// What is drawn can be printed only if it is finite.
fn require_finite(options: &Options, name: &str, farthest: f64) -> Result<(), Misfit> {
    options.require(name, farthest.is_finite(), || {
        format!("a smaller \"{name}\", so that no number beyond 1e308 is drawn")
    })
}

fn unbounded(min: Option<f64>, max: Option<f64>) -> (f64, f64) {
    (
        min.unwrap_or(f64::NEG_INFINITY),
        max.unwrap_or(f64::INFINITY),
    )
}

/// A draw between the bounds: what lies beyond is drawn again, and where that
/// takes long, drawn `rarely` as the distribution is between them.
fn within(
    scene: &mut Scene,
    (low, high): (f64, f64),
    draw: impl Fn(&mut Scene) -> f64,
    rarely: impl Fn(&mut Scene, f64, f64) -> f64,
) -> f64 {
    let mut drawn = draw(scene);
    for _ in 1..MOST_DRAWS {
        if (low..=high).contains(&drawn) {
            return drawn;
        }
        drawn = draw(scene);
    }
    if (low..=high).contains(&drawn) {
        return drawn;
    }
    rarely(scene, low, high).max(low).min(high)
}

/// Marsaglia's polar method, of whose two numbers one is used: keeping the
/// other would tie a record to the one before it.
fn standard_normal(scene: &mut Scene) -> f64 {
    loop {
        let x = 2.0 * scene.fraction() - 1.0;
        let y = 2.0 * scene.fraction() - 1.0;
        let square = x * x + y * y;
        if square > 0.0 && square < 1.0 {
            return x * libm::sqrt(-2.0 * libm::log(square) / square);
        }
    }
}
