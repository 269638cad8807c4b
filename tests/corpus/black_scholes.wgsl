// Black-Scholes prices of European calls and puts.

struct Market {
    rate: f32,
    volatility: f32,
}

struct Option {
    spot: f32,
    strike: f32,
    years: f32,
}

struct Price {
    call: f32,
    put: f32,
}

@group(0) @binding(0) var<uniform> market: Market;
@group(0) @binding(1) var<storage, read> options: array<Option>;
@group(0) @binding(2) var<storage, read_write> prices: array<Price>;

// Cumulative normal distribution, Abramowitz and Stegun 26.2.17.
fn cumulative(d: f32) -> f32 {
    let k = 1.0 / (1.0 + 0.2316419 * abs(d));
    let series = k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
    let tail = 0.39894228 * exp(-0.5 * d * d) * series;
    return select(tail, 1.0 - tail, d > 0.0);
}

@compute @workgroup_size(128)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= arrayLength(&options) {
        return;
    }
    let option = options[id.x];
    let root = sqrt(option.years);
    let d1 = (log(option.spot / option.strike) + (market.rate + 0.5 * market.volatility * market.volatility) * option.years)
        / (market.volatility * root);
    let d2 = d1 - market.volatility * root;
    let discounted = option.strike * exp(-market.rate * option.years);
    let n1 = cumulative(d1);
    let n2 = cumulative(d2);
    prices[id.x].call = option.spot * n1 - discounted * n2;
    prices[id.x].put = discounted * (1.0 - n2) - option.spot * (1.0 - n1);
}
