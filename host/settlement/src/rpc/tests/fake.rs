//! A cluster that is none: JSON-RPC over real HTTP on loopback, whose blocks come with the questions, and which drops, lies about nothing, and answers as badly as it is told to.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

/// What is done with a transaction that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Luck {
    /// Taken, and in the next block.
    Lands,
    /// Taken, and in the next block, where it fails with this number.
    Fails(u32),
    /// Taken, and forgotten.
    Dropped,
    /// In the next block, and the connection breaks.
    LandsUnheard,
    /// Not passed on, with this number.
    Refused(u32),
    /// Not passed on: too busy.
    Busy,
    /// Not passed on: the node is behind.
    Behind,
}

/// A transaction in a block.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    pub slot: u64,
    pub error: Option<u32>,
}

/// What the cluster knows.
#[derive(Default)]
pub struct Chain {
    /// Height and slot are one.
    pub height: u64,
    /// Blocks for each question.
    pub pace: u64,
    /// For the next transactions; then they land.
    pub luck: VecDeque<Luck>,
    /// By signature.
    pub blocks: HashMap<String, Block>,
    /// Each signature that was sent, once, in order, and the height then.
    pub seen: Vec<(String, u64)>,
    /// The last valid height of each blockhash.
    valid: HashMap<[u8; 32], u64>,
    /// What a simulation ends with.
    pub simulated: Option<(u8, u32)>,
    /// Questions that get no answer.
    pub deaf: HashSet<&'static str>,
    /// All answers are this.
    pub garbage: Option<&'static str>,
    /// HTTP statuses for the next questions.
    pub statuses: VecDeque<u16>,
    /// Signatures are looked for by a node that is so far behind.
    pub behind: u64,
    /// Accounts, as JSON.
    pub accounts: Option<Value>,
    /// The accounts of a simulation.
    pub simulated_accounts: Option<Value>,
    /// Blocks after which one is confirmed.
    pub confirms: u64,
    /// The commitment of the last question of each kind.
    pub commitments: HashMap<String, String>,
}

#[derive(Clone)]
pub struct Fake {
    chain: Arc<Mutex<Chain>>,
    pub url: String,
}

const LIFE: u64 = 150;
const FINALIZED: u64 = 32;

impl Fake {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://user:secret@{}/path?api-key=secret", listener.local_addr().unwrap());
        let chain = Arc::new(Mutex::new(Chain { height: 1_000, pace: 1, ..Chain::default() }));
        let fake = Self { chain, url };
        let server = fake.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = server.clone();
                std::thread::spawn(move || drop(server.serve(stream)));
            }
        });
        fake
    }

    pub fn chain(&self) -> MutexGuard<'_, Chain> {
        self.chain.lock().unwrap()
    }

    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let question: Value = serde_json::from_slice(&body)?;
        let mut chain = self.chain();
        let status = chain.statuses.pop_front().unwrap_or(200);
        let answer =
            if status == 200 { chain.answer(question["method"].as_str().unwrap(), &question["params"]) } else { Some(Value::Null) };
        let text = match (chain.garbage, answer) {
            (Some(garbage), _) => garbage.to_owned(),
            (None, None) => return Ok(()),
            (None, Some(answer)) => {
                let mut whole = json!({"jsonrpc": "2.0", "id": question["id"]});
                let (name, value) = if answer["code"].is_null() { ("result", answer) } else { ("error", answer) };
                whole[name] = value;
                whole.to_string()
            }
        };
        drop(chain);
        let mut stream = stream;
        write!(
            stream,
            "HTTP/1.1 {status} X\r\nRetry-After: 0\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        )
    }
}

impl Chain {
    fn answer(&mut self, method: &str, params: &Value) -> Option<Value> {
        self.height += self.pace;
        if self.deaf.contains(method) || self.deaf.contains("all") {
            return None;
        }
        let config = params.as_array().into_iter().flatten().find_map(|param| param["commitment"].as_str());
        self.commitments.extend(config.map(|commitment| (method.to_owned(), commitment.to_owned())));
        let context = json!({"slot": self.height});
        Some(match method {
            "getGenesisHash" => json!(solana_sdk::hash::Hash::new_from_array([7; 32]).to_string()),
            "getLatestBlockhash" => {
                let mut hash = [3; 32];
                hash[..8].copy_from_slice(&self.height.to_le_bytes());
                self.valid.insert(hash, self.height + LIFE);
                let hash = solana_sdk::hash::Hash::new_from_array(hash).to_string();
                json!({"context": context, "value": {"blockhash": hash, "lastValidBlockHeight": self.height + LIFE}})
            }
            "simulateTransaction" => {
                let err = self.simulated.map(|(at, code)| json!({"InstructionError": [at, {"Custom": code}]}));
                json!({"context": context, "value": {"err": err, "logs": ["a line"], "unitsConsumed": 1_000, "accounts": self.simulated_accounts}})
            }
            "sendTransaction" => return self.send(params[0].as_str().unwrap()),
            "getSignatureStatuses" => {
                let seen = self.height - self.behind;
                let block = self.blocks.get(params[0][0].as_str().unwrap()).filter(|block| block.slot <= seen);
                let status = block.map(|block| {
                    let err = block.error.map(|code| json!({"InstructionError": [2, {"Custom": code}]}));
                    let ok = err.as_ref().map_or(json!({"Ok": null}), |err| json!({"Err": err}));
                    let sure = match seen - block.slot {
                        behind if behind >= FINALIZED => "finalized",
                        behind if behind >= self.confirms => "confirmed",
                        _ => "processed",
                    };
                    json!({"slot": block.slot, "confirmations": 5, "status": ok, "err": err, "confirmationStatus": sure})
                });
                json!({"context": {"slot": seen}, "value": [status]})
            }
            "getEpochInfo" => json!({"blockHeight": self.height - FINALIZED, "absoluteSlot": self.height - FINALIZED}),
            "getFeeForMessage" => json!({"context": context, "value": 5_000}),
            "getFirstAvailableBlock" => json!(0),
            "getTransaction" => json!({"slot": 1, "meta": {"fee": 5_005, "computeUnitsConsumed": 1_300}}),
            "getRecentPrioritizationFees" => json!([{"slot": 1, "prioritizationFee": 50}]),
            "getMultipleAccounts" | "getProgramAccounts" => self.accounts.clone().unwrap_or(Value::Null),
            "getMinimumBalanceForRentExemption" => json!(890_880),
            other => json!({"code": -32_601, "message": format!("no method {other}")}),
        })
    }

    fn send(&mut self, text: &str) -> Option<Value> {
        use base64::Engine;
        let wire = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
        assert_eq!(wire[0], 1, "one signer");
        let signature = solana_sdk::signature::Signature::from(*wire[1..].first_chunk::<64>().unwrap()).to_string();
        if self.seen.iter().all(|(seen, _)| *seen != signature) {
            self.seen.push((signature.clone(), self.height));
        }
        // Header, count of keys, keys, blockhash.
        let keys = usize::from(wire[65 + 3]);
        let blockhash: [u8; 32] = *wire[65 + 4 + 32 * keys..].first_chunk().unwrap();
        let preflight =
            |err: Value| json!({"code": -32_002, "message": "it would fail", "data": {"err": err, "logs": [], "unitsConsumed": 5}});
        if self.height > self.valid[&blockhash] {
            return Some(preflight(json!("BlockhashNotFound")));
        }
        let luck = self.luck.pop_front().unwrap_or(Luck::Lands);
        if let Luck::Lands | Luck::LandsUnheard | Luck::Fails(_) = luck {
            if self.blocks.contains_key(&signature) {
                return Some(preflight(json!("AlreadyProcessed")));
            }
            let error = if let Luck::Fails(code) = luck { Some(code) } else { None };
            self.blocks.insert(signature.clone(), Block { slot: self.height + 1, error });
        }
        match luck {
            Luck::LandsUnheard => None,
            Luck::Refused(code) => Some(preflight(json!({"InstructionError": [2, {"Custom": code}]}))),
            Luck::Busy => Some(json!({"code": -32_005, "message": "busy"})),
            Luck::Behind => Some(preflight(json!("BlockhashNotFound"))),
            Luck::Lands | Luck::Fails(_) | Luck::Dropped => Some(json!(signature)),
        }
    }
}
