;; Fills gpu_buffer_bytes to the last byte: errno nospc, and what is destroyed gives its room back.
;; expect: completed 0
;; limits: gpu_buffer_bytes=8388608
(module
  (import "assay_v1" "gpu_buffer_create" (func $buffer_create (param i64 i32) (result i32)))
  (import "assay_v1" "gpu_buffer_destroy" (func $buffer_destroy (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (loop $again
      (br_if $again (i32.eqz (call $buffer_create (i64.const 1048576) (i32.const 0)))))
    (call $expect (i32.load (i32.const 0)) (i32.const 8))
    (call $expect (call $buffer_create (i64.const 4) (i32.const 0)) (i32.const 51))
    (call $expect (call $buffer_destroy (i32.const 3)) (i32.const 0))
    (call $expect (call $buffer_create (i64.const 1048580) (i32.const 0)) (i32.const 51))
    (call $expect (call $buffer_create (i64.const 1048576) (i32.const 0)) (i32.const 0))))
