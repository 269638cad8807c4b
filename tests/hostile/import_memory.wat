;; Imports a memory, which somebody else could change.
;; expect: refused module.import
;; detail: env.memory
(module
  (import "env" "memory" (memory 1))
  (func (export "_start")))
