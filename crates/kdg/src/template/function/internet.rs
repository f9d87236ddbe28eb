//! Who is on the internet, and where.

use std::io::Write;

use super::super::argument::{Argument, Misfit};
use super::super::lists;
use super::{MOST_CHARACTERS, Operation, draw};
use crate::scene::Scene;

pub(super) static DOMAIN_SUFFIXES: &[&str] = &["com", "biz", "info", "name", "net", "org"];
static EXAMPLE_PROVIDERS: &[&str] = &["example.org", "example.com", "example.net"];

const PASSWORD: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const CONSONANTS: &[u8] = b"bcdfghjklmnpqrstvwxyz";
const VOWELS: &[u8] = b"aeiou";
/// A base beyond it makes a colour of more than six digits, as it does in the KDG.
const MOST_COLOR: u32 = 1_000_000;

/// A name as the first or the last of a user.
type Name = Option<Box<str>>;

/// `internet.userName`: of the first and last name, if they are given.
pub(super) fn user_name(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["firstName", "lastName"])?;
    let [first, last]: [Name; 2] =
        ["firstName", "lastName"].map(|name| parameters.text(name).map(Into::into));
    Ok(Operation::new(move |scene, out| {
        write_user_name(first.as_deref(), last.as_deref(), scene, out);
    }))
}

/// A user name of no one in particular.
pub(super) fn any_user_name(scene: &mut Scene, out: &mut Vec<u8>) {
    write_user_name(None, None, scene, out);
}

/// `internet.email`: of the names and the provider, if they are given.
pub(super) fn email(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    email_at(argument, lists::MAIL_PROVIDERS)
}

/// `internet.exampleEmail`: at a provider that does not exist.
pub(super) fn example_email(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    email_at(argument, EXAMPLE_PROVIDERS)
}

fn email_at(
    argument: &Argument<'_>,
    providers: &'static [&'static str],
) -> Result<Operation, Misfit> {
    let names = &["firstName", "lastName", "provider"];
    let parameters = argument.parameters(names)?;
    let [first, last, provider]: [Name; 3] =
        names.map(|name| parameters.text(name).map(Into::into));
    Ok(Operation::new(move |scene, out| {
        write_mailbox(first.as_deref(), last.as_deref(), scene, out);
        match &provider {
            Some(provider) => out.extend_from_slice(provider.as_bytes()),
            None => draw::word(providers, scene, out),
        }
    }))
}

/// An address of no one in particular.
pub(super) fn any_email(scene: &mut Scene, out: &mut Vec<u8>) {
    write_mailbox(None, None, scene, out);
    draw::word(lists::MAIL_PROVIDERS, scene, out);
}

/// An address up to and with its `@`.
pub(super) fn write_mailbox(
    first: Option<&str>,
    last: Option<&str>,
    scene: &mut Scene,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    write_names(first, last, scene, out);
    // As a user name, and then the rest of what an address may not have.
    draw::rewrite(out, start, |byte| {
        in_user_name(byte).then_some(byte).and_then(draw::slug)
    });
    out.push(b'@');
}

/// The first name and a number, or both names, or both and a number.
pub(super) fn write_user_name(
    first: Option<&str>,
    last: Option<&str>,
    scene: &mut Scene,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    write_names(first, last, scene, out);
    draw::rewrite(out, start, |byte| in_user_name(byte).then_some(byte));
}

fn in_user_name(byte: u8) -> bool {
    !matches!(byte, b' ' | b'\'')
}

fn write_names(first: Option<&str>, last: Option<&str>, scene: &mut Scene, out: &mut Vec<u8>) {
    let shape = scene.below(3);
    write_name(first, lists::FIRST_NAMES, scene, out);
    if shape > 0 {
        draw::character(b"._", scene, out);
        write_name(last, lists::LAST_NAMES, scene, out);
    }
    if shape != 1 {
        draw::whole(0, 99, scene, out);
    }
}

fn write_name(given: Option<&str>, names: &[&str], scene: &mut Scene, out: &mut Vec<u8>) {
    match given {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => draw::word(names, scene, out),
    }
}

/// `internet.domainWord`: a first name in lower case.
pub(super) fn domain_word(scene: &mut Scene, out: &mut Vec<u8>) {
    let start = out.len();
    draw::word(lists::FIRST_NAMES, scene, out);
    draw::rewrite(out, start, |byte| {
        (byte != b'\'').then_some(byte.to_ascii_lowercase())
    });
}

/// `internet.domainName`.
pub(super) fn domain_name(scene: &mut Scene, out: &mut Vec<u8>) {
    domain_word(scene, out);
    out.push(b'.');
    draw::word(DOMAIN_SUFFIXES, scene, out);
}

/// `internet.url`: the address of a page that hardly exists.
pub(super) fn url(scene: &mut Scene, out: &mut Vec<u8>) {
    draw::word(&["http://", "https://"], scene, out);
    domain_name(scene, out);
}

/// `internet.ip`: four numbers of 0 to 255, whether or not they are routable.
pub(super) fn ip(scene: &mut Scene, out: &mut Vec<u8>) {
    let octets = scene.bits().to_be_bytes();
    for (index, octet) in octets.into_iter().take(4).enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        draw::number(octet, out);
    }
}

/// `internet.mac`: six bytes, whether or not a vendor owns them.
pub(super) fn mac(scene: &mut Scene, out: &mut Vec<u8>) {
    let bytes = scene.bits().to_be_bytes();
    for (index, byte) in bytes.into_iter().take(6).enumerate() {
        if index > 0 {
            out.push(b':');
        }
        out.extend_from_slice(&draw::hex(byte));
    }
}

/// `internet.session`: a number between two bounds near 2⁵³, as JavaScript
/// prints it; some have a decimal.
pub(super) fn session(scene: &mut Scene, out: &mut Vec<u8>) {
    const LOWEST: f64 = 1_007_199_254_740_991.0;
    const HIGHEST: f64 = 9_007_199_254_740_991.0;
    let drawn = LOWEST + scene.fraction() * (HIGHEST - LOWEST);
    out.extend_from_slice(ryu_js::Buffer::new().format(drawn).as_bytes());
}

/// `internet.color`: dark, but for the bases given.
pub(super) fn color(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let names = &["red", "green", "blue"];
    let parameters = argument.parameters(names)?;
    let mut bases = [0.0; 3];
    for (base, name) in bases.iter_mut().zip(names) {
        *base = parameters.number(name)?.unwrap_or(0.0);
        if !(0.0..=f64::from(MOST_COLOR)).contains(base) {
            return Err(parameters.misfit(name, format!("{name} of 0 to 255")));
        }
    }
    Ok(Operation::new(move |scene, out| {
        out.push(b'#');
        for base in bases {
            let drawn = f64::from(draw::count(0, 256, scene));
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "rounded down on purpose, and limited when compiled"
            )]
            let channel = drawn.midpoint(base) as u32;
            // Writing to a Vec cannot fail.
            let _ = write!(out, "{channel:02x}");
        }
    }))
}

/// `internet.password`: so many letters, digits and underscores, starting with
/// the prefix; a memorable one is syllables.
pub(super) fn password(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["length", "memorable", "pattern", "prefix"])?;
    let length = parameters.length("length", 15, MOST_CHARACTERS)?;
    if parameters.is_set("pattern") {
        return Err(parameters.misfit("pattern", "null as pattern"));
    }
    let memorable = parameters.is_set("memorable");
    let prefix = parameters.text("prefix").unwrap_or_default();
    let missing = (length as usize).saturating_sub(prefix.chars().count());
    let starts_with_vowel = prefix
        .bytes()
        .last()
        .is_some_and(|last| CONSONANTS.contains(&last.to_ascii_lowercase()));
    Ok(Operation::new(move |scene, out| {
        out.extend_from_slice(prefix.as_bytes());
        for index in 0..missing {
            let characters = match (memorable, starts_with_vowel == (index % 2 == 0)) {
                (false, _) => PASSWORD,
                (true, true) => VOWELS,
                (true, false) => CONSONANTS,
            };
            draw::character(characters, scene, out);
        }
    }))
}
