//! Each refused construct has a case in `tests/strict/refused`: its first line says `// refused: RULE LINE:COLUMN`, once for each reason. Dropping a file in adds
//! a test.

use std::path::Path;

use assay_gpu::Shader;

#[test]
fn every_case_is_refused_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/strict/refused");
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 30, "the cases are missing");
    let mut wrong = Vec::new();
    for path in paths {
        let source = std::fs::read_to_string(&path).unwrap();
        let first = source.lines().next().unwrap();
        let expected: Vec<&str> =
            first.strip_prefix("// refused: ").unwrap_or_else(|| panic!("{path:?} does not say what is refused")).split(", ").collect();
        let found: Vec<String> = match refusal(&source) {
            Some(refused) => refused.reasons.iter().map(|reason| format!("{} {}:{}", reason.rule, reason.line, reason.column)).collect(),
            None => vec!["nothing".to_owned()],
        };
        if expected != found {
            let reasons = refusal(&source).map(|refused| refused.to_string()).unwrap_or_default();
            wrong.push(format!("{}: expected {expected:?}, found {found:?}\n{reasons}", path.file_name().unwrap().display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the shader, or its first entry point, is refused for.
fn refusal(source: &str) -> Option<assay_gpu::Refused> {
    match Shader::new(source) {
        Err(refused) => Some(refused),
        Ok(shader) => shader.kernel(&shader.entry_points()[0].name.clone(), &[], 1 << 20).err(),
    }
}
