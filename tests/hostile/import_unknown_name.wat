;; Imports a function that the standard does not have.
;; expect: refused module.import
;; detail: wasi_snapshot_preview1.proc_spawn
(module
  (import "wasi_snapshot_preview1" "proc_spawn" (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
