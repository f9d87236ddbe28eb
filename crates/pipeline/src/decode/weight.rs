//! About how much memory a JSON text takes once it is a tree of values, told before there is one.
//!
//! The text alone says little: eight bytes such as `{"a":0},` become seven hundred. What a value
//! takes is the more of what it takes as VRL's and as `serde_json`'s, without what the allocator
//! adds; the test `weight` holds both to it.

use std::fmt;

use serde::{
    Deserializer as _,
    de::{self, DeserializeSeed, MapAccess, SeqAccess},
};

use crate::outcome::QuarantineReason;

/// The most memory that the values of a record may take as a tree.
///
/// A function of 256 MiB has about 40 for itself, 15 for an event of 6 MB, and 16 each for a
/// segment, an opened payload and a body. With a schema the trees of both libraries are there at
/// once, which takes 1.4 times this; a program that copies all that it is given takes 2.7 times.
/// With events of 6 MB full of such records the function was measured at 158 MB.
pub const MAX_TREE_BYTES: usize = 48 * 1024 * 1024;

/// The most that a byte of text can weigh: objects in each other, `{"":{"":0}}`, have five a level.
const HEAVIEST: usize = 160;

/// What a node of a map takes, which has room for eleven members. The first member needs one.
const NODE_BYTES: usize = 736;

/// Which member divides the first node in two, below a third.
const DIVIDING_MEMBER: usize = 12;

/// What dividing it takes.
const DIVIDED_BYTES: usize = 2 * NODE_BYTES + 80;

/// What each further member takes: nodes are divided when they are full and may stay half empty,
/// and a table that grows is there twice for a moment.
const MEMBER_BYTES: usize = 208;

/// What an element takes, of which a list has room for a power of two.
const ELEMENT_BYTES: usize = 72;

/// How many elements the smallest list has room for.
const LEAST_ELEMENTS: usize = 4;

/// What a string takes beside its bytes.
const STRING_BYTES: usize = 16;

/// Refuses text that would become a tree too large to hold, before it does.
///
/// Text that is not JSON passes, unless what precedes the mistake is too large already.
pub(super) fn check(text: &str) -> Result<(), QuarantineReason> {
    if text.len() <= MAX_TREE_BYTES / HEAVIEST {
        return Ok(());
    }
    let mut left = Left(Some(MAX_TREE_BYTES));
    // Whoever builds the tree says what is wrong with the text.
    let _ = serde_json::Deserializer::from_str(text).deserialize_any(&mut left);
    if left.0.is_some() {
        Ok(())
    } else {
        Err(QuarantineReason::TooHeavy {
            limit: MAX_TREE_BYTES,
        })
    }
}

/// How many bytes may be added; `None` once there were too many.
struct Left(Option<usize>);

impl Left {
    fn take<E: de::Error>(&mut self, bytes: usize) -> Result<(), E> {
        self.0 = self.0.and_then(|left| left.checked_sub(bytes));
        if self.0.is_some() {
            Ok(())
        } else {
            Err(E::custom("too large"))
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Left {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> de::Visitor<'de> for &mut Left {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        if text.is_empty() {
            return Ok(());
        }
        self.take(STRING_BYTES + text.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let (mut elements, mut room) = (0, 0);
        while list.next_element_seed(&mut *self)?.is_some() {
            elements += 1;
            if elements > room {
                let more = room.max(LEAST_ELEMENTS);
                self.take(more * ELEMENT_BYTES)?;
                room += more;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut members = 0;
        while map.next_key_seed(&mut *self)?.is_some() {
            members += 1;
            self.take(match members {
                1 => NODE_BYTES,
                2..DIVIDING_MEMBER => 0,
                DIVIDING_MEMBER => DIVIDED_BYTES,
                _ => MEMBER_BYTES,
            })?;
            map.next_value_seed(&mut *self)?;
        }
        Ok(())
    }
}
