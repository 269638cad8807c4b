;; A million brackets or operators inside each other: errno notsup, and no stack ends.
;; expect: completed 0
(module
  (import "assay_v1" "gpu_shader_create" (func $shader_create (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 16)
  (data (i32.const 0) "const a = ")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func $bomb (param $byte i32)
    (memory.fill (i32.const 10) (local.get $byte) (i32.const 1000000))
    (call $expect (call $shader_create (i32.const 0) (i32.const 1000010) (i32.const 1048572)) (i32.const 58)))
  (func (export "_start")
    ;; "const a = ((((" … , then the same of other brackets and operators
    (call $bomb (i32.const 0x28)) ;; (
    (call $bomb (i32.const 0x5b)) ;; [
    (call $bomb (i32.const 0x7b)) ;; {
    (call $bomb (i32.const 0x2d)) ;; -
    (call $bomb (i32.const 0x21)) ;; !
    (call $bomb (i32.const 0x3c)) ;; <
    (call $bomb (i32.const 0x2a)) ;; *
    (call $bomb (i32.const 0x26)) ;; &
    ))
