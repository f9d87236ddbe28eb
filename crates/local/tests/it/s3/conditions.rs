use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;

use super::server::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_who_create_one_key_exactly_one_wins() {
    let server = Server::start().await;
    let client = server.bucket().await;
    for round in 0..10 {
        let racers = (0..16).map(|racer| {
            let body = ByteStream::from(format!("racer {racer}").into_bytes());
            let put = client
                .put_object()
                .bucket("bucket")
                .key(format!("key {round}"));
            put.if_none_match("*").body(body).send()
        });
        let finished = futures::future::join_all(racers).await;
        let winners = finished.iter().filter(|put| put.is_ok()).count();
        assert_eq!(winners, 1, "round {round}");
        for lost in finished.into_iter().filter_map(Result::err) {
            assert_eq!(lost.raw_response().unwrap().status().as_u16(), 412);
            assert_eq!(lost.into_service_error().code(), Some("PreconditionFailed"));
        }
    }
}

#[tokio::test]
async fn an_object_is_replaced_only_while_it_is_what_the_writer_saw() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let put = |body: &'static [u8]| {
        client
            .put_object()
            .bucket("bucket")
            .key("k")
            .body(ByteStream::from_static(body))
    };
    let first = put(b"1").send().await.unwrap().e_tag().unwrap().to_owned();
    put(b"2").if_match(&first).send().await.unwrap();
    let late = put(b"3")
        .if_match(&first)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(late.code(), Some("PreconditionFailed"));
    let absent = client
        .put_object()
        .bucket("bucket")
        .key("absent")
        .if_match(&first);
    let absent = absent.send().await.unwrap_err().into_service_error();
    assert_eq!(absent.code(), Some("NoSuchKey"));
}

#[tokio::test]
async fn a_reader_who_has_the_object_is_told_so() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let etag = client
        .put_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap()
        .e_tag()
        .unwrap()
        .to_owned();
    let get = || client.get_object().bucket("bucket").key("k");
    let same = get().if_none_match(&etag).send().await.unwrap_err();
    let same = same.raw_response().unwrap();
    assert_eq!(same.status().as_u16(), 304);
    assert_eq!(same.headers().get("etag"), Some(etag.as_str()));
    assert!(same.headers().get("last-modified").is_some());
    get().if_match(&etag).send().await.unwrap();
    let other = get().if_match("\"0\"").send().await.unwrap_err();
    assert_eq!(other.raw_response().unwrap().status().as_u16(), 412);
}

#[tokio::test]
async fn a_copy_is_made_only_of_what_the_copier_saw() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let put = client.put_object().bucket("bucket").key("from");
    let etag = put.send().await.unwrap().e_tag().unwrap().to_owned();
    let copy = || {
        client
            .copy_object()
            .bucket("bucket")
            .key("to")
            .copy_source("bucket/from")
    };
    for refused in [
        copy().copy_source_if_match("\"0\""),
        copy().copy_source_if_none_match(&etag),
    ] {
        let error = refused.send().await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some("PreconditionFailed"));
    }
    copy().copy_source_if_match(&etag).send().await.unwrap();
}
