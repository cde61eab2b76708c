//! Names of types in the OpenAPI document: of two with one name, the later would stand for both
//! without a word.

use std::collections::BTreeMap;

use super::tree::{Finding, Tree};

/// Whose types are in the document.
const CRATES: [&str; 2] = ["crates/backend/src/", "crates/wire/src/"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for (path, content) in tree.rust() {
        if !CRATES.iter().any(|own| path.starts_with(own)) {
            continue;
        }
        for (line, name) in documented(content) {
            if let Some(first) = known.insert(name, path) {
                let text = format!("{name} is in the OpenAPI document already, from {first}");
                findings.push(Finding::new(path, line, text));
            }
        }
    }
    findings
}

/// The types that derive `ToSchema`, with their lines.
fn documented(content: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut derives = false;
    for (number, line) in (1..).zip(content.lines()) {
        derives |= line.starts_with("#[") && line.contains("ToSchema");
        let Some(name) = type_name(line) else {
            continue;
        };
        if std::mem::take(&mut derives) {
            found.push((number, name));
        }
    }
    found
}

/// The name of the type that a line begins to define.
fn type_name(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let defines = |word: &str| matches!(word, "struct" | "enum");
    words
        .find(|word| defines(word) || !word.starts_with("pub"))
        .filter(|word| defines(word))?;
    words.next()?.split(['<', '(', ';', '{']).next()
}

#[cfg(test)]
mod tests {
    use super::super::tree::sample;
    use super::check;

    #[test]
    fn two_documented_types_of_one_name_are_found() {
        let left_out = "#[derive(Debug, Serialize, ToSchema)]\npub(crate) struct LeftOut {\n}\n";
        let tree = sample(&[
            ("crates/backend/src/a.rs", left_out),
            ("crates/backend/src/b.rs", left_out),
            (
                "crates/backend/src/c.rs",
                "struct LeftOut;\nenum LeftOut {}\n",
            ),
            ("crates/sandbox/src/d.rs", left_out),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].path.as_str(), found[0].line),
            ("crates/backend/src/b.rs", 2)
        );
    }

    #[test]
    fn a_name_is_read_past_attributes_and_parameters() {
        let wire = "#[cfg_attr(feature = \"openapi\", derive(utoipa::ToSchema))]\n\
            #[serde(tag = \"type\")]\npub enum Ask<T> {\n}\npub struct Ask;\n";
        let tree = sample(&[
            ("crates/wire/src/lib.rs", wire),
            (
                "crates/backend/src/a.rs",
                "#[derive(ToSchema)]\nstruct Ask(u8);\n",
            ),
        ]);
        assert_eq!(check(&tree).len(), 1);
    }
}
