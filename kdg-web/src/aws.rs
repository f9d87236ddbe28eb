//! What the page asks of AWS, and what it makes of the answers.

pub mod error;
pub mod firehose;
pub mod kinesis;
pub mod s3;

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::{Fetch, Request};
use crate::message::{Access, Credentials};
use crate::signature::sign;

pub use error::{AwsError, Kind};

/// Asks AWS, as somebody and somewhere. Clones share what they know.
#[derive(Debug, Clone)]
pub struct Client<F> {
    fetch: F,
    access: Arc<Access>,
    clock: fn() -> i64,
}

/// A service that speaks JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonService {
    /// In its host and in signatures.
    pub(crate) name: &'static str,
    /// In front of the operation in `x-amz-target`.
    pub(crate) prefix: &'static str,
}

impl<F: Fetch> Client<F> {
    /// A client with a clock in milliseconds since the Unix epoch.
    pub fn new(fetch: F, access: Access, clock: fn() -> i64) -> Self {
        Self {
            fetch,
            access: Arc::new(access),
            clock,
        }
    }

    /// The same client with other credentials.
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        let access = Access {
            credentials,
            ..(*self.access).clone()
        };
        Self {
            access: Arc::new(access),
            ..self.clone()
        }
    }

    /// The same client somewhere else.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        let access = Access {
            region: region.to_owned(),
            ..(*self.access).clone()
        };
        Self {
            access: Arc::new(access),
            ..self.clone()
        }
    }

    /// As whom and where.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Calls an operation with JSON that is written already.
    pub(crate) async fn post(
        &self,
        service: JsonService,
        operation: &str,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, AwsError> {
        let target = format!("{}.{operation}", service.prefix);
        let mut request = Request {
            method: "POST",
            url: format!("{}/", self.address(service.name)),
            headers: vec![
                ("content-type", "application/x-amz-json-1.1".to_owned()),
                ("x-amz-target", target),
            ],
            body,
        };
        self.sign(&mut request, service.name);
        self.send(request).await
    }

    /// Calls an operation.
    pub(crate) async fn call<A: DeserializeOwned>(
        &self,
        service: JsonService,
        operation: &str,
        input: &impl Serialize,
    ) -> Result<A, AwsError> {
        let body = serde_json::to_vec(input).map_err(|error| AwsError::unreadable(&error))?;
        let answer = self.post(service, operation, body).await?;
        serde_json::from_slice(&answer).map_err(|error| AwsError::unreadable(&error))
    }

    /// Signs and gets, for services that speak otherwise.
    pub(crate) async fn get(&self, service: &str, url: String) -> Result<Vec<u8>, AwsError> {
        let mut request = Request {
            method: "GET",
            url,
            headers: Vec::new(),
            body: Vec::new(),
        };
        self.sign(&mut request, service);
        self.send(request).await
    }

    /// Where a service answers, without a slash at the end.
    pub(crate) fn address(&self, service: &str) -> String {
        match &self.access.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => format!(
                "https://{service}.{}.{}",
                self.access.region,
                suffix(&self.access.region)
            ),
        }
    }

    fn sign(&self, request: &mut Request, service: &str) {
        let Access {
            region,
            credentials,
            ..
        } = &*self.access;
        sign(request, service, region, credentials, (self.clock)());
    }

    async fn send(&self, request: Request) -> Result<Vec<u8>, AwsError> {
        let response = self.fetch.fetch(request).await?;
        if response.status == 200 {
            Ok(response.body)
        } else {
            Err(AwsError::of(&response))
        }
    }
}

/// What the names of services end with in a region.
///
/// AWS: "AWS service endpoints" in the AWS General Reference.
pub(crate) fn suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    }
}
