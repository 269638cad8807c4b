;; A trap is an outcome, with its kind.
;; expect: trapped integer_division_by_zero
(module
  (type $v (func))
  (memory 1)
  (table $t funcref (elem $f $g))
  (table $grown 0 funcref)
  (func $f)
  (func $g (result i32) (i32.const 0))
  (func (export "_start")
    (drop (table.grow $t (ref.null func) (i32.const 1)))
    (drop (i32.rem_u (i32.const 1) (i32.const 0)))))
