;; The same with the most depth that a manifest may ask for.
;; expect: depth_exceeded
;; limits: call_depth=65536
(module
  (func $deeper (export "_start") (call $deeper)))
