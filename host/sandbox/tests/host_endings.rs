//! What calls leave behind: fuel, transcript, streams, and how they end a job (`specs/execution.md`, sections 5 and 6).

mod model;

use std::sync::{Arc, Mutex};

use assay_protocol::Hash;
use assay_protocol::limits::Limits;
use assay_sandbox::host::{BYTES_PER_FUEL, CALL_FUEL, Function as F, Host, HostConfig, InputData, InputFault, Observer, Stop};

use model::client::{Client, DATA, MEMORY_BYTES, PATH, RESULT, VECTOR, config};

const R: u64 = RESULT as u64;
const V: u64 = VECTOR as u64;
const D: u64 = DATA as u64;
const ORIGIN: u64 = 1_767_225_600_000_000_000;

fn client(limits: Limits) -> Client {
    Client::new(limits, &[("stdin", b"typed"), ("x", b"0123456789")])
}

fn with_host(host: Host) -> Client {
    Client { host, memory: vec![0; MEMORY_BYTES], fuel: 0 }
}

/// Makes one call and holds its leaf and its charge against bytes written by hand.
fn leaf(function: F, args: &[u64], read: &[u8], results: &[u8], prepare: impl Fn(&mut Client)) {
    let mut client = client(Limits::default());
    prepare(&mut client);
    let fuel = client.fuel;
    let reply = client.call(function, args).expect("goes on");
    let words: Vec<u8> = args.iter().flat_map(|word| word.to_le_bytes()).chain(read.iter().copied()).collect();
    assert_eq!(reply.charge, CALL_FUEL + (words.len() + results.len()) as u64 / BYTES_PER_FUEL, "{function:?}");
    let calls = client.host.finish(true).expect("memory").transcript.into_calls().expect("kept");
    let last = calls.last().expect("one call");
    assert_eq!((last.function.as_str(), last.fuel), (function.full_name(), fuel));
    assert_eq!(last.args, Hash::of_blob(&words), "argument bytes of {function:?}");
    assert_eq!(last.results, Hash::of_blob(results), "result bytes of {function:?}");
}

fn bytes(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn leaves_carry_the_bytes_of_the_specification() {
    let ok = &[0, 0, 0, 0][..];
    let long = |value: u64| value.to_le_bytes();
    leaf(F::SchedYield, &[], b"", ok, |_| {});
    leaf(F::ClockTimeGet, &[0, 9, R], b"", &bytes(&[ok, &long(ORIGIN)]), |_| {});
    leaf(F::Progress, &[1, u64::MAX], b"", b"", |_| {});
    leaf(F::ArgsSizesGet, &[R, R + 4], b"", &bytes(&[ok, &[3, 0, 0, 0], &[18, 0, 0, 0]]), |_| {});
    let pointers = bytes(&[&DATA.to_le_bytes(), &(DATA + 4).to_le_bytes(), &(DATA + 8).to_le_bytes()]);
    leaf(F::ArgsGet, &[R, D], b"", &bytes(&[ok, &pointers, b"job\0one\0two words\0"]), |_| {});
    leaf(F::EnvironGet, &[R, D], b"", &bytes(&[ok, &DATA.to_le_bytes(), b"KEY=value\0"]), |_| {});
    leaf(F::FdPrestatGet, &[3, R], b"", &bytes(&[ok, &[0], &[1, 0, 0, 0]]), |_| {});
    leaf(F::FdPrestatDirName, &[3, D, 1], b"", &bytes(&[ok, b"/"]), |_| {});
    leaf(F::FdClose, &[77], b"", &[8, 0, 0, 0], |_| {});
    let rights = bytes(&[&0x0820_007d_u64.to_le_bytes(), &[0; 8]]);
    leaf(F::FdFdstatGet, &[1, R], b"", &bytes(&[ok, &[2], &[0, 0], &rights]), |_| {});
    let times = bytes(&[&long(ORIGIN), &long(ORIGIN), &long(ORIGIN)]);
    let stat = bytes(&[ok, &long(1), &long(6), &[4], &long(1), &long(10), &times]);
    leaf(F::PathFilestatGet, &[3, 0, u64::from(PATH), 4, R], b"in/x", &stat, |client| {
        client.put(PATH, b"in/x");
    });
    leaf(F::PathFilestatGet, &[3, 0, u64::from(PATH), 4, R], b"in/y", &[44, 0, 0, 0], |client| {
        client.put(PATH, b"in/y");
    });
    // Buffers joined; read even though the handle then refuses.
    let hello = |client: &mut Client| {
        client.put(DATA, b"hello");
        client.vector(&[2, 0, 3]);
    };
    leaf(F::FdWrite, &[1, V, 3, R], b"hello", &bytes(&[ok, &[5, 0, 0, 0]]), hello);
    leaf(F::FdWrite, &[0, V, 3, R], b"hello", &[8, 0, 0, 0], hello);
    leaf(F::FdRead, &[0, V, 3, R], b"", &bytes(&[ok, b"typed", &[5, 0, 0, 0]]), hello);
    // A call that fails in a value or a pointer has read nothing.
    leaf(F::FdWrite, &[1, V, 3, R + 1], b"", &[28, 0, 0, 0], hello);
    leaf(F::FdWrite, &[1, V, 3, u64::from(u32::MAX) - 3], b"", &[21, 0, 0, 0], hello);
    let entry = |next: u8, ino: u8, kind: u8, name: &[u8]| {
        let number = |byte: u8| [byte, 0, 0, 0, 0, 0, 0, 0];
        bytes(&[&number(next), &number(ino), &[name.len() as u8, 0, 0, 0], &[kind, 0, 0, 0], name])
    };
    let entries = bytes(&[&entry(1, 1, 3, b"."), &entry(2, 1, 3, b".."), &entry(3, 2, 3, b"in")[..10]]);
    leaf(F::FdReaddir, &[3, D, 61, 0, R], b"", &bytes(&[ok, &entries, &[61, 0, 0, 0]]), |_| {});
    let subscription = bytes(&[&long(7), &[1, 0xee, 0, 0, 0, 0, 0, 0], &[0, 0, 0, 0], &[0xdd; 28]]);
    let event = bytes(&[&long(7), &[0, 0], &[1], &long(5), &[0, 0]]);
    leaf(F::PollOneoff, &[D, D + 64, 1, R], &subscription, &bytes(&[ok, &event, &[1, 0, 0, 0]]), |client| {
        client.put(DATA, &subscription);
    });
}

#[test]
fn padding_in_guest_memory_stays_as_it_was() {
    let mut client = client(Limits::default());
    client.memory.fill(0xAA);
    assert_eq!(client.errno(F::FdFilestatGet, &[3, R]), Ok(()));
    assert_eq!(client.get(RESULT + 17, 7), [0xAA; 7]);
    client.memory.fill(0xAA);
    assert_eq!(client.errno(F::FdFdstatGet, &[3, R]), Ok(()));
    assert_eq!(client.get(RESULT + 4, 4), [0xAA; 4]);
}

#[test]
fn the_random_stream_is_one_stream_of_the_job() {
    let mut expected = [0; 100];
    blake3::Hasher::new_derive_key("assay 2026-11-23 random v1").update(&[7; 32]).finalize_xof().fill(&mut expected);
    let mut client = client(Limits::default());
    for (start, length) in [(0, 1), (1, 0), (1, 63), (64, 36)] {
        assert_eq!(client.errno(F::RandomGet, &[D, length]), Ok(()));
        assert_eq!(client.get(DATA, length), expected[start..start + length as usize]);
    }
}

#[test]
fn fuel_is_looked_at_when_a_call_begins_and_after_either_charge() {
    let yields = |fuel: u64, used: u64| {
        let mut client = client(Limits { fuel, ..Limits::default() });
        client.fuel = used;
        let answer = client.call(F::SchedYield, &[]);
        (answer, client.host.calls())
    };
    // 500 before, one after for the four bytes of the errno.
    assert_eq!(yields(1000, 1000), (Err(Stop::OutOfFuel), 0));
    assert_eq!(yields(1000, 500), (Err(Stop::OutOfFuel), 0));
    assert_eq!(yields(1000, 499), (Err(Stop::OutOfFuel), 1));
    assert!(matches!(yields(1000, 498), (Ok(reply), 1) if reply.charge == 501));
    assert_eq!(yields(1, u64::MAX), (Err(Stop::OutOfFuel), 0));
    // Out of fuel goes before the exit, and the call is in the transcript all the same.
    let mut client = client(Limits { fuel: 1000, ..Limits::default() });
    client.fuel = 498;
    assert_eq!(client.call(F::ProcExit, &[3]), Err(Stop::OutOfFuel));
    assert_eq!(client.host.finish(false).expect("memory").transcript.calls(), 1);
}

#[test]
fn one_call_too_many_is_not_performed() {
    let mut client = client(Limits { host_calls: 2, ..Limits::default() });
    assert_eq!(client.errno(F::SchedYield, &[]), Ok(()));
    assert_eq!(client.errno(F::SchedYield, &[]), Ok(()));
    assert_eq!(client.call(F::ProcExit, &[0]), Err(Stop::Limit { limit: 15, charge: 500 }));
    assert_eq!(client.host.finish(false).expect("memory").transcript.calls(), 2);
}

#[test]
fn exit_codes_pass_through() {
    for code in [0, 1, 134, u32::MAX] {
        let mut client = client(Limits::default());
        assert_eq!(client.call(F::ProcExit, &[u64::from(code)]), Err(Stop::Exit { code, charge: 502 }));
        let calls = client.host.finish(true).expect("memory").transcript.into_calls().expect("kept");
        assert_eq!(calls[0].results, Hash::of_blob(b""), "a call that ends the job has no result bytes");
    }
}

#[derive(Clone, Default)]
struct Watcher(Arc<Mutex<Vec<String>>>);

impl Watcher {
    fn note(&self, what: String) {
        self.0.lock().expect("nobody panicked").push(what);
    }
}

impl Observer for Watcher {
    fn stdout(&mut self, bytes: &[u8]) {
        self.note(format!("out {}", String::from_utf8_lossy(bytes)));
    }

    fn stderr(&mut self, bytes: &[u8]) {
        self.note(format!("err {}", String::from_utf8_lossy(bytes)));
    }

    fn progress(&mut self, done: u64, total: u64) {
        self.note(format!("{done}/{total}"));
    }
}

#[test]
fn streams_keep_the_bytes_up_to_their_limit_and_end_the_job() {
    for (fd, limit) in [(1, 13), (2, 14)] {
        let watcher = Watcher::default();
        let limits = Limits { stdout_bytes: 7, stderr_bytes: 7, ..Limits::default() };
        let mut client = with_host(Host::new(HostConfig { observer: Box::new(watcher.clone()), ..config(limits, &[]) }));
        client.put(DATA, b"abcdefghij");
        client.vector(&[2, 3]);
        assert_eq!(client.errno(F::FdWrite, &[fd, V, 2, R]), Ok(()));
        assert_eq!(client.call(F::Progress, &[3, 4]).map(|reply| reply.value), Ok(None));
        client.vector(&[0, 1, 4]);
        let before = client.memory.clone();
        // 32 bytes of words and 5 of buffers.
        assert_eq!(client.call(F::FdWrite, &[fd, V, 3, R]), Err(Stop::Limit { limit, charge: 500 + 37 / 4 }));
        assert!(client.memory == before);
        let finished = client.host.finish(false).expect("memory");
        let kept = [&finished.stdout[..], &finished.stderr[..]][fd as usize - 1];
        assert_eq!(kept, b"abcdeab");
        assert_eq!(finished.transcript.calls(), 3, "the call that ends the job is in the transcript");
        let name = ["out", "err"][fd as usize - 1];
        let expected =
            ["ab", "cde", "3/4", "a", "b"].map(|part| if part.contains('/') { part.to_owned() } else { format!("{name} {part}") });
        assert_eq!(*watcher.0.lock().expect("nobody panicked"), expected);
    }
    // Exactly the limit is fine.
    let mut client = client(Limits { stdout_bytes: 5, ..Limits::default() });
    client.vector(&[5]);
    assert_eq!(client.errno(F::FdWrite, &[1, V, 1, R]), Ok(()));
    client.vector(&[0]);
    assert_eq!(client.errno(F::FdWrite, &[1, V, 1, R]), Ok(()));
}

#[test]
fn outputs_belong_to_a_job_that_completed() {
    let run = |completed| {
        let mut client = client(Limits::default());
        client.put(PATH, b"out/f");
        assert_eq!(client.errno(F::PathOpen, &[3, 0, u64::from(PATH), 5, 1, 0xff_ffff, 0, 0, R]), Ok(()));
        client.put(DATA, b"content");
        client.vector(&[7]);
        assert_eq!(client.errno(F::FdPwrite, &[4, V, 1, 3, R]), Ok(()));
        client.host.finish(completed).expect("memory").outputs
    };
    assert_eq!(run(true), [("f".to_owned(), b"\0\0\0content".to_vec())]);
    assert_eq!(run(false), []);
}

/// An input of 1 TiB that is never held anywhere, and breaks at one place.
struct Huge {
    asked: Arc<Mutex<Vec<(u64, usize)>>>,
}

const BROKEN: u64 = 1 << 39;

impl InputData for Huge {
    fn len(&self) -> u64 {
        1 << 40
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), InputFault> {
        self.asked.lock().expect("nobody panicked").push((offset, buffer.len()));
        if (offset..offset + buffer.len() as u64).contains(&BROKEN) {
            return Err(InputFault("byte 2^39 of \"huge\" changed".to_owned()));
        }
        buffer.fill(offset as u8);
        Ok(())
    }
}

#[test]
fn inputs_are_read_where_they_lie_and_a_fault_is_never_an_errno() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let inputs = vec![("huge".to_owned(), Box::new(Huge { asked: Arc::clone(&asked) }) as Box<dyn InputData>)];
    let mut client = with_host(Host::new(HostConfig { inputs, ..config(Limits::default(), &[]) }));
    client.put(PATH, b"in/huge");
    assert_eq!(client.errno(F::PathOpen, &[3, 0, u64::from(PATH), 7, 0, 0x3f, 0, 0, R]), Ok(()));
    client.vector(&[3, 0, 4]);
    assert_eq!(client.errno(F::FdPread, &[4, V, 3, 5, R]), Ok(()));
    assert_eq!(client.get(DATA, 7), [5, 5, 5, 8, 8, 8, 8]);
    assert_eq!(client.errno(F::FdPread, &[4, V, 3, (1 << 40) - 1, R]), Ok(()));
    assert_eq!(client.word(RESULT, 4), 1);
    assert_eq!(*asked.lock().expect("nobody panicked"), [(5, 3), (8, 4), ((1 << 40) - 1, 1)]);
    let Err(Stop::Abstain { reason }) = client.call(F::FdPread, &[4, V, 3, BROKEN - 1, R]) else {
        panic!("a broken input gave a result");
    };
    assert!(reason.contains("huge"), "{reason}");
}

#[test]
fn equal_calls_give_equal_hosts() {
    let run = || {
        let mut client = client(Limits::default());
        for _ in 0..3 {
            assert_eq!(client.errno(F::RandomGet, &[D, 2000]), Ok(()));
            assert_eq!(client.errno(F::ClockTimeGet, &[0, 0, R]), Ok(()));
            assert_eq!(client.errno(F::FdFilestatGet, &[3, R]), Ok(()));
        }
        let memory = client.memory.clone();
        (memory, client.fuel, client.host.finish(true).expect("memory").transcript.root())
    };
    assert!(run() == run());
}

/// Buffers may overlap each other, the list of buffers and the result: the list is read first, then buffers are filled in order, then the size is written.
#[test]
fn overlaps_have_one_result() {
    let mut client = client(Limits::default());
    let entry = |pointer: u32, length: u32| [pointer.to_le_bytes(), length.to_le_bytes()].concat();
    client.put(VECTOR, &[entry(VECTOR + 8, 4), entry(DATA, 1)].concat());
    assert_eq!(client.errno(F::FdRead, &[0, V, 2, u64::from(DATA)]), Ok(()));
    assert_eq!(client.get(VECTOR + 8, 4), b"type");
    assert_eq!(client.word(DATA, 4), 5);
    // Events over their own subscriptions.
    let timer = |userdata: u64, at: u64| {
        let fields: [&[u8]; 5] = [&userdata.to_le_bytes(), &[0; 8], &[1, 0, 0, 0, 0, 0, 0, 0], &at.to_le_bytes(), &[0; 16]];
        fields.concat()
    };
    client.put(DATA, &[timer(1, 5), timer(2, 5), timer(3, 5)].concat());
    assert_eq!(client.errno(F::PollOneoff, &[D, D, 3, R]), Ok(()));
    assert_eq!(client.word(RESULT, 4), 3);
    assert_eq!([0, 32, 64].map(|at| client.word(DATA + at, 8)), [1, 2, 3]);
}
