;; The same by way of a table, with values that are needed after the call.
;; expect: depth_exceeded
;; limits: call_depth=65536
(module
  (type $command (func))
  (table funcref (elem $deeper))
  (global $sum (mut i64) (i64.const 0))
  (func $deeper (export "_start") (local $a i64) (local $b i64)
    (local.set $a (i64.add (global.get $sum) (i64.const 3)))
    (local.set $b (i64.mul (local.get $a) (i64.const 5)))
    (call_indirect (type $command) (i32.const 0))
    (global.set $sum (i64.add (local.get $a) (local.get $b)))))
