;; All of 4 GiB with fuel for a part of it: charged before anything is written.
;; expect: out_of_fuel
;; limits: fuel=1000000 memory_bytes=4294967296
(module
  (memory 65536)
  (func (export "_start") (memory.fill (i32.const 0) (i32.const 1) (i32.const -1))))
