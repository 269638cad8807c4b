;; A function that calls itself. Depth ends it, and what it can take of the native stack is bounded by that.
;; expect: depth_exceeded
(module
  (func $deeper (export "_start") (call $deeper)))
