;; A counter of even numbers that an odd one is waited for: no fuel is enough, and none is used.
;; expect: out_of_fuel
;; limits: fuel=1000000000000000
(module
  (func (export "_start") (local $i i32)
    (loop $again
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 2))) (i32.const 1))))))
