;; Grows a file by 256 MiB and cuts it, 20,000 times. Each costs a host call and no more; zeros that nobody wrote take no memory and no time.
;; expect: completed 0
(module
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_set_size" (func $fd_filestat_set_size (param i32 i64) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "tmp/file")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start") (local $i i32)
    (call $expect (call $path_open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 8) (i32.const 1) (i64.const 0xfffffff) (i64.const 0) (i32.const 0) (i32.const 16)) (i32.const 0))
    (loop $again
      (call $expect (call $fd_filestat_set_size (i32.load (i32.const 16)) (i64.const 268435456)) (i32.const 0))
      (call $expect (call $fd_filestat_set_size (i32.load (i32.const 16)) (i64.const 0)) (i32.const 0))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20000))))))
