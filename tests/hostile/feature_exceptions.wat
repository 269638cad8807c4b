;; Exceptions.
;; expect: refused module.feature
;; detail: exceptions
(module
  (tag $e)
  (func (export "_start") (throw $e)))
