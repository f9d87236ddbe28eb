//! A local stack, and what is in its streams.

use std::collections::BTreeMap;

use kdg_web::aws::Client;
use kdg_web::message::{Access, Credentials};
use local::kinesis::Position;
use local::stack::{Config, Faults, Stack};

use crate::carrier::{Carrier, now_ms};

/// A stack with a folder of its own.
pub(crate) struct Running {
    pub(crate) stack: Stack,
    pub(crate) folder: tempfile::TempDir,
}

/// Starts a stack on a free port.
pub(crate) async fn start(enforce_limits: bool, faults: Faults) -> Running {
    start_in(tempfile::tempdir().unwrap(), 0, enforce_limits, faults).await
}

/// Starts a stack where one was before.
pub(crate) async fn start_in(
    folder: tempfile::TempDir,
    port: u16,
    enforce_limits: bool,
    faults: Faults,
) -> Running {
    let config = Config {
        port,
        enforce_limits,
        faults,
        ..Config::new(folder.path())
    };
    start_as(folder, config).await
}

/// Starts a stack that is described, in a folder of its own.
pub(crate) async fn start_as(folder: tempfile::TempDir, config: Config) -> Running {
    let stack = Stack::start(config).await.unwrap();
    Running { stack, folder }
}

/// The key that everyone knows.
pub(crate) fn test_key() -> Credentials {
    Credentials {
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
        session_token: None,
        expires_ms: None,
    }
}

impl Running {
    pub(crate) fn access(&self, credentials: Credentials) -> Access {
        Access {
            region: "us-east-1".to_owned(),
            endpoint: Some(self.stack.endpoint()),
            credentials,
        }
    }

    /// A client with the key that everyone knows.
    pub(crate) fn client(&self) -> Client<Carrier> {
        Client::new(Carrier::default(), self.access(test_key()), now_ms)
    }

    /// A key that was handed out by the stack.
    pub(crate) fn temporary_key(&self) -> Credentials {
        let environment = self.stack.environment();
        Credentials {
            access_key_id: environment["AWS_ACCESS_KEY_ID"].clone(),
            secret_access_key: environment["AWS_SECRET_ACCESS_KEY"].clone(),
            session_token: Some(environment["AWS_SESSION_TOKEN"].clone()),
            expires_ms: None,
        }
    }

    /// The data of each record in a stream, by shard and sequence number.
    pub(crate) fn records(&self, stream: &str) -> BTreeMap<(String, String), Vec<u8>> {
        let kinesis = self.stack.kinesis();
        let mut found = BTreeMap::new();
        for shard in kinesis.shards(stream).unwrap() {
            let mut from = Position::TrimHorizon;
            loop {
                let page = kinesis
                    .read(stream, &shard.id, &from, 10_000, 64 << 20)
                    .unwrap();
                let Some(last) = page.records.last() else {
                    break;
                };
                from = Position::After(last.sequence_number.clone());
                for record in page.records {
                    found.insert(
                        (shard.id.clone(), record.sequence_number),
                        record.data.to_vec(),
                    );
                }
            }
        }
        found
    }
}
