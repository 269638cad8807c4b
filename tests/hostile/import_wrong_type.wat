;; Imports fd_write with a result of 64 bits.
;; expect: refused module.import
;; detail: fd_write
(module
  (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i64)))
  (memory (export "memory") 1)
  (func (export "_start")))
