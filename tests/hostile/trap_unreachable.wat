;; A trap is an outcome, with its kind.
;; expect: trapped unreachable
(module
  (type $v (func))
  (memory 1)
  (table $t 3 funcref)
  (elem (table $t) (i32.const 0) func $f $g)
  (func $f)
  (func $g (result i32) (i32.const 0))
  (func (export "_start")
    unreachable))
