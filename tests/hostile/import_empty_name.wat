;; Imports a function of no name from a module of no name.
;; expect: refused module.import
(module
  (import "" "" (func))
  (memory (export "memory") 1)
  (func (export "_start")))
