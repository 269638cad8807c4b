//! `guest-interface.json`: records, identities, work, and which dispatches are refused.

use super::json::{Json, Vector};
use super::render;
use crate::gpu::{self, Access, Binding, Constant, Range, Work};

/// The file's text.
pub(super) fn file() -> String {
    let groups = vec![
        ("constants", constants()),
        ("ranges", ranges()),
        ("identities", identities()),
        ("work", work()),
        ("dispatches", dispatches()),
    ];
    render("specs/guest-interface.md", groups)
}

fn list(constants: &[(&str, f64)]) -> Vec<Constant> {
    constants.iter().map(|(name, value)| Constant { name: (*name).to_string(), value: *value }).collect()
}

fn json_constants(constants: &[Constant]) -> Json {
    let one = |constant: &Constant| {
        Json::Object(vec![("name", Json::Text(constant.name.clone())), ("bits", Json::Text(format!("{:016x}", constant.value.to_bits())))])
    };
    Json::List(constants.iter().map(one).collect())
}

fn constants() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, constants: &[(&str, f64)]| {
        let constants = list(constants);
        Vector::new(name, guards).with("constants", json_constants(&constants)).bytes("read", &gpu::constant_bytes(&constants))
    };
    vec![
        vector("none", "a count where there is none", &[]),
        vector("one", "order of name and value", &[("n", 2.0)]),
        vector("three in the guest's order", "constants sorted in the argument bytes", &[("b", 1.0), ("a", 0.5), ("2", -3.0)]),
        vector("a name not in ASCII", "lengths in characters", &[("größe", 1.0)]),
        vector("special values", "bits changed on the way", &[("a", -0.0), ("b", f64::NAN), ("c", f64::NEG_INFINITY), ("d", 5e-324)]),
    ]
}

fn json_ranges(ranges: &[Range]) -> Json {
    let one = |range: &Range| {
        Json::Object(vec![
            ("group", Json::Number(range.group)),
            ("binding", Json::Number(range.binding)),
            ("buffer", Json::Number(range.buffer)),
            ("offset", Json::u64(range.offset)),
            ("bytes", Json::u64(range.bytes)),
        ])
    };
    Json::List(ranges.iter().map(one).collect())
}

fn ranges() -> Vec<Vector> {
    let all = [
        Range { group: 0, binding: 0, buffer: 1, offset: 0, bytes: 4 },
        Range { group: 3, binding: 15, buffer: u32::MAX, offset: 0x1122_3344_5566_7700, bytes: 0x0102_0304_0506_0708 },
        Range { group: u32::MAX, binding: 0x0102_0304, buffer: 7, offset: u64::MAX, bytes: u64::MAX },
    ];
    let vector = |name: &str, guards: &str, ranges: &[Range]| {
        let records: Vec<u8> = ranges.iter().flat_map(Range::record).collect();
        Vector::new(name, guards).with("ranges", json_ranges(ranges)).bytes("read", &records)
    };
    vec![
        vector("none", "a count where there is none", &[]),
        vector("one", "order and width of the fields", &all[..1]),
        vector("three", "ranges sorted or checked before they are in the argument bytes", &all),
    ]
}

fn identities() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, source: &str, entry: &str, constants: &[(&str, f64)]| {
        let constants = list(constants);
        Vector::new(name, guards)
            .text("source", source)
            .text("entry", entry)
            .with("constants", json_constants(&constants))
            .bytes("identity", &gpu::identity(source, entry, &constants))
    };
    vec![
        vector("empty", "order of the parts", "", "", &[]),
        vector("a shader", "the source and not its hash", "@compute @workgroup_size(1) fn main() {}", "main", &[]),
        vector("constants", "constants left out", "source", "main", &[("a", 1.0), ("b", 2.0)]),
        vector("constants in another order", "constants in the guest's order", "source", "main", &[("b", 2.0), ("a", 1.0)]),
        vector(
            "names by their bytes",
            "names sorted as words of a language",
            "source",
            "main",
            &[("ä", 1.0), ("z", 2.0), ("Z", 3.0), ("10", 4.0), ("9", 5.0)],
        ),
    ]
}

fn work() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, call: &str, numbers: &[u32], work: Work| {
        let numbers = numbers.iter().map(|number| Json::Number(*number)).collect();
        Vector::new(name, guards).text("call", call).with("numbers", Json::List(numbers)).u64("units", work.units())
    };
    let bytes = |name: &str, call: &str, bytes: u32| vector(name, "a number rounded up", call, &[bytes], Work::Bytes(bytes.into()));
    let dispatch = |name: &str, guards: &str, groups: [u32; 3], size: [u32; 3]| {
        vector(name, guards, "gpu_dispatch", &[groups, size].concat(), Work::Dispatch(groups, size))
    };
    vec![
        bytes("a buffer of 4 bytes", "gpu_buffer_create", 4),
        bytes("a buffer of 60 bytes", "gpu_buffer_create", 60),
        bytes("a buffer of 64 bytes", "gpu_buffer_create", 64),
        bytes("a buffer of 1,048,572 bytes", "gpu_buffer_create", 1_048_572),
        bytes("clearing 128 bytes", "gpu_buffer_clear", 128),
        bytes("copying 124 bytes", "gpu_buffer_copy", 124),
        bytes("clearing nothing", "gpu_buffer_clear", 0),
        vector("a refused source of 10 bytes", "a refusal for nothing", "gpu_shader_create", &[10], Work::Shader(10)),
        vector("a pipeline of a source of 60 bytes", "the length of the source", "gpu_pipeline_create", &[60], Work::Pipeline(60)),
        dispatch("one invocation", "invocations by workgroups", [1, 1, 1], [1, 1, 1]),
        dispatch("a workgroup", "invocations by workgroups", [1, 1, 1], [8, 4, 2]),
        dispatch("all dimensions", "a dimension left out", [3, 5, 7], [2, 3, 4]),
        dispatch("nothing", "1 for a dimension of 0", [0, 65_535, 65_535], [1, 1, 1]),
        dispatch("2³² invocations", "a product of 32 bits", [65_535, 65_535, 1], [1, 1, 1]),
    ]
}

/// Declares bindings of which the reference knows what this text says of them.
const SHADER: &str = "@group(0) @binding(0) var<uniform> a: vec4f;
@group(0) @binding(1) var<storage, read> b: array<u32>;
@group(0) @binding(2) var<storage, read_write> c: array<vec2f>;
@group(3) @binding(15) var<storage, read_write> d: array<u32, 8>;
@compute @workgroup_size(1) fn main() { c[0] = a.xy; d[0] = b[0]; }";

const BINDINGS: [Binding; 4] = [
    Binding { group: 0, binding: 0, access: Access::Uniform, bytes_min: 16 },
    Binding { group: 0, binding: 1, access: Access::Read, bytes_min: 4 },
    Binding { group: 0, binding: 2, access: Access::ReadWrite, bytes_min: 8 },
    Binding { group: 3, binding: 15, access: Access::ReadWrite, bytes_min: 32 },
];

/// Handles and sizes of buffers: the first objects of the job.
const BUFFERS: [(u32, u64); 4] = [(1, 65_792), (2, 1_024), (3, 1_024), (4, 1_024)];

fn range(place: usize, buffer: u32, offset: u64, bytes: u64) -> Range {
    Range { group: BINDINGS[place].group, binding: BINDINGS[place].binding, buffer, offset, bytes }
}

fn dispatches() -> Vec<Vector> {
    let good = [range(0, 1, 0, 16), range(1, 2, 0, 1_024), range(2, 3, 256, 768), range(3, 4, 0, 32)];
    let with = |place: usize, other: Range| {
        let mut ranges = good.to_vec();
        ranges[place] = other;
        ranges
    };
    let vector = |name: &str, guards: &str, ranges: &[Range], groups: [u32; 3], errno: Option<&str>| {
        let answer = gpu::dispatch(&BINDINGS, &BUFFERS, ranges, groups);
        assert_eq!(answer.err(), errno, "{name}");
        let sizes = BUFFERS.iter().map(|(_, bytes)| Json::u64(*bytes)).collect();
        let vector = Vector::new(name, guards)
            .text("source", SHADER)
            .with("buffers", Json::List(sizes))
            .with("ranges", json_ranges(ranges))
            .with("groups", Json::List(groups.iter().map(|count| Json::Number(*count)).collect()));
        match errno {
            Some(errno) => vector.text("errno", errno),
            None => vector.with("performed", Json::Bool(true)),
        }
    };
    let performed = |name: &str, guards: &str, ranges: &[Range]| vector(name, guards, ranges, [1, 1, 1], None);
    let inval = |name: &str, guards: &str, ranges: &[Range]| vector(name, guards, ranges, [1, 1, 1], Some("inval"));
    const ALIGN: &str = "what a device would refuse";
    const ALIAS: &str = "a result that depends on the device";
    let reversed: Vec<Range> = good.iter().rev().copied().collect();
    let extra = [good.as_slice(), &[Range { binding: 3, ..good[0] }]].concat();
    let twice = [good.as_slice(), &good[..1]].concat();
    vec![
        performed("complete", "a good dispatch refused", &good),
        performed("in another order", "ranges taken by their place in the list", &reversed),
        vector("no workgroups", "0 taken for an error", &good, [0, 1, 1], None),
        vector("65,536 workgroups in x", "more than WebGPU has", &good, [65_536, 1, 1], Some("inval")),
        vector("65,536 workgroups in z and none in x", "limits checked only for what runs", &good, [0, 1, 65_536], Some("inval")),
        inval("the last binding is not bound", "a binding left to the device", &good[..3]),
        inval("nothing is bound", "a binding left to the device", &[]),
        inval("a binding too many", "what the shader does not have", &extra),
        inval("a binding twice", "the last one wins", &twice),
        inval("group 4", ALIGN, &with(3, Range { group: 4, ..good[3] })),
        inval("binding 16", ALIGN, &with(3, Range { binding: 16, ..good[3] })),
        vector("a buffer that is not there", "handle 0", &with(1, Range { buffer: 0, ..good[1] }), [1, 1, 1], Some("badf")),
        vector("a buffer that never was", "a handle past the last", &with(1, Range { buffer: 99, ..good[1] }), [1, 1, 1], Some("badf")),
        inval("an offset of 128", ALIGN, &with(1, range(1, 2, 128, 64))),
        inval("a size of 0", ALIGN, &with(1, range(1, 2, 0, 0))),
        inval("a size of 6", ALIGN, &with(1, range(1, 2, 0, 6))),
        performed("up to the end", "< taken for ≤", &with(1, range(1, 2, 768, 256))),
        inval("past the end", "memory of somebody else", &with(1, range(1, 2, 768, 260))),
        inval("an offset that wraps", "a sum of 64 bits", &with(1, range(1, 2, u64::MAX - 255, 256))),
        performed("one element", "a runtime-sized array of none", &with(2, range(2, 3, 0, 8))),
        inval("less than one element", "a runtime-sized array of none", &with(2, range(2, 3, 0, 4))),
        performed("an element and a half", "a size that is no multiple of an element", &with(2, range(2, 3, 0, 12))),
        inval("less than the array", "an array that ends early", &with(3, range(3, 4, 0, 28))),
        performed("65,536 bytes for a uniform", "< taken for ≤", &with(0, range(0, 1, 0, 65_536))),
        inval("65,540 bytes for a uniform", "what a device would refuse", &with(0, range(0, 1, 0, 65_540))),
        performed("one buffer read twice", "aliasing where nothing is written", &with(1, range(1, 1, 0, 16))),
        inval("one buffer read and written", ALIAS, &with(1, range(1, 3, 0, 256))),
        inval("one range read and written", ALIAS, &with(1, range(1, 3, 256, 768))),
        inval("a uniform in a buffer that is written", ALIAS, &with(0, range(0, 4, 256, 16))),
        performed("one buffer written in two places", "two ranges that do not overlap", &with(3, range(3, 3, 0, 256))),
        inval("one buffer written twice, overlapping", ALIAS, &with(3, range(3, 3, 0, 260))),
        inval("one range written twice", ALIAS, &with(3, range(3, 3, 256, 768))),
    ]
}
