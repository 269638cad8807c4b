;; Imports a table.
;; expect: refused module.import
;; detail: not a function
(module
  (import "wasi_snapshot_preview1" "table" (table 1 funcref))
  (func (export "_start")))
