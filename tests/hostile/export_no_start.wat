;; A module without _start: a library, not a job.
;; expect: refused module.export
;; detail: _start
(module
  (func (export "main")))
