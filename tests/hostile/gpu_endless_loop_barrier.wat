;; A shader whose workgroups wait at a barrier in a loop that never ends: the loop budget ends the job.
;; expect: limit_exceeded gpu_loop_iterations
;; calls: 4
(module
  (import "assay_v1" "gpu_buffer_create" (func $buffer_create (param i64 i32) (result i32)))
  (import "assay_v1" "gpu_shader_create" (func $shader_create (param i32 i32 i32) (result i32)))
  (import "assay_v1" "gpu_pipeline_create" (func $pipeline_create (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "assay_v1" "gpu_dispatch" (func $dispatch (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 4096) "@group(0) @binding(0) var<storage, read_write> a: array<u32>; var<workgroup> w: u32; @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) { loop { if i == 0u { w = 0u; } workgroupBarrier(); if workgroupUniformLoad(&w) == 1u { break; } } }")
  (data (i32.const 8192) "\00\00\00\00\00\00\00\00\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\01\00\00\00\00\00")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (call $expect (call $buffer_create (i64.const 65536) (i32.const 0)) (i32.const 0))
    (call $expect (call $shader_create (i32.const 4096) (i32.const 263) (i32.const 0)) (i32.const 0))
    (call $expect (call $pipeline_create (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0))
    (call $expect (call $dispatch (i32.const 3) (i32.const 8192) (i32.const 0) (i32.const 4) (i32.const 1) (i32.const 1)) (i32.const 99))
    unreachable))
