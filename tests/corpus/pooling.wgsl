// Maximum pooling 3 x 3 with stride 2 and the place of the maximum, and the average of each plane.

struct Shape {
    width: u32,
    height: u32,
    out_width: u32,
    out_height: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> planes: array<f32>;
@group(0) @binding(2) var<storage, read_write> largest: array<f32>;
@group(0) @binding(3) var<storage, read_write> places: array<u32>;
@group(0) @binding(4) var<storage, read_write> means: array<f32>;

@compute @workgroup_size(8, 8)
fn max_pool(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= shape.out_width || id.y >= shape.out_height {
        return;
    }
    let plane = id.z * shape.width * shape.height;
    var best = -3.4028235e38;
    var place = 0u;
    for (var dy = 0u; dy < 3u; dy++) {
        let y = id.y * 2u + dy;
        if y >= shape.height {
            break;
        }
        for (var dx = 0u; dx < 3u; dx++) {
            let x = id.x * 2u + dx;
            if x >= shape.width {
                break;
            }
            let i = y * shape.width + x;
            let value = planes[plane + i];
            if value > best {
                best = value;
                place = i;
            }
        }
    }
    let to = (id.z * shape.out_height + id.y) * shape.out_width + id.x;
    largest[to] = best;
    places[to] = place;
}

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn global_average(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let area = shape.width * shape.height;
    var sum = 0.0;
    for (var i = lane; i < area; i += 64u) {
        sum += planes[group.x * area + i];
    }
    sums[lane] = sum;
    workgroupBarrier();
    if lane == 0u {
        var total = 0.0;
        for (var i = 0u; i < 64u; i++) {
            total += sums[i];
        }
        means[group.x] = total / f32(area);
    }
}
