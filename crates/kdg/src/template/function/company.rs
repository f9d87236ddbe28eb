//! Companies and what they say of themselves.

use super::super::argument::{Argument, Misfit};
use super::super::lists;
use super::shape::{self, Shape};
use super::{Operation, draw};
use crate::scene::Scene;

/// The shapes of a name, by the number that asks for them.
static NAMES: [Shape; 3] = [
    |scene, out| draw::words(&[lists::LAST_NAMES, lists::COMPANY_SUFFIXES], scene, out),
    |scene, out| {
        draw::word(lists::LAST_NAMES, scene, out);
        out.extend_from_slice(b" - ");
        draw::word(lists::LAST_NAMES, scene, out);
    },
    |scene, out| {
        draw::word(lists::LAST_NAMES, scene, out);
        out.extend_from_slice(b", ");
        draw::word(lists::LAST_NAMES, scene, out);
        out.extend_from_slice(b" and ");
        draw::word(lists::LAST_NAMES, scene, out);
    },
];

/// `company.companyName`: of one shape, if a number asks for it.
pub(super) fn name(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    shape::numbered(argument, &NAMES)
}

/// A name of any shape.
pub(super) fn any_name(scene: &mut Scene, out: &mut Vec<u8>) {
    shape::any(&NAMES, scene, out);
}

/// `company.suffixes`: all of them.
pub(super) fn suffixes(_: &mut Scene, out: &mut Vec<u8>) {
    for (index, suffix) in lists::COMPANY_SUFFIXES.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(suffix.as_bytes());
    }
}

/// `company.catchPhrase`.
pub(super) fn catch_phrase(scene: &mut Scene, out: &mut Vec<u8>) {
    let parts = [
        lists::CATCH_PHRASE_ADJECTIVES,
        lists::CATCH_PHRASE_DESCRIPTORS,
        lists::CATCH_PHRASE_NOUNS,
    ];
    draw::words(&parts, scene, out);
}

/// `company.bs`, the adjective first.
pub(super) fn bs(scene: &mut Scene, out: &mut Vec<u8>) {
    let parts = [lists::BS_ADJECTIVES, lists::BS_VERBS, lists::BS_NOUNS];
    draw::words(&parts, scene, out);
}
