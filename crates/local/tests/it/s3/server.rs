//! S3 on a free port, in a folder of its own, and the AWS SDK pointed at it.

use std::convert::Infallible;
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials as SdkCredentials, Region, retry::RetryConfig,
};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use local::clock::SystemClock;
use local::credentials::Credentials;
use local::s3::{Config, S3};
use tempfile::TempDir;
use tokio::net::TcpListener;

pub(crate) struct Server {
    pub(crate) s3: S3,
    pub(crate) credentials: Credentials,
    pub(crate) endpoint: String,
    pub(crate) folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap()).await
    }

    /// Opens a folder that another server may have left behind.
    pub(crate) async fn start_in(folder: TempDir) -> Self {
        let credentials = Credentials::new();
        let config = Config {
            directory: folder.path().to_owned(),
            clock: Arc::new(SystemClock),
            region: "us-east-1".to_owned(),
        };
        let s3 = S3::open(config, credentials.clone()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let served = s3.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let s3 = served.clone();
                tokio::spawn(async move {
                    let service =
                        service_fn(move |request: http::Request<hyper::body::Incoming>| {
                            let s3 = s3.clone();
                            async move {
                                Ok::<_, Infallible>(s3.handle(request.map(s3s::Body::from)).await)
                            }
                        });
                    let _ = Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self {
            s3,
            credentials,
            endpoint,
            folder,
        }
    }

    pub(crate) fn client(&self) -> Client {
        self.client_with("test", "test", None)
    }

    pub(crate) fn client_with(&self, id: &str, secret: &str, token: Option<&str>) -> Client {
        let credentials = SdkCredentials::new(id, secret, token.map(str::to_owned), None, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(&self.endpoint)
            .credentials_provider(credentials)
            .retry_config(RetryConfig::disabled())
            .force_path_style(true)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Client::from_conf(config)
    }

    /// A client, and a bucket to use it on.
    pub(crate) async fn bucket(&self) -> Client {
        let client = self.client();
        client
            .create_bucket()
            .bucket("bucket")
            .send()
            .await
            .unwrap();
        client
    }
}
