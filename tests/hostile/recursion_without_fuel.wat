;; Two calls in each: 2ᵏ calls for k of depth, so fuel ends it before depth does.
;; expect: out_of_fuel
;; limits: fuel=1000000 call_depth=40
(module
  (func $f (param $left i32)
    (if (local.get $left)
      (then
        (call $f (i32.sub (local.get $left) (i32.const 1)))
        (call $f (i32.sub (local.get $left) (i32.const 1))))))
  (func (export "_start") (call $f (i32.const 38))))
