;; Two memories.
;; expect: refused module.feature
;; detail: multiple memories
(module
  (memory 1)
  (memory 1)
  (func (export "_start")))
