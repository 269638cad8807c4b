;; _start takes a value that nobody would give.
;; expect: refused module.export
;; detail: _start
(module
  (func (export "_start") (param i32)))
