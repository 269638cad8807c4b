;; Lists of constants and ranges that are misaligned, too long, or use what is reserved: errno inval.
;; expect: completed 0
(module
  (import "assay_v1" "gpu_buffer_create" (func $buffer_create (param i64 i32) (result i32)))
  (import "assay_v1" "gpu_shader_create" (func $shader_create (param i32 i32 i32) (result i32)))
  (import "assay_v1" "gpu_pipeline_create" (func $pipeline_create (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "assay_v1" "gpu_dispatch" (func $dispatch (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "assay_v1" "gpu_last_error" (func $last_error (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 4096) "@group(0) @binding(0) var<storage, read_write> a: array<u32>; @compute @workgroup_size(1) fn main() { a[0] += 1u; }")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (call $expect (call $buffer_create (i64.const 64) (i32.const 0)) (i32.const 0))
    (call $expect (call $shader_create (i32.const 4096) (i32.const 115) (i32.const 0)) (i32.const 0))
    (call $expect (call $pipeline_create (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0))
    ;; results and records that are not aligned
    (call $expect (call $buffer_create (i64.const 64) (i32.const 2)) (i32.const 28))
    (call $expect (call $shader_create (i32.const 4096) (i32.const 115) (i32.const 1)) (i32.const 28))
    (call $expect (call $pipeline_create (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 3)) (i32.const 28))
    (call $expect (call $last_error (i32.const 0) (i32.const 0) (i32.const 2)) (i32.const 28))
    (call $expect (call $pipeline_create (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)) (i32.const 28))
    (call $expect (call $dispatch (i32.const 3) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 1) (i32.const 1)) (i32.const 28))
    ;; too many of them
    (call $expect (call $pipeline_create (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 257) (i32.const 0)) (i32.const 28))
    (call $expect (call $pipeline_create (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0)) (i32.const 28))
    (call $expect (call $dispatch (i32.const 3) (i32.const 0) (i32.const 17) (i32.const 1) (i32.const 1) (i32.const 1)) (i32.const 28))
    (call $expect (call $dispatch (i32.const 3) (i32.const 0) (i32.const -1) (i32.const 1) (i32.const 1) (i32.const 1)) (i32.const 28))
    ;; a name of 1,025 bytes
    (i32.store (i32.const 1028) (i32.const 1025))
    (call $expect (call $pipeline_create (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 0)) (i32.const 28))
    (call $expect (call $pipeline_create (i32.const 2) (i32.const 0) (i32.const 1025) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 28))
    ;; the reserved word
    (i32.store (i32.const 2056) (i32.const 1))
    (i64.store (i32.const 2072) (i64.const 64))
    (call $expect (call $dispatch (i32.const 3) (i32.const 2048) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)) (i32.const 0))
    (i32.store (i32.const 2060) (i32.const 1))
    (call $expect (call $dispatch (i32.const 3) (i32.const 2048) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)) (i32.const 28))))
