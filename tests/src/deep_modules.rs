//! Modules that recurse without end in the largest native frames that their weight lets them have (`specs/metering.md`, section 5).
//!
//! What makes a frame large is values that are needed after the call: they are held in it, and passed on through it. So each function here makes as many as it can, calls itself, and
//! passes all of them to a function that takes them. Distinct globals are the cheapest values there are: two bytes of body for one of 16 bytes.

/// `count` times `v128`.
fn vectors(count: usize) -> String {
    "v128 ".repeat(count)
}

/// Reads of globals 0 to `count`, each a value of its own.
fn reads(count: usize) -> String {
    (0..count).map(|global| format!("global.get {global} ")).collect()
}

/// A module whose `_start` calls `$f`, with the globals for [`reads`], a `$nop`, behind which they may hold something else, and a `$take` of 900 vectors.
fn module(functions: &str) -> Vec<u8> {
    let globals: String = (0..126).map(|value| format!("(global (mut v128) (v128.const i64x2 {value} 1)) ")).collect();
    let text = format!(
        "(module (memory 6) {globals} {functions} (func $nop) (func $take (param {})) (func (export \"_start\") call $f))",
        vectors(900)
    );
    wat::parse_str(text).expect("it is a module")
}

/// `count` locals of 16 bytes, all of which are needed after the call.
pub fn locals(count: usize) -> Vec<u8> {
    let fill: String = (0..count).map(|local| format!("i32.const 0 v128.load offset={} local.set {local} ", 16 * local)).collect();
    let store: String = (0..count).map(|local| format!("i32.const 0 local.get {local} v128.store offset={} ", 16 * local)).collect();
    module(&format!("(func $f (local {}) {fill} call $f {store})", vectors(count)))
}

/// A body of about `bytes` that is all values and the calls that take them.
pub fn values(bytes: usize) -> Vec<u8> {
    // 126 values are 252 bytes, and behind each group 2 for a call.
    let groups = bytes / 256;
    let taken = groups * 126 / 900;
    let left = groups * 126 % 900;
    let function = format!(
        "(func $f {} call $f {} call $rest) (func $rest (param {}))",
        format!("{}call $nop ", reads(126)).repeat(groups),
        "call $take ".repeat(taken),
        vectors(left),
    );
    module(&function)
}

/// The most values in a body of weight 1.
pub fn values_of_one_unit() -> Vec<u8> {
    let function = format!("(func $f {} call $nop {} call $f call $all) (func $all (param {}))", reads(126), reads(122), vectors(248),);
    module(&function)
}

/// The same with a call that gives 64 more, which is as many as weigh nothing.
pub fn results_of_one_unit() -> Vec<u8> {
    let function = format!(
        "(func $f call $many {} call $nop {} call $f call $all) (func $all (param {})) (func $many (result {}) {})",
        reads(126),
        reads(120),
        vectors(310),
        vectors(64),
        reads(64),
    );
    module(&function)
}

/// `calls` calls that give 900 values each.
pub fn results(calls: usize) -> Vec<u8> {
    let many: String = format!("{} ", reads(100)).repeat(9);
    let function = format!(
        "(func $f {} call $f {}) (func $many (result {}) {many})",
        "call $many ".repeat(calls),
        "call $take ".repeat(calls),
        vectors(900),
    );
    module(&function)
}

/// A function that gives as many results as a function may, all of which come from itself.
pub fn results_of_itself() -> Vec<u8> {
    let module = format!("(module (func $f (result {}) call $f) (func (export \"_start\") call $f unreachable))", vectors(999));
    wat::parse_str(module).expect("it is a module")
}

/// As many parameters as a function may have, handed on in another order and needed afterwards.
pub fn parameters() -> Vec<u8> {
    let other: String = (0..998).map(|local| format!("local.get {} ", 997 - local)).collect();
    let same: String = (0..998).map(|local| format!("local.get {local} ")).collect();
    let zeros = "v128.const i64x2 0 0 ".repeat(998);
    let all = vectors(998);
    let text = format!(
        "(module (func $f (param {all}) {other} call $f {same} call $all) (func $all (param {all})) (func (export \"_start\") {zeros} call $f))"
    );
    wat::parse_str(text).expect("it is a module")
}

/// Locals that change places in `depth` loops, one in another, around the call.
pub fn loops(locals: usize, depth: usize) -> Vec<u8> {
    let turn: String = (0..locals).map(|local| format!("local.get {local} ")).collect::<String>()
        + &(0..locals).rev().map(|local| format!("local.set {} ", (local + 1) % locals)).collect::<String>();
    let fill: String = (0..locals).map(|local| format!("global.get {} local.set {local} ", local % 126)).collect();
    let function = format!(
        "(func $f (local {}) {fill} {} call $f {turn} {})",
        vectors(locals),
        "loop ".repeat(depth),
        "i32.const 0 i32.load br_if 0 end ".repeat(depth),
    );
    module(&function)
}
