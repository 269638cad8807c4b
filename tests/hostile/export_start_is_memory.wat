;; _start is a memory.
;; expect: refused module.export
;; detail: _start
(module
  (memory (export "_start") 1))
