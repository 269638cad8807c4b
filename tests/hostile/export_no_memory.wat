;; Imports functions and keeps its memory to itself.
;; expect: refused module.export
;; detail: memory
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
  (memory 1)
  (func (export "_start")))
