//! The worker: what the page says becomes runs and previews, and what becomes of them is told.
//!
//! Its timers go on evenly while the page is in the background, where those of windows do not.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures::channel::mpsc::{UnboundedSender, unbounded};
use js_sys::{Date, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::aws::Client;
use crate::drive::{NotStarted, Order, Place, Timer, drive, prepare};
use crate::http::{Browser, wait};
use crate::message::{Access, FromWorker, ToWorker};
use crate::plan::Plan;
use crate::preview::{Times, preview};

/// The run that goes on.
type Current = Rc<RefCell<Option<UnboundedSender<Order>>>>;

/// The time of the browser.
#[derive(Debug, Clone, Copy)]
struct BrowserTime;

/// Hears the page from now on.
pub(crate) fn start() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    Browser::watch();
    let current = Current::default();
    let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        // Page and worker are one module: what it cannot read is not from the page.
        if let Ok(message) = serde_json::from_str::<ToWorker>(&text) {
            obey(message, &current);
        }
    });
    scope.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    // It is called as long as the worker lives.
    hear.forget();
    tell(&FromWorker::Ready);
}

fn obey(message: ToWorker, current: &Current) {
    let order = match message {
        ToWorker::Start { plan, access } => {
            if current.borrow().is_none() {
                begin(plan, access, Rc::clone(current));
            }
            return;
        }
        ToWorker::Preview {
            id,
            template,
            strip_line_breaks,
            seed,
            simulated_ms,
            sending,
            count,
        } => {
            let now_ms = BrowserTime.now_ms();
            let made = preview(
                &template,
                strip_line_breaks,
                seed,
                count,
                Times {
                    now_ms,
                    simulated_ms,
                    offset_minutes: offset_minutes(simulated_ms.unwrap_or(now_ms)),
                },
                &sending,
            );
            tell(&FromWorker::Previewed {
                id,
                records: made.records,
                errors: made.errors,
                warnings: made.warnings,
                ended_by: made.ended_by,
            });
            return;
        }
        ToWorker::Pause => Order::Pause,
        ToWorker::Continue => Order::Continue,
        ToWorker::Stop => Order::Stop,
        ToWorker::StopAtOnce => Order::StopAtOnce,
        ToWorker::Credentials(credentials) => Order::Credentials(credentials),
    };
    if let Some(run) = &*current.borrow() {
        // A run that has just ended hears nothing more.
        let _ = run.unbounded_send(order);
    }
}

fn begin(plan: Plan, access: Access, current: Current) {
    let (sender, orders) = unbounded();
    current.replace(Some(sender));
    let place = Place {
        offset_minutes,
        any_seed: any_seed(),
    };
    spawn_local(async move {
        let target = plan.target.clone();
        let client = Client::new(Browser, access, || BrowserTime.now_ms());
        let said = match prepare(plan, &client, BrowserTime, place).await {
            Ok(run) => {
                let report = |snapshot| tell(&FromWorker::Progress(snapshot));
                FromWorker::Ended(drive(run, target, client, BrowserTime, orders, report).await)
            }
            Err(NotStarted::Refused(errors)) => FromWorker::Refused { errors },
            Err(NotStarted::Unreachable(error)) => FromWorker::Unreachable {
                trouble: error.trouble(),
            },
        };
        // Another run can start as soon as the page has heard of the end of this one.
        current.replace(None);
        tell(&said);
    });
}

fn tell(message: &FromWorker) {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    if let Ok(text) = serde_json::to_string(message) {
        // Text can always be posted.
        let _ = scope.post_message(&JsValue::from_str(&text));
    }
}

/// Minutes by which local time is ahead of UTC; JavaScript counts them the other way.
#[expect(clippy::cast_possible_truncation, reason = "below a day")]
#[expect(
    clippy::cast_precision_loss,
    reason = "JavaScript counts milliseconds in f64"
)]
fn offset_minutes(at_ms: i64) -> i32 {
    let date = Date::new(&JsValue::from_f64(at_ms as f64));
    -date.get_timezone_offset() as i32
}

/// 53 bits, so that JavaScript can show the seed.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole and not negative"
)]
fn any_seed() -> u64 {
    const BITS: f64 = 9_007_199_254_740_992.0;
    (js_sys::Math::random() * BITS) as u64
}

impl Timer for BrowserTime {
    fn now(self) -> Duration {
        let performance = Reflect::get(&js_sys::global(), &"performance".into());
        let performance = performance
            .ok()
            .and_then(|value| value.dyn_into::<web_sys::Performance>().ok());
        let ms = performance.map_or_else(Date::now, |performance| performance.now());
        Duration::try_from_secs_f64(ms / 1e3).unwrap_or_default()
    }

    #[expect(clippy::cast_possible_truncation, reason = "milliseconds fit for ages")]
    fn now_ms(self) -> i64 {
        Date::now() as i64
    }

    #[expect(clippy::cast_precision_loss, reason = "waits are short")]
    async fn wait(self, time: Duration) {
        // Rounded up, so that what was waited for is due.
        wait(time.as_micros().div_ceil(1_000) as f64).await;
    }
}
