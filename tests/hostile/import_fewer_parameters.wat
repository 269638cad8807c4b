;; Imports path_open with one parameter less, so that the last would be whatever stands on the stack.
;; expect: refused module.import
;; detail: path_open
(module
  (import "wasi_snapshot_preview1" "path_open" (func (param i32 i32 i32 i32 i32 i64 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
