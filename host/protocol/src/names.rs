//! Which names are allowed (`specs/encoding.md`, section 5). Each function gives the reason of a refusal, worded to follow the name.

/// A package name: 1 to 64 of `a-z 0-9 -`, first and last not `-`.
pub fn package_name(name: &str) -> Result<(), String> {
    let charset = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if (1..=64).contains(&name.len()) && charset && !name.starts_with('-') && !name.ends_with('-') {
        return Ok(());
    }
    Err(format!("has the name {name:?}; a package name is 1 to 64 of a-z, 0-9 and -, and neither begins nor ends with -"))
}

/// A package version: 1 to 32 of `0-9 A-Z a-z . - +`, first a digit.
pub fn package_version(version: &str) -> Result<(), String> {
    let charset = version.bytes().all(|b| b.is_ascii_alphanumeric() || b".-+".contains(&b));
    if (1..=32).contains(&version.len()) && charset && version.as_bytes()[0].is_ascii_digit() {
        return Ok(());
    }
    Err(format!("has the version {version:?}; a version is 1 to 32 of 0-9, A-Z, a-z, '.', '-' and '+', and begins with a digit"))
}

/// A test case name: 1 to 64 of `a-z A-Z 0-9 - _ .`.
pub fn test_case_name(name: &str) -> Result<(), String> {
    let charset = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if (1..=64).contains(&name.len()) && charset {
        return Ok(());
    }
    Err(format!("has a test case named {name:?}; such a name is 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.'"))
}

/// An input name: 1 to 255 of `A-Z a-z 0-9 . _ -`, neither `.` nor `..`.
pub fn input_name(name: &str) -> Result<(), String> {
    let charset = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if (1..=255).contains(&name.len()) && charset && name != "." && name != ".." {
        return Ok(());
    }
    Err(format!("has an input named {name:?}; such a name is 1 to 255 of A-Z, a-z, 0-9, '.', '_' and '-', and neither . nor .."))
}

/// A file name: one component of a path in the job's file system.
pub fn file_name(name: &str) -> Result<(), String> {
    if (1..=255).contains(&name.len()) && name != "." && name != ".." && !name.contains('/') && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(format!("has a file named {name:?}; such a name is 1 to 255 bytes without '/' and control characters, and neither . nor .."))
}

/// An output name: file names joined by `/`.
pub fn output_name(name: &str) -> Result<(), String> {
    name.split('/').try_for_each(file_name)
}

/// An argument or the value of an environment variable.
pub fn text(what: &str, value: &str) -> Result<(), String> {
    if value.contains('\0') {
        return Err(format!("has {what} with a NUL in it: {value:?}"));
    }
    Ok(())
}

/// The name of an environment variable.
pub fn env_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.contains(['\0', '=']) {
        return Err(format!("has an environment variable named {name:?}; such a name is not empty and has neither '=' nor NUL"));
    }
    Ok(())
}
