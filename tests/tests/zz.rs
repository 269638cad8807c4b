use assay_tests::*;
#[test]
fn print() {
    for (n, body) in [
      ("seq1", "i32.const 5 call $y local.set 4 i32.const 1 local.get 4 local.get 4 i32.eqz select local.set 4 local.set 5 (i32.store (i32.const 0) (local.get 4)) (i32.store (i32.const 4) (local.get 5)) "),
      ("seq1b", "i32.const 5 (i32.load (i32.const 64)) local.set 4 i32.const 1 local.get 4 local.get 4 i32.eqz select local.set 4 local.set 5 (i32.store (i32.const 0) (local.get 4)) (i32.store (i32.const 4) (local.get 5)) "),
      ("seq1+blk", "i32.const 5 call $y local.set 4 i32.const 1 local.get 4 local.get 4 i32.eqz select local.set 4 local.set 5 block block local.get 5 local.get 4 local.set 4 local.tee 5 i32.const -2147483648 i32.ne br_if 0 local.get 4 i32.const -1 i32.ne br_if 0 i32.const 1 local.set 4 br 1 end end (i32.store (i32.const 0) (local.get 4)) (i32.store (i32.const 4) (local.get 5)) "),
      ("seq1b+blk", "i32.const 5 (i32.load (i32.const 64)) local.set 4 i32.const 1 local.get 4 local.get 4 i32.eqz select local.set 4 local.set 5 block block local.get 5 local.get 4 local.set 4 local.tee 5 i32.const -2147483648 i32.ne br_if 0 local.get 4 i32.const -1 i32.ne br_if 0 i32.const 1 local.set 4 br 1 end end (i32.store (i32.const 0) (local.get 4)) (i32.store (i32.const 4) (local.get 5)) "),
      ("seq1b+blk2", "i32.const 5 (i32.load (i32.const 64)) local.set 4 i32.const 1 local.get 4 local.get 4 i32.eqz select local.set 4 local.set 5 block local.get 5 local.get 4 local.set 4 local.tee 5 i32.const -2147483648 i32.ne br_if 0 end (i32.store (i32.const 0) (local.get 4)) (i32.store (i32.const 4) (local.get 5)) "),
      ("seq1b+blk3", "i32.const 5 (i32.load (i32.const 64)) local.set 4 i32.const 1 local.get 4 local.get 4 i32.eqz select local.set 4 local.set 5 local.get 5 local.get 4 local.set 4 local.set 5 (i32.store (i32.const 0) (local.get 4)) (i32.store (i32.const 4) (local.get 5)) "),
      ("seq1b div", "i32.const 5 (i32.load (i32.const 64)) local.set 4 i32.const 1 local.get 4 local.get 4 i32.eqz select local.set 4 local.set 5 (i32.store (i32.const 0) (i32.div_s (local.get 5) (local.get 4)))"),
      ("blk only", "(local.set 4 (i32.const 1)) (local.set 5 (i32.const 8))block block local.get 5 local.get 4 local.set 4 local.tee 5 i32.const -2147483648 i32.ne br_if 0 local.get 4 i32.const -1 i32.ne br_if 0 i32.const 1 local.set 4 br 1 end end (i32.store (i32.const 0) (local.get 4)) (i32.store (i32.const 4) (local.get 5)) "),
    ] {
        let text = format!(r#"(module (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32))) (import "wasi_snapshot_preview1" "sched_yield" (func $y (result i32))) (memory (export "memory") 1)
          (data (i32.const 16) "\00\00\00\00\10\00\00\00")
          (func (export "_start") (local i64 f32 i32 i32 i32 i32 i32) {body} (drop (call $w (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 32)))))"#);
        let wasm = wat::parse_str(&text).unwrap();
        let job = guests::plain_job(&wasm, Default::default());
        let sb = assay_sandbox::Sandbox::new(None).unwrap();
        let guests::Ended::Executed(e) = guests::execute(&sb, &wasm, &job, vec![]) else { panic!() };
        let s = second_engine::run(&wasm, &job, vec![], 1 << 30);
        let second_engine::Second::Result(s) = s else { panic!() };
        println!("{n}: {:?} {:?} / {:?} {:?}", e.outcome.status, &e.stdout[..8], s.status, &s.stdout[..8]);
    }
}
