//! Whether a JSON text is an object that has a member of some name, without its values.

use serde::{
    Deserializer as _,
    de::{self, IgnoredAny},
};

use crate::outcome::QuarantineReason;

/// Reads text as exactly one JSON value, and says whether it is an object with such a member.
pub(super) fn find(text: &str, name: &str) -> Result<Option<bool>, QuarantineReason> {
    let mut json = serde_json::Deserializer::from_str(text);
    json.deserialize_any(MemberVisitor(name))
        .and_then(|seen| json.end().map(|()| seen))
        .map_err(|error| QuarantineReason::NotJson(error.to_string()))
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
    type Value = Option<bool>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Option<bool>, A::Error> {
        let mut is_there = false;
        while let Some(is_it) = map.next_key_seed(IsName(self.0))? {
            is_there |= is_it;
            map.next_value::<IgnoredAny>()?;
        }
        Ok(Some(is_there))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Option<bool>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<bool>, E> {
        Ok(None)
    }
}
