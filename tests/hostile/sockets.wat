;; There is no network, whatever is asked of it.
;; expect: completed 0
(module
  (import "wasi_snapshot_preview1" "sock_accept" (func $sock_accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv" (func $sock_recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send" (func $sock_send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_shutdown" (func $sock_shutdown (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_raise" (func $proc_raise (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func $all (param $fd i32)
    (call $expect (call $sock_accept (local.get $fd) (i32.const 0) (i32.const 16)) (i32.const 58))
    (call $expect (call $sock_recv (local.get $fd) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 16) (i32.const 20)) (i32.const 58))
    (call $expect (call $sock_send (local.get $fd) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 16)) (i32.const 58))
    (call $expect (call $sock_shutdown (local.get $fd) (i32.const 3)) (i32.const 58)))
  (func (export "_start")
    (call $all (i32.const 0))
    (call $all (i32.const 3))
    (call $all (i32.const 4))
    (call $all (i32.const -1))
    ;; nor are there signals
    (call $expect (call $proc_raise (i32.const 9)) (i32.const 58))
    (call $expect (call $proc_raise (i32.const 31)) (i32.const 28))
    (call $expect (call $proc_raise (i32.const -1)) (i32.const 28))))
