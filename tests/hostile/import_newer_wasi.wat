;; Imports of another generation of WASI, and of a later version of our own interface.
;; expect: refused module.import
;; detail: assay_v2.progress
(module
  (import "assay_v2" "progress" (func (param i64 i64)))
  (memory (export "memory") 1)
  (func (export "_start")))
