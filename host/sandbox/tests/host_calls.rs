//! Every function of the host, called with plain memory: that it works, that it refuses what it must, and that a refused call has changed nothing.

mod model;

use assay_protocol::limits::Limits;
use assay_sandbox::host::{Function, Host, Stop};

use model::client::{Client, DATA, MEMORY_BYTES, OTHER_PATH, PATH, RESULT, VECTOR};

const FAULT: u16 = 21;
const INVAL: u16 = 28;
const NOTSUP: u16 = 58;
const ALL_RIGHTS: u64 = 0x3fff_ffff;
const FILE: u64 = 4;
const DIRECTORY: u64 = 5;
const R: u64 = RESULT as u64;
const P: u64 = PATH as u64;
const O: u64 = OTHER_PATH as u64;
const V: u64 = VECTOR as u64;
const D: u64 = DATA as u64;
/// Where subscriptions lie.
const S: u64 = 0xf000;

/// A call that succeeds in the scene (or gives `errno`), and what of it can be made bad.
struct Case {
    function: Function,
    args: Vec<u64>,
    errno: u16,
    /// Index of each pointer, and its alignment.
    pointers: &'static [(usize, u64)],
    /// Index of an argument, and a value that it may not have.
    invalid: &'static [(usize, u64)],
}

fn case(function: Function, args: &[u64], pointers: &'static [(usize, u64)], invalid: &'static [(usize, u64)]) -> Case {
    Case { function, args: args.to_vec(), errno: 0, pointers, invalid }
}

fn cases() -> Vec<Case> {
    use Function as F;
    let mut cases = vec![
        case(F::ArgsGet, &[R, D], &[(0, 4), (1, 1)], &[]),
        case(F::ArgsSizesGet, &[R, R + 4], &[(0, 4), (1, 4)], &[]),
        case(F::EnvironGet, &[R, D], &[(0, 4), (1, 1)], &[]),
        case(F::EnvironSizesGet, &[R, R + 4], &[(0, 4), (1, 4)], &[]),
        case(F::ClockResGet, &[3, R], &[(1, 8)], &[(0, 4), (0, 0xffff_ffff)]),
        case(F::ClockTimeGet, &[1, 0, R], &[(2, 8)], &[(0, 4)]),
        case(F::FdAdvise, &[FILE, 0, 10, 5], &[], &[(3, 6), (3, 256), (1, u64::MAX)]),
        case(F::FdAllocate, &[FILE, 0, 100], &[], &[(2, 0), (1, u64::MAX), (1, 1 << 63)]),
        case(F::FdClose, &[FILE], &[], &[]),
        case(F::FdDatasync, &[FILE], &[], &[]),
        case(F::FdFdstatGet, &[FILE, R], &[(1, 8)], &[]),
        case(F::FdFdstatSetFlags, &[FILE, 5], &[], &[(1, 32), (1, 0x1_0001), (1, 2)]),
        case(F::FdFdstatSetRights, &[FILE, 2, 0], &[], &[(1, 1 << 30), (2, u64::MAX)]),
        case(F::FdFilestatGet, &[FILE, R], &[(1, 8)], &[]),
        case(F::FdFilestatSetSize, &[FILE, 3], &[], &[(1, 1 << 63)]),
        case(F::FdFilestatSetTimes, &[FILE, 1, 2, 5], &[], &[(3, 3), (3, 12), (3, 16)]),
        case(F::FdPread, &[FILE, V, 2, 1, R], &[(1, 4), (4, 4)], &[(2, 1025), (3, u64::MAX)]),
        case(F::FdPrestatGet, &[3, R], &[(1, 4)], &[]),
        case(F::FdPrestatDirName, &[3, D, 4], &[(1, 1)], &[]),
        case(F::FdPwrite, &[FILE, V, 2, 1, R], &[(1, 4), (4, 4)], &[(2, 1025), (3, u64::MAX)]),
        case(F::FdRead, &[FILE, V, 2, R], &[(1, 4), (3, 4)], &[(2, 1025)]),
        case(F::FdReaddir, &[DIRECTORY, D, 100, 0, R], &[(1, 1), (4, 4)], &[]),
        case(F::FdRenumber, &[FILE, DIRECTORY], &[], &[]),
        case(F::FdSeek, &[FILE, 3, 1, R], &[(3, 8)], &[(2, 3), (2, 256), (1, i64::MIN as u64)]),
        case(F::FdSync, &[FILE], &[], &[]),
        case(F::FdTell, &[FILE, R], &[(1, 8)], &[]),
        case(F::FdWrite, &[FILE, V, 2, R], &[(1, 4), (3, 4)], &[(2, 1025)]),
        case(F::PathCreateDirectory, &[DIRECTORY, O, 1], &[(1, 1)], &[]),
        case(F::PathFilestatGet, &[3, 1, P, 5, R], &[(2, 1), (4, 8)], &[(1, 2)]),
        case(F::PathFilestatSetTimes, &[3, 0, P, 5, 1, 2, 10], &[(2, 1)], &[(1, 2), (6, 15)]),
        case(
            F::PathOpen,
            &[3, 1, P, 5, 8, ALL_RIGHTS, 0, 4, R],
            &[(2, 1), (8, 4)],
            &[(1, 2), (4, 16), (4, 3), (5, 1 << 30), (6, 1 << 63), (7, 32)],
        ),
        case(F::PathRemoveDirectory, &[3, P + 8, 5], &[(1, 1)], &[]),
        case(F::PathRename, &[3, P, 5, DIRECTORY, O, 1], &[(1, 1), (4, 1)], &[]),
        case(F::PathUnlinkFile, &[3, P, 5], &[(1, 1)], &[]),
        case(F::PollOneoff, &[S, D, 2, R], &[(0, 8), (1, 8), (3, 4)], &[(2, 0), (2, 4097)]),
        case(F::SchedYield, &[], &[], &[]),
        case(F::RandomGet, &[D, 33], &[(0, 1)], &[]),
    ];
    let never = |function, args: &[u64], errno, pointers, invalid| Case { errno, ..case(function, args, pointers, invalid) };
    cases.extend([
        never(F::PathLink, &[3, 0, P, 5, 3, O, 1], NOTSUP, &[(2, 1), (5, 1)], &[(1, 2)]),
        never(F::PathReadlink, &[3, P, 5, D, 10, R], INVAL, &[(1, 1), (3, 1), (5, 4)], &[]),
        never(F::PathSymlink, &[P, 5, 3, O, 1], NOTSUP, &[(0, 1), (3, 1)], &[]),
        never(F::ProcRaise, &[9], NOTSUP, &[], &[(0, 31)]),
        never(F::SockAccept, &[FILE, 0, R], NOTSUP, &[(2, 4)], &[(1, 32)]),
        never(F::SockRecv, &[FILE, V, 2, 3, R, R + 4], NOTSUP, &[(1, 4), (4, 4), (5, 2)], &[(2, 1025), (3, 4)]),
        never(F::SockSend, &[FILE, V, 2, 0, R], NOTSUP, &[(1, 4), (4, 4)], &[(2, 1025), (3, 0x1_0000)]),
        never(F::SockShutdown, &[FILE, 3], NOTSUP, &[], &[(1, 4)]),
    ]);
    cases
}

/// `/tmp/f` open as 4 in its middle, the empty `/tmp/d` as 5; paths, buffers and subscriptions in memory.
fn scene() -> Client {
    let mut client = Client::new(Limits::default(), &model::INPUTS);
    client.put(PATH, b"tmp/f\0\0\0tmp/d");
    client.put(OTHER_PATH, b"n");
    let open = |client: &mut Client, path: u64, oflags: u64| {
        let args = [3, 0, path, 5, oflags, ALL_RIGHTS, ALL_RIGHTS, 0, R];
        assert_eq!(client.errno(Function::PathOpen, &args), Ok(()));
    };
    assert_eq!(client.errno(Function::PathCreateDirectory, &[3, P + 8, 5]), Ok(()));
    open(&mut client, P, 1);
    open(&mut client, P + 8, 2);
    client.put(DATA, b"hello world");
    client.vector(&[7, 4]);
    assert_eq!(client.errno(Function::FdWrite, &[FILE, V, 2, R]), Ok(()));
    assert_eq!(client.errno(Function::FdSeek, &[FILE, 5, 0, R]), Ok(()));
    let clock: [&[u8]; 4] = [&7_u64.to_le_bytes(), &[0; 8], &[1, 0, 0, 0, 0, 0, 0, 0], &50_u64.to_le_bytes()];
    client.put(S as u32, &clock.concat());
    client.put(S as u32 + 48, &[&9_u64.to_le_bytes()[..], &[1, 0, 0, 0, 0, 0, 0, 0], &[4, 0, 0, 0]].concat());
    client
}

/// Everything a guest could notice: what each probe says, in order.
fn probe(client: &mut Client) -> Vec<Result<Vec<u8>, u16>> {
    use Function as F;
    client.put(PATH, b"tmp/f\0\0\0tmp/d");
    client.put(OTHER_PATH, b"tmp");
    client.vector(&[64]);
    let mut seen = Vec::new();
    let mut ask = |client: &mut Client, function, args: &[u64]| {
        client.memory[RESULT as usize..][..64].fill(0);
        client.memory[DATA as usize..][..512].fill(0);
        let answer = client.errno(function, args);
        seen.push(answer.map(|()| [client.get(RESULT, 64), client.get(DATA, 512)].concat()));
    };
    for fd in 0..8 {
        ask(client, F::FdFdstatGet, &[fd, R]);
        ask(client, F::FdFilestatGet, &[fd, R]);
        ask(client, F::FdTell, &[fd, R]);
        ask(client, F::FdReaddir, &[fd, D, 300, 1, R]);
        ask(client, F::FdReaddir, &[fd, D, 300, 0, R]);
        ask(client, F::FdPread, &[fd, V, 1, 0, R]);
    }
    ask(client, F::PathFilestatGet, &[3, 0, P, 5, R]);
    ask(client, F::PathFilestatGet, &[3, 0, P + 8, 5, R]);
    ask(client, F::PathFilestatGet, &[3, 0, O, 3, R]);
    ask(client, F::RandomGet, &[D, 8]);
    ask(client, F::ClockTimeGet, &[0, 0, R]);
    ask(client, F::FdRead, &[0, V, 1, R]);
    seen
}

/// A refused call: it says so, and neither memory nor anything a guest could notice differs from a run without it.
fn refused(function: Function, args: &[u64], errno: u16, prepare: impl Fn(&mut Client)) {
    let (mut with, mut without) = (scene(), scene());
    prepare(&mut with);
    prepare(&mut without);
    let before = with.memory.clone();
    assert_eq!(with.errno(function, args), Err(errno), "{function:?} {args:x?}");
    assert!(with.memory == before, "{function:?} {args:x?} wrote to memory");
    assert_eq!(probe(&mut with), probe(&mut without), "{function:?} {args:x?} changed something");
}

#[test]
fn every_function_works() {
    let cases = cases();
    for case in &cases {
        let mut client = scene();
        let answer = client.errno(case.function, &case.args).map_or_else(|errno| errno, |()| 0);
        assert_eq!(answer, case.errno, "{:?}", case.function);
    }
    let mut tested: Vec<Function> = cases.iter().map(|case| case.function).chain([Function::ProcExit, Function::Progress]).collect();
    tested.sort();
    // Those of the GPU have a scene of their own: `gpu_calls.rs`.
    let mut all: Vec<Function> = Function::ALL.iter().copied().filter(|function| !function.name().starts_with("gpu_")).collect();
    all.sort();
    assert_eq!(tested, all);
}

#[test]
fn pointers_out_of_memory_are_faults_and_nothing_happens() {
    for case in cases() {
        for &(index, align) in case.pointers {
            for pointer in [MEMORY_BYTES as u64, u64::from(u32::MAX) + 1 - align, 0x8000_0000] {
                let mut args = case.args.clone();
                args[index] = pointer;
                refused(case.function, &args, FAULT, |_| {});
            }
        }
    }
}

#[test]
fn misaligned_pointers_are_refused_and_nothing_happens() {
    for case in cases() {
        for &(index, align) in case.pointers.iter().filter(|(_, align)| *align > 1) {
            let mut args = case.args.clone();
            args[index] += align / 2;
            refused(case.function, &args, INVAL, |_| {});
        }
    }
}

#[test]
fn invalid_values_are_refused_and_nothing_happens() {
    for case in cases() {
        for &(index, value) in case.invalid {
            let mut args = case.args.clone();
            args[index] = value;
            refused(case.function, &args, INVAL, |_| {});
        }
        // A handle that is not open; `path_symlink` and the functions without a handle have none at 0.
        let has_handle = case.function.name().starts_with("fd_") || case.function.name().starts_with("path_") && case.errno != NOTSUP;
        if has_handle {
            let mut args = case.args.clone();
            args[0] = 99;
            refused(case.function, &args, 8, |_| {});
            args[0] = u64::from(u32::MAX);
            refused(case.function, &args, 8, |_| {});
        }
    }
}

/// The last byte that is needed must lie in memory, for every result of fixed size.
#[test]
fn results_fit_exactly_or_not_at_all() {
    use Function as F;
    let sizes = [
        (F::ClockTimeGet, vec![0, 0, 0], 2, 8),
        (F::FdFdstatGet, vec![FILE, 0], 1, 24),
        (F::FdFilestatGet, vec![FILE, 0], 1, 64),
        (F::FdPrestatGet, vec![3, 0], 1, 8),
        (F::FdTell, vec![FILE, 0], 1, 8),
        (F::ArgsSizesGet, vec![R, 0], 1, 4),
        (F::FdReaddir, vec![DIRECTORY, 0, 100, 0, R], 1, 100),
        (F::RandomGet, vec![0, 1000], 0, 1000),
        (F::PollOneoff, vec![S, 0, 2, R], 1, 64),
        (F::PollOneoff, vec![0, D, 2, R], 0, 96),
    ];
    for (function, mut args, index, bytes) in sizes {
        let step = if bytes % 8 == 0 { 8 } else { 4 };
        args[index] = MEMORY_BYTES as u64 - bytes;
        assert_eq!(scene().errno(function, &args), Ok(()), "{function:?}");
        args[index] += step;
        refused(function, &args, FAULT, |_| {});
    }
}

#[test]
fn buffers_are_checked_all_before_any_is_used() {
    use Function as F;
    let entry = |pointer: u32, length: u32| [pointer.to_le_bytes(), length.to_le_bytes()].concat();
    for (function, args) in [
        (F::FdRead, vec![FILE, V, 2, R]),
        (F::FdPread, vec![FILE, V, 2, 0, R]),
        (F::FdWrite, vec![FILE, V, 2, R]),
        (F::FdPwrite, vec![FILE, V, 2, 0, R]),
        (F::SockRecv, vec![FILE, V, 2, 0, R, R + 4]),
        (F::SockSend, vec![FILE, V, 2, 0, R]),
    ] {
        for bad in [entry(MEMORY_BYTES as u32, 1), entry(u32::MAX, 2), entry(DATA, u32::MAX), entry(MEMORY_BYTES as u32 + 1, 0)] {
            refused(function, &args, FAULT, |client| {
                client.put(VECTOR + 8, &bad);
            });
        }
        // The array itself: its last entry must lie in memory.
        let mut args = args.clone();
        args[1] = MEMORY_BYTES as u64 - 12;
        refused(function, &args, FAULT, |_| {});
    }
    // An empty buffer at the very end is in memory.
    let mut client = scene();
    client.put(VECTOR, &[entry(MEMORY_BYTES as u32, 0), entry(DATA, 1)].concat());
    assert_eq!(client.errno(F::FdRead, &[FILE, V, 2, R]), Ok(()));
    // More than 2^32 - 1 bytes together, from few bytes of memory.
    let whole = MEMORY_BYTES as u32;
    let many = client.put(VECTOR, &entry(0, whole).repeat(1024));
    assert_eq!(client.errno(F::FdRead, &[FILE, many[0], 1024, R]), Ok(()), "1,024 buffers are fine");
    let mut big = Client { host: Host::new(model::client::config(Limits::default(), &[])), memory: vec![0; 8 << 20], fuel: 0 };
    big.put(VECTOR, &entry(0, 8 << 20).repeat(512));
    assert_eq!(big.errno(F::FdRead, &[0, V, 512, R]), Err(INVAL));
    assert_eq!(big.errno(F::FdRead, &[0, V, 511, R]), Ok(()));
}

#[test]
fn paths_must_be_utf8_and_short() {
    for case in cases().iter().filter(|case| case.function.name().starts_with("path_")) {
        let paths = case.pointers.iter().filter(|(index, _)| [P, P + 8, O].contains(&case.args[*index]));
        for &(index, _) in paths {
            let mut args = case.args.clone();
            args[index] = D;
            args[index + 1] = 3;
            refused(case.function, &args, 25, |client| {
                client.put(DATA, b"a\xffb");
            });
            args[index + 1] = 4097;
            refused(case.function, &args, 37, |_| {});
            // Longer than memory, and too long: the value comes before the pointer.
            args[index + 1] = u64::from(u32::MAX);
            refused(case.function, &args, 37, |_| {});
        }
    }
}

#[test]
fn unknown_subscriptions_are_refused() {
    // Tag of the second; clock id and flags of the first.
    for (at, byte) in [(48 + 8, 3), (16, 4), (40, 2), (41, 1)] {
        refused(Function::PollOneoff, &[S, D, 2, R], INVAL, |client| {
            client.put(S as u32 + at, &[byte]);
        });
    }
}

#[test]
fn the_high_half_of_an_i32_word_is_no_part_of_it() {
    let mut client = scene();
    let dirty = 0xdead_beef_0000_0000;
    assert_eq!(client.errno(Function::FdTell, &[FILE | dirty, R | dirty]), Ok(()));
    assert_eq!(client.word(RESULT, 8), 5);
}

#[test]
fn a_wrong_number_of_words_or_misaligned_memory_is_the_engines_fault() {
    let mut client = scene();
    assert!(matches!(client.call(Function::FdTell, &[FILE]), Err(Stop::Abstain { .. })));
    let Client { mut host, mut memory, .. } = scene();
    assert!(matches!(host.call(Function::FdTell, &[FILE, R], &mut memory[1..], 0), Err(Stop::Abstain { .. })));
}
