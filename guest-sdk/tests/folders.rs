//! A native run past `testing`: folders named by the environment. The test runs itself again as a process of its own, because the
//! environment belongs to the whole process.

use std::io::Write;
use std::process::Command;

use assay_guest::{Error, Result, input, inputs, output};

const CHILD: &str = "ASSAY_GUEST_TEST_CHILD";

fn job() -> Result<()> {
    let names: Vec<String> = inputs()?.into_iter().map(|entry| format!("{}={}", entry.name, entry.bytes)).collect();
    let mut out = output("deep/list.txt")?;
    writeln!(out, "{}", names.join(" "))?;
    writeln!(out, "{}", input("b.txt")?.text()?)?;
    out.finish()?;
    assert!(matches!(input("folder"), Err(Error::Read { .. })));
    assert!(matches!(input("none"), Err(Error::NoInput { given, .. }) if given == ["a.txt", "b.txt"]));
    assert!(matches!(output("deep"), Err(Error::Create { .. })), "there is a folder of that name");
    Ok(())
}

#[test]
fn folders_from_the_environment() {
    if std::env::var_os(CHILD).is_some() {
        return job().expect("the job succeeds");
    }
    let folder = std::env::temp_dir().join(format!("assay-guest-folders-{}", std::process::id()));
    let inputs = folder.join("in");
    std::fs::create_dir_all(inputs.join("folder")).expect("a temporary folder");
    std::fs::write(inputs.join("b.txt"), "bee").expect("written");
    std::fs::write(inputs.join("a.txt"), "").expect("written");
    std::fs::write(inputs.join("not an input name"), "").expect("written");

    let child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "folders_from_the_environment", "--nocapture"])
        .env(CHILD, "1")
        .env("ASSAY_IN", &inputs)
        .env("ASSAY_OUT", folder.join("out"))
        .output()
        .expect("the test runs itself");
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    let list = std::fs::read_to_string(folder.join("out/deep/list.txt")).expect("the output is there");
    assert_eq!(list, "a.txt=0 b.txt=3\nbee\n");
    std::fs::remove_dir_all(folder).expect("removed");
}
