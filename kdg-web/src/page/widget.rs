//! What `js/main.js` gives the page: the editor, charts, files, and the worker.

use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::{HtmlElement, HtmlTextAreaElement};

#[wasm_bindgen]
extern "C" {
    /// The editor of templates.
    pub(crate) type Editor;

    /// Shows another text.
    #[wasm_bindgen(method)]
    pub(crate) fn show(this: &Editor, text: &str);

    /// Shows what became of the same text elsewhere.
    #[wasm_bindgen(method)]
    pub(crate) fn update(this: &Editor, text: &str);

    /// Underlines a JSON list of mistakes.
    #[wasm_bindgen(method)]
    pub(crate) fn underline(this: &Editor, mistakes: &str);

    /// Moves the cursor to a line and a column.
    #[wasm_bindgen(method)]
    pub(crate) fn go(this: &Editor, line: u32, column: u32);

    /// Lines over the seconds of a run.
    pub(crate) type Chart;

    /// Adds the second and a number for each line.
    #[wasm_bindgen(method)]
    pub(crate) fn push(this: &Chart, values: Vec<f64>);

    /// Begins anew.
    #[wasm_bindgen(method)]
    pub(crate) fn clear(this: &Chart);

    /// Takes it off the page.
    #[wasm_bindgen(method)]
    pub(crate) fn remove(this: &Chart);

    /// A worker.
    pub(crate) type Worker;

    /// Tells it a text.
    #[wasm_bindgen(method)]
    pub(crate) fn tell(this: &Worker, text: &str);

    /// Ends it.
    #[wasm_bindgen(method)]
    pub(crate) fn end(this: &Worker);

    /// Puts an editor into an element.
    #[wasm_bindgen(js_namespace = sluice)]
    pub(crate) fn editor(
        host: &HtmlElement,
        label: &str,
        functions: &str,
        changed: &Closure<dyn FnMut(String)>,
    ) -> Editor;

    /// Puts a chart into an element.
    #[wasm_bindgen(js_namespace = sluice)]
    pub(crate) fn chart(host: &HtmlElement, unit: &str, lines: &str) -> Chart;

    /// Starts the worker.
    #[wasm_bindgen(js_namespace = sluice)]
    pub(crate) fn worker(
        heard: &Closure<dyn FnMut(String)>,
        failed: &Closure<dyn FnMut(String)>,
    ) -> Worker;

    /// Starts the worker that tries records out.
    #[wasm_bindgen(js_namespace = sluice)]
    pub(crate) fn judge(
        heard: &Closure<dyn FnMut(String)>,
        failed: &Closure<dyn FnMut(String)>,
    ) -> Worker;

    /// Offers a text as a download.
    #[wasm_bindgen(js_namespace = sluice)]
    pub(crate) fn save(name: &str, text: &str);

    /// Asks for a file, and hands its text over.
    #[wasm_bindgen(js_namespace = sluice)]
    pub(crate) fn open(accept: &str, done: &Closure<dyn FnMut(String)>);

    /// Puts a text into the clipboard.
    #[wasm_bindgen(js_namespace = sluice)]
    pub(crate) fn copy(text: &str);

    /// Whether closing the tab asks first.
    #[wasm_bindgen(js_namespace = sluice)]
    pub(crate) fn guard(is_going: bool);

    /// `light`, `dark`, or nothing for what the system has.
    #[wasm_bindgen(js_namespace = sluice)]
    pub(crate) fn theme(name: &str);
}

/// Milliseconds since the Unix epoch of a date and a time as a field writes them.
pub(crate) fn local_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let ms = js_sys::Date::new(&text.into()).get_time();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole milliseconds, far below 2^53"
    )]
    ms.is_finite().then_some(ms as i64)
}

/// The name of the time zone that the browser has, such as `Europe/Berlin`.
pub(crate) fn time_zone() -> String {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    let options = format.resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into())
        .ok()
        .and_then(|name| name.as_string())
        .unwrap_or_else(|| "the browser's time zone".to_owned())
}

/// Moves the focus into a field of several lines, and its cursor to a place.
pub(crate) fn go_to(id: &str, place: u32) {
    let field = leptos::prelude::document()
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok());
    if let Some(field) = field {
        // It is on the page, and a place beyond its end is its end.
        let _ = field.focus();
        let _ = field.set_selection_range(place, place);
    }
}

/// What follows `#` in the address.
pub(crate) fn fragment() -> String {
    leptos::prelude::window()
        .location()
        .hash()
        .unwrap_or_default()
}

/// Takes what follows `#` out of the address, without a step back to it.
pub(crate) fn forget_fragment() {
    let address = address();
    if let Ok(history) = leptos::prelude::window().history() {
        // It is the page's own address, which a browser lets it have.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
    }
}

/// The address of the page without what follows it.
pub(crate) fn address() -> String {
    let address = leptos::prelude::window()
        .location()
        .href()
        .unwrap_or_default();
    address.split('#').next().unwrap_or_default().to_owned()
}

/// The parameters of the address, in order.
pub(crate) fn parameters() -> Vec<(String, String)> {
    let search = leptos::prelude::window()
        .location()
        .search()
        .unwrap_or_default();
    let Ok(parameters) = web_sys::UrlSearchParams::new_with_str(&search) else {
        return Vec::new();
    };
    ["upid", "ipid", "cid", "r"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), parameters.get(name)?)))
        .collect()
}

/// Milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole milliseconds, far below 2^53"
    )]
    let now = js_sys::Date::now() as i64;
    now
}

/// Bytes that nobody can guess; `None` where the browser has none.
pub(crate) fn entropy() -> Option<[u8; 128]> {
    let mut bytes = [0; 128];
    let crypto = leptos::prelude::window().crypto().ok()?;
    crypto.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(bytes)
}
