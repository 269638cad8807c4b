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
    (drop (i64.trunc_f32_u (f32.const 0x1p64)))))
