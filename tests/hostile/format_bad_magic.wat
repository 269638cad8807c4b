;; Not WebAssembly: a program for the host.
;; expect: refused module.format
;; detail: magic
(module binary "\7fELF\02\01\01\00")
