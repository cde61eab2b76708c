//! Length of functions, read off the indentation that rustfmt gives.

use super::tree::Finding;

const LONGEST: usize = 70;
/// A test tells a story from its beginning to its end.
const LONGEST_TEST: usize = 120;

pub(super) fn check(path: &str, content: &str) -> Vec<Finding> {
    let lines: Vec<&str> = content.lines().collect();
    let mut findings = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let length = length(&lines, index);
        let limit = if is_test(&lines, index) {
            LONGEST_TEST
        } else {
            LONGEST
        };
        if length > limit {
            let text = format!("function `{name}` has {length} lines, at most {limit}");
            findings.push(Finding::new(path, index + 1, text));
        }
    }
    findings
}

/// The name of the function that begins on this line.
pub(super) fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    if let Some(after) = rest.strip_prefix("pub(") {
        rest = after.split_once(") ")?.1;
    }
    loop {
        let words = ["pub ", "const ", "async ", "extern \"C\" "];
        match words.iter().find_map(|word| rest.strip_prefix(word)) {
            Some(after) => rest = after,
            None => break,
        }
    }
    let name = rest.strip_prefix("fn ")?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .filter(|name| !name.is_empty())
}

/// From its first line to the closing brace that stands in the same column.
fn length(lines: &[&str], start: usize) -> usize {
    let from = lines.get(start..).unwrap_or_default();
    let first = from.first().copied().unwrap_or_default();
    let indent = first.len() - first.trim_start().len();
    let end = from.iter().position(|line| {
        let column = line.len() - line.trim_start().len();
        let text = line.trim_end();
        // A function on one line, a declaration without body, or the closing brace.
        column == indent
            && (text.ends_with("}") && text.trim_start().starts_with('}')
                || text.ends_with(';')
                || text.ends_with('}') && *line == first)
    });
    end.map_or(from.len(), |end| end + 1)
}

/// Whether one of the attributes above it makes it a test.
fn is_test(lines: &[&str], start: usize) -> bool {
    let above = lines.get(..start).unwrap_or_default();
    above
        .iter()
        .rev()
        .map(|line| line.trim())
        .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
        .any(|line| line.starts_with("#[") && line.trim_end_matches(']').contains("test"))
}

#[cfg(test)]
mod tests {
    use super::{check, function_name};

    fn function(head: &str, statements: usize) -> String {
        format!(
            "{head} {{\n{}}}\n\nfn next() {{}}\n",
            "    work();\n".repeat(statements)
        )
    }

    #[test]
    fn a_long_function_is_found() {
        assert!(check("a.rs", &function("pub(crate) async fn f()", 68)).is_empty());
        assert_eq!(
            check("a.rs", &function("pub(crate) async fn f()", 69)).len(),
            1
        );
    }

    #[test]
    fn a_test_may_be_longer() {
        assert!(check("a.rs", &function("#[tokio::test]\nasync fn f()", 118)).is_empty());
        assert_eq!(check("a.rs", &function("#[test]\nfn f()", 119)).len(), 1);
    }

    #[test]
    fn a_head_over_several_lines_is_part_of_it() {
        let head = "fn f(\n    a: u8,\n    b: u8,\n) -> u8";
        assert!(check("a.rs", &function(head, 65)).is_empty());
        assert_eq!(check("a.rs", &function(head, 66)).len(), 1);
    }

    #[test]
    fn names_are_read() {
        assert_eq!(
            function_name("    pub(super) const fn a_b<T>(x: T) {"),
            Some("a_b")
        );
        assert_eq!(function_name("let f = fn_name();"), None);
        assert_eq!(function_name("type F = fn(u8);"), None);
    }
}
