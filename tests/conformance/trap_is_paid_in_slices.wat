;; A trap after millions of instructions: fuel of the outcome is the first slice and as many of 65,536 as cover the last check point.
;; expect: trapped integer_division_by_zero
;; limits: fuel=1000000000
(module
  (func (export "_start") (local $i i32)
    (loop $again
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 1000000))))
    (drop (i32.div_u (i32.const 1) (i32.sub (local.get $i) (i32.const 1000000))))))
