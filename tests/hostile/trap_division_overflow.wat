;; A trap is an outcome, with its kind.
;; expect: trapped integer_overflow
(module
  (type $v (func))
  (memory 1)
  (table $t 3 funcref)
  (elem (table $t) (i32.const 0) func $f $g)
  (func $f)
  (func $g (result i32) (i32.const 0))
  (func (export "_start")
    (drop (i64.div_s (i64.const 0x8000000000000000) (i64.const -1)))))
