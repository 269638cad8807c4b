;; A data segment outside memory traps before anything runs.
;; expect: trapped memory_out_of_bounds
(module
  (memory 1)
  (data (i32.const 65535) "ab")
  (func (export "_start") unreachable))
