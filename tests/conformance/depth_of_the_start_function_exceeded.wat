;; The start function recurses without end: _start never begins.
;; expect: depth_exceeded
;; limits: call_depth=100
;; calls: 0
(module
  (func $start (call $start))
  (start $start)
  (func (export "_start")))
