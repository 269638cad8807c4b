//! The bounds on errors hold for a sample of all inputs; `--bin errors` measures all of them.

use assay_reference::strict::error::{Worst, inputs, measure, measure_pairs, mixed, pairs};
use assay_reference::strict::functions::{BINARY, UNARY};

/// Samples of each function.
const SAMPLES: u64 = 1 << 20;

#[test]
fn functions_of_one_number_are_as_near_as_promised() {
    for function in &UNARY {
        // one input of each stratum, at a place without order
        let stratum = inputs(function) / SAMPLES;
        let input = |index: u64| (index * stratum + u64::from(mixed(index as u32)) % stratum) as u32;
        let worst = measure(function, (0..SAMPLES).map(input));
        assert!(worst.ulps <= function.ulps_max, "{}: {worst:?}", function.name);
        assert_eq!(worst.asymmetric, 0, "{}", function.name);
        assert_eq!(worst.count, SAMPLES);
    }
}

#[test]
fn the_worst_inputs_known_are_within_the_bounds() {
    for function in &UNARY {
        for special in assay_reference::strict::error::SPECIAL {
            let worst = measure(function, std::iter::once(special));
            assert!(worst.ulps <= function.ulps_max, "{}: {worst:?}", function.name);
        }
    }
}

#[test]
fn functions_of_two_numbers_are_as_near_as_promised() {
    for function in &BINARY {
        let worst = measure_pairs(function, pairs(1 << 20));
        assert!(worst.ulps <= function.ulps_max, "{}: {worst:?}", function.name);
    }
}

#[test]
fn an_error_is_measured_as_the_page_says() {
    let next = f32::from_bits(0x3f80_0001);
    assert_eq!(assay_reference::strict::error::ulps(next, 1.0), 1.0);
    assert_eq!(assay_reference::strict::error::ulps(1.0, f64::from(next)), 1.0);
    assert!(assay_reference::strict::error::ulps(f32::NAN, 1.0).is_infinite());
    assert!(assay_reference::strict::error::ulps(-0.0, 0.0).is_infinite());
    assert_eq!(assay_reference::strict::error::ulps(f32::INFINITY, 1e300), 0.0);
    assert_ne!(Worst::default().join(Worst { ulps: 1.0, ..Worst::default() }).ulps, 0.0);
}
