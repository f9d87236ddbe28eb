//! What the function is handed.

use serde_json::{Value, json};

use super::{Reply, World, settings, until_settled};

#[tokio::test(start_paused = true)]
async fn a_record_looks_as_aws_delivers_it() {
    let world = World::new(1, |_| Reply::ok());
    let every_byte: Vec<u8> = (0..=255).collect();
    let sequence_number = world.stream.put("user \"7\"\n\u{e4}\u{1f980}", &every_byte);
    let mapping = world.start(settings());

    until_settled(&mapping, 1).await;

    let call = &world.function.calls()[0];
    assert_eq!(call.records[0].data, every_byte);
    let event: Value = serde_json::from_slice(&call.event).unwrap();
    let data = event["Records"][0]["kinesis"]["data"].clone();
    let expected = json!({"Records": [{
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "user \"7\"\n\u{e4}\u{1f980}",
            "sequenceNumber": sequence_number,
            "data": data,
            "approximateArrivalTimestamp": 1_795_199_987.25,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": format!("shardId-000000000000:{sequence_number}"),
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::000000000000:role/Process",
        "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/clicks",
    }]});
    assert_eq!(event, expected);
}
