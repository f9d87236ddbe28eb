//! Places, from the continent down to the door.

use super::super::argument::{Argument, Given, Misfit};
use super::super::lists;
use super::super::value::Value;
use super::shape::{self, Shape};
use super::{Operation, draw};
use crate::scene::Scene;

pub(super) static COUNTIES: &[&str] = &[
    "Avon",
    "Bedfordshire",
    "Berkshire",
    "Borders",
    "Buckinghamshire",
    "Cambridgeshire",
];

/// The earth around the equator, in kilometres.
const EARTH_RADIUS: f64 = 6_378.137;
const DEFAULT_RADIUS: f64 = 10.0;
/// What the KDG multiplies a radius by that is not metric, to get kilometres.
const KILOMETRES: f64 = 0.621_371;
const POINT: &str = r#""coordinate" as [latitude, longitude], such as [52.4, 4.9]"#;

/// The shapes of a city, by the number that asks for them.
static CITIES: [Shape; 4] = [
    |scene, out| {
        draw::words(&[lists::CITY_PREFIXES, lists::FIRST_NAMES], scene, out);
        draw::word(lists::CITY_SUFFIXES, scene, out);
    },
    |scene, out| draw::words(&[lists::CITY_PREFIXES, lists::FIRST_NAMES], scene, out),
    |scene, out| {
        draw::word(lists::FIRST_NAMES, scene, out);
        draw::word(lists::CITY_SUFFIXES, scene, out);
    },
    |scene, out| {
        draw::word(lists::LAST_NAMES, scene, out);
        draw::word(lists::CITY_SUFFIXES, scene, out);
    },
];

/// `address.city`: of one shape, if a number asks for it.
pub(super) fn city(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    shape::numbered(argument, &CITIES)
}

/// A city of any shape.
pub(super) fn any_city(scene: &mut Scene, out: &mut Vec<u8>) {
    shape::any(&CITIES, scene, out);
}

/// `address.zipCode`: five digits, or nine, or what the pattern says.
pub(super) fn zip_code(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    if matches!(argument.given(), Given::Nothing) {
        return Ok(Operation::Plain(any_zip_code));
    }
    // A pattern that JavaScript takes for nothing leaves nothing to print.
    let pattern = argument.free_text()?.unwrap_or_default();
    Ok(Operation::new(move |scene, out| {
        draw::lettered(&pattern, scene, out);
    }))
}

pub(super) fn any_zip_code(scene: &mut Scene, out: &mut Vec<u8>) {
    draw::digits(5, scene, out);
    if draw::coin(scene) {
        out.push(b'-');
        draw::digits(4, scene, out);
    }
}

/// `address.streetName`: somebody's name and the kind of street.
pub(super) fn street_name(scene: &mut Scene, out: &mut Vec<u8>) {
    let names = if draw::coin(scene) {
        lists::LAST_NAMES
    } else {
        lists::FIRST_NAMES
    };
    draw::words(&[names, lists::STREET_SUFFIXES], scene, out);
}

/// `address.streetAddress`: with the door, if the argument says anything.
pub(super) fn street_address(argument: &Argument<'_>) -> Operation {
    let whole = match argument.given() {
        Given::Nothing => false,
        Given::Raw(_) => true,
        Given::Value(given) => !given.value.is_falsy(),
    };
    Operation::Plain(if whole { full_address } else { house })
}

/// Number and street.
pub(super) fn house(scene: &mut Scene, out: &mut Vec<u8>) {
    let digits = draw::count(3, 5, scene);
    draw::digits(digits, scene, out);
    out.push(b' ');
    street_name(scene, out);
}

/// Number, street and door.
pub(super) fn full_address(scene: &mut Scene, out: &mut Vec<u8>) {
    house(scene, out);
    out.push(b' ');
    secondary(scene, out);
}

/// `address.secondaryAddress`: the door.
pub(super) fn secondary(scene: &mut Scene, out: &mut Vec<u8>) {
    draw::word(&["Apt. ", "Suite "], scene, out);
    draw::digits(3, scene, out);
}

/// `address.latitude`, in ten thousandths of a degree.
pub(super) fn latitude(scene: &mut Scene, out: &mut Vec<u8>) {
    degrees(90, scene, out);
}

/// `address.longitude`, in ten thousandths of a degree.
pub(super) fn longitude(scene: &mut Scene, out: &mut Vec<u8>) {
    degrees(180, scene, out);
}

fn degrees(most: u32, scene: &mut Scene, out: &mut Vec<u8>) {
    let most = u64::from(most) * 10_000;
    let drawn = scene.below(2 * most + 1);
    if drawn < most {
        out.push(b'-');
    }
    draw::fixed(drawn.abs_diff(most), 4, out);
}

/// `address.nearbyGPSCoordinate`: a point on the circle around a coordinate.
///
/// The radius is in kilometres if `isMetric`; otherwise the KDG takes miles for
/// fewer kilometres instead of more, which templates may count on by now.
pub(super) fn nearby(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    // The KDG looks for options in whatever it is given, and finds none in these.
    if let Given::Value(given) = argument.given()
        && matches!(given.value, Value::Number(_) | Value::Bool(_))
    {
        return Ok(Operation::Plain(anywhere));
    }
    let parameters = argument.options(&["coordinate", "radius", "isMetric"])?;
    let radius = parameters.number("radius")?.unwrap_or(DEFAULT_RADIUS);
    let kilometres = if parameters.is_set("isMetric") {
        radius
    } else {
        radius * KILOMETRES
    };
    let coordinate = match parameters.wanted("coordinate").map(|given| &given.value) {
        None | Some(Value::Text(_)) => return Ok(Operation::Plain(anywhere)),
        Some(Value::List(items)) => match items.as_slice() {
            [latitude, longitude] => latitude.value.as_number().zip(longitude.value.as_number()),
            _ => None,
        },
        Some(_) => None,
    };
    let coordinate = coordinate
        .filter(|(latitude, longitude)| latitude.abs() <= 90.0 && longitude.abs() <= 180.0);
    let (latitude, longitude) = coordinate.ok_or_else(|| parameters.misfit("coordinate", POINT))?;
    let centre = (latitude.to_radians(), longitude.to_radians());
    Ok(Operation::new(move |scene, out| {
        let bearing = (scene.fraction() * 360.0).to_radians();
        let (latitude, longitude) = at_distance(centre, kilometres / EARTH_RADIUS, bearing);
        signed_degrees(latitude, out);
        out.push(b',');
        signed_degrees(longitude, out);
    }))
}

fn anywhere(scene: &mut Scene, out: &mut Vec<u8>) {
    latitude(scene, out);
    out.push(b',');
    longitude(scene, out);
}

/// Where one gets along a great circle; all in radians.
///
/// `libm`, because the functions of `std` may differ between platforms.
fn at_distance((latitude, longitude): (f64, f64), distance: f64, bearing: f64) -> (f64, f64) {
    use libm::{asin, atan2, cos, sin};
    use std::f64::consts::{PI, TAU};
    let sine = sin(latitude) * cos(distance) + cos(latitude) * sin(distance) * cos(bearing);
    let reached = asin(sine.clamp(-1.0, 1.0));
    let turn = atan2(
        sin(bearing) * sin(distance) * cos(latitude),
        cos(distance) - sin(latitude) * sine,
    );
    let around = longitude + turn;
    let within = if around > PI {
        around - TAU
    } else if around < -PI {
        around + TAU
    } else {
        around
    };
    (reached, within)
}

fn signed_degrees(radians: f64, out: &mut Vec<u8>) {
    let units = (radians.to_degrees() * 10_000.0).round();
    if units < 0.0 {
        out.push(b'-');
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 180 degrees in ten thousandths"
    )]
    draw::fixed(units.abs() as u64, 4, out);
}
