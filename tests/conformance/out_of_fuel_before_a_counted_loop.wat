;; The whole of a counted loop is not covered: out of fuel when it begins, though its first iteration would trap.
;; expect: out_of_fuel
;; limits: fuel=1000000
(module
  (memory 1)
  (func (export "_start") (local $i i32)
    (loop $again
      (drop (i32.load (i32.const -4)))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000000))))))
