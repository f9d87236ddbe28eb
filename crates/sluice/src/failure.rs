//! An object of Lambda's failure destination → the batch that was given up.
//!
//! The form is that of "Retain discarded batches" (`lambda/latest/dg/kinesis-on-failure-destination.html`).

use anyhow::Context as _;
use pipeline::record::{Identity, Record};
use pipeline::{Event, Pipeline};
use serde::Deserialize;
use serde_json::Value;

/// A batch that was given up.
#[derive(Debug)]
pub(crate) struct GivenUp {
    pub(crate) function_arn: String,
    /// The name of the stream.
    pub(crate) stream: String,
    pub(crate) first: Identity,
    pub(crate) last: Identity,
    /// How many records of the stream it has.
    pub(crate) size: usize,
    /// The records themselves, if the object holds every one of them.
    pub(crate) records: Option<Vec<Record>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    request_context: RequestContext,
    #[serde(rename = "KinesisBatchInfo")]
    batch: Batch,
    /// The event; as an object in fact, and as its text where the guide is taken at its word.
    payload: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    function_arn: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    shard_id: String,
    start_sequence_number: String,
    end_sequence_number: String,
    #[serde(rename = "batchSize")]
    size: usize,
    stream_arn: String,
}

impl GivenUp {
    /// Reads the body of an object.
    ///
    /// # Errors
    ///
    /// When it is not what Lambda writes for a batch of Kinesis.
    pub(crate) fn read(body: &[u8]) -> anyhow::Result<Self> {
        let raw: Raw = serde_json::from_slice(body).context(
            "it is not what Lambda writes of a Kinesis batch; move it out of aws/lambda/",
        )?;
        let batch = raw.batch;
        let identity = |number: &str| -> anyhow::Result<Identity> {
            let text = format!("{}:{number}", batch.shard_id);
            text.parse()
                .with_context(|| format!("it names a record {text}"))
        };
        let stream = batch.stream_arn.rsplit('/').next().unwrap_or_default();
        Ok(Self {
            function_arn: raw.request_context.function_arn,
            stream: stream.to_owned(),
            first: identity(&batch.start_sequence_number)?,
            last: identity(&batch.end_sequence_number)?,
            size: batch.size,
            records: raw
                .payload
                .and_then(records)
                .filter(|records| records.len() == batch.size),
        })
    }

    /// Whether it was this pipeline's function that gave the batch up. A deployment may put a
    /// prefix before the function's name.
    pub(crate) fn is_of(&self, pipeline: &Pipeline) -> bool {
        let function = &pipeline.process().function;
        let name = self.function_arn.split(':').nth(6).unwrap_or_default();
        name.strip_suffix(function.as_str())
            .is_some_and(|prefix| prefix.is_empty() || prefix.ends_with(['-', '_']))
    }
}

fn records(payload: Value) -> Option<Vec<Record>> {
    let event: Event = match payload {
        Value::String(text) => serde_json::from_str(&text).ok()?,
        object => serde_json::from_value(object).ok()?,
    };
    Some(event.records)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(payload: &Value) -> Vec<u8> {
        let object = json!({
            "requestContext": {"functionArn": "arn:aws:lambda:eu-west-1:1:function:live-F"},
            "KinesisBatchInfo": {
                "shardId": "shardId-000000000000", "startSequenceNumber": "7",
                "endSequenceNumber": "9", "batchSize": 1,
                "streamArn": "arn:aws:kinesis:eu-west-1:1:stream/live-s",
            },
            "payload": payload,
        });
        object.to_string().into_bytes()
    }

    #[test]
    fn a_payload_is_read_in_either_form_and_only_when_it_is_whole() {
        let record = json!({
            "eventID": "shardId-000000000000:7",
            "kinesis": {"partitionKey": "k", "sequenceNumber": "7", "data": "e30=",
                "approximateArrivalTimestamp": 1.5},
        });
        let event = json!({"Records": [record]});
        for payload in [event.clone(), event.to_string().into()] {
            let read = GivenUp::read(&object(&payload)).unwrap();
            assert_eq!(read.records.unwrap().len(), 1);
            assert_eq!((read.stream.as_str(), read.size), ("live-s", 1));
        }
        for payload in [json!(null), json!({"Records": []}), json!("x")] {
            assert!(GivenUp::read(&object(&payload)).unwrap().records.is_none());
        }
        assert!(GivenUp::read(b"{}").is_err());
    }

    #[test]
    fn a_function_is_known_by_its_name_behind_the_prefix_of_a_deployment() {
        let pipeline = |function: &str| {
            let file = format!(
                "stream: {{name: s, shards: 1}}\nbucket: a-bucket\nprocess: {{function: {function}}}\nobject: {{layout: record, key: '{{{{ %uuid }}}}'}}\n"
            );
            Pipeline::parse("p", &file).unwrap()
        };
        let given_up = GivenUp::read(&object(&Value::Null)).unwrap();
        assert!(given_up.is_of(&pipeline("F")) && given_up.is_of(&pipeline("live-F")));
        assert!(!given_up.is_of(&pipeline("e-F")));
    }
}
