//! Expressions of the reference on a device: `strict::expressions` and `specs/vectors/strict.json`.

use assay_gpu::{BindingRange, Device, DispatchEnd, Shader};

/// A shader that evaluates an expression over the words `a b c d`, the numbers `x y z w` of the same bits, and the first two as signed `i j`.
pub fn shader(expression: &str) -> String {
    format!(
        "@group(0) @binding(0) var<storage, read> samples: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> results: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
    if id.x >= arrayLength(&results) {{ return; }}
    let sample = samples[id.x];
    let a = sample.x; let b = sample.y; let c = sample.z; let d = sample.w;
    let x = bitcast<f32>(a); let y = bitcast<f32>(b); let z = bitcast<f32>(c); let w = bitcast<f32>(d);
    let i = bitcast<i32>(a); let j = bitcast<i32>(b);
    results[id.x] = bitcast<u32>({expression});
}}
"
    )
}

/// The value of an expression for each sample.
///
/// # Errors
/// The shader is refused, the device fails, or the dispatch does not end as it should.
pub fn evaluate(device: &mut dyn Device, expression: &str, samples: &[[u32; 4]]) -> Result<Vec<u32>, String> {
    let shader = Shader::new(&shader(expression)).map_err(|refused| refused.to_string())?;
    let kernel = shader.kernel("main", &[], 1 << 20).map_err(|refused| refused.to_string())?;
    evaluated(device, &kernel, samples).map_err(|error| error.to_string())
}

fn evaluated(device: &mut dyn Device, kernel: &assay_gpu::Kernel, samples: &[[u32; 4]]) -> Result<Vec<u32>, assay_gpu::DeviceError> {
    let pipeline = device.create_pipeline(kernel)?;
    let mut results = vec![0_u32; samples.len()];
    let (input_bytes, output_bytes) = (samples.len() as u64 * 16, samples.len() as u64 * 4);
    let (input, output) = (device.create_buffer(input_bytes)?, device.create_buffer(output_bytes)?);
    device.write_buffer(input, 0, bytemuck::cast_slice(samples))?;
    let bindings = [
        BindingRange { group: 0, binding: 0, buffer: input, offset: 0, bytes: input_bytes },
        BindingRange { group: 0, binding: 1, buffer: output, offset: 0, bytes: output_bytes },
    ];
    let groups = u32::try_from(samples.len().div_ceil(64)).expect("tests are small");
    let end = device.dispatch(pipeline, &bindings, [groups, 1, 1])?;
    assert_eq!(end, DispatchEnd::Done, "an expression has no loop");
    device.read_buffer(output, 0, bytemuck::cast_slice_mut(&mut results))?;
    device.destroy_buffer(input);
    device.destroy_buffer(output);
    device.destroy_pipeline(pipeline);
    Ok(results)
}
