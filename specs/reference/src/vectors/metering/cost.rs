//! The table of section 1, row by row.

use super::{Case, Expected, PLENTY, SLICE, body, case, returned};

pub(super) fn cases() -> Vec<Case> {
    [nothing(), eight(), calls(), lengths(), one(), numeric(), vectors()].into_iter().flatten().collect()
}

/// One case for each of these bodies; what they need besides the instruction named costs nothing, or stands in the cost.
fn each(guards: &'static str, bodies: &[(&str, &str, u64)]) -> Vec<Case> {
    bodies.iter().map(|(name, text, cost)| case(*name, guards, body(text), PLENTY, returned(*cost))).collect()
}

fn nothing() -> Vec<Case> {
    each(
        "a cost for what leaves no work behind",
        &[
            ("nothing at all", "", 0),
            ("nop", "nop nop nop", 0),
            ("block and end", "block end block block end end", 0),
            ("loop", "loop end", 0),
            ("if without else, not taken: the if", "i32.const 0 if end", 1),
            ("if and else, then taken: the if", "i32.const 1 if nop else nop end", 1),
            ("if and else, else taken: the if", "i32.const 0 if nop else nop end", 1),
            ("return", "return", 0),
            ("drop", "i32.const 1 drop i64.const 1 drop", 0),
            ("local.get, local.set, local.tee", "local.get $c local.tee $b local.set $d", 0),
            ("constants", "i32.const -1 drop i64.const -1 drop f32.const 1 drop f64.const 1 drop v128.const i64x2 1 2 drop", 0),
            ("ref.null and ref.func", "ref.null func drop ref.func $f drop", 0),
        ],
    )
}

fn eight() -> Vec<Case> {
    let mut cases = Vec::new();
    for ty in ["i32", "i64"] {
        for name in ["div_s", "div_u", "rem_s", "rem_u"] {
            let text = body(&format!("{ty}.const 7 {ty}.const 3 {ty}.{name} drop"));
            cases.push(case(format!("{ty}.{name}"), "integer division as an instruction like others", text, PLENTY, returned(8)));
        }
    }
    let operand = |ty: &str| if ty.contains('x') { "local.get $v".to_string() } else { format!("{ty}.const 2") };
    for ty in ["f32", "f64", "f32x4", "f64x2"] {
        let operand = operand(ty);
        let text = body(&format!("{operand} {operand} {ty}.div drop"));
        cases.push(case(format!("{ty}.div"), "division of floats as an instruction like others", text, PLENTY, returned(8)));
        let text = body(&format!("{operand} {ty}.sqrt drop"));
        cases.push(case(format!("{ty}.sqrt"), "a root as an instruction like others", text, PLENTY, returned(8)));
    }
    cases
}

fn calls() -> Vec<Case> {
    let indirect = "(module (type $t (func (param i32) (result i32))) (table 1 funcref) (elem (i32.const 0) func $f) \
                    (func $f (type $t) local.get 0) (func (export \"run\") i32.const 5 i32.const 0 call_indirect (type $t) drop))";
    let mut cases = each(
        "another cost of going elsewhere",
        &[
            ("call", "call $f", 2),
            ("br", "block br 0 end", 1),
            ("br_if, taken", "block i32.const 1 br_if 0 nop end", 1),
            ("br_if, not taken", "block i32.const 0 br_if 0 nop end", 1),
            ("br_table, one of its targets", "block block i32.const 0 br_table 0 1 end end", 2),
            ("br_table, its default", "block block i32.const 9 br_table 0 1 end end", 2),
            ("br_table of nothing but a default", "block i32.const 9 br_table 0 end", 2),
        ],
    );
    cases.push(case("call_indirect", "another cost of going elsewhere", indirect, PLENTY, returned(4)));
    cases
}

fn lengths() -> Vec<Case> {
    let mut cases = Vec::new();
    const BYTES: &str = "rounding, or a cost by another unit than 16 bytes";
    for n in [0, 1, 15, 16, 17, 31, 32, 1_000, 65_536] {
        let text = body(&format!("i32.const 0 i32.const 1 i32.const {n} memory.fill"));
        cases.push(case(format!("memory.fill of {n} bytes"), BYTES, text, PLENTY, returned(8 + n / 16)));
    }
    for n in [0, 16, 33] {
        let text = body(&format!("i32.const 64 i32.const 0 i32.const {n} memory.copy"));
        cases.push(case(format!("memory.copy of {n} bytes"), BYTES, text, PLENTY, returned(8 + n / 16)));
    }
    for n in [0, 15, 16] {
        let text = body(&format!("i32.const 0 i32.const 0 i32.const {n} memory.init $d"));
        cases.push(case(format!("memory.init of {n} bytes"), BYTES, text, PLENTY, returned(8 + n / 16)));
    }
    for n in [0_u64, 1, 2, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
        const PAGES: &str = "n with a sign, n of pages there are, or no cost where it fails";
        let text = body(&format!("i32.const {n} memory.grow drop"));
        let cost = 8 + 4_096 * n;
        cases.push(case(format!("memory.grow by {n} pages"), PAGES, text, 1_000_000_000_000_000, returned(cost)));
    }
    for n in [0_u64, 1, 4] {
        const ELEMENTS: &str = "another cost of elements";
        let text = body(&format!("i32.const 0 ref.null func i32.const {n} table.fill 0"));
        cases.push(case(format!("table.fill of {n} elements"), ELEMENTS, text, PLENTY, returned(8 + n)));
        let text = body(&format!("i32.const 0 i32.const 0 i32.const {n} table.copy"));
        cases.push(case(format!("table.copy of {n} elements"), ELEMENTS, text, PLENTY, returned(8 + n)));
        let text = body(&format!("ref.null func i32.const {n} table.grow drop"));
        cases.push(case(format!("table.grow by {n} elements"), ELEMENTS, text, PLENTY, returned(8 + n)));
    }
    for n in [0_u64, 1, 2] {
        let text = body(&format!("i32.const 0 i32.const 0 i32.const {n} table.init $e"));
        cases.push(case(format!("table.init of {n} elements"), "another cost of elements", text, PLENTY, returned(8 + n)));
    }
    const FAILS: &str = "n with a sign, or no cost where it fails";
    let text = body("ref.null func i32.const -1 table.grow drop");
    cases.push(case("table.grow by 4294967295 elements fails", FAILS, text, PLENTY, returned(8 + 0xffff_ffff)));
    cases.extend(lengths_that_trap());
    cases
}

/// Paid is the least multiple of 65,536 that covers the cost, since the remainder of [`PLENTY`] is 0.
fn lengths_that_trap() -> Vec<Case> {
    const TRAPS: &str = "n with a sign, or no cost where it traps";
    const ALL: u64 = 0xffff_ffff;
    let covers = |cost: u64| cost.div_ceil(SLICE) * SLICE;
    let memory = |cost: u64| Expected::Trapped("memory_out_of_bounds", covers(cost));
    let table = |cost: u64| Expected::Trapped("table_out_of_bounds", covers(cost));
    let trapping = |name: &str, text: &str, expected: Expected| case(name, TRAPS, body(text), PLENTY, expected);
    vec![
        trapping("memory.fill of 4294967295 bytes traps", "i32.const 0 i32.const 0 i32.const -1 memory.fill", memory(8 + ALL / 16)),
        trapping("memory.copy of 4294967295 bytes traps", "i32.const 0 i32.const 0 i32.const -1 memory.copy", memory(8 + ALL / 16)),
        trapping(
            "memory.init of 2147483648 bytes traps",
            "i32.const 0 i32.const 0 i32.const 0x80000000 memory.init $d",
            memory(8 + (1 << 27)),
        ),
        trapping("table.fill of 4294967295 elements traps", "i32.const 0 ref.null func i32.const -1 table.fill 0", table(8 + ALL)),
        trapping("table.copy of 4294967295 elements traps", "i32.const 0 i32.const 0 i32.const -1 table.copy", table(8 + ALL)),
        trapping(
            "table.init of 2147483648 elements traps",
            "i32.const 0 i32.const 0 i32.const 0x80000000 table.init $e",
            table(8 + (1 << 31)),
        ),
    ]
}

fn one() -> Vec<Case> {
    each(
        "another cost than 1",
        &[
            ("global.get", "global.get $g drop", 1),
            ("global.set", "i32.const 1 global.set $g", 1),
            ("select", "i32.const 1 i32.const 2 i32.const 0 select drop", 1),
            ("select with a type", "ref.null func ref.func $f i32.const 0 select (result funcref) drop", 1),
            ("memory.size", "memory.size drop", 1),
            ("data.drop", "data.drop $d", 1),
            ("elem.drop", "elem.drop $e", 1),
            ("table.get", "i32.const 0 table.get 0 drop", 1),
            ("table.set", "i32.const 0 ref.func $f table.set 0", 1),
            ("table.size", "table.size 0 drop", 1),
            ("ref.is_null", "ref.func $f ref.is_null drop", 1),
        ],
    )
}

/// Executes each of these once: names, with the operands they take and the type of module they belong to.
fn all(name: &str, operands: &[&str], instructions: &[String]) -> Case {
    let operands = operands.join(" ");
    let text: Vec<String> = instructions.iter().map(|instruction| format!("{operands} {instruction} drop")).collect();
    let cost = instructions.len() as u64;
    case(format!("{name}: {cost} instructions"), "another cost than 1 for one of them", body(&text.join("\n")), PLENTY, returned(cost))
}

fn of(ty: &str, names: &str) -> Vec<String> {
    names.split_whitespace().map(|name| format!("{ty}.{name}")).collect()
}

fn numeric() -> Vec<Case> {
    let mut cases = Vec::new();
    for (ty, operand, more) in [("i32", "i32.const 5", ""), ("i64", "i64.const 5", "extend32_s")] {
        let unary = of(ty, &format!("clz ctz popcnt eqz extend8_s extend16_s {more}"));
        cases.push(all(&format!("{ty} of one operand"), &[operand], &unary));
        let binary = "add sub mul and or xor shl shr_s shr_u rotl rotr eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
        cases.push(all(&format!("{ty} of two operands"), &[operand, operand], &of(ty, binary)));
    }
    for (ty, operand) in [("f32", "f32.const 5"), ("f64", "f64.const 5")] {
        cases.push(all(&format!("{ty} of one operand"), &[operand], &of(ty, "abs neg ceil floor trunc nearest")));
        let binary = "add sub mul min max copysign eq ne lt gt le ge";
        cases.push(all(&format!("{ty} of two operands"), &[operand, operand], &of(ty, binary)));
    }
    let from = |ty: &str, operand: &str, names: &str| {
        let names: Vec<String> = names.split_whitespace().map(str::to_string).collect();
        all(&format!("conversions from {ty}"), &[operand], &names)
    };
    cases.push(from(
        "i32",
        "i32.const 5",
        "i64.extend_i32_s i64.extend_i32_u f32.convert_i32_s f32.convert_i32_u f64.convert_i32_s f64.convert_i32_u f32.reinterpret_i32",
    ));
    cases.push(from(
        "i64",
        "i64.const 5",
        "i32.wrap_i64 f32.convert_i64_s f32.convert_i64_u f64.convert_i64_s f64.convert_i64_u f64.reinterpret_i64",
    ));
    let truncations = |ty: &str| {
        ["i32.trunc_", "i32.trunc_sat_", "i64.trunc_", "i64.trunc_sat_"].map(|name| format!("{name}{ty}_s {name}{ty}_u")).join(" ")
    };
    cases.push(from("f32", "f32.const 5", &format!("{} f64.promote_f32 i32.reinterpret_f32", truncations("f32"))));
    cases.push(from("f64", "f64.const 5", &format!("{} f32.demote_f64 i64.reinterpret_f64", truncations("f64"))));
    cases.push(all("loads", &["i32.const 8"], &loads()));
    let stores = "i32.store i32.store8 i32.store16 i64.store i64.store8 i64.store16 i64.store32 f32.store f64.store v128.store";
    let local = |name: &str| match &name[..3] {
        "i32" => "$c",
        "i64" => "$l",
        "f32" => "$x",
        "f64" => "$y",
        _ => "$v",
    };
    let text: Vec<String> = stores.split_whitespace().map(|name| format!("i32.const 8 local.get {} {name}", local(name))).collect();
    cases.push(case("stores: 10 instructions", "another cost than 1 for one of them", body(&text.join("\n")), PLENTY, returned(10)));
    cases
}

fn loads() -> Vec<String> {
    let mut names = of("i32", "load load8_s load8_u load16_s load16_u");
    names.extend(of("i64", "load load8_s load8_u load16_s load16_u load32_s load32_u"));
    names.extend(["f32.load", "f64.load"].map(str::to_string));
    names.extend(of("v128", "load load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u"));
    names.extend(of("v128", "load8_splat load16_splat load32_splat load64_splat load32_zero load64_zero"));
    names
}

fn vectors() -> Vec<Case> {
    const V: &str = "local.get $v";
    let names = |list: &[(&str, &str)]| list.iter().flat_map(|(ty, names)| of(ty, names)).collect::<Vec<String>>();
    let unary = names(&[
        ("v128", "not any_true"),
        ("i8x16", "abs neg popcnt all_true bitmask"),
        ("i16x8", "abs neg all_true bitmask extend_low_i8x16_s extend_high_i8x16_u extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u"),
        ("i32x4", "abs neg all_true bitmask extend_low_i16x8_u extend_high_i16x8_s extadd_pairwise_i16x8_s trunc_sat_f32x4_s"),
        ("i32x4", "trunc_sat_f32x4_u trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero"),
        ("i64x2", "abs neg all_true bitmask extend_low_i32x4_s extend_high_i32x4_u"),
        ("f32x4", "abs neg ceil floor trunc nearest convert_i32x4_s convert_i32x4_u demote_f64x2_zero"),
        ("f64x2", "abs neg ceil floor trunc nearest convert_low_i32x4_s convert_low_i32x4_u promote_low_f32x4"),
    ]);
    let compare = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
    let floats = "add sub mul min max pmin pmax eq ne lt gt le ge";
    let binary = names(&[
        ("v128", "and or xor andnot"),
        ("i8x16", &format!("{compare} add sub add_sat_s add_sat_u sub_sat_s sub_sat_u min_s min_u max_s max_u avgr_u swizzle")),
        ("i8x16", "narrow_i16x8_s narrow_i16x8_u"),
        ("i16x8", &format!("{compare} add sub mul add_sat_s sub_sat_u min_s max_u avgr_u q15mulr_sat_s narrow_i32x4_s")),
        ("i16x8", "extmul_low_i8x16_s extmul_high_i8x16_u"),
        ("i32x4", &format!("{compare} add sub mul min_s max_u dot_i16x8_s extmul_low_i16x8_u extmul_high_i16x8_s")),
        ("i64x2", "eq ne lt_s gt_s le_s ge_s add sub mul extmul_low_i32x4_s extmul_high_i32x4_u"),
        ("f32x4", floats),
        ("f64x2", floats),
    ]);
    let shifts = ["i8x16", "i16x8", "i32x4", "i64x2"].iter().flat_map(|ty| of(ty, "shl shr_s shr_u")).collect::<Vec<_>>();
    let more = "i32.const 1 i8x16.splat drop i32.const 1 i16x8.splat drop i32.const 1 i32x4.splat drop i64.const 1 i64x2.splat drop\n\
                f32.const 1 f32x4.splat drop f64.const 1 f64x2.splat drop\n\
                local.get $v i32.const 1 i8x16.replace_lane 15 drop local.get $v f64.const 1 f64x2.replace_lane 1 drop\n\
                local.get $v i8x16.extract_lane_s 3 drop local.get $v f32x4.extract_lane 3 drop\n\
                local.get $v local.get $v local.get $v v128.bitselect drop\n\
                local.get $v local.get $v i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 drop\n\
                i32.const 0 local.get $v v128.load8_lane 0 drop i32.const 0 local.get $v v128.store64_lane 1";
    vec![
        all("vectors of one operand", &[V], &unary),
        all("vectors of two operands", &[V, V], &binary),
        all("shifts of vectors", &[V, "i32.const 1"], &shifts),
        case("lanes, splats, shuffle, bitselect: 14 instructions", "another cost than 1 for one of them", body(more), PLENTY, returned(14)),
    ]
}
