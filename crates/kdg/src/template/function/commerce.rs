//! Shops and what they sell.

use super::super::argument::{Argument, Misfit};
use super::super::lists;
use super::finance::{PARAMETERS, amount_of};
use super::{Operation, draw};
use crate::scene::Scene;

/// `commerce.productName`.
pub(super) fn product_name(scene: &mut Scene, out: &mut Vec<u8>) {
    let parts = [
        lists::PRODUCT_ADJECTIVES,
        lists::PRODUCT_MATERIALS,
        lists::PRODUCTS,
    ];
    draw::words(&parts, scene, out);
}

/// `commerce.price`: an amount of money, but a lone minimum below 0 is no price
/// and prints a bare 0, as in the KDG.
pub(super) fn price(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(PARAMETERS)?;
    let lone = parameters.given("max").is_none();
    if lone && parameters.number("min")?.is_some_and(|min| min < 0.0) {
        return Ok(Operation::text("0"));
    }
    amount_of(&parameters)
}
