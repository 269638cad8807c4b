//! The questions that are put to a cluster's node when a transaction is sent, and what its answers mean. The rest of `rpc` knows no HTTP, and is tested with a cluster that is none.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::rpc_client::{RpcClient, RpcClientConfig};
use solana_rpc_client_api::client_error::{Error, ErrorKind};
use solana_rpc_client_api::request::{RpcError, RpcRequest};
use solana_sdk::hash::Hash;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::TransactionError;
use solana_transaction_status_client_types::TransactionConfirmationStatus;

use super::submission::{Found, Level};
use super::transport::Http;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It may come if it is asked for again.
    Later(String),
    /// It will not.
    Never(String),
}

impl Fault {
    /// What is wrong, for a person.
    pub fn why(self) -> String {
        match self {
            Self::Later(why) | Self::Never(why) => why,
        }
    }
}

/// What a node says to a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It has it.
    Taken,
    /// It did not pass it on: it would fail.
    Refused(TransactionError),
    /// It does not take it now.
    NotNow,
    /// Nothing that can be relied on.
    None(String),
}

/// A blockhash to sign with.
#[derive(Debug, Clone, Copy)]
pub struct Blockhash {
    /// Itself.
    pub hash: Hash,
    /// The last height of a block that may hold what is signed with it.
    pub last_valid: u64,
    /// The slot in which it was asked for.
    pub slot: u64,
}

/// A transaction looked for: what was found, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// What was found.
    pub found: Option<Found<TransactionError>>,
    /// The newest slot that the node has seen.
    pub seen: u64,
}

/// A cluster.
pub trait Cluster: Send {
    /// A blockhash to sign with.
    fn blockhash(&self) -> Result<Blockhash, Fault>;
    /// Hands a transaction on.
    fn send(&self, wire: &[u8]) -> Answer;
    /// Looks for a transaction, in the node's history as well.
    fn status(&self, signature: &Signature) -> Result<Looked, Fault>;
    /// Height and slot of the finalized chain.
    fn height(&self) -> Result<(u64, u64), Fault>;
    /// The oldest slot that the node keeps.
    fn keeps_from(&self) -> Result<u64, Fault>;
    /// Units and fee of a transaction that has landed.
    fn cost(&self, signature: &Signature) -> Option<(u64, u64)>;
    /// Lets time pass.
    fn pause(&self, time: Duration);
    /// Time that has passed since some moment.
    fn elapsed(&self) -> Duration;
}

/// A node behind JSON-RPC.
pub struct Node {
    /// Its client.
    pub client: RpcClient,
    since: Instant,
}

impl Node {
    /// The node at a URL, whose reads are of blocks as sure as `commitment`.
    pub fn new(url: &str, timeout: Duration, commitment: CommitmentConfig) -> Result<Self, Fault> {
        let http = Http::new(url, timeout).map_err(|error| Fault::Never(cause(&error)))?;
        Ok(Self { client: RpcClient::new_sender(http, RpcClientConfig::with_commitment(commitment)), since: Instant::now() })
    }

    fn ask(&self, request: RpcRequest, params: Value) -> Result<Value, Fault> {
        self.client.send(request, params).map_err(|error| fault(&error))
    }
}

/// The innermost reason of an error. The outermost names the URL, and is none of them.
fn cause(error: &dyn std::error::Error) -> String {
    let mut inner = error.source();
    while let Some(deeper) = inner.and_then(std::error::Error::source) {
        inner = Some(deeper);
    }
    inner.map_or_else(|| "for no reason that is given".to_owned(), ToString::to_string)
}

/// Longest text of an endpoint that is shown.
const SAID_MAX: usize = 300;

/// What an error means. Its text never has the URL in it, which may hold a key.
pub fn fault(error: &Error) -> Fault {
    match error.kind() {
        ErrorKind::Reqwest(error) => {
            let status = error.status().map(|status| status.as_u16());
            match status {
                Some(status @ 429) => Fault::Later(format!("HTTP status {status}: too many questions for it")),
                Some(status @ (408 | 425 | 500..=599)) => Fault::Later(format!("HTTP status {status}")),
                Some(status @ (401 | 403)) => {
                    Fault::Never(format!("HTTP status {status}: it wants a key in its URL, or refuses the one that is there"))
                }
                Some(status) => Fault::Never(format!("HTTP status {status}")),
                None if error.is_timeout() => Fault::Later("no answer in time".into()),
                None if error.is_connect() => Fault::Later(format!("no connection: {}", cause(error))),
                None if error.is_builder() => Fault::Never("nothing can be asked by that URL".into()),
                None => Fault::Later("the connection broke".into()),
            }
        }
        ErrorKind::RpcError(RpcError::RpcResponseError { code, message, .. }) => {
            let said: String = message.chars().take(SAID_MAX).collect();
            let why = format!("{said} ({code})");
            // Unhealthy, behind, block not there yet, internal; and what providers say for too many requests.
            if matches!(code, -32_004 | -32_005 | -32_007 | -32_014 | -32_016 | -32_603 | -32_429 | 429) {
                Fault::Later(why)
            } else {
                Fault::Never(why)
            }
        }
        ErrorKind::RpcError(_) | ErrorKind::SerdeJson(_) => Fault::Later("an answer that is none".into()),
        ErrorKind::Io(error) => Fault::Later(error.to_string()),
        ErrorKind::Middleware(_) => Fault::Later("the connection broke".into()),
        // What the transport refuses: asking again brings the same.
        ErrorKind::Custom(why) => Fault::Never(why.clone()),
        other => Fault::Never(other.to_string()),
    }
}

/// What a failed send means.
fn answer(error: &Error) -> Answer {
    match error.get_transaction_error() {
        Some(TransactionError::BlockhashNotFound | TransactionError::AlreadyProcessed) => Answer::NotNow,
        Some(why) => Answer::Refused(why),
        None => Answer::None(fault(error).why()),
    }
}

impl Cluster for Node {
    fn blockhash(&self) -> Result<Blockhash, Fault> {
        let commitment = CommitmentConfig::confirmed();
        let answer = self.client.get_latest_blockhash_with_commitment_and_context(commitment).map_err(|error| fault(&error))?;
        let (hash, last_valid) = answer.value;
        Ok(Blockhash { hash, last_valid, slot: answer.context.slot })
    }

    fn send(&self, wire: &[u8]) -> Answer {
        use base64::Engine;
        let text = base64::engine::general_purpose::STANDARD.encode(wire);
        // Sending again is ours to decide: a node that goes on by itself would make an expired one linger.
        let config = json!({"encoding": "base64", "preflightCommitment": "confirmed", "maxRetries": 0});
        match self.client.send::<Value>(RpcRequest::SendTransaction, json!([text, config])) {
            Ok(_) => Answer::Taken,
            Err(error) => answer(&error),
        }
    }

    fn status(&self, signature: &Signature) -> Result<Looked, Fault> {
        let answer = self.client.get_signature_statuses_with_history(&[*signature]).map_err(|error| fault(&error))?;
        let found = answer.value.into_iter().next().flatten().map(|status| Found {
            slot: status.slot,
            level: match status.confirmation_status {
                Some(TransactionConfirmationStatus::Finalized) => Level::Finalized,
                Some(TransactionConfirmationStatus::Confirmed) => Level::Confirmed,
                Some(TransactionConfirmationStatus::Processed) => Level::Processed,
                // Nodes that do not say: without a count of confirmations the block stands.
                None if status.confirmations.is_none() => Level::Finalized,
                None => Level::Processed,
            },
            error: status.err,
        });
        Ok(Looked { found, seen: answer.context.slot })
    }

    fn height(&self) -> Result<(u64, u64), Fault> {
        let info = self.ask(RpcRequest::GetEpochInfo, json!([{"commitment": "finalized"}]))?;
        let of = |name: &str| info[name].as_u64().ok_or_else(|| Fault::Later(format!("an answer without {name}")));
        Ok((of("blockHeight")?, of("absoluteSlot")?))
    }

    fn keeps_from(&self) -> Result<u64, Fault> {
        let answer = self.ask(RpcRequest::GetFirstAvailableBlock, Value::Null)?;
        answer.as_u64().ok_or_else(|| Fault::Later("an answer that is no slot".into()))
    }

    fn cost(&self, signature: &Signature) -> Option<(u64, u64)> {
        let config = json!({"encoding": "json", "commitment": "confirmed", "maxSupportedTransactionVersion": 0});
        let answer = self.ask(RpcRequest::GetTransaction, json!([signature.to_string(), config])).ok()?;
        let meta = &answer["meta"];
        Some((meta["computeUnitsConsumed"].as_u64()?, meta["fee"].as_u64()?))
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }
}
