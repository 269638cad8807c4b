// refused: subgroup 2:8
enable subgroups;
@compute @workgroup_size(1) fn main() { }
