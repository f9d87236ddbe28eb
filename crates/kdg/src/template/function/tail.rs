//! Draws between bounds that a distribution seldom reaches.

use crate::scene::Scene;

use super::decimal::uniform;

/// Up to here enough draws of the normal distribution itself lie between.
const WIDE: f64 = 1.0;

/// A number of the exponential distribution with this mean, from `low` to `high`.
pub(super) fn exponential(scene: &mut Scene, mean: f64, low: f64, high: f64) -> f64 {
    let low = low.max(0.0);
    // What is left of the distribution behind any number is the same again.
    let span = libm::expm1(-(high - low) / mean);
    (low - mean * libm::log1p(scene.fraction() * span)).min(high)
}

/// A standard normal number from `low` to `high`; `draw` gives one without bounds.
/// Source: Robert, "Simulation of truncated normal variables".
pub(super) fn normal(
    scene: &mut Scene,
    low: f64,
    high: f64,
    draw: impl Fn(&mut Scene) -> f64,
) -> f64 {
    if high < 0.0 {
        return -normal(scene, -high, -low, draw);
    }
    // Where the density between the bounds is highest, and how fast it falls from there.
    let peak = low.max(0.0);
    let rate = f64::midpoint(peak, libm::sqrt(peak * peak + 4.0));
    loop {
        let (drawn, likelihood) = if low < 0.0 && high - low > WIDE {
            let drawn = draw(scene);
            (
                drawn,
                if low <= drawn && drawn <= high {
                    1.0
                } else {
                    0.0
                },
            )
        } else if (high - low) * rate <= WIDE {
            let drawn = uniform(scene, low, high);
            (drawn, libm::exp((peak * peak - drawn * drawn) / 2.0))
        } else {
            let drawn = exponential(scene, 1.0 / rate, low, high);
            let miss = drawn - rate;
            (drawn, libm::exp(-miss * miss / 2.0))
        };
        if scene.fraction() < likelihood {
            return drawn;
        }
    }
}
