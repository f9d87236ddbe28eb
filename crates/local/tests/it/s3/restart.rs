use std::fs;
use std::path::Path;

use super::server::Server;

fn hidden(server: &Server, name: &str) -> std::path::PathBuf {
    server.folder.path().join("bucket/.sluice").join(name)
}

/// What `kill -9` leaves: the folder as it is, and nobody who tidies it up.
async fn killed_and_restarted(server: Server) -> Server {
    let Server { folder, .. } = server;
    Server::start_in(folder).await
}

async fn body_of(server: &Server, key: &str) -> Option<Vec<u8>> {
    let found = server
        .client()
        .get_object()
        .bucket("bucket")
        .key(key)
        .send()
        .await
        .ok()?;
    Some(found.body.collect().await.unwrap().to_vec())
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let server = Server::start().await;
    let client = server.bucket().await;
    let put = client
        .put_object()
        .bucket("bucket")
        .key("a/b")
        .metadata("m", "1")
        .content_type("text/x");
    put.body(aws_sdk_s3::primitives::ByteStream::from_static(b"1"))
        .send()
        .await
        .unwrap();
    client
        .put_object()
        .bucket("bucket")
        .key("gone")
        .send()
        .await
        .unwrap();
    client
        .delete_object()
        .bucket("bucket")
        .key("gone")
        .send()
        .await
        .unwrap();
    let server = killed_and_restarted(server).await;
    let found = server
        .client()
        .head_object()
        .bucket("bucket")
        .key("a/b")
        .send()
        .await
        .unwrap();
    assert_eq!(found.metadata().unwrap()["m"], "1");
    assert_eq!(found.content_type(), Some("text/x"));
    assert_eq!(body_of(&server, "gone").await, None);
}

fn put(server: &Server, key: &str, body: &'static [u8]) {
    let body = bytes::Bytes::from_static(body);
    server.s3.put("bucket", key, &body, "text/plain").unwrap();
}

#[tokio::test]
async fn a_put_that_was_cut_off_behind_its_line_is_completed() {
    let server = Server::start().await;
    server.bucket().await;
    put(&server, "a/k", b"old");
    put(&server, "a/k", b"whole");
    // Between the line in the journal and the move of the file.
    let journal = fs::read_to_string(hidden(&server, "journal")).unwrap();
    let last: serde_json::Value = serde_json::from_str(journal.lines().last().unwrap()).unwrap();
    let staged = hidden(&server, "incoming").join(last["put"]["staged"].as_str().unwrap());
    let file = server.folder.path().join("bucket/a/k");
    fs::rename(&file, staged).unwrap();
    fs::write(&file, b"old").unwrap();
    let server = killed_and_restarted(server).await;
    assert_eq!(
        body_of(&server, "a/k").await.as_deref(),
        Some(&b"whole"[..])
    );
}

#[tokio::test]
async fn a_new_object_that_was_cut_off_while_it_was_written_never_happened() {
    for cut_off in [&b""[..], &b"who"[..]] {
        let server = Server::start().await;
        server.bucket().await;
        put(&server, "before", b"1");
        put(&server, "a/k", b"whole");
        let file = server.folder.path().join("bucket/a/k");
        fs::write(&file, cut_off).unwrap();
        let server = killed_and_restarted(server).await;
        assert_eq!(body_of(&server, "a/k").await, None);
        assert!(!file.exists());
        assert!(body_of(&server, "before").await.is_some());
    }
}

#[tokio::test]
async fn a_new_object_that_was_cut_off_before_it_was_written_never_happened() {
    let server = Server::start().await;
    server.bucket().await;
    put(&server, "k", b"whole");
    fs::remove_file(server.folder.path().join("bucket/k")).unwrap();
    let server = killed_and_restarted(server).await;
    assert_eq!(body_of(&server, "k").await, None);
    put(&server, "k", b"again");
    let server = killed_and_restarted(server).await;
    assert_eq!(body_of(&server, "k").await.as_deref(), Some(&b"again"[..]));
}

#[tokio::test]
async fn a_put_that_was_cut_off_before_its_line_never_happened() {
    let server = Server::start().await;
    server.bucket().await;
    put(&server, "k", b"old");
    let leftover = hidden(&server, "incoming").join("0123");
    fs::write(&leftover, b"half").unwrap();
    let server = killed_and_restarted(server).await;
    assert_eq!(body_of(&server, "k").await.as_deref(), Some(&b"old"[..]));
    assert!(!Path::new(&leftover).exists());
}

#[tokio::test]
async fn a_line_that_was_cut_off_is_dropped() {
    let server = Server::start().await;
    server.bucket().await;
    put(&server, "k", b"old");
    let journal = hidden(&server, "journal");
    let mut text = fs::read(&journal).unwrap();
    text.extend_from_slice(br#"{"put":{"key":"torn","entry":{"pl"#);
    fs::write(&journal, text).unwrap();
    let server = killed_and_restarted(server).await;
    assert_eq!(body_of(&server, "k").await.as_deref(), Some(&b"old"[..]));
    put(&server, "next", b"1");
    let server = killed_and_restarted(server).await;
    assert_eq!(body_of(&server, "next").await.as_deref(), Some(&b"1"[..]));
}

#[tokio::test]
async fn an_object_whose_file_was_removed_by_hand_is_gone() {
    let server = Server::start().await;
    server.bucket().await;
    put(&server, "k", b"1");
    fs::remove_file(server.folder.path().join("bucket/k")).unwrap();
    assert_eq!(body_of(&server, "k").await, None);
    let server = killed_and_restarted(server).await;
    assert!(server.s3.list("bucket", "").unwrap().is_empty());
}
