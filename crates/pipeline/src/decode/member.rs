//! Whether a JSON text is an object that has a member of some name, without its values.

use serde::{
    Deserializer as _,
    de::{self, IgnoredAny},
};

use crate::outcome::QuarantineReason;

/// Reads text as exactly one JSON value, and says whether it is an object with such a member.
pub(super) fn find(text: &str, name: &str) -> Result<Option<bool>, QuarantineReason> {
    if !text.trim_ascii_start().starts_with('{') {
        return super::json::<IgnoredAny>(text).map(|_| None);
    }
    let mut json = serde_json::Deserializer::from_str(text);
    json.deserialize_map(MemberVisitor(name))
        .and_then(|is_there| json.end().map(|()| Some(is_there)))
        .map_err(|error| super::unread(text, &error))
}

struct MemberVisitor<'a>(&'a str);

/// Whether the name of a member is this one, without a copy of it.
struct IsName<'a>(&'a str);

impl<'de> de::DeserializeSeed<'de> for IsName<'_> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, name: D) -> Result<bool, D::Error> {
        name.deserialize_str(self)
    }
}

impl de::Visitor<'_> for IsName<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

impl<'de> de::Visitor<'de> for MemberVisitor<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut is_there = false;
        while let Some(is_it) = map.next_key_seed(IsName(self.0))? {
            is_there |= is_it;
            map.next_value::<IgnoredAny>()?;
        }
        Ok(is_there)
    }
}
