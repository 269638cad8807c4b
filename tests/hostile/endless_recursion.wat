;; A function that calls itself. Depth is not metered in this version, so the native stack ends and the machine abstains: never a crash, never a hash.
;; expect: abstain
;; detail: stack
(module
  (func $deeper (export "_start") (call $deeper)))
