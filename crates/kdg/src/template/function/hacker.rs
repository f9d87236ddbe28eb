//! What hackers say in films.

use super::super::lists;
use super::draw;
use crate::scene::Scene;

/// The sentences; a letter after a `%` is a word that is drawn: an abbreviation,
/// an adjective, a noun, a verb or the `-ing` of one.
static PHRASES: [&str; 8] = [
    "Once we %v the %n, the %b %n is ours through the %a %b %n!",
    "Somebody has to %v the %a %b %n!",
    "Go and %v the %b %n, then it should %v the %a %n!",
    "There's no way to %v the %n without %i the %a %b %n!",
    "Start the %a %b %n, from there we %v the %a %n!",
    "Our %b %n has failed, %v the %a %n before they %v the %b %n!",
    "Forget about %i the %n, first we need to %v the %a %b %n!",
    "I'm about to %v the %a %b %n, which will %v the %b %n!",
];

/// `hacker.phrase`: a sentence in which every slot is drawn by itself.
pub(super) fn phrase(scene: &mut Scene, out: &mut Vec<u8>) {
    let Some(phrase) = scene.pick(&PHRASES) else {
        return;
    };
    let mut parts = phrase.split('%');
    out.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
    for part in parts {
        let words = match part.as_bytes().first() {
            Some(b'b') => lists::HACKER_ABBREVIATIONS,
            Some(b'a') => lists::HACKER_ADJECTIVES,
            Some(b'n') => lists::HACKER_NOUNS,
            Some(b'v') => lists::HACKER_VERBS,
            _ => lists::HACKER_ING_VERBS,
        };
        draw::word(words, scene, out);
        out.extend_from_slice(part.get(1..).unwrap_or_default().as_bytes());
    }
}
