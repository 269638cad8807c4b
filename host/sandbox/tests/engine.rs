//! The engine as the program uses it: cache, limits, abstention, inputs on disk.
#![allow(clippy::unwrap_used, reason = "a test that panics says what went wrong")]

use std::io::Write;
use std::path::Path;

use assay_protocol::Hash;
use assay_protocol::hash::NamedBlob;
use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_protocol::outcome::Status;
use assay_sandbox::{Execution, GROUP_BYTES, Input, PrepareError, Request, Sandbox};

/// Reads all of stdin and writes it to stdout.
const CAT: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start")
    (loop $more
      (i32.store (i32.const 0) (i32.const 1024))
      (i32.store (i32.const 4) (i32.const 65536))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (i32.store (i32.const 4) (i32.load (i32.const 8)))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
      (br_if $more (i32.load (i32.const 8))))))"#;

fn run(sandbox: &Sandbox, wat: &str, limits: Limits, inputs: Vec<(&str, Input)>) -> Result<Execution, String> {
    let module = wat::parse_str(wat).unwrap();
    let prepared = sandbox.prepare(&module, &limits).map_err(|e| e.to_string())?;
    let named = inputs.iter().map(|(name, input)| NamedBlob { name: (*name).to_owned(), blob: input.blob() }).collect();
    let job = Job::new(prepared.hash(), limits, Vec::new(), Vec::new(), named).unwrap();
    let inputs = inputs.into_iter().map(|(_, input)| input).collect();
    sandbox
        .run(&prepared, Request { job: &job, inputs, keep_calls: false, observer: Box::new(()), gpu: assay_sandbox::cpu() })
        .map_err(|e| e.to_string())
}

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The only `unsafe` of the sandbox runs code from the cache; damage anywhere in an entry must be found first.
#[test]
fn a_corrupted_entry_is_rebuilt_and_never_executed() {
    let folder = tempfile::tempdir().unwrap();
    let module = wat::parse_str(CAT).unwrap();
    let limits = Limits::default();
    let sandbox = || Sandbox::new(Some(folder.path().to_owned())).unwrap();
    assert!(!sandbox().prepare(&module, &limits).unwrap().from_cache());
    assert!(sandbox().prepare(&module, &limits).unwrap().from_cache());

    let [path] = entries(folder.path()).try_into().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let places = (0..64).chain((64..whole.len()).step_by(whole.len() / 50)).chain([whole.len() - 1]);
    for place in places {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x10;
        std::fs::write(&path, &damaged).unwrap();
        let prepared = sandbox().prepare(&module, &limits).unwrap();
        assert!(!prepared.from_cache(), "byte {place} was changed and the entry still used");
        assert_eq!(std::fs::read(&path).unwrap(), whole, "the entry is whole again");
    }
    for length in [0, 7, 8, 39, 40, 43, 44, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(!sandbox().prepare(&module, &limits).unwrap().from_cache(), "cut to {length} bytes");
    }
    let execution = run(&sandbox(), CAT, limits, vec![("stdin", Input::from_bytes(&b"hello"[..]))]).unwrap();
    assert_eq!(execution.stdout, b"hello");
}

#[test]
fn a_cached_module_is_held_to_the_limits_of_each_job() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::new(Some(folder.path().to_owned())).unwrap();
    let module = wat::parse_str(CAT).unwrap();
    sandbox.prepare(&module, &Limits::default()).unwrap();
    let tight = Limits { memory_bytes: 65_536, ..Limits::default() };
    let Err(PrepareError::Refused(refused)) = sandbox.prepare(&module, &tight) else { panic!("two pages pass a limit of one") };
    assert_eq!(refused.check, "module.limits");
}

#[test]
fn an_input_on_disk_is_read_whole_and_a_changed_one_makes_the_host_abstain() {
    let sandbox = Sandbox::new(None).unwrap();
    let limits = Limits { stdout_bytes: 1 << 24, ..Limits::default() };
    let content: Vec<u8> = (0..3 * GROUP_BYTES + 12_345).map(|i| (i * 7 % 251) as u8).collect();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&content).unwrap();
    let execution = run(&sandbox, CAT, limits, vec![("stdin", Input::open(file.path(), u64::MAX).unwrap())]).unwrap();
    assert_eq!(Hash::of_blob(&execution.stdout), Hash::of_blob(&content));

    let input = Input::open(file.path(), u64::MAX).unwrap();
    std::fs::write(file.path(), vec![0; content.len()]).unwrap();
    let abstained = run(&sandbox, CAT, limits, vec![("stdin", input)]).unwrap_err();
    assert!(abstained.contains("changed"), "{abstained}");
}

#[test]
fn deep_recursion_is_an_outcome_up_to_the_ceiling() {
    let sandbox = Sandbox::new(None).unwrap();
    let deep = "(module (memory (export \"memory\") 1) (func $f (export \"_start\") (call $f)))";
    for call_depth in [1, 16_384, 65_536] {
        let outcome = run(&sandbox, deep, Limits { call_depth, ..Limits::default() }, Vec::new()).unwrap().outcome;
        // Each call costs 2, and the entry after the last of them ends the job.
        assert_eq!((outcome.status, outcome.fuel), (Status::DepthExceeded, 2 * call_depth));
    }
}

#[test]
fn a_growing_memory_ends_at_the_limit_or_at_the_modules_own_maximum() {
    let sandbox = Sandbox::new(None).unwrap();
    let limits = Limits { memory_bytes: 10 * 65_536, ..Limits::default() };
    let grow = |maximum: &str, pages: u32| {
        format!(
            "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))
               (memory (export \"memory\") 1 {maximum})
               (func (export \"_start\") (call $exit (memory.grow (i32.const {pages})))))"
        )
    };
    for (maximum, pages, expected) in [("", 9, 1), ("", 10, u32::MAX), ("4", 3, 1), ("4", 4, u32::MAX), ("100", 10, u32::MAX)] {
        let execution = run(&sandbox, &grow(maximum, pages), limits, Vec::new()).unwrap();
        assert_eq!(execution.outcome.status, Status::Completed { exit_code: expected }, "maximum {maximum:?}, {pages} pages");
    }
}

#[test]
fn fuel_is_exact_at_its_limit() {
    let sandbox = Sandbox::new(None).unwrap();
    let needed = run(&sandbox, CAT, Limits::default(), Vec::new()).unwrap().outcome.fuel;
    for (fuel, expected) in [(needed - 1, Status::OutOfFuel), (needed, Status::OutOfFuel), (needed + 1, Status::Completed { exit_code: 0 })]
    {
        let outcome = run(&sandbox, CAT, Limits { fuel, ..Limits::default() }, Vec::new()).unwrap().outcome;
        assert_eq!(outcome.status, expected, "{fuel} of {needed}");
        assert_eq!(outcome.fuel, needed.min(fuel));
    }
}
