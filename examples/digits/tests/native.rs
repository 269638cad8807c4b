//! The job natively: the shaders run on the CPU executor, and are held against the network in plain Rust.

use assay_guest::testing::Job;
use digits::{CLASSES, FEATURES, INPUTS, Images, Model, Network, PLANES_2, SIDE, SMALL_SIDE, job};

fn data(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
    std::fs::read(path).expect("the file is in the repository")
}

fn with(model: impl AsRef<[u8]>, images: impl AsRef<[u8]>) -> Job {
    Job::new().input(INPUTS[0], model).input(INPUTS[1], images)
}

fn refusal(model: impl AsRef<[u8]>, images: impl AsRef<[u8]>) -> String {
    with(model, images).run(job).result.expect_err("it is refused").to_string()
}

/// A convolution and relu, in the order of conv.wgsl.
fn conv(planes: &[f32], weights: &[f32], bias: &[f32]) -> Vec<f32> {
    let count = planes.len() / (SIDE * SIDE);
    let mut after = Vec::new();
    for (plane, bias) in bias.iter().enumerate() {
        for (y, x) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (y, x))) {
            let mut sum = *bias;
            for (k, tap) in (0..count).flat_map(|k| (0..9).map(move |tap| (k, tap))) {
                let (y, x) = ((y + tap / 3).wrapping_sub(1), (x + tap % 3).wrapping_sub(1));
                if y < SIDE && x < SIDE {
                    sum += weights[(plane * count + k) * 9 + tap] * planes[(k * SIDE + y) * SIDE + x];
                }
            }
            after.push(sum.max(0.0));
        }
    }
    after
}

fn pool(planes: &[f32]) -> Vec<f32> {
    let places = (0..PLANES_2 * SMALL_SIDE).flat_map(|row| (0..SMALL_SIDE).map(move |x| 2 * row * SIDE + 2 * x));
    places.map(|at| planes[at].max(planes[at + 1]).max(planes[at + SIDE]).max(planes[at + SIDE + 1])).collect()
}

/// The whole network, up to the logits of one image.
fn logits(model: &Model, image: &[f32]) -> Vec<f32> {
    let planes = conv(&conv(image, &model.conv1, &model.bias1), &model.conv2, &model.bias2);
    let features = pool(&planes);
    let row = |class: usize| model.dense[class * FEATURES..][..FEATURES].iter().zip(&features);
    (0..CLASSES).map(|class| row(class).fold(model.bias3[class], |sum, (weight, feature)| sum + weight * feature)).collect()
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

/// The shaders' logits are those of plain Rust to the last bit; the probabilities those of an f64 softmax, as far as f32 goes.
#[test]
fn the_gpu_computes_what_plain_rust_does() {
    Job::new()
        .input(INPUTS[0], data("model.bin"))
        .input(INPUTS[1], data("test.csv"))
        .run(|| -> assay_guest::Result<()> {
            let model = Model::read(assay_guest::input(INPUTS[0])?)?;
            let images = Images::read(assay_guest::input(INPUTS[1])?)?;
            assert_eq!(images.labels.len(), 360);
            let answer = Network::new(&model)?.read(&images.pixels)?;
            for (at, image) in images.pixels.chunks(SIDE * SIDE).enumerate() {
                let expected = logits(&model, image);
                assert_eq!(bits(&answer.logits[at * CLASSES..][..CLASSES]), bits(&expected), "image {at}");
                let best = (0..CLASSES).rev().max_by(|&a, &b| expected[a].total_cmp(&expected[b])).expect("ten classes");
                assert_eq!(answer.digits[at], best, "image {at}");
                let weights: Vec<f64> = expected.iter().map(|&logit| f64::from(logit - expected[best]).exp()).collect();
                for (class, weight) in weights.iter().enumerate() {
                    let probability = f64::from(answer.probabilities[at * CLASSES + class]);
                    let exact = weight / weights.iter().sum::<f64>();
                    assert!((probability - exact).abs() <= 1e-6 * exact, "image {at}, digit {class}: {probability}, {exact}");
                }
            }
            Ok(())
        })
        .result
        .expect("the network runs");
}

/// The count is the one that `train.py` found in its own arithmetic, and the same on every machine.
#[test]
fn accuracy_is_the_known_count() {
    let job_of_all = with(data("model.bin"), data("test.csv"));
    let ran = job_of_all.run(job);
    ran.result.as_ref().expect("the job succeeds");
    assert!(ran.stdout_text().starts_with("353 of 360 digits read right: 98.06 %\n"), "{}", ran.stdout_text());
    assert_eq!(ran.progress, [(256, 360), (360, 360)]);
    let predictions = ran.output_text("predictions.csv");
    let rows: Vec<Vec<&str>> = predictions.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 360);
    assert_eq!(rows.iter().filter(|row| row[1] == row[2]).count(), 353);
    assert!(rows.iter().all(|row| (0.1..=1.0).contains(&row[3].parse::<f32>().expect("a probability"))));
    assert_eq!(job_of_all.run(job).outputs, ran.outputs, "the same again");
}

/// The test can tell: a network that was not trained reads nothing.
#[test]
fn without_training_nothing_is_read() {
    let zeros = vec![0; data("model.bin").len()];
    let ran = with(zeros, data("test.csv")).run(job);
    let zeros_meant = String::from_utf8(data("test.csv")).expect("text").lines().filter(|line| line.ends_with(",0")).count();
    assert!(ran.stdout_text().starts_with(&format!("{zeros_meant} of 360 digits")), "{}", ran.stdout_text());
}

#[test]
fn bad_input_is_refused_by_name() {
    let (model, images) = (data("model.bin"), data("test.csv"));
    assert!(refusal(&model[1..], &images).contains("model.bin has 26343 bytes, the network has 26344"));
    let mut infinite = model.clone();
    infinite[4..8].copy_from_slice(&f32::INFINITY.to_le_bytes());
    assert!(refusal(&infinite, &images).contains("weight 1 is not a finite number"));
    assert!(refusal(&model, "").contains("images.csv has no line"));
    assert!(refusal(&model, data("short.csv")).contains("images.csv line 3: 40 fields"));
    let line = |shade: &str, label: &str| format!("{shade},{}{label}\n", "0,".repeat(63));
    assert!(refusal(&model, line("17", "3")).contains("line 1: shade 17"));
    assert!(refusal(&model, line("1", "10")).contains("10 is not a digit"));
    assert!(refusal(&model, line("-1", "1")).contains("`-1` is not a whole number"));
    assert!(refusal(&model, line("", "1")).contains("`` is not a whole number"));
    assert!(with(&model, line("16", "1")).run(job).result.is_ok());
}
