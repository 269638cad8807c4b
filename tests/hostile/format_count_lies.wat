;; A vector of four billion types in a section of six bytes.
;; expect: refused module.format
(module binary "\00asm\01\00\00\00" "\01\05\ff\ff\ff\ff\0f")
