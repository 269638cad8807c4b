;; Functions that call one another in a circle, each with a host call before it: depth ends it, not the limit of host calls.
;; expect: depth_exceeded
;; calls: 16384
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") 1)
  (func $one (export "_start") (drop (call $yield)) (call $two))
  (func $two (drop (call $yield)) (call $three))
  (func $three (drop (call $yield)) (call $one)))
