;; A tail call: an endless recursion that needs no stack.
;; expect: refused module.feature
;; detail: tail calls
(module
  (func $f (export "_start") (return_call $f)))
