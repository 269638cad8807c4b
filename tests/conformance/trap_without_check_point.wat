;; No check point is passed: the trap gives the first slice, 99,999 mod 65,536.
;; expect: trapped unreachable
;; limits: fuel=100000
(module (func (export "_start") unreachable))
