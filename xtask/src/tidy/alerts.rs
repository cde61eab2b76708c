//! An alarm that nobody can look up wakes somebody for nothing: each `alert` that the code logs
//! stands in the operator's page, and none stands there that nothing logs.

use std::collections::BTreeMap;

use super::tree::{Finding, Tree};

/// The operator's page: the first cell of a line of its table is an alarm's name.
const PAGE: &str = "docs/alarms.md";

/// What stands before a name, in a line of the log that the code makes.
const MARKS: [&str; 2] = ["alert = \"", "alert=\\\""];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut raised = BTreeMap::new();
    for (path, content) in tree.rust().filter(|(path, _)| is_production(path)) {
        for (number, line) in (1..).zip(content.lines()) {
            for name in MARKS.iter().filter_map(|mark| named(line, mark)) {
                raised.entry(name).or_insert((path, number));
            }
        }
    }
    let page = tree.get(PAGE).unwrap_or_default();
    let told: BTreeMap<&str, usize> = (1..)
        .zip(page.lines())
        .filter_map(|(number, line)| Some((in_table(line)?, number)))
        .collect();
    let mut findings = Vec::new();
    for (name, (path, number)) in &raised {
        if !told.contains_key(name) {
            let text = format!("the alarm {name} does not stand in {PAGE}");
            findings.push(Finding::new(path, *number, text));
        }
    }
    for (name, number) in told {
        if !raised.contains_key(name) {
            let text = format!("nothing raises the alarm {name}");
            findings.push(Finding::new(PAGE, number, text));
        }
    }
    findings
}

fn is_production(path: &str) -> bool {
    path.starts_with("crates/") && path.contains("/src/") && !path.ends_with("tests.rs")
}

/// The name behind a mark.
fn named<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(mark)?;
    let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_')?;
    rest.get(..end).filter(|name| !name.is_empty())
}

/// The alarm of a line of the page's table.
fn in_table(line: &str) -> Option<&str> {
    let (name, _) = line.strip_prefix("| `")?.split_once('`')?;
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::{PAGE, check};
    use crate::tidy::tree::sample;

    const CODE: (&str, &str) = (
        "crates/backend/src/serve.rs",
        "x\ntracing::error!(alert = \"store\", \"no\");\nformat!(\"ERROR alert=\\\"log\\\" \")",
    );

    fn told(page: &str, code: (&str, &str)) -> Vec<String> {
        let findings = check(&sample(&[(PAGE, page), code]));
        findings.into_iter().map(|finding| finding.text).collect()
    }

    #[test]
    fn an_alarm_that_stands_nowhere_and_one_that_nothing_raises_are_found() {
        let both = "| alarm | |\n| --- | --- |\n| `store` | a |\n| `log` | b |\n";
        assert_eq!(told(both, CODE), Vec::<String>::new());
        assert_eq!(
            told("| `log` | b |", CODE),
            ["the alarm store does not stand in docs/alarms.md"]
        );
        let more = format!("{both}| `gone` | c |\n");
        assert_eq!(told(&more, CODE), ["nothing raises the alarm gone"]);
        // What a test writes is no alarm.
        let test = ("crates/backend/src/log/tests.rs", CODE.1);
        assert_eq!(told("", test), Vec::<String>::new());
    }
}
