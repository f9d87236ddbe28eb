//! Names that come in several shapes, one of which a number may ask for.

use super::super::argument::{Argument, Given, Misfit};
use super::super::value::{Located, Value, number_text};
use super::Operation;
use crate::scene::Scene;

/// What writes a name of one shape.
pub(super) type Shape = fn(&mut Scene, &mut Vec<u8>);

/// The shape that the argument numbers, or any if it is not a number.
pub(super) fn numbered(
    argument: &Argument<'_>,
    shapes: &'static [Shape],
) -> Result<Operation, Misfit> {
    let Given::Value(Located {
        value: Value::Number(number),
        ..
    }) = argument.given()
    else {
        return Ok(Operation::new(|scene, out| any(shapes, scene, out)));
    };
    let index = number_text(number);
    let chosen = shapes
        .iter()
        .enumerate()
        .find(|(known, _)| known.to_string() == index);
    match chosen {
        Some((_, shape)) => Ok(Operation::Plain(*shape)),
        None => Err(argument.misfit(format!("a whole number of 0 to {}", shapes.len() - 1))),
    }
}

/// Any of the shapes, each equally likely.
pub(super) fn any(shapes: &[Shape], scene: &mut Scene, out: &mut Vec<u8>) {
    if let Some(shape) = scene.pick(shapes) {
        shape(scene, out);
    }
}
