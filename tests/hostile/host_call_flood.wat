;; Calls the host for ever. The call after `host_calls` of them ends the job.
;; expect: limit_exceeded host_calls
;; limits: host_calls=1000
;; calls: 1000
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $again (br_if $again (i32.eqz (call $sched_yield))))))
