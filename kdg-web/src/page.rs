//! What is drawn.

use leptos::prelude::*;

/// Draws the page into the body of its document.
pub(crate) fn start() {
    mount_to_body(Page);
}

#[component]
fn Page() -> impl IntoView {
    view! { <h1>"Kinesis Data Generator"</h1> }
}
