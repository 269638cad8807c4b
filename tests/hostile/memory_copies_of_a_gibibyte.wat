;; Fills and copies all of a large memory again and again: one instruction each, and yet fuel must count the bytes.
;; expect: out_of_fuel
;; limits: fuel=100000000 memory_bytes=268435456
(module
  (memory 4096)
  (func (export "_start")
    (loop $again
      (memory.fill (i32.const 0) (i32.const 7) (i32.const 268435456))
      (memory.copy (i32.const 1) (i32.const 0) (i32.const 268435455))
      (br $again))))
