;; A trap before _start is the job's, not the host's.
;; expect: trapped unreachable
(module
  (func $init unreachable)
  (start $init)
  (func (export "_start")))
