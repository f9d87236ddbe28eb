//! An event as large as Lambda delivers it.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use serde_json::json;

/// The most bytes that Lambda hands to a function ("Lambda quotas",
/// `lambda/latest/dg/gettingstarted-limits.html`).
const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;

/// What surrounds the data of a record in the event.
const ENVELOPE_BYTES: usize = 420;

/// An event of 6 MB, and the JSON in it.
pub(crate) struct Large {
    pub(crate) event: Bytes,
    pub(crate) payloads: Vec<Vec<u8>>,
}

/// Fills an event with records that differ, each about `bytes` long, in so many partitions.
pub(crate) fn large(bytes: usize, partitions: usize) -> Large {
    let (mut records, mut payloads, mut size) = (Vec::new(), Vec::new(), 0);
    for number in 0.. {
        let payload = payload(number, number % partitions, bytes);
        size += payload.len().div_ceil(3) * 4 + ENVELOPE_BYTES;
        if size > MAX_EVENT_BYTES {
            break;
        }
        let sequence_number =
            format!("4968043175123536542771621364361258119867751448925{number:07}");
        records.push(json!({
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": format!("key-{number}"),
                "sequenceNumber": sequence_number,
                "data": BASE64_STANDARD.encode(&payload),
                "approximateArrivalTimestamp": 1_795_271_832.123,
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": format!("shardId-000000000000:{sequence_number}"),
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": "arn:aws:iam::000000000000:role/bench",
            "awsRegion": "us-east-1",
            "eventSourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/bench",
        }));
        payloads.push(payload);
    }
    Large {
        event: json!({ "Records": records }).to_string().into(),
        payloads,
    }
}

/// The least that an order with one item has.
const LEAST_ORDER_BYTES: usize = 300;

/// A record such as a shop sends it, filled up with items; or a small one, filled up with text.
fn payload(number: usize, partition: usize, bytes: usize) -> Vec<u8> {
    if bytes < LEAST_ORDER_BYTES {
        let order = |note: &str| {
            let order = json!({"partition": partition, "order": number, "note": note});
            order.to_string().into_bytes()
        };
        let room = bytes.saturating_sub(order("").len());
        return order(&"~".repeat(room));
    }
    let mut items = Vec::new();
    loop {
        let item = items.len() + number;
        items.push(json!({
            "sku": format!("AB-{item:05}"),
            "title": "Gorgeous wooden chair, 2 – 4 days",
            "price": f64::from(u32::try_from(item % 9_000).unwrap_or_default()) / 100.0,
            "in_stock": item.is_multiple_of(3),
        }));
        let order = json!({
            "partition": partition,
            "order": number,
            "at": "2026-11-21T10:00:00.123Z",
            "customer": {"name": "Jörg Großmann", "mail": "joerg@example.org", "vip": null},
            "items": items,
        });
        let order = order.to_string();
        if order.len() >= bytes {
            return order.into_bytes();
        }
    }
}
