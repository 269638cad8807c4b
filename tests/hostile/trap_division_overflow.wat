;; A trap is an outcome, with its kind.
;; expect: trapped integer_overflow
(module
  (type $v (func))
  (memory 1)
  (table $t funcref (elem $f $g))
  (table $grown 0 funcref)
  (func $f)
  (func $g (result i32) (i32.const 0))
  (func (export "_start")
    (drop (table.grow $t (ref.null func) (i32.const 1)))
    (drop (i64.div_s (i64.const 0x8000000000000000) (i64.const -1)))))
