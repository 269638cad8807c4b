;; A memory with pages of one byte.
;; expect: refused module.feature
;; detail: custom page sizes
(module
  (memory 1 (pagesize 1))
  (func (export "_start")))
