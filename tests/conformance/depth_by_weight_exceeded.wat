;; The same with one unit less: the innermost call does not begin.
;; expect: depth_exceeded
;; limits: call_depth=30
(module
  (memory (export "memory") 1)
  (func $light (param $left i32)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (if (local.get $left)
      (then (call $light (i32.sub (local.get $left) (i32.const 1))))
      (else (call $heavy (i32.const 9)))))
  (func $heavy (param $left i32)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (if (local.get $left) (then (call $heavy (i32.sub (local.get $left) (i32.const 1))))))
  (func (export "_start") (call $light (i32.const 9))))
