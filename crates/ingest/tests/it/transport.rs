//! Requests that a stream does not answer.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::{BehaviorVersion, Config, Credentials, Region};
use aws_smithy_http_client::Builder;
use ingest::transport::{PutRecords as _, Stream, retries, timeouts};
use kdg::{Record, RequestFailure};

use super::api::{Api, Reply};

async fn put_into(reply: Reply) -> RequestFailure {
    let api = Api::start([reply]).await;
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(api.url)
        .http_client(Builder::new().build_http())
        .retry_config(retries())
        .timeout_config(timeouts());
    let stream = Stream::new(Client::from_conf(config.build()), "clicks");
    let record = Record {
        data: b"{}".to_vec(),
        partition_key: "key".to_owned(),
        explicit_hash_key: None,
        tag: 0,
    };
    stream.put_records(vec![record]).await.unwrap_err()
}

#[tokio::test]
async fn a_connection_that_ends_before_the_answer_is_tried_again() {
    for reply in [Reply::Closed, Reply::Torn] {
        let failure = put_into(reply.clone()).await;
        assert!(
            matches!(failure, RequestFailure::Retryable(_)),
            "{reply:?}: {failure:?}"
        );
    }
}
