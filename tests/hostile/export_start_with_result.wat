;; _start gives a value that nobody would take.
;; expect: refused module.export
;; detail: _start
(module
  (func (export "_start") (result i32) (i32.const 0)))
