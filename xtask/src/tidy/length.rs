//! Length of files, in every crate: of what is no test.

use super::tree::Finding;

const LONGEST: usize = 500;

/// How the line begins that says, at a file's head, why it is longer all the same.
const REASON: &str = "//! Longer than others: ";

pub(super) fn check(path: &str, content: &str) -> Vec<Finding> {
    if is_test(path) || reason(content) {
        return vec![];
    }
    let length = content
        .lines()
        .take_while(|line| !begins_tests(line))
        .count();
    if length <= LONGEST {
        return vec![];
    }
    let text = format!(
        "{length} lines beside its tests, at most {LONGEST}: divide it, or say why at its head \
         with `{REASON}`"
    );
    vec![Finding::new(path, 0, text)]
}

/// Whether the whole file is for tests.
fn is_test(path: &str) -> bool {
    let in_tests = path.starts_with("tests/") || path.contains("/tests/");
    let name = path.rsplit('/').next().unwrap_or(path);
    in_tests || name == "tests.rs" || name.ends_with("_tests.rs")
}

/// The module of tests stands at a file's end.
fn begins_tests(line: &str) -> bool {
    line.starts_with("mod tests {")
}

fn reason(content: &str) -> bool {
    let mut head = content.lines().take_while(|line| line.starts_with("//!"));
    head.any(|line| {
        line.strip_prefix(REASON)
            .is_some_and(|why| !why.trim().is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_long_file_is_found_in_every_crate_unless_its_head_says_why() {
        let long = "fn a() {}\n".repeat(501);
        for path in [
            "crates/sandbox/src/shop/pages.rs",
            "src/view/a.rs",
            "xtask/src/a.rs",
        ] {
            assert_eq!(check(path, &long).len(), 1, "{path}");
            assert!(check(path, &"fn a() {}\n".repeat(500)).is_empty(), "{path}");
        }
        let tests = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
        assert!(check("crates/a/src/a.rs", &tests).is_empty());
        for path in [
            "tests/e2e/a.rs",
            "crates/a/tests/a.rs",
            "crates/a/src/a/tests.rs",
        ] {
            assert!(check(path, &long).is_empty(), "{path}");
        }
        let why = format!("//! A table.\n//! Longer than others: one table.\n{long}");
        assert!(check("crates/a/src/a.rs", &why).is_empty());
        let none = format!("//! Longer than others: \n{long}");
        assert_eq!(check("crates/a/src/a.rs", &none).len(), 1);
    }
}
