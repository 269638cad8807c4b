;; A loop that never ends. Fuel ends it.
;; expect: out_of_fuel
;; limits: fuel=10000000
(module
  (func (export "_start") (loop $forever (br $forever))))
