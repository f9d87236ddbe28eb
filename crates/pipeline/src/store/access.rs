//! What Lambda tells a function of AWS → how its clients reach it.

use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, IdentityCache, Region, SharedCredentialsProvider,
    StalledStreamProtectionConfig,
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_types::SdkConfig;

use crate::config::ConfigError;

/// What the clients of a function share: who it is, where, and how they connect.
///
/// Lambda sets keys and region ("Working with Lambda environment variables",
/// `lambda/latest/dg/configuration-envvars.html`), so that nothing has to be looked up, as the
/// loader of `aws-config` would: a fifth of the work until the first answer.
/// `AWS_ENDPOINT_URL`, `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT` mean what they
/// mean to AWS's tools (`sdkref/latest/guide/settings-reference.html`).
///
/// # Errors
///
/// Names the variable that is missing.
pub fn access(variable: impl Fn(&str) -> Option<String>) -> Result<SdkConfig, ConfigError> {
    let optional = |name| variable(name).filter(|value| !value.is_empty());
    let required = |name| optional(name).ok_or(ConfigError::NotInLambda(name));
    let is_on = |name| optional(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let credentials = Credentials::new(
        required("AWS_ACCESS_KEY_ID")?,
        required("AWS_SECRET_ACCESS_KEY")?,
        optional("AWS_SESSION_TOKEN"),
        None,
        "the environment of the function",
    );
    let mut access = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(required("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        // These keys last as long as the process.
        .identity_cache(IdentityCache::no_cache())
        // A function downloads nothing, and an upload that stalls ends with the time of its attempt.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .use_fips(is_on("AWS_USE_FIPS_ENDPOINT"))
        .use_dual_stack(is_on("AWS_USE_DUALSTACK_ENDPOINT"));
    let endpoint = optional("AWS_ENDPOINT_URL");
    // Reading the machine's certificates takes longer than all else at the start.
    let is_plain = endpoint
        .as_ref()
        .is_some_and(|address| address.starts_with("http:"));
    access = if is_plain {
        access.http_client(Builder::new().build_http())
    } else {
        let ring = Provider::Rustls(CryptoMode::Ring);
        access.http_client(Builder::new().tls_provider(ring).build_https())
    };
    access.set_endpoint_url(endpoint);
    Ok(access.build())
}
