;; A segment that was dropped has no bytes left.
;; expect: trapped memory_out_of_bounds
(module
  (memory 1)
  (data $d "abc")
  (func (export "_start")
    (data.drop $d)
    (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0))
    (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))))
