//! `config.json`: what the page reads first, with the names that Terraform writes for the deployed
//! page, and where the stack is.

use std::collections::BTreeMap;

use local::account::DEFAULT_REGION;
use local::stack::Stack;
use serde::Serialize;

use crate::pipelines::Described;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageConfig {
    region: &'static str,
    user_pool_id: String,
    user_pool_client_id: String,
    identity_pool_id: String,
    /// Where every service answers.
    endpoint: String,
    /// The stream of each pipeline.
    streams: BTreeMap<String, String>,
    /// The bucket of each pipeline, which can be watched.
    buckets: BTreeMap<String, String>,
}

impl PageConfig {
    /// The configuration of the page of a stack; `None` when nobody can sign in there.
    pub(super) fn of(stack: &Stack, described: &[Described]) -> Option<Self> {
        let cognito = stack.cognito()?;
        let pipelines = || described.iter().map(|described| &described.pipeline);
        Some(Self {
            region: DEFAULT_REGION,
            user_pool_id: cognito.user_pool_id().to_owned(),
            user_pool_client_id: cognito.client_id().to_owned(),
            identity_pool_id: cognito.identity_pool_id().to_owned(),
            endpoint: stack.endpoint(),
            streams: pipelines()
                .map(|pipeline| (pipeline.name().to_owned(), pipeline.stream().name.clone()))
                .collect(),
            buckets: pipelines()
                .map(|pipeline| (pipeline.name().to_owned(), pipeline.bucket().to_owned()))
                .collect(),
        })
    }
}
