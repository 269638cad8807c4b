;; proc_exit from 1,000 calls deep, through a table, inside loops: nothing runs after it.
;; expect: completed 4294967295
;; calls: 1
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (type $deeper (func (param i32)))
  (memory (export "memory") 1)
  (table funcref (elem $down))
  (func $down (param $left i32)
    (loop $again
      (if (i32.eqz (local.get $left)) (then (call $exit (i32.const -1))))
      (call_indirect (type $deeper) (i32.sub (local.get $left) (i32.const 1)) (i32.const 0))
      (br $again)))
  (func (export "_start") (call $down (i32.const 1000)) unreachable))
