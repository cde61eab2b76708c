//! Every provider has the same files, so that whoever knows one finds their way in the next. The
//! file of a capability is where the capability is. A signature is no part that each has: a
//! platform may be spoken to with a password alone.

use std::collections::BTreeSet;

use super::tree::{Finding, Tree};

const FOLDER: &str = "crates/providers/src/";

const PARTS: [&str; 5] = ["mod.rs", "config.rs", "request.rs", "codes.rs", "golden"];

/// Capabilities, as `mod.rs` declares that it has them, and their files.
const CAPABILITIES: [(&str, &str); 2] = [
    ("impl Notifications for", "notification.rs"),
    ("impl Confirmation for", "query.rs"),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let folders: BTreeSet<&str> = tree
        .all()
        .filter_map(|(path, _)| Some(path.strip_prefix(FOLDER)?.split_once('/')?.0))
        .collect();
    let mut findings = Vec::new();
    for folder in folders {
        let folder = format!("{FOLDER}{folder}");
        let module = tree.get(&format!("{folder}/mod.rs")).unwrap_or_default();
        let has = CAPABILITIES.iter().filter(|(has, _)| module.contains(has));
        let parts = PARTS.into_iter().chain(has.map(|(_, part)| *part));
        let (there, missing): (Vec<&str>, Vec<&str>) =
            parts.partition(|part| tree.has(&format!("{folder}/{part}")));
        // A folder with nothing but a `mod.rs` of these is no provider's.
        if there.iter().any(|part| *part != "mod.rs") && !missing.is_empty() {
            let text = format!("the provider lacks {}", missing.join(", "));
            findings.push(Finding::new(&folder, 0, text));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{CAPABILITIES, PARTS, check};
    use crate::tidy::tree::sample;

    /// The paths of these parts.
    fn paths<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<String> {
        let path = |part| match part {
            "golden" => "crates/providers/src/one/golden/a.txt".to_owned(),
            part => format!("crates/providers/src/one/{part}"),
        };
        parts.map(path).collect()
    }

    #[test]
    fn a_provider_that_lacks_a_file_is_found() {
        let all = paths(PARTS.into_iter());
        let files: Vec<(&str, &str)> = all.iter().map(|path| (path.as_str(), "")).collect();
        assert!(check(&sample(&files)).is_empty());
        for left_out in 0..files.len() {
            let mut some = files.clone();
            some.remove(left_out);
            assert_eq!(check(&sample(&some)).len(), 1);
        }
    }

    #[test]
    fn a_capability_without_its_file_is_found() {
        for (has, part) in CAPABILITIES {
            let all = paths(PARTS.into_iter().chain([part]));
            let module = format!("{has} One {{}}");
            let text = |path: &String| {
                if path.ends_with("mod.rs") {
                    module.clone()
                } else {
                    String::new()
                }
            };
            let texts: Vec<String> = all.iter().map(text).collect();
            let files: Vec<(&str, &str)> = all
                .iter()
                .zip(&texts)
                .map(|(path, text)| (path.as_str(), text.as_str()))
                .collect();
            assert!(check(&sample(&files)).is_empty());
            let findings = check(&sample(&files[..files.len() - 1]));
            assert_eq!(findings.len(), 1, "{part}");
        }
    }

    #[test]
    fn a_folder_of_shared_code_is_no_provider() {
        let files = [
            ("crates/providers/src/text/mod.rs", ""),
            ("crates/providers/src/lib.rs", ""),
        ];
        assert!(check(&sample(&files)).is_empty());
    }
}
