//! Tests of jobs do not see each other, nor the world outside.

use std::io::Write;

use assay_guest::testing::Job;
use assay_guest::{Result, args, env, input, inputs, output, progress};

#[test]
fn threads_are_apart() {
    let threads: Vec<_> = (0..8)
        .map(|n: u64| {
            std::thread::spawn(move || {
                let text = n.to_string();
                let ran = Job::new().input("n", &text).arg(&text).env("N", &text).run(|| -> Result<()> {
                    for step in 0..1000 {
                        writeln!(output("out")?, "{} {:?} {:?}", input("n")?.text()?, args(), env("N"))?;
                        progress(step, 1000 + n);
                    }
                    Ok(())
                });
                assert_eq!(ran.output_text("out"), format!("{n} [\"{n}\"] Some(\"{n}\")\n"));
                assert_eq!(ran.progress[..2], [(0, 1000 + n), if n == 0 { (1, 1000) } else { (2, 1000 + n) }]);
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("the thread's assertions hold");
    }
}

#[test]
fn a_job_within_a_job_and_a_panic() {
    let outer = Job::new().input("outer", "").run(|| -> Result<()> {
        let inner = Job::new().input("inner", "").run(inputs).result?;
        assert_eq!(inner[0].name, "inner");
        let panicked = std::panic::catch_unwind(|| {
            Job::new().input("panicking", "").run(|| -> Result<()> { panic!("on purpose") });
        });
        assert!(panicked.is_err());
        assert_eq!(inputs()?[0].name, "outer");
        Ok(())
    });
    outer.result.expect("the outer job sees its own inputs again");
}

#[test]
fn runs_again_from_the_start() {
    let job = Job::new().input("a", "a");
    let go = || -> Result<()> {
        progress(1, 2);
        writeln!(output("b")?, "{}", input("a")?.text()?)?;
        Ok(())
    };
    let (first, second) = (job.run(go), job.run(go));
    assert_eq!(first.outputs, second.outputs);
    assert_eq!((first.progress, second.progress), (vec![(1, 2)], vec![(1, 2)]));
}

#[test]
fn an_output_that_outlives_the_job_is_harmless() {
    let mut ran = Job::new().run(|| output("late"));
    let late = ran.result.as_mut().expect("created");
    late.write_all(b"too late").expect("buffered");
    assert_eq!(ran.outputs["late"], b"");
}
