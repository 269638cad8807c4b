//! The host answers every vector of `guest-interface.json` as the reference does, call by call and without an engine.
//!
//! The device runs nothing: which calls reach it, what they cost and what stands in the transcript is decided before.

use assay_gpu::session::pipeline_identity;
use assay_protocol::Hash;
use assay_protocol::limits::Limits;
use assay_sandbox::host::{BYTES_PER_FUEL, CALL_FUEL, Function as F, Reply};
use assay_tests::file_system_model::client::{Client, DATA, RESULT, VECTOR};
use assay_tests::vectors::{self, array, bytes, number, text};
use serde_json::Value;

const R: u64 = RESULT as u64;
const V: u64 = VECTOR as u64;
const D: u64 = DATA as u64;
const BADF: u32 = 8;
const INVAL: u32 = 28;

fn client() -> Client {
    Client::new(Limits::default(), &[])
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn small(value: &Value) -> u32 {
    value.as_u64().and_then(|number| u32::try_from(number).ok()).expect("a u32")
}

/// The call's reply; it goes on.
fn call(client: &mut Client, function: F, args: &[u64]) -> Reply {
    client.call(function, args).unwrap_or_else(|stop| panic!("{function:?}: {stop}"))
}

/// A call that gives a handle.
fn create(client: &mut Client, function: F, args: &[u64]) -> u64 {
    assert_eq!(call(client, function, args).value, Some(0), "{function:?}");
    client.word(RESULT, 4)
}

fn shader(client: &mut Client, source: &str) -> u64 {
    let [data, length] = client.put(DATA, source.as_bytes());
    create(client, F::GpuShaderCreate, &[data, length, R])
}

/// Shader and pipeline of the only entry point.
fn pipeline(client: &mut Client, source: &str) -> u64 {
    let shader = shader(client, source);
    create(client, F::GpuPipelineCreate, &[shader, D, 0, V, 0, R])
}

/// Lays constants out in memory: records from [`VECTOR`] on, names from [`DATA`] on.
fn put_constants(client: &mut Client, constants: &[(String, f64)]) -> [u64; 2] {
    let mut name_at = DATA;
    for (index, (name, value)) in (0_u32..).zip(constants) {
        client.put(name_at, name.as_bytes());
        let record = [&name_at.to_le_bytes()[..], &(name.len() as u32).to_le_bytes(), &value.to_bits().to_le_bytes()].concat();
        client.put(VECTOR + 16 * index, &record);
        name_at += name.len() as u32;
    }
    [V, constants.len() as u64]
}

fn constants(vector: &Value) -> Vec<(String, f64)> {
    let bits = |constant: &Value| u64::from_str_radix(text(constant, "bits"), 16).expect("hexadecimal");
    list(&vector["constants"]).iter().map(|constant| (text(constant, "name").to_owned(), f64::from_bits(bits(constant)))).collect()
}

/// The records of a vector's ranges as a guest writes them.
fn records(vector: &Value) -> Vec<u8> {
    let record = |range: &Value| {
        let words = ["group", "binding", "buffer"].map(|field| small(&range[field]).to_le_bytes());
        [words.as_flattened(), &[0; 4], &number(range, "offset").to_le_bytes(), &number(range, "bytes").to_le_bytes()].concat()
    };
    list(&vector["ranges"]).iter().flat_map(record).collect()
}

/// Argument bytes of the last call, as a hash.
fn last_arguments(client: Client) -> Hash {
    let calls = client.host.finish(true).expect("few bytes").transcript.into_calls().expect("calls are kept");
    calls.last().expect("a call").args
}

fn expected_arguments(words: &[u64], read: &[u8]) -> Hash {
    let words: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    Hash::of_blob(&[&words, read].concat())
}

#[test]
fn host_answers_guest_interface() {
    for (group, list) in vectors::groups("guest-interface.json") {
        for vector in &list {
            println!("{group}: {}", vector["name"]); // shown when the next line fails
            match group.as_str() {
                "constants" => constant_bytes(vector),
                "ranges" => range_bytes(vector),
                "identities" => {
                    let mut constants = constants(vector);
                    constants.sort_by(|a, b| a.0.cmp(&b.0));
                    let identity = pipeline_identity(text(vector, "source"), text(vector, "entry"), &constants);
                    assert_eq!(identity, array(vector, "identity"));
                }
                "work" => work(vector),
                "dispatches" => dispatch(vector),
                _ => panic!("no test for this group"),
            }
        }
    }
}

fn constant_bytes(vector: &Value) {
    let mut client = client();
    let [records, count] = put_constants(&mut client, &constants(vector));
    let args = [0, 0x100, 0, records, count, R];
    assert_eq!(call(&mut client, F::GpuPipelineCreate, &args).value, Some(BADF));
    assert_eq!(last_arguments(client), expected_arguments(&args, &bytes(vector, "read")));
}

fn range_bytes(vector: &Value) {
    let mut client = client();
    let records = records(vector);
    client.put(VECTOR, &records);
    let args = [0, V, records.len() as u64 / 32, 1, 2, 3];
    assert_eq!(call(&mut client, F::GpuDispatch, &args).value, Some(BADF));
    assert_eq!(last_arguments(client), expected_arguments(&args, &bytes(vector, "read")));
}

fn work(vector: &Value) {
    let numbers: Vec<u32> = list(&vector["numbers"]).iter().map(small).collect();
    let mut client = client();
    let one = u64::from(numbers[0]);
    let sizes = |client: &mut Client, bytes: u64| create(client, F::GpuBufferCreate, &[bytes.max(4), R]);
    let (function, args) = match text(vector, "call") {
        "gpu_buffer_create" => (F::GpuBufferCreate, vec![one, R]),
        "gpu_buffer_clear" => (F::GpuBufferClear, vec![sizes(&mut client, one), 0, one]),
        "gpu_buffer_copy" => (F::GpuBufferCopy, vec![sizes(&mut client, one), 0, sizes(&mut client, one), 0, one]),
        "gpu_shader_create" => (F::GpuShaderCreate, vec![D, one, R]),
        "gpu_pipeline_create" => {
            let source = format!("{:<width$}", "@compute @workgroup_size(1) fn main() {}", width = one as usize);
            let shader = shader(&mut client, &source);
            (F::GpuPipelineCreate, vec![shader, D, 0, V, 0, R])
        }
        "gpu_dispatch" => {
            let [x, y, z, a, b, c] = numbers[..] else { panic!("six numbers") };
            let pipeline = pipeline(&mut client, &format!("@compute @workgroup_size({a}, {b}, {c}) fn main() {{}}"));
            (F::GpuDispatch, vec![pipeline, V, 0, x.into(), y.into(), z.into()])
        }
        other => panic!("{other}"),
    };
    let reply = call(&mut client, function, &args);
    let read = match function {
        F::GpuShaderCreate => one,
        F::GpuDispatch => 32,
        _ => 0,
    };
    let written = if matches!(function, F::GpuBufferCreate | F::GpuPipelineCreate) { 4 } else { 0 };
    let carried = args.len() as u64 * 8 + read + 4 + written;
    assert_eq!(reply.charge, CALL_FUEL + carried / BYTES_PER_FUEL + number(vector, "units"));
}

fn dispatch(vector: &Value) {
    let mut client = client();
    for size in list(&vector["buffers"]) {
        let bytes = size.as_str().and_then(|size| size.parse().ok()).expect("decimal digits");
        create(&mut client, F::GpuBufferCreate, &[bytes, R]);
    }
    let source = text(vector, "source");
    let pipeline = pipeline(&mut client, source);
    let records = records(vector);
    client.put(VECTOR, &records);
    let mut args = vec![pipeline, V, records.len() as u64 / 32];
    args.extend(list(&vector["groups"]).iter().map(|count| u64::from(small(count))));
    let expected = match vector["errno"].as_str() {
        None => 0,
        Some("inval") => INVAL,
        Some("badf") => BADF,
        Some(other) => panic!("{other}"),
    };
    assert_eq!(call(&mut client, F::GpuDispatch, &args).value, Some(expected));
    let identity = assay_reference::gpu::identity(source, "main", &[]);
    assert_eq!(
        last_arguments(client),
        expected_arguments(&args, &[records.as_slice(), &identity].concat()),
        "the leaf says what was dispatched"
    );
}

#[test]
fn the_session_has_the_limits_of_a_manifest_without_any() {
    let (limits, session) = (Limits::default(), assay_gpu::SessionLimits::default());
    assert_eq!(session.buffer_bytes, limits.gpu_buffer_bytes);
    assert_eq!(session.objects, limits.gpu_objects);
    assert_eq!(session.dispatches, limits.gpu_dispatches);
    assert_eq!(session.invocations, limits.gpu_invocations);
    assert_eq!(session.shader_bytes, limits.shader_bytes);
    assert_eq!(u64::from(session.loop_iterations), limits.gpu_loop_iterations);
}
