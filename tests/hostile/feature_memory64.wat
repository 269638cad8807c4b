;; A 64-bit memory.
;; expect: refused module.feature
;; detail: 64-bit memory
(module
  (memory i64 1)
  (func (export "_start")))
