//! What the page shows and remembers, without a browser: the form, the templates, and the words
//! and numbers of a run.

pub mod sign_in;

pub mod place;

pub mod form;

pub mod week;

pub mod library;

pub mod preset;

pub mod fit;

pub mod code;

pub mod words;
