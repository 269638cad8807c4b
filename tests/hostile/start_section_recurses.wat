;; _start is the start function too, and calls itself until the stack ends.
;; expect: abstain
(module
  (func $f (export "_start") (call $f))
  (start $f))
