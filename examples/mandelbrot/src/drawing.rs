//! The picture on the GPU, in bands of rows.

use assay_guest::Result;
use assay_guest::gpu::{self, Pod, Zeroable};

use crate::orbit::orbit;
use crate::request::Request;

const SHADER: &str = include_str!("shaders/mandelbrot.wgsl");

/// Pixels of a workgroup, across and down.
const WORKGROUP: [u32; 2] = [16, 8];

/// Rows of a dispatch: progress is told between them.
const BAND_ROWS: u32 = 64;

/// The shader's `View`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[bytemuck(crate = "assay_guest::bytemuck")]
#[repr(C)]
struct View {
    width: u32,
    height: u32,
    first_row: u32,
    samples: u32,
    iterations: u32,
    step: f32,
    cycles: f32,
    phase: f32,
}

/// Draws what is asked for: red, green and blue of each pixel, row by row.
///
/// # Errors
/// What the device says.
pub fn draw(request: &Request) -> Result<Vec<u8>> {
    let [width, height] = request.size;
    let orbit = orbit(request.centre, request.iterations);
    let device = gpu::device()?;
    let shader = device.create_shader_module(SHADER)?;
    let pipeline = device.create_compute_pipeline(&shader).entry_point("draw").build()?;
    let points = device.create_buffer_init(&orbit)?;
    let view = device.create_buffer::<View>(1)?;
    let pixels = device.create_buffer::<u32>(width as usize * height as usize)?;
    let bound = pipeline.bind(0, 0, &view).bind(0, 1, &points).bind(0, 2, &pixels);
    for first_row in (0..height).step_by(BAND_ROWS as usize) {
        let rows = BAND_ROWS.min(height - first_row);
        view.write(
            0,
            &[View {
                width,
                height,
                first_row,
                samples: request.samples,
                iterations: request.iterations,
                step: (request.span / f64::from(width)) as f32,
                cycles: request.cycles,
                phase: request.phase,
            }],
        )?;
        bound.dispatch([width.div_ceil(WORKGROUP[0]), rows.div_ceil(WORKGROUP[1]), 1])?;
        assay_guest::progress(u64::from(first_row + rows), u64::from(height));
    }
    let rgb = |pixel: u32| {
        let [red, green, blue, _] = pixel.to_le_bytes();
        [red, green, blue]
    };
    Ok(pixels.read()?.into_iter().flat_map(rgb).collect())
}
