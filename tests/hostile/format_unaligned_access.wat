;; Unaligned loads and stores, which are fine, at every offset.
;; expect: completed 0
(module
  (memory 1)
  (func (export "_start") (local $i i32)
    (loop $l
      (i64.store align=8 (local.get $i) (i64.load align=1 (i32.add (local.get $i) (i32.const 3))))
      (v128.store align=16 (local.get $i) (v128.load align=1 (i32.add (local.get $i) (i32.const 5))))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))))
