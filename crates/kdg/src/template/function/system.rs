//! Files and what is in them.

use super::super::argument::Argument;
use super::super::lists;
use super::{Operation, draw, words};
use crate::scene::Scene;

pub(super) static COMMON_TYPES: &[&str] = &["video", "audio", "image", "text", "application"];

/// The media types whose extensions are common, each equally likely.
static COMMON: [&[&str]; 9] = [
    &["pdf"],
    &["mpga", "mp2", "mp2a", "mp3", "m2a", "m3a"],
    &["wav"],
    &["png"],
    &["jpeg", "jpg", "jpe"],
    &["gif"],
    &["mp4", "mp4v", "mpg4"],
    &["mpeg", "mpg", "mpe", "m1v", "m2v"],
    &["html", "htm", "shtml"],
];

/// `system.commonFileExt`.
pub(super) fn common_extension(scene: &mut Scene, out: &mut Vec<u8>) {
    if let Some(extensions) = scene.pick(&COMMON) {
        draw::word(extensions, scene, out);
    }
}

/// `system.fileExt`: one of the media type, or any if it has none.
pub(super) fn extension(argument: &Argument<'_>) -> Operation {
    let kind = argument.printed().unwrap_or_default();
    let known = lists::EXTENSIONS_OF.binary_search_by_key(&kind.as_str(), |(name, _)| name);
    let known = known.ok().and_then(|index| lists::EXTENSIONS_OF.get(index));
    Operation::List(known.map_or(lists::FILE_EXTENSIONS, |(_, extensions)| *extensions))
}

/// `system.fileName`: one to three words and any extension.
pub(super) fn file_name(scene: &mut Scene, out: &mut Vec<u8>) {
    let start = out.len();
    words::few(scene, out);
    out.push(b'.');
    draw::word(lists::FILE_EXTENSIONS, scene, out);
    draw::rewrite(out, start, |byte| Some(in_file_name(byte)));
}

/// `system.commonFileName`: the same with a common extension or the one given.
pub(super) fn common_file_name(argument: &Argument<'_>) -> Operation {
    let extension = argument.printed().map(|extension| {
        let mut extension = extension.to_lowercase().into_bytes();
        draw::rewrite(&mut extension, 0, |byte| Some(in_file_name(byte)));
        extension
    });
    Operation::new(move |scene, out| {
        let start = out.len();
        words::few(scene, out);
        draw::rewrite(out, start, |byte| Some(in_file_name(byte)));
        out.push(b'.');
        match &extension {
            Some(extension) => out.extend_from_slice(extension),
            None => common_extension(scene, out),
        }
    })
}

/// `system.filePath`: a file in a directory of Unix. A slash in the name would
/// be another directory.
pub(super) fn file_path(scene: &mut Scene, out: &mut Vec<u8>) {
    draw::word(lists::DIRECTORIES, scene, out);
    out.push(b'/');
    let start = out.len();
    file_name(scene, out);
    draw::rewrite(out, start, |byte| {
        Some(if byte == b'/' { b'_' } else { byte })
    });
}

/// `system.semver`.
pub(super) fn semver(scene: &mut Scene, out: &mut Vec<u8>) {
    draw::revision(3, b'.', scene, out);
}

fn in_file_name(byte: u8) -> u8 {
    match byte {
        b' ' | b',' | b'-' | b'\\' => b'_',
        _ => byte.to_ascii_lowercase(),
    }
}
