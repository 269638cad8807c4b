//! A small neural network reads handwritten digits: two convolutions, pooling, a dense layer and softmax, each a shader in WGSL.
//!
//! Every machine gets the same probabilities to the last bit, and so the same count of digits read right, whatever its GPU, or with none. The network was trained
//! by `train/train.py`; the images the job is tested with are not among those it was trained on.

mod images;
mod model;
mod network;
mod report;

use std::io::Write;

use assay_guest::Result;

pub use images::Images;
pub use model::{CLASSES, FEATURES, Model, PLANES_2, SIDE, SMALL_SIDE};
pub use network::{Answer, Network};
pub use report::Confusion;

/// The inputs the job reads: weights, and images with labels.
pub const INPUTS: [&str; 2] = ["model.bin", "images.csv"];

/// Images in a dispatch. Bounds the device's memory at 10 KB an image, whatever the input's size.
const BATCH: usize = 256;

/// The job: reads every image, says how many were read right, and writes `predictions.csv`.
///
/// # Errors
/// A sentence that names the input at fault.
pub fn job() -> Result<()> {
    let [model, images] = INPUTS;
    let model = Model::read(assay_guest::input(model)?)?;
    let images = Images::read(assay_guest::input(images)?)?;
    let network = Network::new(&model)?;

    let mut predictions = assay_guest::output("predictions.csv")?;
    writeln!(predictions, "image,meant,read,probability")?;
    let mut read = Vec::with_capacity(images.labels.len());
    for pixels in images.pixels.chunks(BATCH * SIDE * SIDE) {
        let answer = network.read(pixels)?;
        for (&digit, probabilities) in answer.digits.iter().zip(answer.probabilities.chunks(CLASSES)) {
            let (image, probability) = (read.len(), probabilities.get(digit).copied().unwrap_or(f32::NAN));
            writeln!(predictions, "{},{},{digit},{probability}", image + 1, images.labels[image])?;
            read.push(digit);
        }
        assay_guest::progress(read.len() as u64, images.labels.len() as u64);
    }
    predictions.finish()?;

    let mut stdout = assay_guest::stdout();
    Confusion::of(&images.labels, &read).write(&mut stdout)?;
    stdout.finish()
}
