//! The vectors of `execution.json`, asked of the sandbox: a module is written that makes the calls of a vector and prints what it saw.
//!
//! ```text
//! memory      0  the sleep that brings T to where the vector begins
//!         1,024  answers, ANSWERS bytes                       ┐
//!        65,536  the subscriptions of the vector, 48 bytes each │ printed: answers, then the first EVENTS bytes of events
//!       524,288  its events, 32 bytes each                    ┘
//! ```
//!
//! **Why a module?** The rules of the clocks and of `poll_oneoff` are pure functions in the reference and a few lines of state in the host. What has to be
//! right is what a job sees, so the vectors are asked where a job would ask.

use std::fmt::Write as _;

use assay_protocol::Hash;
use assay_protocol::hash::{Blob, NamedBlob};
use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_sandbox::Sandbox;
use serde_json::Value;

use super::number;
use crate::guests::{Ended, execute, plain_job};

const ANSWERS_AT: usize = 1_024;
const ANSWERS: usize = 256;
const SUBSCRIPTIONS_AT: usize = 65_536;
const EVENTS_AT: usize = 524_288;
const EVENTS: usize = 16 * 32;
/// A descriptor that is never open.
const NOT_OPEN: u32 = 77;

/// What a module printed, read from the front.
pub struct Seen(Vec<u8>);

impl Seen {
    /// The next number of `N` bytes.
    ///
    /// # Panics
    /// When the module printed less.
    pub fn number<const N: usize>(&mut self) -> u64 {
        let mut wide = [0; 8];
        let taken: Vec<u8> = self.0.drain(..N).collect();
        wide[..N].copy_from_slice(&taken);
        u64::from_le_bytes(wide)
    }

    /// Leaves out `count` bytes.
    pub fn skip(&mut self, count: usize) {
        drop(self.0.drain(..count));
    }
}

/// The bytes of a subscription to a clock.
fn clock_subscription(place: u64, clock: u32, timeout: u64, absolute: bool) -> Vec<u8> {
    let mut bytes = place.to_le_bytes().to_vec();
    bytes.extend_from_slice(&[0; 8]); // tag 0 and its padding
    bytes.extend_from_slice(&u64::from(clock).to_le_bytes());
    bytes.extend_from_slice(&timeout.to_le_bytes());
    bytes.extend_from_slice(&[0; 8]); // precision
    bytes.extend_from_slice(&u64::from(absolute).to_le_bytes());
    bytes
}

/// The bytes of a subscription as a vector writes it; `place` is its user data.
fn subscription(place: u64, vector: &Value) -> Vec<u8> {
    if let Some(clock) = vector["clock"].as_u64() {
        let absolute = vector["absolute"].as_bool().expect("true or false");
        return clock_subscription(place, clock as u32, number(vector, "timeout"), absolute);
    }
    let (tag, fd) = if vector["writable"] == true {
        (2_u64, 1)
    } else if vector["bad_descriptor"] == true {
        (1, NOT_OPEN)
    } else {
        (1, 0)
    };
    let mut bytes = [place.to_le_bytes(), tag.to_le_bytes(), u64::from(fd).to_le_bytes()].concat();
    bytes.resize(48, 0);
    bytes
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\{byte:02x}");
        text
    })
}

/// Runs a module that brings T to `t`, makes `calls`, and prints.
fn run(sandbox: &Sandbox, t: u64, calls: &str, subscriptions: &[u8], stdin: &[u8]) -> Seen {
    let sleep = match t {
        0 => String::new(),
        _ => "(drop (call $poll (i32.const 0) (i32.const 512) (i32.const 1) (i32.const 768)))".to_owned(),
    };
    let buffers = [ANSWERS_AT, ANSWERS, EVENTS_AT, EVENTS].map(|number| (number as u32).to_le_bytes()).concat();
    let text = format!(
        r#"(module
        (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 16)
        (data (i32.const 0) "{sleep_bytes}")
        (data (i32.const 128) "{buffers}")
        (data (i32.const {SUBSCRIPTIONS_AT}) "{subscriptions}")
        (func (export "_start")
            {sleep}
            {calls}
            (drop (call $write (i32.const 1) (i32.const 128) (i32.const 2) (i32.const 256)))))"#,
        sleep_bytes = escaped(&clock_subscription(0, 1, t, true)),
        buffers = escaped(&buffers),
        subscriptions = escaped(subscriptions),
    );
    let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let (job, inputs) = match stdin {
        [] => (plain_job(&wasm, Limits::default()), vec![]),
        _ => {
            let inputs = vec![NamedBlob { name: "stdin".to_owned(), blob: Blob::of(stdin) }];
            let job = Job::new(Hash::of_blob(&wasm), Limits::default(), vec![], vec![], inputs).expect("a good job");
            (job, vec![stdin.to_vec()])
        }
    };
    match execute(sandbox, &wasm, &job, inputs) {
        Ended::Executed(execution) => Seen(execution.stdout),
        other => panic!("{other:?}"),
    }
}

/// Reads these clocks from T = `t` on, then `monotonic`. The module prints 16 bytes for each: what was shown, then the errno.
pub fn clocks(sandbox: &Sandbox, t: u64, clocks: &[u64]) -> Seen {
    let mut calls = String::new();
    for (place, clock) in clocks.iter().chain(&[1]).enumerate() {
        let at = ANSWERS_AT + place * 16;
        let clock = *clock as u32 as i32;
        let _ = writeln!(calls, "(i32.store (i32.const {}) (call $time (i32.const {clock}) (i64.const 0) (i32.const {at})))", at + 8);
    }
    run(sandbox, t, &calls, &[], &[])
}

/// Polls at T = `t`, then reads `monotonic`. The module prints the number of events (4 bytes), the errno (4) and T (8); events follow at [`EVENTS_OFFSET`].
pub fn poll(sandbox: &Sandbox, t: u64, subscriptions: &[Value]) -> Seen {
    let bytes: Vec<u8> = (0..).zip(subscriptions).flat_map(|(place, vector)| subscription(place, vector)).collect();
    let readable = subscriptions.iter().find_map(|vector| vector["readable"].as_str());
    let stdin = vec![b'x'; readable.map_or(0, |count| count.parse().expect("decimal digits"))];
    let calls = format!(
        "(i32.store (i32.const {}) (call $poll (i32.const {SUBSCRIPTIONS_AT}) (i32.const {EVENTS_AT}) (i32.const {}) (i32.const {ANSWERS_AT})))
         (drop (call $time (i32.const 1) (i64.const 0) (i32.const {})))",
        ANSWERS_AT + 4,
        subscriptions.len(),
        ANSWERS_AT + 8
    );
    run(sandbox, t, &calls, &bytes, &stdin)
}

/// Where the events of [`poll`] begin in what the module prints.
pub const EVENTS_OFFSET: usize = ANSWERS;

/// The job id of a module that reads this many random bytes in two calls, and what it printed of them (at most 256).
pub fn random(sandbox: &Sandbox, counts: [usize; 2]) -> (Hash, Vec<u8>) {
    let [first, second] = counts;
    let text = format!(
        r#"(module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "{buffer}")
        (func (export "_start")
            (drop (call $random (i32.const 64) (i32.const {first})))
            (drop (call $random (i32.const {}) (i32.const {second})))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))"#,
        64 + first,
        buffer = escaped(&[64_u32, (first + second) as u32].map(u32::to_le_bytes).concat()),
    );
    let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let job = plain_job(&wasm, Limits::default());
    match execute(sandbox, &wasm, &job, vec![]) {
        Ended::Executed(execution) => (job.id(), execution.stdout),
        other => panic!("{other:?}"),
    }
}
