;; Asks for a host function that does not exist.
(module
  (import "env" "connect" (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
