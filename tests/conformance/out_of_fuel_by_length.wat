;; A length is charged before it is looked at: out of fuel, where with enough of it the copy would trap.
;; expect: out_of_fuel
;; limits: fuel=1000000
(module
  (memory 1)
  (func (export "_start") (memory.copy (i32.const 0) (i32.const 16) (i32.const -1))))
