//! The file system against a model: the same operations on both, everything either of them says compared.
//!
//! The pieces serve tests and fuzzing alike: [`ops`] turns bytes into operations, [`client`] performs them through [`assay_sandbox::host::Host::call`] with
//! plain memory, [`oracle`] performs them on the simplest structure that could be right, and [`compare`] runs both.
//!
//! **Why whole calls and not the file system's own functions?** The rules of the specification are about calls; and what decodes pointers, checks rights and
//! writes results is tested on the way.

// Shared by several test programs, each of which uses a part.
#![allow(dead_code, unreachable_pub, missing_docs)]

pub mod client;
pub mod idle_device;
pub mod ops;
pub mod oracle;
pub mod oracle_paths;

use assay_protocol::limits::Limits;

use self::client::Client;
use self::ops::Op;
use self::oracle::Oracle;

/// What a call said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Errno(u16),
    Words(Vec<u64>),
    Bytes(Vec<u8>),
}

/// Quotas that a few operations reach.
pub fn small_limits() -> Limits {
    Limits { outputs: 3, output_bytes: 40, scratch_bytes: 40, files: 8, handles: 9, ..Limits::default() }
}

/// The inputs of a comparison.
pub const INPUTS: [(&str, &[u8]); 2] = [("a", b"input a"), ("stdin", b"from stdin")];

/// Performs the operations on both, and compares what each says, and what is left at the end.
///
/// # Panics
/// When they differ.
pub fn compare(ops: &[Op]) {
    let ops = [&Op::prologue(), ops].concat();
    let mut client = Client::new(small_limits(), &INPUTS);
    let mut oracle = Oracle::new(small_limits(), &INPUTS);
    for (index, op) in ops.iter().enumerate() {
        let seen = client.perform(op, index as u8);
        let expected = oracle.perform(op, index as u8);
        assert_eq!(seen, expected, "operation {index}: {op:?}\nof {:#?}", &ops[..=index]);
    }
    for fd in 0..12 {
        for op in [Op::Fdstat { fd }, Op::Fstat { fd }, Op::Tell { fd }, Op::Readdir { fd, cookie: 0, length: 4000 }] {
            assert_eq!(client.perform(&op, 0), oracle.perform(&op, 0), "at the end: {op:?}\nof {ops:#?}");
        }
    }
    assert_eq!(client.outputs(), oracle.outputs(), "outputs of {ops:#?}");
}
