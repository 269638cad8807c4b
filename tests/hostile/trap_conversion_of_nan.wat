;; A trap is an outcome, with its kind.
;; expect: trapped bad_conversion_to_integer
(module
  (type $v (func))
  (memory 1)
  (table $t funcref (elem $f $g))
  (table $grown 0 funcref)
  (func $f)
  (func $g (result i32) (i32.const 0))
  (func (export "_start")
    (drop (table.grow $t (ref.null func) (i32.const 1)))
    (drop (i32.trunc_f64_s (f64.const nan)))))
