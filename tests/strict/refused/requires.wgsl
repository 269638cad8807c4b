// refused: requires 2:10
requires subgroup_id;
@compute @workgroup_size(1) fn main() { }
