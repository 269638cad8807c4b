;; _start is the start function too, and calls itself until depth ends it.
;; expect: depth_exceeded
;; limits: call_depth=65536
(module
  (func $f (export "_start") (call $f))
  (start $f))
