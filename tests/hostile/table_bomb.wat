;; Grows two tables until they are refused. table_elements counts both together.
;; expect: completed 0
;; limits: table_elements=1000
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (table $a 10 funcref)
  (table $b 20 500 funcref)
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (call $expect (table.grow $a (ref.null func) (i32.const -1)) (i32.const -1))
    (call $expect (table.grow $a (ref.null func) (i32.const 971)) (i32.const -1))
    (call $expect (table.grow $a (ref.null func) (i32.const 490)) (i32.const 10))
    (call $expect (table.grow $b (ref.null func) (i32.const 481)) (i32.const -1))
    (call $expect (table.grow $b (ref.null func) (i32.const 490)) (i32.const -1))
    (call $expect (table.grow $b (ref.null func) (i32.const 480)) (i32.const 20))
    (call $expect (table.grow $a (ref.null func) (i32.const 1)) (i32.const -1))
    (call $expect (table.size $a) (i32.const 500))
    (call $expect (table.size $b) (i32.const 500))))
