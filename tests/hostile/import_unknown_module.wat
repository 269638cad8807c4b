;; Imports a function of a module that no host of this profile has.
;; expect: refused module.import
;; detail: env.system
(module
  (import "env" "system" (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
