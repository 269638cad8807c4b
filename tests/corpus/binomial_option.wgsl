// American put by a binomial tree of 255 steps: one workgroup an option, one level a barrier.

const STEPS = 255u;

struct Option {
    spot: f32,
    strike: f32,
    years: f32,
    volatility: f32,
}

@group(0) @binding(0) var<storage, read> options: array<Option>;
@group(0) @binding(1) var<uniform> rate: f32;
@group(0) @binding(2) var<storage, read_write> prices: array<f32>;

var<workgroup> values: array<f32, STEPS + 1u>;

@compute @workgroup_size(STEPS + 1u)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let option = options[group.x];
    let i = local.x;
    let dt = option.years / f32(STEPS);
    let up = exp(option.volatility * sqrt(dt));
    let down = 1.0 / up;
    let growth = exp(rate * dt);
    let p = (growth - down) / (up - down);
    let discount = 1.0 / growth;

    var spot = option.spot * pow(up, 2.0 * f32(i) - f32(STEPS));
    values[i] = max(option.strike - spot, 0.0);
    workgroupBarrier();
    for (var step = STEPS; step > 0u; step--) {
        var value = 0.0;
        if i < step {
            spot *= up;
            value = max(discount * (p * values[i + 1u] + (1.0 - p) * values[i]), option.strike - spot);
        }
        workgroupBarrier();
        if i < step {
            values[i] = value;
        }
        workgroupBarrier();
    }
    if i == 0u {
        prices[group.x] = values[0];
    }
}
