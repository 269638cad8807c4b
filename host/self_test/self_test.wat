;; The self-test of `assay doctor`: touches what a machine could get wrong, and writes what it saw to /out/seen and to stdout.
;; `self_test.wasm` is this file in binary form and `outcome.txt` its outcome hash; the test `self_test_is_current` holds all three together.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "out/seen")
  (func (export "_start") (local $i i32) (local $x f64) (local $v v128)
    ;; 1024..1152 random, clocks, arguments
    (drop (call $random (i32.const 1024) (i32.const 100)))
    (drop (call $clock (i32.const 0) (i64.const 0) (i32.const 1128)))
    (drop (call $clock (i32.const 1) (i64.const 0) (i32.const 1136)))
    (drop (call $args (i32.const 200) (i32.const 1144)))
    ;; 1200: NaNs of every make; the bits must be the canonical ones
    (f64.store (i32.const 1200) (f64.div (f64.const 0) (f64.const 0)))
    (f64.store (i32.const 1208) (f64.sqrt (f64.const -1)))
    (f64.store (i32.const 1216) (f64.sub (f64.const inf) (f64.const inf)))
    (f32.store (i32.const 1224) (f32.mul (f32.const 0) (f32.const inf)))
    (f32.store (i32.const 1228) (f32.demote_f64 (f64.div (f64.const 0) (f64.const 0))))
    (v128.store (i32.const 1232) (f32x4.div (v128.const f32x4 0 1 -1 0) (v128.const f32x4 0 0 0 -0)))
    (v128.store (i32.const 1248) (f64x2.sqrt (v128.const f64x2 -4 2)))
    ;; 1264: subnormals, rounding, conversions
    (f64.store (i32.const 1264) (f64.mul (f64.const 0x1p-1022) (f64.const 0.5)))
    (f32.store (i32.const 1272) (f32.add (f32.const 0x1p-149) (f32.const 0x1p-149)))
    (f32.store (i32.const 1276) (f32.nearest (f32.const 2.5)))
    (i32.store (i32.const 1280) (i32.trunc_sat_f64_s (f64.const 1e300)))
    (i64.store (i32.const 1288) (i64.trunc_sat_f32_u (f32.const nan)))
    ;; 1296: a long chain of roundings, and one of integer mixing
    (local.set $x (f64.const 0.5))
    (loop $chain
      (local.set $x (f64.sub (f64.mul (f64.mul (f64.const 3.9999) (local.get $x)) (f64.sub (f64.const 1) (local.get $x))) (f64.const 1e-9)))
      (local.set $v (i32x4.add (i32x4.mul (local.get $v) (i32x4.splat (i32.const 0x9e3779b1))) (i32x4.splat (local.get $i))))
      (br_if $chain (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100000))))
    (f64.store (i32.const 1296) (local.get $x))
    (v128.store (i32.const 1304) (local.get $v))
    ;; growth past the limit is refused, growth within it is not
    (i32.store (i32.const 1320) (memory.grow (i32.const 1)))
    (i32.store (i32.const 1324) (memory.grow (i32.const 65535)))
    ;; write 1024..1328 to /out/seen and to stdout
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 8) (i32.const 9) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 32)))
    (i32.store (i32.const 40) (i32.const 1024))
    (i32.store (i32.const 44) (i32.const 304))
    (drop (call $write (i32.load (i32.const 32)) (i32.const 40) (i32.const 1) (i32.const 48)))
    (drop (call $write (i32.const 1) (i32.const 40) (i32.const 1) (i32.const 48)))))
