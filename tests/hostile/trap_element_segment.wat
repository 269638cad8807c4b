;; An element segment outside its table traps before anything runs.
;; expect: trapped table_out_of_bounds
(module
  (table 1 funcref)
  (func $f (export "_start") unreachable)
  (elem (i32.const 1) $f))
