//! Whole numbers that are not equally likely: counts and ranks.

use crate::scene::Scene;

use super::super::argument::{Argument, Misfit};
use super::Operation;
use super::decimal::write;
use super::options::Options;

/// From this mean on, counting events one by one takes longer than rejection.
const LARGE_MEAN: f64 = 30.0;
const MOST_MEAN: f64 = 1e9;
const MOST_RANKS: f64 = 1e12;
const MOST_EXPONENT: f64 = 20.0;

/// `random.poisson`: how many events happen where `mean` are expected, 1 unless
/// told.
pub(super) fn poisson(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let options = Options::read(argument, &["mean"], r#"an object such as {"mean": 4}"#)?;
    let mean = options.positive("mean", 1.0)?;
    options.require("mean", mean <= MOST_MEAN, || {
        format!("a \"mean\" of at most {MOST_MEAN}")
    })?;
    if mean < LARGE_MEAN {
        let none = libm::exp(-mean);
        Ok(Operation::new(move |scene, out| {
            write(one_by_one(scene, none), None, out);
        }))
    } else {
        let events = Rejection::new(mean);
        Ok(Operation::new(move |scene, out| {
            write(events.draw(scene), None, out);
        }))
    }
}

/// `random.zipf`: a rank of 1 to `n`, 100 unless told, that is the less likely
/// the higher, as its power with `exponent`, 1 unless told.
pub(super) fn zipf(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let options = Options::read(
        argument,
        &["n", "exponent"],
        r#"an object such as {"n": 1000, "exponent": 1.2}"#,
    )?;
    let ranks = options.positive("n", 100.0)?;
    let usable = (1.0..=MOST_RANKS).contains(&ranks) && ranks.fract() == 0.0;
    options.require("n", usable, || {
        format!("a whole \"n\" of 1 to {MOST_RANKS}")
    })?;
    let exponent = options.positive("exponent", 1.0)?;
    options.require("exponent", exponent <= MOST_EXPONENT, || {
        format!("an \"exponent\" of at most {MOST_EXPONENT}")
    })?;
    let zipf = Zipf::new(ranks, exponent);
    Ok(Operation::new(move |scene, out| {
        write(zipf.draw(scene), None, out);
    }))
}

/// Knuth's method: intervals are added up until they exceed the time.
fn one_by_one(scene: &mut Scene, none: f64) -> f64 {
    let mut events = 0.0;
    let mut product = scene.fraction();
    while product > none {
        events += 1.0;
        product *= scene.fraction();
    }
    events
}

/// The transformed rejection of a Poisson distribution with a large mean.
/// Source: Hörmann, "The transformed rejection method for generating Poisson
/// random variables", algorithm PTRS.
struct Rejection {
    mean: f64,
    log_mean: f64,
    a: f64,
    b: f64,
    inverse_alpha: f64,
    squeeze: f64,
}

impl Rejection {
    fn new(mean: f64) -> Self {
        let b = 0.931 + 2.53 * libm::sqrt(mean);
        Self {
            mean,
            log_mean: libm::log(mean),
            a: -0.059 + 0.024_83 * b,
            b,
            inverse_alpha: 1.1239 + 1.1328 / (b - 3.4),
            squeeze: 0.9277 - 3.6224 / (b - 2.0),
        }
    }

    fn draw(&self, scene: &mut Scene) -> f64 {
        loop {
            let u = scene.fraction() - 0.5;
            let v = scene.fraction();
            let distance = 0.5 - u.abs();
            let events = ((2.0 * self.a / distance + self.b) * u + self.mean + 0.43).floor();
            if distance >= 0.07 && v <= self.squeeze {
                return events;
            }
            if !(events >= 0.0 && events.is_finite()) || (distance < 0.013 && v > distance) {
                continue;
            }
            let hat = v * self.inverse_alpha / (self.a / (distance * distance) + self.b);
            let likelihood = events * self.log_mean - self.mean - libm::lgamma(events + 1.0);
            if libm::log(hat) <= likelihood {
                return events;
            }
        }
    }
}

/// Source: Hörmann and Derflinger, "Rejection-inversion to generate variates
/// from monotone discrete distributions".
struct Zipf {
    ranks: f64,
    exponent: f64,
    /// The integral of the hat from its start and to its end.
    start: f64,
    end: f64,
    shortcut: f64,
}

impl Zipf {
    fn new(ranks: f64, exponent: f64) -> Self {
        let mut zipf = Self {
            ranks,
            exponent,
            start: 0.0,
            end: 0.0,
            shortcut: 0.0,
        };
        zipf.start = zipf.integral(1.5) - 1.0;
        zipf.end = zipf.integral(ranks + 0.5);
        zipf.shortcut = 2.0 - zipf.inverse(zipf.integral(2.5) - zipf.weight(2.0));
        zipf
    }

    fn draw(&self, scene: &mut Scene) -> f64 {
        loop {
            let area = self.end + scene.fraction() * (self.start - self.end);
            let x = self.inverse(area);
            let rank = (x + 0.5).floor().clamp(1.0, self.ranks);
            let near = rank - x <= self.shortcut;
            if near || area >= self.integral(rank + 0.5) - self.weight(rank) {
                return rank;
            }
        }
    }

    fn weight(&self, x: f64) -> f64 {
        libm::exp(-self.exponent * libm::log(x))
    }

    fn integral(&self, x: f64) -> f64 {
        let log = libm::log(x);
        growth((1.0 - self.exponent) * log) * log
    }

    fn inverse(&self, area: f64) -> f64 {
        let t = (area * (1.0 - self.exponent)).max(-1.0);
        libm::exp(decay(t) * area)
    }
}

/// (eˣ - 1) / x, which is 1 at 0.
fn growth(x: f64) -> f64 {
    if x.abs() > 1e-8 {
        libm::expm1(x) / x
    } else {
        1.0 + x * 0.5
    }
}

/// ln(1 + x) / x, which is 1 at 0.
fn decay(x: f64) -> f64 {
    if x.abs() > 1e-8 {
        libm::log1p(x) / x
    } else {
        1.0 - x * 0.5
    }
}
