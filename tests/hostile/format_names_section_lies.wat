;; A names section full of nonsense. Custom sections are ignored, so the job runs.
;; expect: completed 0
(module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\07\0a\01\06_start\00\00" "\0a\04\01\02\00\0b" "\00\0a\04name\01\ff\ff\ff\ff")
