;; The same, ended by fuel: each call costs 500.
;; expect: out_of_fuel
;; limits: fuel=1000000
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $again (br_if $again (i32.eqz (call $sched_yield))))))
