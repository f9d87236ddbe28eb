//! The words that records are filled with, written by the build script.

include!(concat!(env!("OUT_DIR"), "/lists.rs"));
