;; A shared memory, without any thread.
;; expect: refused module.feature
;; detail: threads
(module
  (memory 1 1 shared)
  (func (export "_start")))
