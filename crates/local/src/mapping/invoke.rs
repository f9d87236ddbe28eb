//! The port through which a mapping runs its function.

use bytes::Bytes;
use futures::future::BoxFuture;

use crate::lambda::{Invoked, Lambda};

/// Runs functions.
pub trait Invoke: Send + Sync + 'static {
    /// Runs a function on one event and waits for its answer.
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Invoked>;
}

impl Invoke for Lambda {
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Invoked> {
        Box::pin(self.invoke(function, payload))
    }
}
