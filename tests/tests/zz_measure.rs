use assay_sandbox::{Instruments, engine_config};
use assay_tests::large_modules as large;
use wasmtime::*;
fn one(name: &str, m: &[u8]) {
    for (what, lazy, single) in [("as is", true, false), ("eager tables", false, false), ("eager, single-pass", false, true)] {
        let mut c = engine_config(Instruments { fuel: true, canonical_nan: true });
        c.table_lazy_init(lazy);
        if single {
            c.cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
        }
        let e = Engine::new(&c).unwrap();
        let t = std::time::Instant::now();
        let r = Module::from_binary(&e, m);
        println!("{name} {what}: {:.3} {}", t.elapsed().as_secs_f64(), r.is_ok());
    }
}
#[test]
fn measure() {
    one("calls 64K", &large::body_of_calls(64 << 10));
    one(
        "calls to 0 64K",
        &large::with_start(&[], |c| {
            for _ in 0..13107 {
                c.i32_const(0).call_indirect(0, 0);
            }
        }),
    );
    one(
        "calls 512K",
        &large::with_start(&[], |c| {
            for _ in 0..262144 {
                c.call(0);
            }
        }),
    );
    one(
        "divs 512K",
        &large::with_start(&[(3, wasm_encoder::ValType::I64)], |c| {
            for _ in 0..50000 {
                c.local_get(0).local_get(1).i64_div_s().local_set(2);
            }
        }),
    );
    one(
        "loops 512K",
        &large::with_start(&[(3, wasm_encoder::ValType::I32)], |c| {
            for _ in 0..60000 {
                c.loop_(wasm_encoder::BlockType::Empty).local_get(0).br_if(0).end();
            }
        }),
    );
    one("branches 512K", &large::body_of_branches(512 << 10));
}
