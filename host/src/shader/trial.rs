//! One trial on one device, and whether two of them agree.

use std::time::{Duration, Instant};

use assay_gpu::{BindingRange, Device, DeviceError, DispatchEnd};

use super::plan::Plan;

/// Dispatches that are timed after the first, when that one was quick.
const MORE_ROUNDS: u32 = 2;
/// What is quick.
const QUICK: Duration = Duration::from_millis(500);

/// What came of a trial.
pub struct Trial {
    /// How the dispatch ended.
    pub end: DispatchEnd,
    /// What is in each binding at the end, in the order of the kernel's; those that the shader cannot write are left out and stay as the plan has them.
    pub written: Vec<(usize, Vec<u8>)>,
    /// Compiling the kernel for this device.
    pub compiled_in: Duration,
    /// The dispatch and waiting for it: the best of a few, each on fresh data.
    pub took: Duration,
    /// An adapter had the CPU do it.
    pub on_cpu: bool,
}

/// Runs the plan, and when it was quick a few times more for its time.
pub fn run(device: &mut dyn Device, plan: &Plan) -> Result<Trial, DeviceError> {
    attempt(device, plan, MORE_ROUNDS)
}

/// Runs the plan once.
pub fn once(device: &mut dyn Device, plan: &Plan) -> Result<Trial, DeviceError> {
    attempt(device, plan, 0)
}

fn attempt(device: &mut dyn Device, plan: &Plan, more_rounds: u32) -> Result<Trial, DeviceError> {
    let on_cpu = device.done_on_cpu();
    let started = Instant::now();
    let pipeline = device.create_pipeline(&plan.kernel)?;
    let compiled_in = started.elapsed();
    let mut ranges = Vec::new();
    for (binding, data) in plan.kernel.bindings.iter().zip(&plan.data) {
        let buffer = device.create_buffer(data.len() as u64)?;
        device.write_buffer(buffer, 0, data)?;
        ranges.push(BindingRange { group: binding.group, binding: binding.binding, buffer, offset: 0, bytes: data.len() as u64 });
    }
    let timed = |device: &mut dyn Device| {
        // Writes that are still on their way to the device are not the dispatch's.
        if let Some(range) = ranges.first() {
            device.read_buffer(range.buffer, 0, &mut [0; 4])?;
        }
        let started = Instant::now();
        device.dispatch(pipeline, &ranges, plan.groups).map(|end| (end, started.elapsed()))
    };
    let (end, mut took) = timed(device)?;
    let mut written = Vec::new();
    for (place, _) in plan.written() {
        let (Some(range), Some(data)) = (ranges.get(place), plan.data.get(place)) else { continue };
        let mut found = vec![0; data.len()];
        device.read_buffer(range.buffer, 0, &mut found)?;
        written.push((place, found));
    }
    if end == DispatchEnd::Done && took < QUICK {
        for _ in 0..more_rounds {
            for (place, _) in plan.written() {
                if let (Some(range), Some(data)) = (ranges.get(place), plan.data.get(place)) {
                    device.write_buffer(range.buffer, 0, data)?;
                }
            }
            took = took.min(timed(device)?.1);
        }
    }
    for range in &ranges {
        device.destroy_buffer(range.buffer);
    }
    device.destroy_pipeline(pipeline);
    Ok(Trial { end, written, compiled_in, took, on_cpu: device.done_on_cpu() > on_cpu })
}

/// Words of a binding that differ between two trials.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// Place of the binding in the kernel's.
    pub place: usize,
    /// How many words differ.
    pub words: u64,
    /// Of how many.
    pub of_words: u64,
    /// The first of them.
    pub first: u64,
    /// What the one has there, and the other.
    pub values: (u32, u32),
}

/// Where two trials differ; only a dispatch that is done has defined contents.
pub fn differences(one: &Trial, other: &Trial) -> Vec<Difference> {
    let pairs = one.written.iter().zip(&other.written);
    pairs.filter_map(|((place, one), (_, other))| difference(*place, one, other)).collect()
}

fn difference(place: usize, one: &[u8], other: &[u8]) -> Option<Difference> {
    if one == other {
        return None;
    }
    let word = |bytes: &[u8]| bytes.try_into().map_or(0, u32::from_le_bytes);
    let words = || one.chunks_exact(4).map(word).zip(other.chunks_exact(4).map(word));
    let (first, values) = (0..).zip(words()).find(|(_, (one, other))| one != other)?;
    let count = words().filter(|(one, other)| one != other).count() as u64;
    Some(Difference { place, words: count, of_words: (one.len() / 4) as u64, first, values })
}

#[cfg(test)]
mod tests {
    use super::{Difference, difference};

    #[test]
    fn differences_name_the_first_word_and_count_all() {
        let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
        assert_eq!(difference(3, &words(&[1, 2, 3]), &words(&[1, 2, 3])), None);
        let expected = Difference { place: 3, words: 2, of_words: 4, first: 1, values: (2, 9) };
        assert_eq!(difference(3, &words(&[1, 2, 3, 4]), &words(&[1, 9, 3, 5])), Some(expected));
    }
}
