//! Every provider has the same files, so that whoever knows one finds their way in the next.

use std::collections::BTreeSet;

use super::tree::{Finding, Tree};

const FOLDER: &str = "crates/providers/src/";

const PARTS: [&str; 8] = [
    "mod.rs",
    "config.rs",
    "request.rs",
    "seal.rs",
    "notification.rs",
    "query.rs",
    "codes.rs",
    "golden",
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let folders: BTreeSet<&str> = tree
        .all()
        .filter_map(|(path, _)| Some(path.strip_prefix(FOLDER)?.split_once('/')?.0))
        .collect();
    let mut findings = Vec::new();
    for folder in folders {
        let folder = format!("{FOLDER}{folder}");
        let (there, missing): (Vec<&str>, Vec<&str>) = PARTS
            .iter()
            .partition(|part| tree.has(&format!("{folder}/{part}")));
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
    use super::{PARTS, check};
    use crate::tidy::tree::sample;

    #[test]
    fn a_provider_that_lacks_a_file_is_found() {
        let all: Vec<String> = PARTS
            .iter()
            .map(|part| match *part {
                "golden" => "crates/providers/src/one/golden/a.txt".to_owned(),
                part => format!("crates/providers/src/one/{part}"),
            })
            .collect();
        let files: Vec<(&str, &str)> = all.iter().map(|path| (path.as_str(), "")).collect();
        assert!(check(&sample(&files)).is_empty());
        for left_out in 0..files.len() {
            let mut some = files.clone();
            some.remove(left_out);
            assert_eq!(check(&sample(&some)).len(), 1);
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
