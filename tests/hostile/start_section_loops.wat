;; An endless loop before _start: metered like all else.
;; expect: out_of_fuel
;; limits: fuel=1000000
(module
  (func $init (loop $l (br $l)))
  (start $init)
  (func (export "_start")))
