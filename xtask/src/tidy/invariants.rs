//! Every invariant of docs/ARCHITECTURE.md names a test, and the test exists.
//!
//! The table's rows begin with the invariant's number; the last cell names tests in backticks: a
//! function (`name` or `path::name`), or a file (`tests/x.rs`, `tests/x.rs::name`).

use std::collections::BTreeSet;

use super::functions::function_name;
use super::tree::{Finding, Tree};

const FILE: &str = "docs/ARCHITECTURE.md";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.get(FILE) else {
        return vec![Finding::new(
            FILE,
            0,
            "is missing: it lists the invariants with their tests",
        )];
    };
    let functions: BTreeSet<&str> = tree
        .rust()
        .flat_map(|(_, code)| code.lines().filter_map(function_name))
        .collect();
    let mut findings = Vec::new();
    let mut last = 0;
    for (line, row) in (1..).zip(text.lines()) {
        let Some((number, tests)) = invariant(row) else {
            continue;
        };
        if number != last + 1 {
            findings.push(Finding::new(
                FILE,
                line,
                format!("invariant {number} after {last}"),
            ));
        }
        last = number;
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        if names.is_empty() {
            findings.push(Finding::new(
                FILE,
                line,
                format!("invariant {number} names no test"),
            ));
        }
        for name in names
            .into_iter()
            .filter(|name| !exists(tree, &functions, name))
        {
            let text = format!("invariant {number}: there is no test `{name}`");
            findings.push(Finding::new(FILE, line, text));
        }
    }
    if last == 0 {
        findings.push(Finding::new(
            FILE,
            0,
            "has no table of invariants (`| 1 | … | `test` |`)",
        ));
    }
    findings
}

/// Number and last cell of a row.
fn invariant(row: &str) -> Option<(usize, &str)> {
    let row = row.trim().strip_prefix('|')?.strip_suffix('|')?;
    let (number, rest) = row.split_once('|')?;
    let tests = rest.rsplit_once('|')?.1;
    Some((number.trim().parse().ok()?, tests))
}

fn exists(tree: &Tree, functions: &BTreeSet<&str>, name: &str) -> bool {
    let (path, function) = match name.rsplit_once("::") {
        Some((path, function)) => (path, Some(function)),
        None if name.contains('/') => (name, None),
        None => ("", Some(name.strip_prefix("fn ").unwrap_or(name))),
    };
    let is_path = path.contains('/') || path.ends_with(".rs");
    let function_is_there = |function: &str| match tree.get(path).filter(|_| is_path) {
        Some(code) => code
            .lines()
            .filter_map(function_name)
            .any(|have| have == function),
        None => functions.contains(function),
    };
    (!is_path || tree.has(path)) && function.is_none_or(function_is_there)
}

#[cfg(test)]
mod tests {
    use super::{FILE, check};
    use crate::tidy::tree::sample;

    fn found(table: &str) -> Vec<String> {
        let files = [
            (FILE, table),
            ("tests/a.rs", "#[test]\nfn no_key_leaks() {}\n"),
        ];
        check(&sample(&files))
            .into_iter()
            .map(|finding| finding.text)
            .collect()
    }

    #[test]
    fn a_named_test_that_exists_is_fine() {
        for name in [
            "no_key_leaks",
            "a::no_key_leaks",
            "tests/a.rs",
            "tests/a.rs::no_key_leaks",
        ] {
            let table = format!("| # | invariant | tests |\n|---|---|---|\n| 1 | x | `{name}` |\n");
            assert_eq!(found(&table), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn a_test_that_does_not_exist_is_found() {
        for name in [
            "gone",
            "a::gone",
            "tests/gone.rs",
            "tests/a.rs::gone",
            "b.rs::no_key_leaks",
        ] {
            assert_eq!(found(&format!("| 1 | x | `{name}` |\n")).len(), 1, "{name}");
        }
    }

    #[test]
    fn rows_without_test_and_gaps_and_no_table_are_found() {
        assert_eq!(found("| 1 | x | later |\n").len(), 1);
        assert_eq!(
            found("| 1 | x | `no_key_leaks` |\n| 3 | x | `no_key_leaks` |\n").len(),
            1
        );
        assert_eq!(found("text\n").len(), 1);
        assert_eq!(check(&sample(&[])).len(), 1);
    }
}
