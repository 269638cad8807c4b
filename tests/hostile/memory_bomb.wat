;; Grows memory page by page until it is refused. memory_bytes is 256 pages: exactly 255 growths succeed, the next gives -1, and memory stays usable.
;; expect: completed 0
;; limits: memory_bytes=16777216
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start") (local $pages i32)
    (block $full
      (loop $more
        (br_if $full (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))
        (local.set $pages (i32.add (local.get $pages) (i32.const 1)))
        (i32.store (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)) (local.get $pages))
        (br $more)))
    (call $expect (local.get $pages) (i32.const 255))
    (call $expect (memory.size) (i32.const 256))
    (call $expect (memory.grow (i32.const 1)) (i32.const -1))
    (call $expect (memory.grow (i32.const 0)) (i32.const 256))))
