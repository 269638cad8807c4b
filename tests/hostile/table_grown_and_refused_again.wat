;; Growth that its own maximum refuses must not count against the limit.
;; expect: completed 0
;; limits: table_elements=100
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (table $small 0 5 funcref)
  (table $large 0 funcref)
  (global $i (mut i32) (i32.const 0))
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (loop $refused
      (drop (table.grow $small (ref.null func) (i32.const 50)))
      (global.set $i (i32.add (global.get $i) (i32.const 1)))
      (br_if $refused (i32.lt_u (global.get $i) (i32.const 100))))
    (call $expect (table.grow $large (ref.null func) (i32.const 100)) (i32.const 0))))
