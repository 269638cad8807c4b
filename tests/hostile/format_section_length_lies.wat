;; A section that claims 4 GiB.
;; expect: refused module.format
(module binary "\00asm\01\00\00\00" "\01\ff\ff\ff\ff\0f")
