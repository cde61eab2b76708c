//! Which crate may know which.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::tree::Finding;

/// Each crate, and all that it may depend on in the workspace.
const MAY_KNOW: [(&str, &[&str]); 10] = [
    ("guichet-wire", &[]),
    ("guichet-domain", &["guichet-wire"]),
    ("guichet-providers", &["guichet-wire", "guichet-domain"]),
    ("guichet-store", &["guichet-domain"]),
    (
        "guichet-backend",
        &[
            "guichet-wire",
            "guichet-domain",
            "guichet-providers",
            "guichet-store",
            "guichet-desk",
            "guichet",
        ],
    ),
    ("guichet-desk", &["guichet-wire", "guichet-domain"]),
    ("guichet", &["guichet-wire"]),
    ("guichet-sandbox", &["guichet-wire"]),
    (
        "guichet-fuzz",
        &["guichet-wire", "guichet-domain", "guichet-providers"],
    ),
    ("xtask", &[]),
];

/// Crates that do no input or output, and what they would do it with.
const PURE: [&str; 4] = [
    "guichet-wire",
    "guichet-domain",
    "guichet-providers",
    "guichet-desk",
];
const INPUT_OUTPUT: [&str; 8] = [
    "axum",
    "getrandom",
    "hyper",
    "rand",
    "reqwest",
    "sqlx",
    "tokio",
    "ureq",
];

/// One crate of the workspace.
pub(super) struct Package {
    name: String,
    /// Its folder, relative to the root; empty for the root itself.
    folder: String,
    is_program: bool,
    /// The files in which its library, its programs and its tests begin, relative to the root.
    roots: Vec<String>,
    /// Name, and whether only its tests use it.
    dependencies: Vec<(String, bool)>,
}

impl Package {
    /// A file among its sources, relative to the root.
    fn source(&self, file: &str) -> String {
        let path = Path::new(&self.folder).join("src").join(file);
        path.display().to_string()
    }

    /// The files in which its library, its programs and its tests begin, relative to the root.
    pub(super) fn roots(&self) -> &[String] {
        &self.roots
    }
}

/// Reads what `cargo metadata --no-deps` prints.
pub(super) fn packages(metadata: &str, root: &Path) -> Result<Vec<Package>> {
    let metadata: Value = serde_json::from_str(metadata)?;
    let packages = list(&metadata, "packages");
    packages.iter().map(|package| read(package, root)).collect()
}

fn read(package: &Value, root: &Path) -> Result<Package> {
    let manifest = Path::new(text(package, "manifest_path")?);
    let folder = manifest
        .parent()
        .and_then(|dir| dir.strip_prefix(root).ok());
    let targets = list(package, "targets");
    let is_library = |kind: &Value| kind == "lib" || kind == "rlib" || kind == "cdylib";
    let mut dependencies = Vec::new();
    for dependency in list(package, "dependencies") {
        let tests_only = dependency.get("kind").is_some_and(|kind| kind == "dev");
        dependencies.push((text(dependency, "name")?.to_owned(), tests_only));
    }
    Ok(Package {
        name: text(package, "name")?.to_owned(),
        folder: folder
            .map(|dir| dir.display().to_string())
            .unwrap_or_default(),
        is_program: !targets
            .iter()
            .any(|target| list(target, "kind").iter().any(is_library)),
        roots: targets
            .iter()
            .filter_map(|target| target.get("src_path")?.as_str())
            .filter_map(|path| Path::new(path).strip_prefix(root).ok())
            .map(|path| path.display().to_string())
            .collect(),
        dependencies,
    })
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn text<'v>(value: &'v Value, name: &str) -> Result<&'v str> {
    value
        .get(name)
        .and_then(Value::as_str)
        .with_context(|| format!("metadata without {name}"))
}

pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    let ours: Vec<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut findings = Vec::new();
    for package in packages {
        let manifest = Path::new(&package.folder)
            .join("Cargo.toml")
            .display()
            .to_string();
        let Some((_, allowed)) = MAY_KNOW.iter().find(|(name, _)| *name == package.name) else {
            findings.push(Finding::new(
                &manifest,
                0,
                format!(
                    "{} has no place among the layers yet (xtask/src/tidy)",
                    package.name
                ),
            ));
            continue;
        };
        for (name, tests_only) in &package.dependencies {
            // The root's tests cross all crates.
            let crossing = package.folder.is_empty() && *tests_only;
            if ours.contains(&name.as_str()) && !allowed.contains(&name.as_str()) && !crossing {
                let text = format!("{} must not know {name}", package.name);
                findings.push(Finding::new(&manifest, 0, text));
            }
            let pure = PURE.contains(&package.name.as_str()) && !tests_only;
            if pure && INPUT_OUTPUT.contains(&name.as_str()) {
                let text = format!("{} does no input or output: not with {name}", package.name);
                findings.push(Finding::new(&manifest, 0, text));
            }
        }
    }
    findings
}

/// Programs and tests may print, libraries may not.
pub(super) fn may_print(packages: &[Package], path: &str) -> bool {
    let is_source = |package: &&Package| path.starts_with(&package.source(""));
    let is_main = path.ends_with("/main.rs") || path.contains("/bin/");
    is_main
        || packages
            .iter()
            .find(is_source)
            .is_none_or(|package| package.is_program)
}

#[cfg(test)]
mod tests {
    use super::{Package, check, may_print};

    fn package(name: &str, folder: &str, dependency: &str, tests_only: bool) -> Package {
        Package {
            name: name.to_owned(),
            folder: folder.to_owned(),
            is_program: name == "guichet-sandbox",
            roots: Vec::new(),
            dependencies: vec![(dependency.to_owned(), tests_only)],
        }
    }

    #[test]
    fn a_dependency_against_the_layers_is_found() {
        let packages = [
            package(
                "guichet-providers",
                "crates/providers",
                "guichet-domain",
                false,
            ),
            package(
                "guichet-sandbox",
                "crates/sandbox",
                "guichet-providers",
                false,
            ),
            package("guichet-domain", "crates/domain", "guichet-backend", true),
            package("guichet-backend", "crates/backend", "serde", false),
        ];
        let found: Vec<String> = check(&packages)
            .into_iter()
            .map(|finding| finding.text)
            .collect();
        assert_eq!(
            found,
            [
                "guichet-sandbox must not know guichet-providers",
                "guichet-domain must not know guichet-backend"
            ]
        );
    }

    #[test]
    fn only_the_tests_of_the_root_cross_the_layers() {
        let root = |tests_only| package("guichet", "", "guichet-domain", tests_only);
        let domain = || package("guichet-domain", "crates/domain", "serde", false);
        assert!(check(&[root(true), domain()]).is_empty());
        assert_eq!(check(&[root(false), domain()]).len(), 1);
    }

    #[test]
    fn input_and_output_in_a_pure_crate_is_found() {
        let providers = |tests_only| {
            [package(
                "guichet-providers",
                "crates/providers",
                "reqwest",
                tests_only,
            )]
        };
        assert_eq!(check(&providers(false)).len(), 1);
        assert!(check(&providers(true)).is_empty());
        assert!(check(&[package("guichet-backend", "b", "reqwest", false)]).is_empty());
    }

    #[test]
    fn an_unknown_crate_is_found() {
        assert_eq!(
            check(&[package("guichet-new", "crates/new", "serde", false)]).len(),
            1
        );
    }

    #[test]
    fn programs_and_tests_may_print() {
        let packages = [
            package("guichet-wire", "crates/wire", "serde", false),
            package("guichet-sandbox", "crates/sandbox", "serde", false),
        ];
        assert!(!may_print(&packages, "crates/wire/src/lib.rs"));
        assert!(may_print(&packages, "crates/wire/tests/a.rs"));
        assert!(may_print(&packages, "crates/sandbox/src/page.rs"));
    }
}
