;; Dispatches of more workgroups than there are numbers for, then of nearly 2^48: errno inval, then the end of the job.
;; expect: limit_exceeded gpu_invocations
;; calls: 10
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
    (call $expect (call $dispatch (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 65536) (i32.const 1) (i32.const 1)) (i32.const 28))
    (call $expect (call $dispatch (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 65536) (i32.const 1)) (i32.const 28))
    (call $expect (call $dispatch (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1) (i32.const 65536)) (i32.const 28))
    (call $expect (call $dispatch (i32.const 2) (i32.const 0) (i32.const 0) (i32.const -1) (i32.const -1) (i32.const -1)) (i32.const 28))
    (call $expect (call $dispatch (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 65536)) (i32.const 28))
    (call $expect (call $dispatch (i32.const 2) (i32.const 0) (i32.const 0) (i32.const -2147483648) (i32.const 0) (i32.const 0)) (i32.const 28))
    (call $expect (call $dispatch (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 65535) (i32.const 65535)) (i32.const 0))
    ;; 2^48 invocations are more than a manifest grants without being asked
    (call $expect (call $dispatch (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 65535) (i32.const 65535) (i32.const 65535)) (i32.const 99))
    unreachable))
