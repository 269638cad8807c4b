;; ref.func of a host function that nothing but an export declares.
;; expect: completed 0
;; calls: 1
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") 1)
  (table $t 1 funcref)
  (export "yield" (func $yield))
  (func (export "_start")
    (table.set $t (i32.const 0) (ref.func $yield))
    (drop (call_indirect $t (result i32) (i32.const 0)))))
