;; Depth 100, and 99 is allowed: the innermost call does not begin.
;; expect: depth_exceeded
;; limits: call_depth=99
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  ;; Calls nothing: no part in depth.
  (func $leaf (result i32) (i32.const 7))
  (func $down (param $left i32) (result i32)
    (if (result i32) (local.get $left)
      (then (call $down (i32.sub (local.get $left) (i32.const 1))))
      (else (call $leaf))))
  (func (export "_start") (call $exit (call $down (i32.const 98)))))
