;; Imports a global, under the name of a function there is.
;; expect: refused module.import
;; detail: not a function
(module
  (import "wasi_snapshot_preview1" "fd_write" (global i32))
  (func (export "_start")))
