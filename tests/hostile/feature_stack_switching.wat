;; A continuation.
;; expect: refused module.feature
(module
  (type $f (func))
  (type $c (cont $f))
  (func (export "_start")))
