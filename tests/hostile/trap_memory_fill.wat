;; A trap is an outcome, with its kind.
;; expect: trapped memory_out_of_bounds
(module
  (type $v (func))
  (memory 1)
  (table $t 3 funcref)
  (elem (table $t) (i32.const 0) func $f $g)
  (func $f)
  (func $g (result i32) (i32.const 0))
  (func (export "_start")
    (memory.fill (i32.const 65535) (i32.const 1) (i32.const 2))))
