;; The largest memory there can be, under the default limit.
;; expect: refused module.limits
(module
  (memory 65536)
  (func (export "_start")))
