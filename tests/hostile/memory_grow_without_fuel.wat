;; 65,535 pages at once with fuel for a few: charged before one of them is had.
;; expect: out_of_fuel
;; limits: fuel=1000000 memory_bytes=4294967296
(module
  (memory 1)
  (func (export "_start") (drop (memory.grow (i32.const 65535)))))
