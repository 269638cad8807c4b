;; 2³² iterations that are paid for at once: not one of them is executed.
;; expect: out_of_fuel
;; limits: fuel=1000000000
(module
  (func (export "_start") (local $i i32)
    (loop $again
      (br_if $again (local.tee $i (i32.add (local.get $i) (i32.const 1)))))))
