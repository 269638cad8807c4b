;; Dispatches nothing, for ever: each counts.
;; expect: limit_exceeded gpu_dispatches
;; limits: gpu_dispatches=5000
;; calls: 5003
(module
  (import "assay_v1" "gpu_shader_create" (func $shader_create (param i32 i32 i32) (result i32)))
  (import "assay_v1" "gpu_pipeline_create" (func $pipeline_create (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "assay_v1" "gpu_dispatch" (func $dispatch (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 4096) "@compute @workgroup_size(1) fn main() {}")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (call $expect (call $shader_create (i32.const 4096) (i32.const 40) (i32.const 0)) (i32.const 0))
    (call $expect (call $pipeline_create (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0))
    (loop $again
      (call $expect (call $dispatch (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1) (i32.const 0)) (i32.const 0))
      (br $again))))
