//! What several turns tell.

/// The figure in the middle.
pub(super) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The median of one divided by the other, turn by turn, because what else the machine does changes
/// from turn to turn.
pub(super) fn ratio(over: &[f64], under: &[f64]) -> f64 {
    median(
        over.iter()
            .zip(under)
            .map(|(over, under)| over / under)
            .collect(),
    )
}
