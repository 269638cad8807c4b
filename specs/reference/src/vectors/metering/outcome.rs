//! Section 4: which fuel an outcome has.

use super::{Case, Expected, PLENTY, SHARP, SLICE, body, case, returned, unreachable};

pub(super) fn cases() -> Vec<Case> {
    [around(), slices(), kinds(), instantiation()].into_iter().flatten().collect()
}

/// Limits of C − 1, C and C + 1, where C is the cost of the whole.
fn around() -> Vec<Case> {
    const AROUND: &str = "C compared with another sign, or another fuel of what is out of it";
    let start = "(module (func $s i32.const 0 i32.eqz drop) (start $s) (func $f i32.const 0 i32.eqz drop) (func (export \"run\") call $f))";
    let whole: [(&str, String, u64); 6] = [
        ("a straight path", body("local.get $c i32.eqz i32.eqz i32.eqz drop"), 3),
        ("a call", body("call $f local.get $c i32.eqz drop"), 3),
        ("a loop", body("loop local.get $c i32.const 1 i32.add local.tee $c i32.const 4 i32.lt_u br_if 0 end"), 12),
        ("a counted loop", body("loop local.get $c i32.const 1 i32.add local.tee $c i32.const 4 i32.ne br_if 0 end"), 12),
        ("a length", body("i32.const 0 i32.const 0 i32.const 100 memory.fill"), 14),
        // 1 in the start function, call 2, 1 in what is called
        ("a start function and a call", start.into(), 4),
    ];
    let three = |(name, wat, cost): (&str, String, u64)| {
        [
            case(format!("{name}: C − 1"), AROUND, wat.clone(), cost - 1, Expected::OutOfFuel),
            case(format!("{name}: C"), AROUND, wat.clone(), cost, Expected::OutOfFuel),
            case(format!("{name}: C + 1"), AROUND, wat, cost + 1, returned(cost)),
        ]
    };
    let mut cases: Vec<Case> = whole.into_iter().flat_map(three).collect();
    cases.push(case("nothing at all: C + 1", AROUND, body(""), 1, returned(0)));
    cases
}

/// A trap after a check point at C = `covered`, which is even: a counted loop that adds 1 and branches.
fn trap_after(covered: u64) -> String {
    body(&format!("i32.const {} local.set $c loop local.get $c i32.const -1 i32.add local.tee $c br_if 0 end unreachable", covered / 2))
}

fn slices() -> Vec<Case> {
    const SLICES: &str = "another size of a slice, or another remainder";
    const S: u64 = SLICE;
    // fuel, C at the last check point, what is paid
    let table = [
        (3, 2, 2),
        (65_535, 2, 65_534),
        (65_536, 2, 65_535),
        (65_537, 2, 65_536),
        (65_538, 2, 65_537), // the remainder is 1
        (65_539, 2, 2),      // the remainder is 2
        (131_072, 65_534, 65_535),
        (131_072, 65_536, 131_071),
        (131_073, 65_536, 65_536),
        (131_073, 65_538, 131_072),
        (131_074, 65_536, 65_537),
        (131_074, 65_538, 131_073),
        (1_000_000, 16_958, 16_959), // the remainder is 16,959
        (1_000_000, 16_960, 16_959 + S),
        (1_000_000, 999_998, 999_999),
        (1 << 40, 1 << 22, (1 << 22) + 65_535),
    ];
    let mut cases: Vec<Case> = table
        .into_iter()
        .map(|(fuel, covered, paid)| case(format!("fuel {fuel}, C = {covered}"), SLICES, trap_after(covered), fuel, unreachable(paid)))
        .collect();
    // No check point at all: the remainder alone.
    for (fuel, paid) in [(1, 0), (2, 1), (65_536, 65_535), (65_537, 0), (65_538, 1), (1_000_000, 16_959)] {
        let wat = body("local.get $c i32.eqz drop unreachable");
        cases.push(case(format!("fuel {fuel}, no check point"), SLICES, wat, fuel, unreachable(paid)));
    }
    let rest = "what came after the last check point";
    // 65,536 paid at the loop; then 100 that no check point sees
    let wat = trap_after(2).replace("unreachable", &format!("{} unreachable", "local.get $b i32.eqz drop ".repeat(100)));
    cases.push(case("100 after the last check point", rest, wat, SHARP, unreachable(S)));
    cases
}

/// Every trap of execution.md, after a check point at C = 2.
fn kinds() -> Vec<Case> {
    const KIND: &str = "another kind, or fuel lost in a trap";
    let each = [
        ("unreachable", "unreachable"),
        ("memory_out_of_bounds", "i32.const -1 i32.load drop"),
        ("table_out_of_bounds", "i32.const 4 table.get 0 drop"),
        ("table_out_of_bounds", "i32.const 4 call_indirect"),
        ("indirect_call_to_null", "i32.const 0 call_indirect"),
        ("bad_signature", "i32.const 0 ref.func $f table.set 0 i32.const 0 call_indirect (result i32) drop"),
        ("integer_overflow", "i32.const 0x80000000 i32.const -1 i32.div_s drop"),
        ("integer_overflow", "f32.const 1e30 i32.trunc_f32_s drop"),
        ("integer_division_by_zero", "i64.const 1 i64.const 0 i64.rem_u drop"),
        ("bad_conversion_to_integer", "f64.const nan i64.trunc_f64_u drop"),
    ];
    let one = |(kind, text): (&'static str, &str)| {
        case(format!("{kind}: {text}"), KIND, trap_after(2).replace("unreachable", text), SHARP, Expected::Trapped(kind, SLICE))
    };
    each.into_iter().map(one).collect()
}

fn instantiation() -> Vec<Case> {
    const FREE: &str = "a cost of instantiation";
    let data = "(module (memory 1) (data (i32.const 65536) \"x\") (func (export \"run\")))";
    let element = "(module (table 1 funcref) (elem (i32.const 1) func $f) (func $f (export \"run\")))";
    let free = "(module (memory 1) (table 2 funcref) (global i32 (i32.add (i32.const 1) (i32.const 2))) (data (i32.const 0) \"many bytes\") \
                (elem (i32.const 0) func $f $f) (func $f (export \"run\")))";
    vec![
        case("a data segment past the end", FREE, data, 1_000_000, Expected::Trapped("memory_out_of_bounds", 16_959)),
        case("an element segment past the end", FREE, element, 1_000_000, Expected::Trapped("table_out_of_bounds", 16_959)),
        case("segments and constant expressions", FREE, free, PLENTY, returned(0)),
    ]
}
