;; A table of four billion elements with fuel for a million: charged before the limit of elements is looked at.
;; expect: out_of_fuel
;; limits: fuel=1000000
(module
  (table 0 funcref)
  (func (export "_start") (drop (table.grow (ref.null func) (i32.const -1)))))
