;; Reports progress for ever, with numbers that go backwards and divide by zero.
;; expect: limit_exceeded host_calls
;; limits: host_calls=100000
(module
  (import "assay_v1" "progress" (func $progress (param i64 i64)))
  (memory (export "memory") 1)
  (func (export "_start") (local $i i64)
    (loop $again
      (call $progress (local.get $i) (i64.const 0))
      (call $progress (i64.const -1) (local.get $i))
      (local.set $i (i64.sub (local.get $i) (i64.const 1)))
      (br $again))))
