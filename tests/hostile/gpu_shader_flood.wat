;; Sources above shader_bytes, then the largest again and again: errno nospc, then reading them has used up the fuel.
;; expect: out_of_fuel
;; limits: fuel=1000000000
(module
  (import "assay_v1" "gpu_shader_create" (func $shader_create (param i32 i32 i32) (result i32)))
  (import "assay_v1" "gpu_shader_destroy" (func $shader_destroy (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 33)
  (data (i32.const 0) "@compute @workgroup_size(1) fn main() {}")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (memory.fill (i32.const 40) (i32.const 0x20) (i32.const 2097112))
    (call $expect (call $shader_create (i32.const 0) (i32.const 1048577) (i32.const 2097152)) (i32.const 51))
    (call $expect (call $shader_create (i32.const 0) (i32.const 2097152) (i32.const 2097152)) (i32.const 51))
    (loop $again
      (call $expect (call $shader_create (i32.const 0) (i32.const 1048576) (i32.const 2097152)) (i32.const 0))
      (call $expect (call $shader_destroy (i32.load (i32.const 2097152))) (i32.const 0))
      (br $again))))
