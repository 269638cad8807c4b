//! A small job: reads an input, counts its bytes, writes an output and a line. What a job pays before and after its own work.

fn main() -> std::io::Result<()> {
    let text = std::fs::read("/in/text")?;
    let mut counts = [0_u32; 256];
    for byte in &text {
        counts[usize::from(*byte)] += 1;
    }
    let lines: String = (0..256).filter(|i| counts[*i] > 0).map(|i| format!("{i} {}\n", counts[i])).collect();
    std::fs::write("/out/counts", lines)?;
    println!("{} bytes", text.len());
    Ok(())
}
