;; The start function is 100 deep and returns; _start, which is 100 deep as well, begins anew.
;; expect: completed 100
;; limits: call_depth=100
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $down (param $left i32) (result i32)
    (if (result i32) (local.get $left)
      (then (i32.add (call $down (i32.sub (local.get $left) (i32.const 1))) (i32.const 1)))
      (else (i32.const 1))))
  (func $start (drop (call $down (i32.const 98))))
  (start $start)
  (func (export "_start") (call $exit (i32.add (call $down (i32.const 98)) (i32.const 1)))))
