;; The smallest job: it returns. Pins the fuel of an empty function.
(module (func (export "_start")))
