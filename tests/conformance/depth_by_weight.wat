;; Weights: 62 locals and a parameter are 1, 63 and a parameter are 2. _start 1, 10 calls of the first 10, 10 of the second 20.
;; expect: completed 0
;; limits: call_depth=31
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
