//! Addresses of pictures.

use super::super::argument::{Argument, Misfit, Parameters};
use super::super::lists;
use super::{Operation, draw};
use crate::scene::Scene;

static CATEGORIES: [&str; 13] = [
    "abstract",
    "animals",
    "business",
    "cats",
    "city",
    "food",
    "nightlife",
    "fashion",
    "people",
    "nature",
    "sports",
    "technics",
    "transport",
];

/// `image.cats` and its like: a picture of `category`.
pub(super) fn of(category: &'static str, argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["width", "height", "randomize"])?;
    Ok(picture(
        size(&parameters),
        Some(category.to_owned()),
        &parameters,
    ))
}

/// `image.image`: a picture of any category.
pub(super) fn any(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["width", "height", "randomize"])?;
    let start = format!("{}/", size(&parameters));
    let numbered = parameters.is_set("randomize");
    Ok(Operation::new(move |scene, out| {
        out.extend_from_slice(start.as_bytes());
        draw::word(&CATEGORIES, scene, out);
        number(numbered, scene, out);
    }))
}

/// `random.image`: `image.image` without an argument.
pub(super) fn default(scene: &mut Scene, out: &mut Vec<u8>) {
    out.extend_from_slice(b"http://lorempixel.com/640/480/");
    draw::word(&CATEGORIES, scene, out);
}

/// `image.imageUrl`: a picture of no category, unless one is given.
pub(super) fn url(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["width", "height", "category", "randomize"])?;
    Ok(picture(
        size(&parameters),
        parameters.text("category"),
        &parameters,
    ))
}

fn picture(mut url: String, category: Option<String>, parameters: &Parameters<'_>) -> Operation {
    if let Some(category) = category {
        url.push('/');
        url.push_str(&category);
    }
    let numbered = parameters.is_set("randomize");
    Operation::new(move |scene, out| {
        out.extend_from_slice(url.as_bytes());
        number(numbered, scene, out);
    })
}

fn size(parameters: &Parameters<'_>) -> String {
    let width = parameters.text("width").unwrap_or("640".to_owned());
    let height = parameters.text("height").unwrap_or("480".to_owned());
    format!("http://lorempixel.com/{width}/{height}")
}

/// A number that keeps browsers from showing the same picture twice.
fn number(wanted: bool, scene: &mut Scene, out: &mut Vec<u8>) {
    if wanted {
        out.push(b'?');
        draw::whole(0, 99_999, scene, out);
    }
}

/// `image.avatar` and `internet.avatar`: somebody's face.
pub(super) fn avatar(scene: &mut Scene, out: &mut Vec<u8>) {
    out.extend_from_slice(b"https://s3.amazonaws.com/uifaces/faces/twitter/");
    draw::word(lists::AVATARS, scene, out);
    out.extend_from_slice(b"/128.jpg");
}
