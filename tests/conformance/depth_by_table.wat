;; Depth of calls through a table: what the job did before it stays, fuel and transcript with it.
;; expect: depth_exceeded
;; limits: call_depth=1000
;; calls: 1
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (type $deeper (func (param i64) (result i64)))
  (memory (export "memory") 1)
  (table funcref (elem $down))
  (func $down (type $deeper)
    (i64.add (call_indirect (type $deeper) (i64.add (local.get 0) (i64.const 1)) (i32.const 0)) (local.get 0)))
  (func (export "_start")
    (drop (call $yield))
    (drop (call $down (i64.const 0)))))
