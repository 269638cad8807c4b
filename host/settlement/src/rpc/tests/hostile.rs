//! Endpoints that are broken or hostile: each is asked one question, and what a person reads names it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::*;
use crate::rpc::transport::BODY_MAX;

/// An endpoint that answers whatever is asked by this.
struct Endpoint {
    url: String,
    host: String,
    /// Questions that came, and bytes that were sent.
    asked: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
}

fn endpoint(says: impl Fn(&mut TcpStream, &AtomicU64) -> std::io::Result<()> + Send + Sync + 'static) -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, sent) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (counted, written) = (asked.clone(), sent.clone());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::Relaxed);
            // It ends when the other side hangs up.
            let _ = question(&stream).and_then(|()| says(&mut stream, &written));
        }
    });
    Endpoint { url: format!("http://user:secret@{address}/secret"), host: format!("http://{address}"), asked, sent }
}

fn question(stream: &TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            return reader.read_exact(&mut vec![0; length]);
        }
    }
}

fn said(stream: &mut TcpStream, status: &str, headers: &str, body: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// Why it cannot be reached, and that no secret of its URL is in that.
fn why_not(endpoint: &Endpoint) -> String {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        timeout: Duration::from_millis(1_500),
        patience_connect: Duration::from_millis(200),
        ..Settings::new(&endpoint.url, program(), folder.path())
    };
    let error = RpcLedger::connect(settings).err().expect("it is no cluster").to_string();
    assert!(error.contains(&endpoint.host) && !error.contains("secret"), "{error}");
    error
}

#[test]
fn an_answer_without_an_end_fills_no_memory() {
    let endless = endpoint(|stream, sent| {
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")?;
        let piece = [b' '; 1 << 16];
        loop {
            stream.write_all(&piece)?;
            sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { timeout: Duration::from_secs(60), ..Settings::new(&endless.url, program(), folder.path()) };
    let error = RpcLedger::connect(settings).err().expect("it is no cluster").to_string();
    assert!(error.contains("more than 64 MiB") && error.contains(&endless.host), "{error}");
    let sent = endless.sent.load(Ordering::Relaxed);
    assert!(sent < BODY_MAX as u64 + (16 << 20), "{sent} bytes were taken");
    assert_eq!(endless.asked.load(Ordering::Relaxed), 1, "it is not asked again");

    let declared = endpoint(|stream, _| write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{{"));
    assert!(why_not(&declared).contains("more than 64 MiB"));
}

#[test]
fn an_answer_that_trickles_is_given_up() {
    let trickling = endpoint(|stream, _| {
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")?;
        loop {
            stream.write_all(b" ")?;
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let started = Instant::now();
    let error = why_not(&trickling);
    assert!(error.contains("no answer in time"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
}

#[test]
fn a_redirect_is_told_and_not_followed() {
    let there = endpoint(|stream, _| said(stream, "200 OK", "", "{\"result\":\"x\"}"));
    let location = format!("Location: {}\r\n", there.url);
    let here = endpoint(move |stream, _| said(stream, "307 Temporary Redirect", &location, ""));
    let error = why_not(&here);
    assert!(error.contains("redirects to") && error.contains(&there.host) && error.contains("307"), "{error}");
    assert_eq!(there.asked.load(Ordering::Relaxed), 0);
}

#[test]
fn what_is_not_json_rpc_is_said_at_once() {
    for (body, shown) in [("<!DOCTYPE html><title>Welcome</title>", "<!DOCTYPE html>"), ("", "empty"), ("[1]", "[1]")] {
        let page = endpoint(move |stream, _| said(stream, "200 OK", "", body));
        let error = why_not(&page);
        assert!(error.contains("not JSON-RPC") && error.contains(shown), "{error}");
        assert_eq!(page.asked.load(Ordering::Relaxed), 1, "asking again would bring the same");
    }
}

#[test]
fn nobody_there_is_said_soon() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let error = RpcLedger::connect(Settings::new(format!("http://{address}"), program(), folder.path())).err().unwrap().to_string();
    assert!(error.contains("no connection") && error.contains("refused"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}
