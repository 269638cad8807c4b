;; proc_exit when the fuel is gone: the job is out of fuel, not completed.
;; expect: out_of_fuel
;; limits: fuel=501
;; calls: 0
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 0))))
