;; Loops that are paid for at once, in one that never ends.
;; expect: out_of_fuel
;; limits: fuel=100000000
(module
  (func (export "_start") (local $i i32)
    (loop $forever
      (loop $again
        (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const -1))) (i32.const -1000000))))
      (br $forever))))
