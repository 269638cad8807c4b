//! The network on the GPU: one dispatch a layer, for a whole batch of images. Nothing but the last layer's answer comes back.

use assay_guest::Result;
use assay_guest::gpu::{self, Buffer, ComputePipeline, Device};

use crate::model::{CLASSES, FEATURES, Model, PLANES_1, PLANES_2, SIDE, SMALL_SIDE};

const CONV: &str = include_str!("shaders/conv.wgsl");
const POOL: &str = include_str!("shaders/pool.wgsl");
const DENSE: &str = include_str!("shaders/dense.wgsl");
const SOFTMAX: &str = include_str!("shaders/softmax.wgsl");

/// Invocations in a workgroup of every shader but the dense layer's.
const WORKGROUP: usize = 64;

/// Pixels of an image.
const AREA: usize = SIDE * SIDE;

/// Network and weights on the device.
pub struct Network {
    device: Device,
    conv1: Layer,
    conv2: Layer,
    pool: ComputePipeline,
    dense: Layer,
    softmax: ComputePipeline,
}

/// A layer that has weights.
struct Layer {
    pipeline: ComputePipeline,
    weights: Buffer<f32>,
    bias: Buffer<f32>,
}

/// What the network says of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The digit read in each image.
    pub digits: Vec<usize>,
    /// `[image][digit]`
    pub logits: Vec<f32>,
    /// `[image][digit]`
    pub probabilities: Vec<f32>,
}

impl Network {
    /// Compiles the shaders and puts the weights on the device.
    ///
    /// # Errors
    /// What the device says.
    pub fn new(model: &Model) -> Result<Network> {
        let device = gpu::device()?;
        let conv = device.create_shader_module(CONV)?;
        let conv = |planes_in: usize, planes_out: usize| {
            let pipeline = device.create_compute_pipeline(&conv).entry_point("conv3x3_relu");
            pipeline.constant("planes_in", planes_in as u32).constant("planes_out", planes_out as u32).constant("side", SIDE as u32).build()
        };
        let pool = device.create_shader_module(POOL)?;
        let pool = device.create_compute_pipeline(&pool).constant("planes", PLANES_2 as u32).constant("side", SMALL_SIDE as u32);
        let dense = device.create_shader_module(DENSE)?;
        let dense = device.create_compute_pipeline(&dense).constant("features", FEATURES as u32).constant("classes", CLASSES as u32);
        let softmax = device.create_shader_module(SOFTMAX)?;
        let softmax = device.create_compute_pipeline(&softmax).constant("classes", CLASSES as u32);
        let layer = |pipeline, weights: &[f32], bias: &[f32]| -> Result<Layer> {
            Ok(Layer { pipeline, weights: device.create_buffer_init(weights)?, bias: device.create_buffer_init(bias)? })
        };
        Ok(Network {
            conv1: layer(conv(1, PLANES_1)?, &model.conv1, &model.bias1)?,
            conv2: layer(conv(PLANES_1, PLANES_2)?, &model.conv2, &model.bias2)?,
            pool: pool.build()?,
            dense: layer(dense.build()?, &model.dense, &model.bias3)?,
            softmax: softmax.build()?,
            device,
        })
    }

    /// Reads a batch of images, `[image][y][x]`: at least one, at most 65,535.
    ///
    /// # Errors
    /// What the device says.
    pub fn read(&self, pixels: &[f32]) -> Result<Answer> {
        let images = pixels.len() / AREA;
        let pixels = self.device.create_buffer_init(pixels)?;
        let buffer = |per_image: usize| self.device.create_buffer::<f32>(images * per_image);
        let (planes1, planes2) = (buffer(PLANES_1 * AREA)?, buffer(PLANES_2 * AREA)?);
        let (features, logits, probabilities) = (buffer(FEATURES)?, buffer(CLASSES)?, buffer(CLASSES)?);
        let digits = self.device.create_buffer::<u32>(images)?;

        let groups = |invocations: usize| invocations.div_ceil(WORKGROUP) as u32;
        self.conv1.dispatch(&pixels, &planes1, [groups(PLANES_1 * AREA), images as u32, 1])?;
        self.conv2.dispatch(&planes1, &planes2, [groups(PLANES_2 * AREA), images as u32, 1])?;
        self.pool.bind(0, 0, &planes2).bind(0, 1, &features).dispatch([groups(FEATURES), images as u32, 1])?;
        self.dense.dispatch(&features, &logits, [1, images as u32, 1])?;
        self.softmax.bind(0, 0, &logits).bind(0, 1, &probabilities).bind(0, 2, &digits).dispatch([groups(images), 1, 1])?;

        let digits = digits.read()?.into_iter().map(|digit| digit as usize).collect();
        Ok(Answer { digits, logits: logits.read()?, probabilities: probabilities.read()? })
    }
}

impl Layer {
    fn dispatch(&self, from: &Buffer<f32>, to: &Buffer<f32>, groups: [u32; 3]) -> Result<()> {
        self.pipeline.bind(0, 0, from).bind(0, 1, &self.weights).bind(0, 2, &self.bias).bind(0, 3, to).dispatch(groups)
    }
}
