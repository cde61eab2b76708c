//! Files of a crate that import each other in a circle: none can be read, moved or tested alone.
//!
//! An import is a `use` item or a path that leads to another file of the same crate. A name that a
//! module only passes on is an import from the file that defines it, so that a parent may offer its
//! children's names. What is built for tests alone may know what it tests: it is left out of a file
//! that is built otherwise. Files that are built for tests alone are a crate's like the others.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;
use syn::{Attribute, Expr, Item, ItemMod, ItemUse, Lit, Meta, UseTree, Visibility};

use super::layers::Package;
use super::tree::{Finding, Tree};

/// How often a name may be passed on.
const PASSED_ON_MAX: usize = 8;

/// Most names that one import is told by.
const NAMES_MAX: usize = 4;

/// From a file to a file, and the names that are imported.
type Imports = BTreeMap<(String, String), BTreeSet<String>>;

pub(super) fn check(packages: &[Package], tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        for root in package.roots() {
            let mut krate = Crate::default();
            findings.extend(krate.read(tree, root, Vec::new(), &folder_of(root)));
            findings.extend(circles(&krate.imports()).iter().map(told));
        }
    }
    findings
}

/// A path as it is written: `crate`, `super`, names.
type Written = Vec<String>;

/// A name that a module takes from elsewhere.
struct Use {
    path: Written,
    /// What it is called here; none for `*`.
    name: Option<String>,
    /// Others may take it from here.
    passed_on: bool,
}

#[derive(Default)]
struct Module {
    file: String,
    uses: Vec<Use>,
    paths: Vec<Written>,
    defines: BTreeSet<String>,
}

/// The modules of a crate by their paths.
#[derive(Default)]
struct Crate(BTreeMap<Vec<String>, Module>);

fn folder_of(file: &str) -> String {
    file.rsplit_once('/')
        .map_or_else(String::new, |(folder, _)| format!("{folder}/"))
}

/// The file of a module that names it, `#[path = "…"]`.
fn path_of(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        let Expr::Lit(value) = &pair.value else {
            return None;
        };
        let Lit::Str(path) = &value.lit else {
            return None;
        };
        pair.path.is_ident("path").then(|| path.value())
    })
}

/// A path that is relative to a folder, without `..` in it.
fn resolved(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split_terminator('/').collect();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl Crate {
    /// Reads a file and all files below it. `folder` is where its children are.
    fn read(&mut self, tree: &Tree, file: &str, at: Vec<String>, folder: &str) -> Option<Finding> {
        let items = match syn::parse_file(tree.get(file)?) {
            Ok(parsed) => parsed.items,
            Err(error) => return Some(Finding::new(file, 0, format!("is no Rust: {error}"))),
        };
        self.take(tree, file, at, folder, items)
    }

    fn take(
        &mut self,
        tree: &Tree,
        file: &str,
        at: Vec<String>,
        folder: &str,
        items: Vec<Item>,
    ) -> Option<Finding> {
        let mut reading = Reading::default();
        let mut wrong = None;
        for item in items {
            let Item::Mod(module) = item else {
                reading.visit_item(&item);
                continue;
            };
            if for_tests(&module.attrs) && module.content.is_some() {
                continue;
            }
            let name = module.ident.to_string();
            let below: Vec<_> = at.iter().cloned().chain([name.clone()]).collect();
            let inner = format!("{folder}{name}/");
            let found = match module.content {
                Some((_, items)) => self.take(tree, file, below, &inner, items),
                None => match path_of(&module.attrs) {
                    Some(path) => {
                        let path = resolved(&folder_of(file), &path);
                        self.read(tree, &path, below, &folder_of(&path))
                    }
                    None => [format!("{folder}{name}.rs"), format!("{inner}mod.rs")]
                        .iter()
                        .find(|path| tree.get(path).is_some())
                        .and_then(|path| self.read(tree, path, below, &inner)),
                },
            };
            wrong = wrong.or(found);
        }
        let file = file.to_owned();
        let module = Module {
            file,
            ..reading.module
        };
        self.0.insert(at, module);
        wrong
    }

    /// All imports between different files.
    fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (at, module) in &self.0 {
            let passed_on = |path: &&Written| {
                let taken = module
                    .uses
                    .iter()
                    .find(|taken| taken.passed_on && taken.name.as_ref() == path.first());
                taken.map(|taken| &taken.path)
            };
            let taken = module.uses.iter().filter(|taken| {
                // Offered, and used here or not: the paths below tell.
                !(taken.passed_on && self.is_below(at, &taken.path))
            });
            let written = taken.map(|taken| &taken.path);
            let paths = module.paths.iter();
            let paths = paths.map(|path| passed_on(&path).unwrap_or(path));
            for path in written.chain(paths) {
                let Some(to) = self.leads_to(at, path, 0) else {
                    continue;
                };
                if to != module.file {
                    let names = imports.entry((module.file.clone(), to)).or_default();
                    names.extend(path.last().cloned());
                }
            }
        }
        imports
    }

    fn is_below(&self, at: &[String], path: &[String]) -> bool {
        let start = self.start(at, path);
        start.is_some_and(|(start, rest)| {
            let first = rest.first().into_iter().cloned();
            let child: Vec<_> = start.iter().cloned().chain(first).collect();
            child.len() > at.len() && child.starts_with(at) && self.0.contains_key(&child)
        })
    }

    /// The module in which a path begins, and the rest of the path. None for another crate's.
    fn start<'p>(&self, at: &[String], path: &'p [String]) -> Option<(Vec<String>, &'p [String])> {
        let (first, rest) = path.split_first()?;
        let mut start = at.to_vec();
        match first.as_str() {
            "crate" => start.clear(),
            "self" => {}
            "super" => drop(start.pop()?),
            name => {
                start.push(name.to_owned());
                return self.0.contains_key(&start).then(|| (at.to_vec(), path));
            }
        }
        let mut rest = rest;
        while let Some((first, after)) = rest.split_first()
            && first == "super"
        {
            start.pop()?;
            rest = after;
        }
        Some((start, rest))
    }

    /// The file that defines what a path names.
    fn leads_to(&self, at: &[String], path: &[String], passed_on: usize) -> Option<String> {
        let (mut here, rest) = self.start(at, path)?;
        for name in rest {
            let below: Vec<_> = here.iter().cloned().chain([name.clone()]).collect();
            if self.0.contains_key(&below) {
                here = below;
                continue;
            }
            return self.defined(&here, name, passed_on);
        }
        Some(self.0.get(&here)?.file.clone())
    }

    /// The file that defines what a module knows by this name.
    fn defined(&self, here: &[String], name: &str, passed_on: usize) -> Option<String> {
        let module = self.0.get(here)?;
        if module.defines.contains(name) || passed_on >= PASSED_ON_MAX {
            return Some(module.file.clone());
        }
        let mut uses = module.uses.iter();
        if let Some(taken) = uses.find(|taken| taken.name.as_deref() == Some(name)) {
            return self.leads_to(here, &taken.path, passed_on + 1);
        }
        let everything = module.uses.iter().filter(|taken| taken.name.is_none());
        for taken in everything {
            let path: Vec<_> = taken
                .path
                .iter()
                .cloned()
                .chain([name.to_owned()])
                .collect();
            if let Some(file) = self.leads_to(here, &path, passed_on + 1) {
                return Some(file);
            }
        }
        Some(module.file.clone())
    }
}

/// What is read of one module, without the modules in it.
#[derive(Default)]
struct Reading {
    module: Module,
}

impl Reading {
    fn take_use(&mut self, before: &Written, tree: &UseTree, passed_on: bool) {
        let below = |name: String| -> Written { before.iter().cloned().chain([name]).collect() };
        let (path, name) = match tree {
            UseTree::Path(path) => {
                return self.take_use(&below(path.ident.to_string()), &path.tree, passed_on);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.take_use(before, tree, passed_on);
                }
                return;
            }
            UseTree::Glob(_) => (before.clone(), None),
            UseTree::Name(name) if name.ident == "self" => (before.clone(), before.last().cloned()),
            UseTree::Name(name) => (below(name.ident.to_string()), Some(name.ident.to_string())),
            UseTree::Rename(name) => {
                let path = below(name.ident.to_string());
                (path, Some(name.rename.to_string()))
            }
        };
        self.module.uses.push(Use {
            path,
            name,
            passed_on,
        });
    }

    /// What a macro is given is no syntax yet: its paths are.
    fn take_tokens(&mut self, tokens: TokenStream) {
        let mut path = Written::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.end(&mut path);
                    self.take_tokens(group.stream());
                }
                _ => self.end(&mut path),
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Written) {
        let path = std::mem::take(path);
        // `pub(super)` takes nothing.
        let is_visibility = matches!(path.as_slice(), [one] if one == "super" || one == "crate");
        if !path.is_empty() && !is_visibility {
            self.module.paths.push(path);
        }
    }
}

impl<'ast> Visit<'ast> for Reading {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = match item {
            Item::Const(item) => (&item.attrs, Some(&item.ident)),
            Item::Enum(item) => (&item.attrs, Some(&item.ident)),
            Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            Item::Static(item) => (&item.attrs, Some(&item.ident)),
            Item::Struct(item) => (&item.attrs, Some(&item.ident)),
            Item::Trait(item) => (&item.attrs, Some(&item.ident)),
            Item::Type(item) => (&item.attrs, Some(&item.ident)),
            Item::Impl(item) => (&item.attrs, None),
            Item::Use(item) => (&item.attrs, None),
            _ => return syn::visit::visit_item(self, item),
        };
        if for_tests(attributes) {
            return;
        }
        self.module.defines.extend(name.map(ToString::to_string));
        syn::visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let passed_on = !matches!(item.vis, Visibility::Inherited);
        self.take_use(&Written::new(), &item.tree, passed_on);
    }

    /// One within a function: rare, and read as if it were not there.
    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    /// `pub(super)` takes nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter();
        let names = names.map(|segment| segment.ident.to_string()).collect();
        self.module.paths.push(names);
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        syn::visit::visit_macro(self, call);
        self.take_tokens(call.tokens.clone());
    }
}

/// `#[test]`, `#[cfg(test)]` and what is like it.
fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") => {
            let mut words = list.tokens.to_string();
            words.retain(|c| !c.is_whitespace());
            let mut words = words.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.clone().any(|word| word == "test") && !words.any(|word| word == "not")
        }
        _ => false,
    })
}

/// A circle: every import among files each of which leads to each other one.
struct Circle(Imports);

fn circles(imports: &Imports) -> Vec<Circle> {
    let files: BTreeSet<&String> = imports.keys().flat_map(|(from, to)| [from, to]).collect();
    let reached: BTreeMap<&String, BTreeSet<&String>> = files
        .iter()
        .map(|file| (*file, reached(imports, file)))
        .collect();
    let leads = |from: &String, to: &String| reached.get(from).is_some_and(|all| all.contains(to));
    let mut circles = Vec::new();
    let mut seen = BTreeSet::new();
    for file in files {
        if seen.contains(file) || !leads(file, file) {
            continue;
        }
        let within = |other: &String| leads(file, other) && leads(other, file);
        let among = imports.iter();
        let among = among.filter(|((from, to), _)| within(from) && within(to));
        let among: Imports = among
            .map(|(ends, names)| (ends.clone(), names.clone()))
            .collect();
        seen.extend(
            among
                .keys()
                .flat_map(|(from, to)| [from.clone(), to.clone()]),
        );
        circles.push(Circle(among));
    }
    circles
}

/// All files that a file leads to.
fn reached<'i>(imports: &'i Imports, file: &String) -> BTreeSet<&'i String> {
    let mut reached = BTreeSet::new();
    let mut next = vec![file];
    while let Some(file) = next.pop() {
        let from_here = imports.keys().filter(|(from, _)| from == file);
        for (_, to) in from_here {
            if reached.insert(to) {
                next.push(to);
            }
        }
    }
    reached
}

fn told(Circle(imports): &Circle) -> Finding {
    let lines = imports.iter().map(|((from, to), names)| {
        let mut names: Vec<_> = names
            .iter()
            .take(NAMES_MAX + 1)
            .map(String::as_str)
            .collect();
        if let Some(name) = names.get_mut(NAMES_MAX) {
            *name = "…";
        }
        format!("\n    {from} takes {} from {to}", names.join(", "))
    });
    let file = imports.keys().next().map_or("", |(from, _)| from.as_str());
    let lines: String = lines.collect();
    Finding::new(file, 0, format!("is in a circle of imports:{lines}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a crate of these files, each line of it.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let tree = super::super::tree::sample(files);
        let mut krate = Crate::default();
        assert_eq!(krate.read(&tree, "src/lib.rs", Vec::new(), "src/"), None);
        let findings: Vec<_> = circles(&krate.imports()).iter().map(told).collect();
        let lines = findings.iter().flat_map(|finding| finding.text.lines());
        lines.map(|line| line.trim().to_owned()).collect()
    }

    #[test]
    fn a_circle_is_told_with_the_names_that_tie_it() {
        let files = [
            ("src/lib.rs", "mod a;\nmod b;\nmod c;\n"),
            ("src/a.rs", "use crate::b::Two;\npub struct One(Two);\n"),
            (
                "src/b.rs",
                "pub struct Two;\nfn f() { super::c::three(); }\n",
            ),
            (
                "src/c.rs",
                "use super::a::{One, self};\npub fn three() {}\n",
            ),
        ];
        let lines = [
            "is in a circle of imports:",
            "src/a.rs takes Two from src/b.rs",
            "src/b.rs takes three from src/c.rs",
            "src/c.rs takes One, a from src/a.rs",
        ];
        assert_eq!(found(&files), lines);
    }

    #[test]
    fn a_parent_may_pass_on_what_its_children_define_and_not_use_it_beside_them() {
        let child = ("src/a/b.rs", "use super::One;\npub struct Two(One);\n");
        let other = ("src/a/c.rs", "pub struct One;\n");
        let root = ("src/lib.rs", "mod a;\n");
        let passes_on = (
            "src/a.rs",
            "mod b;\nmod c;\npub use b::Two;\npub use self::c::*;\n",
        );
        assert_eq!(
            found(&[root, passes_on, child, other]),
            Vec::<String>::new()
        );
        let defines = ("src/a/mod.rs", "mod b;\npub use b::Two;\npub struct One;\n");
        assert_eq!(found(&[root, defines, child]), Vec::<String>::new());
        let uses = (
            "src/a.rs",
            "mod b;\npub use b::Two;\npub struct One;\nfn f(two: &Two) {}\n",
        );
        assert_eq!(found(&[root, uses, child]).len(), 3);
    }

    #[test]
    fn what_is_given_to_a_macro_is_read_too_and_tests_are_not() {
        let a = (
            "src/a.rs",
            "fn one() { println!(\"{}\", crate::b::TWO); }\n",
        );
        let b = ("src/b.rs", "pub const TWO: u8 = crate::a::one();\n");
        let root = ("src/lib.rs", "mod a;\nmod b;\n");
        assert_eq!(found(&[root, a, b]).len(), 3);
        let tested = (
            "src/b.rs",
            "#[cfg(test)]\nuse crate::a::one;\n#[cfg(test)]\nmod tests { use crate::a::one; }\n",
        );
        assert_eq!(found(&[root, a, tested]), Vec::<String>::new());
        let inline = ("src/b.rs", "mod inner { use crate::a::one; }\n");
        assert_eq!(found(&[root, a, inline]).len(), 3);
    }

    #[test]
    fn files_that_are_built_for_tests_alone_are_in_no_circle_either() {
        let root = (
            "src/lib.rs",
            "#[cfg(test)]\nmod model;\n#[cfg(test)]\nmod other;\n",
        );
        let model = (
            "src/model.rs",
            "use crate::other::Two;\npub struct One(Two);\n",
        );
        let other = ("src/other.rs", "use crate::model::One;\npub struct Two;\n");
        assert_eq!(found(&[root, model, other]).len(), 3);
        let named = (
            "src/lib.rs",
            "mod model;\n#[path = \"../far/other.rs\"]\nmod other;\n",
        );
        assert_eq!(found(&[named, model, ("far/other.rs", other.1)]).len(), 3);
        let tests = (
            "src/model.rs",
            "pub struct One;\n#[cfg(test)]\nmod tests;\n",
        );
        let tested = (
            "src/model/tests.rs",
            "use super::*;\nfn one() -> One { One }\n",
        );
        assert_eq!(found(&[root, tests, tested]), Vec::<String>::new());
    }

    #[test]
    fn other_crates_and_names_of_the_same_file_are_no_imports() {
        let files = [
            ("src/lib.rs", "mod a;\nuse a::One;\nuse serde::Serialize;\n"),
            (
                "src/a.rs",
                "use std::fmt;\npub struct One;\nimpl fmt::Debug for One {}\n",
            ),
        ];
        assert_eq!(found(&files), Vec::<String>::new());
    }
}
