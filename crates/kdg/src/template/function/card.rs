//! People and payments as JSON objects.

use super::super::lists;
use super::super::moment::write_iso;
use super::{address, company, draw, finance, image, internet, lorem, name, phone};
use crate::scene::Scene;

use Shape::{List, Object, Text};

/// What is written into quotes; none of it needs an escape.
type Fill = fn(&mut Scene, &mut Vec<u8>);

/// A JSON value whose texts are drawn.
enum Shape {
    Text(Fill),
    Object(&'static [(&'static str, Shape)]),
    List(&'static [Shape]),
}

const GEO: Shape = Object(&[
    ("lat", Text(address::latitude)),
    ("lng", Text(address::longitude)),
]);
const COMPANY: Shape = Object(&[
    ("name", Text(company::any_name)),
    ("catchPhrase", Text(company::catch_phrase)),
    ("bs", Text(company::bs)),
]);
const POST: Shape = Object(&[
    ("words", Text(lorem::three_words)),
    ("sentence", Text(lorem::sentence)),
    ("sentences", Text(lorem::few_sentences)),
    ("paragraph", Text(lorem::paragraph)),
]);
const HOME: Shape = Object(&[
    ("street", Text(address::street_name)),
    ("suite", Text(address::secondary)),
    ("city", Text(address::any_city)),
    ("zipcode", Text(address::any_zip_code)),
    ("geo", GEO),
]);
const TRANSACTION: Shape = Object(&[
    ("amount", Text(amount)),
    ("date", Text(last_year)),
    ("business", Text(company::any_name)),
    ("name", Text(account_name)),
    (
        "type",
        Text(|scene, out| draw::word(finance::TRANSACTIONS, scene, out)),
    ),
    ("account", Text(|scene, out| draw::digits(8, scene, out))),
]);

static CARD: Shape = Object(&[
    ("name", Text(name::anybody)),
    ("username", Text(internet::any_user_name)),
    ("email", Text(internet::any_email)),
    (
        "address",
        Object(&[
            ("streetA", Text(address::street_name)),
            ("streetB", Text(address::house)),
            ("streetC", Text(address::full_address)),
            ("streetD", Text(address::secondary)),
            ("city", Text(address::any_city)),
            (
                "state",
                Text(|scene, out| draw::word(lists::STATES, scene, out)),
            ),
            (
                "country",
                Text(|scene, out| draw::word(lists::COUNTRIES, scene, out)),
            ),
            ("zipcode", Text(address::any_zip_code)),
            ("geo", GEO),
        ]),
    ),
    ("phone", Text(phone::any)),
    ("website", Text(internet::domain_name)),
    ("company", COMPANY),
    ("posts", List(&[POST, POST, POST])),
    (
        "accountHistory",
        List(&[TRANSACTION, TRANSACTION, TRANSACTION]),
    ),
]);
static USER_CARD: Shape = Object(&[
    ("name", Text(name::anybody)),
    ("username", Text(internet::any_user_name)),
    ("email", Text(internet::any_email)),
    ("address", HOME),
    ("phone", Text(phone::any)),
    ("website", Text(internet::domain_name)),
    ("company", COMPANY),
]);
/// What follows the names of a contextual card.
static CONTEXT: [(&str, Shape); 6] = [
    ("dob", Text(birthday)),
    ("phone", Text(phone::any)),
    ("address", HOME),
    ("website", Text(internet::domain_name)),
    ("company", COMPANY),
    ("avatar", Text(image::avatar)),
];
static PAYMENT: Shape = TRANSACTION;

/// `helpers.createCard`: somebody with posts and payments.
pub(super) fn card(scene: &mut Scene, out: &mut Vec<u8>) {
    CARD.write(scene, out);
}

/// `helpers.userCard`: somebody.
pub(super) fn user_card(scene: &mut Scene, out: &mut Vec<u8>) {
    USER_CARD.write(scene, out);
}

/// `helpers.createTransaction`: a payment.
pub(super) fn transaction(scene: &mut Scene, out: &mut Vec<u8>) {
    PAYMENT.write(scene, out);
}

/// `helpers.contextualCard`: somebody whose user name and address are made of
/// the name.
pub(super) fn contextual_card(scene: &mut Scene, out: &mut Vec<u8>) {
    let name = scene.pick(lists::FIRST_NAMES).copied().unwrap_or_default();
    out.extend_from_slice(br#"{"name":""#);
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(br#"","username":""#);
    let start = out.len();
    internet::write_user_name(Some(name), None, scene, out);
    let end = out.len();
    out.extend_from_slice(br#"","email":""#);
    out.extend_from_within(start..end);
    out.push(b'@');
    draw::word(lists::MAIL_PROVIDERS, scene, out);
    out.push(b'"');
    for (key, shape) in &CONTEXT {
        out.push(b',');
        write_entry(key, shape, scene, out);
    }
    out.push(b'}');
}

impl Shape {
    fn write(&self, scene: &mut Scene, out: &mut Vec<u8>) {
        match self {
            Text(fill) => {
                out.push(b'"');
                fill(scene, out);
                out.push(b'"');
            }
            Object(entries) => {
                for (index, (key, shape)) in entries.iter().enumerate() {
                    out.push(if index == 0 { b'{' } else { b',' });
                    write_entry(key, shape, scene, out);
                }
                out.push(b'}');
            }
            List(items) => {
                for (index, item) in items.iter().enumerate() {
                    out.push(if index == 0 { b'[' } else { b',' });
                    item.write(scene, out);
                }
                out.push(b']');
            }
        }
    }
}

fn write_entry(key: &str, shape: &Shape, scene: &mut Scene, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
    shape.write(scene, out);
}

fn amount(scene: &mut Scene, out: &mut Vec<u8>) {
    draw::whole(0, 1_000, scene, out);
    out.extend_from_slice(b".00");
}

fn account_name(scene: &mut Scene, out: &mut Vec<u8>) {
    draw::word(finance::ACCOUNTS, scene, out);
    out.push(b' ');
    draw::digits(4, scene, out);
}

/// A time in the year before now.
fn last_year(scene: &mut Scene, out: &mut Vec<u8>) {
    let now_ms = scene.now_ms();
    before(now_ms, 1, scene, out);
}

/// A birthday of somebody born in the fifty years before 1992.
fn birthday(scene: &mut Scene, out: &mut Vec<u8>) {
    const NEW_YEAR_1992_MS: i64 = 694_224_000_000;
    before(NEW_YEAR_1992_MS, 50, scene, out);
}

/// A time as JSON has it, up to so many years earlier.
fn before(end_ms: i64, years: u64, scene: &mut Scene, out: &mut Vec<u8>) {
    const YEAR_MS: u64 = 365 * 86_400_000;
    let earlier = scene.below(years * YEAR_MS);
    let at = end_ms.saturating_sub_unsigned(earlier);
    write_iso(at, out);
}
