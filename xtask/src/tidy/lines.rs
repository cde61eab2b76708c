//! Length of lines, space at their end, and the newline at the end of a file.

use super::tree::Finding;

const LONGEST: usize = 100;

/// wasm-pack writes this file, without a newline, at each of its builds.
const NO_NEWLINE: [&str; 1] = ["pkg/.gitignore"];

pub(super) fn check(path: &str, content: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Data that was recorded somewhere else stays as it is.
    let data =
        path.contains("/golden/") || path.ends_with(".snap") || path.starts_with("fuzz/corpus/");
    for (number, line) in (1..).zip(content.split('\n')) {
        let length = line.chars().count();
        if path.ends_with(".rs") && !data && length > LONGEST {
            findings.push(Finding::new(
                path,
                number,
                format!("{length} columns, at most 100"),
            ));
        }
        if !data && line.ends_with([' ', '\t', '\r']) {
            findings.push(Finding::new(path, number, "space at the end of the line"));
        }
    }
    let ends = content.is_empty() || content.ends_with('\n');
    if !ends && !data && !NO_NEWLINE.contains(&path) {
        findings.push(Finding::new(
            path,
            content.lines().count(),
            "no newline at the end",
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn long_lines_are_found_in_code_only() {
        let long = format!("// {}\n", "é".repeat(98));
        assert_eq!(check("a.rs", &long).len(), 1);
        assert!(check("a.rs", &format!("// {}\n", "é".repeat(97))).is_empty());
        assert!(check("a.md", &long).is_empty());
        assert!(check("crates/providers/src/up2pay/golden/a.rs", &long).is_empty());
    }

    #[test]
    fn space_at_the_end_and_a_missing_newline_are_found() {
        assert_eq!(check("a.md", "a \nb\n").len(), 1);
        assert_eq!(check("a.md", "a\r\nb\n").len(), 1);
        assert_eq!(check("a.md", "a\nb").len(), 1);
        assert!(check("a.md", "a\nb\n").is_empty());
        assert!(check("a.md", "").is_empty());
        assert!(check("pkg/.gitignore", "*").is_empty());
    }
}
