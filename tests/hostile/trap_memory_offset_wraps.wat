;; A trap is an outcome, with its kind.
;; expect: trapped memory_out_of_bounds
(module
  (type $v (func))
  (memory 1)
  (table $t funcref (elem $f $g))
  (table $grown 0 funcref)
  (func $f)
  (func $g (result i32) (i32.const 0))
  (func (export "_start")
    (drop (table.grow $t (ref.null func) (i32.const 1)))
    (drop (i32.load8_u offset=0xffffffff (i32.const 1)))))
