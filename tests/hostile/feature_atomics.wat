;; An atomic instruction, which could wait.
;; expect: refused module.feature
;; detail: threads
(module
  (memory 1)
  (func (export "_start")
    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))
