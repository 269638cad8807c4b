//! How well the network did: accuracy and the confusion matrix.

use std::io::{self, Write};

use crate::model::CLASSES;

/// Counts of images by digit meant and digit read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    counts: [[u32; CLASSES]; CLASSES],
}

impl Confusion {
    /// Counts each pair of label and prediction.
    pub fn of(labels: &[usize], predicted: &[usize]) -> Confusion {
        let mut confusion = Confusion::default();
        for (&label, &read) in labels.iter().zip(predicted) {
            if let Some(count) = confusion.counts.get_mut(label).and_then(|row| row.get_mut(read)) {
                *count += 1;
            }
        }
        confusion
    }

    /// Images read right, and all images.
    pub fn right(&self) -> (u32, u32) {
        let right = (0..CLASSES).map(|digit| self.counts[digit][digit]).sum();
        (right, self.counts.iter().flatten().sum())
    }

    /// Writes accuracy and matrix.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let (right, all) = self.right();
        writeln!(to, "{right} of {all} digits read right: {:.2} %", 100.0 * f64::from(right) / f64::from(all))?;
        writeln!(to, "\nmeant \\ read{}", (0..CLASSES).map(|digit| format!("{digit:>5}")).collect::<String>())?;
        for (digit, row) in self.counts.iter().enumerate() {
            let cells: String = row.iter().map(|count| if *count == 0 { "    ·".to_owned() } else { format!("{count:>5}") }).collect();
            writeln!(to, "{digit:>12}{cells}")?;
        }
        Ok(())
    }
}
