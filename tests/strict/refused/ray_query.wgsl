// refused: enable 2:8, ray-query 3:23
enable wgpu_ray_query;
@group(0) @binding(0) var acc: acceleration_structure;
@compute @workgroup_size(1) fn main() { }
