//! Words that have no place in the tree.

use super::tree::Finding;

/// Left-overs, in two halves so that this file does not contain them.
const UNFINISHED: [(&str, &str); 4] = [
    ("todo", "!("),
    ("unimplemented", "!("),
    ("dbg", "!("),
    ("FIX", "ME"),
];

/// Paths that exist on one machine only, and what is not part of the project.
const FOREIGN: [(&str, &str); 5] = [
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("sha", "red/"),
    ("issue", " #"),
    ("/Us", "ers/"),
];

/// A host with one of these labels serves packages; where they come from is each machine's own
/// setting.
const REGISTRY_LABELS: [&str; 7] = [
    "registry",
    "mirror",
    "mirrors",
    "artifactory",
    "npmjs",
    "pypi",
    "crates",
];

const CODE: [&str; 7] = [".rs", ".js", ".ts", ".css", ".html", ".toml", ".sh"];

pub(super) fn check(path: &str, content: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Cargo writes the registry's address into its lock file.
    let generated = path == "Cargo.lock" || path.ends_with("/Cargo.lock");
    let code = CODE.iter().any(|end| path.ends_with(end));
    for (number, line) in (1..).zip(content.lines()) {
        for (start, end) in UNFINISHED.iter().filter(|_| code) {
            let word = format!("{start}{end}");
            if line.contains(&word) {
                findings.push(Finding::new(path, number, format!("unfinished: {word}")));
            }
        }
        for (start, end) in FOREIGN {
            let word = format!("{start}{end}");
            if begins_a_path(line, &word) {
                findings.push(Finding::new(path, number, format!("no place for `{word}`")));
            }
        }
        if let Some(host) = registry_host(line).filter(|_| !generated) {
            findings.push(Finding::new(
                path,
                number,
                format!("a registry's host: {host}"),
            ));
        }
    }
    if path.ends_with(".rs") {
        findings.extend(lint_levels(path, content));
    }
    findings
}

/// Whether the word stands there and is not the tail of something longer.
fn begins_a_path(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default().chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}'))
    })
}

fn registry_host(line: &str) -> Option<&str> {
    line.split("://").skip(1).find_map(|rest| {
        let host = rest
            .split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-')
            .next()?;
        host.split('.')
            .any(|label| REGISTRY_LABELS.contains(&label))
            .then_some(host)
    })
}

/// A lint is switched off with a reason or not at all.
fn lint_levels(path: &str, content: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines: Vec<&str> = content.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        let attribute = text.starts_with("#[") || text.starts_with("#![");
        if !attribute || !(text.contains("allow(") || text.contains("expect(")) {
            continue;
        }
        let whole = attribute_text(lines.get(index..).unwrap_or_default());
        if !whole.contains("reason =") {
            findings.push(Finding::new(
                path,
                index + 1,
                "a lint is switched off without a reason",
            ));
        }
    }
    findings
}

/// The attribute that begins on the first line, to its closing bracket.
fn attribute_text(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(line);
        if line.trim_end().ends_with(']') {
            break;
        }
    }
    text
}

/// A library that prints disturbs the program that uses it.
pub(super) fn printing(path: &str, content: &str) -> Vec<Finding> {
    let macros = ["println!(", "print!(", "eprintln!(", "eprint!("];
    (1..)
        .zip(content.lines())
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter(|(_, line)| macros.iter().any(|name| line.contains(name)))
        .map(|(number, _)| Finding::new(path, number, "a library does not print"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{check, printing};

    #[test]
    fn left_overs_are_found_in_code() {
        for text in [
            concat!("to", "do!()"),
            concat!("db", "g!(x)"),
            concat!("// FIX", "ME\n"),
        ] {
            assert_eq!(check("a.rs", text).len(), 1, "{text}");
        }
        assert!(check("a.md", concat!("no to", "do!() in code")).is_empty());
    }

    #[test]
    fn foreign_paths_are_found_everywhere() {
        for text in [
            concat!("see /wo", "rk/main"),
            concat!("(/ro", "ot/.cache)"),
            concat!("in sha", "red/notes"),
            concat!("fixes issue", " #12"),
        ] {
            assert_eq!(check("a.md", text).len(), 1, "{text}");
        }
        assert!(check("a.md", concat!("target/wo", "rk/x and un", "sha", "red/x")).is_empty());
    }

    #[test]
    fn hosts_of_registries_are_found() {
        for host in [
            "registry.example.org",
            "static.crates.example",
            "mirror.example.org",
        ] {
            assert_eq!(
                check("a.toml", &format!("url = \"https://{host}/x\"")).len(),
                1,
                "{host}"
            );
        }
        assert!(check("a.md", "https://docs.example.org/registry").is_empty());
        let lock = format!("source = \"https{}registry.example.org/x\"", "://");
        assert!(check("Cargo.lock", &lock).is_empty());
    }

    #[test]
    fn a_lint_needs_a_reason() {
        let bare = concat!("#[al", "low(dead_code)]\nfn f() {}\n");
        assert_eq!(check("a.rs", bare).len(), 1);
        let reasoned = concat!("#![ex", "pect(\n    lint,\n    reason = \"because\"\n)]\n");
        assert!(check("a.rs", reasoned).is_empty());
    }

    #[test]
    fn a_library_that_prints_is_found() {
        assert_eq!(printing("a.rs", "    println!(\"x\");\n").len(), 1);
        assert!(printing("a.rs", "    // println!(\"x\");\n").is_empty());
    }
}
