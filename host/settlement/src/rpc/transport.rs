//! JSON-RPC over HTTP, with a limit on everything that an endpoint can send: who answers is not trusted with this machine's memory, nor with its time.
//!
//! | what | limit |
//! |---|---|
//! | an answer, unpacked | [`BODY_MAX`] |
//! | what parsing it takes | [`PARSED_MAX`], estimated before: `{"":0}` has six bytes and takes 700 |
//! | the whole exchange, from connecting to the last byte | the timeout: one that trickles is given up like one that is silent |
//! | redirects | none is followed: what is sent goes where its sender said |
//! | being turned away (HTTP status 429) | [`TURNED_AWAY_MAX`] times, each as long as the endpoint asks for, but no longer than [`WAIT_MAX`] |
//!
//! **Why not the client's own?** `HttpSender` reads an answer to its end, however long that is, follows redirects, and waits two minutes where it is told to.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use solana_rpc_client::rpc_sender::{RpcSender, RpcTransportStats};
use solana_rpc_client_api::client_error::{Error, ErrorKind, Result};
use solana_rpc_client_api::custom_error::JSON_RPC_SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE as PREFLIGHT;
use solana_rpc_client_api::error_object::RpcErrorObject;
use solana_rpc_client_api::request::{RpcError, RpcRequest, RpcResponseErrorData};

use super::settings::shown;

/// The most bytes of an answer: some sixty thousand accounts of the program.
pub const BODY_MAX: usize = 64 << 20;
/// The most bytes that an answer may take when it is parsed.
const PARSED_MAX: u64 = 512 << 20;
/// How often an exchange begins anew when the endpoint turns it away.
const TURNED_AWAY_MAX: u32 = 4;
/// The longest wait that an endpoint can ask for.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// An endpoint.
pub struct Http {
    client: reqwest::Client,
    url: String,
    number: AtomicU64,
}

/// An error of ours: asking again does not help.
fn never(why: impl Into<String>) -> Error {
    ErrorKind::Custom(why.into()).into()
}

impl Http {
    /// The one at a URL; an exchange takes at most `timeout`.
    pub fn new(url: &str, timeout: Duration) -> std::result::Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .timeout(timeout)
            .pool_idle_timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("assay/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, url: url.to_owned(), number: AtomicU64::new(0) })
    }

    async fn post(&self, question: &str) -> Result<Response> {
        let mut turned_away = 0;
        loop {
            let post = self.client.post(&self.url).header(CONTENT_TYPE, "application/json");
            let response = post.body(question.to_owned()).send().await?;
            match response.status() {
                StatusCode::TOO_MANY_REQUESTS if turned_away < TURNED_AWAY_MAX => {
                    tokio::time::sleep(wait(&response, turned_away)).await;
                    turned_away += 1;
                }
                status if status.is_redirection() => return Err(redirected(&response, status)),
                _ => return Ok(response.error_for_status()?),
            }
        }
    }
}

/// How long to stay away: as long as the endpoint says, else longer each time.
fn wait(response: &Response, turned_away: u32) -> Duration {
    let said = response.headers().get(RETRY_AFTER).and_then(|text| text.to_str().ok()?.trim().parse().ok());
    let wait = said.map_or_else(|| Duration::from_millis(500).saturating_mul(1 << turned_away.min(8)), Duration::from_secs);
    wait.min(WAIT_MAX)
}

fn redirected(response: &Response, status: StatusCode) -> Error {
    let to = response.headers().get(LOCATION).and_then(|text| text.to_str().ok()).filter(|text| text.contains("://"));
    let to = to.map_or_else(|| "another path there".to_owned(), shown);
    never(format!("it redirects to {to} (HTTP status {}), which is not followed: name the URL that answers itself", status.as_u16()))
}

/// Reads an answer piece by piece, and no further than the limit.
async fn body(mut response: Response) -> Result<Vec<u8>> {
    let too_long = || never(format!("an answer of more than {} MiB", BODY_MAX >> 20));
    if response.content_length().is_some_and(|length| length > BODY_MAX as u64) {
        return Err(too_long());
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        if body.len().saturating_add(piece.len()) > BODY_MAX {
            return Err(too_long());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// At most so many bytes does parsing take: a map that is begun, a list that is begun, an element more, with room for the growth of lists. What stands in strings is counted as if it did not.
fn parsed_bytes(body: &[u8]) -> u64 {
    let each = |byte: &u8| match byte {
        b'{' => 700,
        b'[' => 160,
        b',' => 96,
        _ => 1,
    };
    body.iter().map(each).sum()
}

/// The first words of an answer that is none, for a person who is to see what it is.
fn begins(body: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(body.get(..body.len().min(256)).unwrap_or_default()).chars().take(60).collect();
    if text.trim().is_empty() { "it is empty".to_owned() } else { format!("it begins with {:?}", text.trim()) }
}

/// What an answer says.
fn answer(body: &[u8]) -> Result<Value> {
    if parsed_bytes(body) > PARSED_MAX {
        return Err(never("an answer with more in it than any question asks for"));
    }
    let none = || never(format!("an answer that is not JSON-RPC: {}", begins(body)));
    let mut whole: Value = serde_json::from_slice(body).map_err(|_| none())?;
    let Some(parts) = whole.as_object_mut() else { return Err(none()) };
    match (parts.remove("error").filter(|error| !error.is_null()), parts.remove("result")) {
        (Some(error), _) => Err(refused(error).unwrap_or_else(none)),
        (None, Some(result)) => Ok(result),
        (None, None) => Err(none()),
    }
}

/// An error that the endpoint states. Why a transaction would fail is told apart from all else.
fn refused(error: Value) -> Option<Error> {
    let data = error.get("data").cloned().unwrap_or_default();
    let RpcErrorObject { code, message } = serde_json::from_value(error).ok()?;
    let data = match code {
        PREFLIGHT => {
            serde_json::from_value(data).map_or(RpcResponseErrorData::Empty, RpcResponseErrorData::SendTransactionPreflightFailure)
        }
        _ => RpcResponseErrorData::Empty,
    };
    Some(RpcError::RpcResponseError { code, message, data }.into())
}

#[async_trait]
impl RpcSender for Http {
    async fn send(&self, request: RpcRequest, params: Value) -> Result<Value> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let question = request.build_request_json(number, params).to_string();
        answer(&body(self.post(&question).await?).await?)
    }

    fn get_transport_stats(&self) -> RpcTransportStats {
        RpcTransportStats::default()
    }

    fn url(&self) -> String {
        self.url.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        assert_eq!(answer(br#"{"jsonrpc":"2.0","result":7,"id":1}"#).unwrap(), 7);
        assert_eq!(answer(br#"{"result":null,"error":null}"#).unwrap(), Value::Null);
        for none in [&b"<html>moved</html>"[..], b"", b"[]", b"7", b"{}", br#"{"error":7}"#, br#"{"error":{}}"#, &[0xff; 9]] {
            let error = answer(none).unwrap_err().to_string();
            assert!(error.contains("not JSON-RPC"), "{error}");
        }
        let busy = answer(br#"{"error":{"code":-32005,"message":"behind"}}"#).unwrap_err();
        assert!(matches!(busy.kind(), ErrorKind::RpcError(RpcError::RpcResponseError { code: -32_005, .. })));
    }

    /// Few bytes that are many values.
    #[test]
    fn an_answer_that_would_grow_is_not_parsed() {
        let many = |one: &str| format!("{{\"result\":[{}0]}}", one.repeat(6 << 20)).into_bytes();
        for one in ["{\"\":0},", "[[0]],", "0,"] {
            let body = many(one);
            assert!(body.len() < BODY_MAX);
            let error = answer(&body).unwrap_err().to_string();
            assert!(error.contains("more in it"), "{error}");
        }
    }
}
