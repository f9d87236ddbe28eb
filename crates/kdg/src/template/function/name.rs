//! What people are called, and what they do.

use super::super::argument::{Argument, Misfit};
use super::super::lists;
use super::{Operation, draw};
use crate::scene::Scene;

/// `name.findName`: one in nine has a prefix, another one in nine a suffix.
pub(super) fn find(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["firstName", "lastName", "gender"])?;
    let first = parameters.text("firstName");
    let last = parameters.text("lastName");
    Ok(Operation::new(move |scene, out| {
        write(first.as_deref(), last.as_deref(), scene, out);
    }))
}

/// Anybody.
pub(super) fn anybody(scene: &mut Scene, out: &mut Vec<u8>) {
    write(None, None, scene, out);
}

fn write(first: Option<&str>, last: Option<&str>, scene: &mut Scene, out: &mut Vec<u8>) {
    let shape = scene.below(9);
    if shape == 0 {
        draw::word(lists::NAME_PREFIXES, scene, out);
        out.push(b' ');
    }
    match first {
        Some(first) => out.extend_from_slice(first.as_bytes()),
        None => draw::word(lists::FIRST_NAMES, scene, out),
    }
    out.push(b' ');
    match last {
        Some(last) => out.extend_from_slice(last.as_bytes()),
        None => draw::word(lists::LAST_NAMES, scene, out),
    }
    if shape == 1 {
        out.push(b' ');
        draw::word(lists::NAME_SUFFIXES, scene, out);
    }
}

/// `name.title` and `name.jobTitle`.
pub(super) fn title(scene: &mut Scene, out: &mut Vec<u8>) {
    let parts = [lists::JOB_DESCRIPTORS, lists::JOB_AREAS, lists::JOB_TYPES];
    draw::words(&parts, scene, out);
}
