//! What the program asks of a cluster's endpoint, and what it makes of endpoints that are none: a server in this process, which answers every question with one text and keeps what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use assay_tests::program::{Place, Ran, samples};
use serde_json::Value;

/// A server, its URL, and what it is asked.
struct Endpoint {
    host: String,
    asked: Receiver<Value>,
}

fn body(stream: &TcpStream) -> std::io::Result<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().expect("a length");
        }
        if line.trim().is_empty() {
            let mut body = vec![0; length];
            return reader.read_exact(&mut body).map(|()| body);
        }
    }
}

/// Answers each question by what `says` makes of its method: status, headers, body.
fn endpoint(says: impl Fn(&str) -> (&'static str, &'static str, String) + Send + 'static) -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let host = format!("http://{}", listener.local_addr().expect("bound"));
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Ok(body) = body(&stream) else { continue };
            let question: Value = serde_json::from_slice(&body).unwrap_or_default();
            let (status, headers, text) = says(question["method"].as_str().unwrap_or_default());
            let _ = sender.send(question);
            let _ = write!(stream, "HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n{text}", text.len());
        }
    });
    Endpoint { host, asked }
}

impl Endpoint {
    fn status(&self, place: &Place) -> Ran {
        let url = format!("{}/path?api-key=secret", self.host.replace("://", "://user:secret@"));
        place.run(["ledger", "status", "--url", &url, "--program", &samples::public_key(9), "--json"])
    }
}

/// A cluster on which nothing is.
fn empty() -> Endpoint {
    endpoint(|method| {
        let result = match method {
            "getGenesisHash" => format!("\"{}\"", samples::public_key(1)),
            _ => r#"{"context":{"slot":1},"value":[null]}"#.to_owned(),
        };
        ("200 OK", "", format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{result}}}"))
    })
}

fn configured(place: &Place, commitment: &str) {
    let folder = place.home(".config/solana/cli");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("config.yml"), format!("json_rpc_url: http://127.0.0.1:9\ncommitment: {commitment}\n")).expect("a file");
}

#[test]
fn reads_have_the_commitment_of_solanas_configuration() {
    let place = Place::new();
    for (said, asked) in
        [(None, "confirmed"), (Some("processed"), "processed"), (Some("finalized"), "finalized"), (Some("''"), "confirmed")]
    {
        if let Some(said) = said {
            configured(&place, said);
        }
        let empty = empty();
        let ran = empty.status(&place);
        assert!(ran.code == Some(2) && ran.json()["error"]["message"].to_string().contains("there is no program"), "{ran}");
        let reads: Vec<Value> = empty.asked.try_iter().filter(|question| question["method"] == "getMultipleAccounts").collect();
        assert!(!reads.is_empty());
        assert!(reads.iter().all(|read| read["params"][1]["commitment"] == asked), "{said:?}: {reads:?}");
    }
    configured(&place, "sure");
    let ran = empty().status(&place);
    assert!(ran.code == Some(3) && ran.json()["error"]["message"].to_string().contains("processed, confirmed or finalized"), "{ran}");
}

#[test]
fn what_is_no_cluster_is_named_and_nothing_secret_is_said() {
    let place = Place::new();
    let page = |_: &str| ("200 OK", "", "<html>Sign in</html>".to_owned());
    let moved = |_: &str| ("301 Moved", "Location: https://example.org/secret\r\n", String::new());
    let closed = |_: &str| ("403 Forbidden", "", String::new());
    let refused = |_: &str| ("200 OK", "", r#"{"error":{"code":-32000,"message":"no such key"}}"#.to_owned());
    let answers: [(Endpoint, &str); 4] = [
        (endpoint(page), "not JSON-RPC: it begins with"),
        (endpoint(moved), "redirects to https://example.org (HTTP status 301)"),
        (endpoint(closed), "HTTP status 403"),
        (endpoint(refused), "no such key (-32000)"),
    ];
    for (endpoint, said) in answers {
        let ran = endpoint.status(&place);
        let error = ran.json()["error"].clone();
        let message = error["message"].as_str().unwrap_or_default();
        assert!(ran.code == Some(4) && message.contains(said) && message.contains(&endpoint.host), "{ran}");
        assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("--url")), "{ran}");
        assert!(!ran.to_string().contains("secret"), "{ran}");
        assert_eq!(endpoint.asked.try_iter().count(), 1, "what will not change is not asked for again");
    }
}
