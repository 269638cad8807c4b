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
    (drop (i32.load8_u offset=0xffffffff (i32.const 1)))))
