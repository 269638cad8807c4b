;; References to things of the host.
;; expect: refused module.feature
;; detail: externref
(module
  (table 1 externref)
  (func (export "_start")))
