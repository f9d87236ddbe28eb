//! An API on this machine that answers as it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One answer.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// A status, further header lines, and a body.
    With(u16, &'static str, String),
    /// The connection stays open and silent.
    Silence,
    /// The connection is closed in place of an answer.
    Closed,
    /// The connection breaks in the middle of the body.
    Torn,
    /// A body that never ends.
    Endless,
}

/// Answers the first request with the first reply, and so on; the last one stays.
pub(crate) struct Api {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Api {
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let replies: VecDeque<Reply> = replies.into_iter().collect();
        tokio::spawn(serve(listener, replies, Arc::clone(&asked)));
        Self { url, asked }
    }

    /// The first line of each request.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

pub(crate) fn ok(body: &str) -> Reply {
    Reply::With(200, "", body.to_owned())
}

pub(crate) fn status(status: u16) -> Reply {
    Reply::With(status, "", "{}".to_owned())
}

async fn serve(
    listener: TcpListener,
    mut replies: VecDeque<Reply>,
    asked: Arc<Mutex<Vec<String>>>,
) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = request(&mut stream).await;
        asked.lock().unwrap().push(request);
        let reply = match replies.len() {
            1 => replies[0].clone(),
            _ => replies.pop_front().unwrap(),
        };
        tokio::spawn(async move {
            // A client that had enough hangs up.
            let _ = answer(stream, reply).await;
        });
    }
}

async fn request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.unwrap());
    }
    let request = String::from_utf8(request).unwrap();
    request.lines().next().unwrap().to_owned()
}

async fn answer(mut stream: TcpStream, reply: Reply) -> std::io::Result<()> {
    let head = |status: u16, headers: &str, length: usize| {
        format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n"
        )
    };
    match reply {
        Reply::With(status, headers, body) => {
            let answer = head(status, headers, body.len()) + &body;
            stream.write_all(answer.as_bytes()).await
        }
        Reply::Torn => {
            let answer = head(200, "", 1000) + "{\"results\":";
            stream.write_all(answer.as_bytes()).await
        }
        Reply::Closed => {
            // What is left unread would reset the connection rather than close it.
            let _ = stream.read(&mut [0; 4096]).await?;
            stream.shutdown().await
        }
        Reply::Silence => std::future::pending().await,
        Reply::Endless => {
            stream
                .write_all(b"HTTP/1.1 200 X\r\nconnection: close\r\n\r\n")
                .await?;
            loop {
                stream.write_all(&[b' '; 8 * 1024]).await?;
            }
        }
    }
}
