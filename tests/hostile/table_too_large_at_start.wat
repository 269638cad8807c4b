;; Two tables, each within table_elements, together above it.
;; expect: refused module.limits
;; limits: table_elements=1000
;; detail: table_elements
(module
  (table 501 funcref)
  (table 500 funcref)
  (func (export "_start")))
