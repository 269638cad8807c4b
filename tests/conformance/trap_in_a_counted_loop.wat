;; A counted loop has paid for all of its iterations when the tenth of them traps.
;; expect: trapped memory_out_of_bounds
;; limits: fuel=100000000
(module
  (memory 1)
  (func (export "_start") (local $i i32)
    (loop $again
      (drop (i32.load offset=65500 (i32.shl (local.get $i) (i32.const 2))))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000000))))))
