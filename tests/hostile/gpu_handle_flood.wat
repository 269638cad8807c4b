;; Fills gpu_objects, asks for more, then destroys and creates for a long time: errno nospc where it is full, and numbers that are never used again.
;; expect: completed 0
(module
  (import "assay_v1" "gpu_buffer_create" (func $buffer_create (param i64 i32) (result i32)))
  (import "assay_v1" "gpu_buffer_destroy" (func $buffer_destroy (param i32) (result i32)))
  (import "assay_v1" "gpu_shader_create" (func $shader_create (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 4096) "@compute @workgroup_size(1) fn main() {}")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start") (local $i i32)
    ;; as many as are allowed, and then a thousand times one more
    (loop $fill
      (call $expect (call $buffer_create (i64.const 4) (i32.const 0)) (i32.const 0))
      (br_if $fill (i32.lt_u (i32.load (i32.const 0)) (i32.const 256))))
    (local.set $i (i32.const 1000))
    (loop $more
      (call $expect (call $buffer_create (i64.const 4) (i32.const 0)) (i32.const 51))
      (call $expect (call $shader_create (i32.const 4096) (i32.const 40) (i32.const 0)) (i32.const 51))
      (br_if $more (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    ;; ten thousand one after another; no number comes twice
    (local.set $i (i32.const 10000))
    (loop $turn
      (call $expect (call $buffer_destroy (i32.load (i32.const 0))) (i32.const 0))
      (call $expect (call $buffer_create (i64.const 4) (i32.const 0)) (i32.const 0))
      (br_if $turn (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (call $expect (i32.load (i32.const 0)) (i32.const 10256))))
