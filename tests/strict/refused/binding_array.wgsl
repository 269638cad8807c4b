// refused: enable 2:8, binding-array 4:23
enable wgpu_binding_array;
struct S { x: u32 }
@group(0) @binding(0) var<storage, read_write> many: binding_array<S, 4>;
@compute @workgroup_size(1) fn main() { }
