//! The folder that the backend serves, the folder that a shop can embed, and the table.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::package;
use super::parts::{
    CARD, CARD_MARK, ELEMENT, Mode, REFUSALS, REFUSALS_MARK, STEM, Scripts, TAKEOVER_MARK, WORDS,
    WORDS_MARK, pkg,
};
use super::words::{self, File};
use crate::ctx::Ctx;

/// What the element's script may weigh, in bytes after brotli: with the answer that has the face,
/// which is within 4,000, the list is there well before the 14,000 that are promised. A build that
/// is over it fails.
const ELEMENT_BUDGET: u64 = 8_500;
/// What module, glue and the words of one language may weigh, in bytes after brotli. A build that
/// is over it fails.
const BUDGET: u64 = 100_000;
/// The same where the standard library can't be rebuilt for size: messages of panics, and numbers
/// that nobody prints, stay in the module.
const PLAIN_BUDGET: u64 = 116_000;
const MANIFEST: &str = "manifest.json";

/// The digests of all that a script loads, by which a browser checks it.
const DIGESTS_MARK: &str = "__GUICHET_DIGESTS__";
/// A constant of the element's script that names the module. Three others are names by themselves.
const WASM_MARK: &str = "__GUICHET_WASM__";

struct Asset {
    kind: &'static str,
    /// Not needed before the list can be used.
    later: bool,
    name: String,
    content: Vec<u8>,
}

pub(super) fn run(ctx: &Ctx, scripts: &Scripts, mode: Mode) -> Result<()> {
    let module = fs::read(pkg(ctx).join(format!("{STEM}_bg.wasm")))?;
    let wasm = hashed("wasm", STEM, "wasm", module);
    let later = |kind, stem, extension, content: &str| Asset {
        later: true,
        ..hashed(kind, stem, extension, content.as_bytes().to_vec())
    };
    let card = later("card", CARD, "js", &scripts.card);
    let refusals = later("refusals", REFUSALS, "js", &scripts.refusals);
    let style = later("style", STEM, "css", &scripts.style);
    let files = words::files()?;
    let (all_words, words) = hashed_words(&files);
    let glue = takeover(scripts, &files, &card, (&all_words, &words))?;
    let element = element(scripts, &glue, &refusals, &wasm)?;
    package::write(ctx, scripts, &files, &element.content)?;

    // Made beside the old folder and moved in its place, so that it is never half there.
    let folder = ctx.assets();
    let fresh = folder.with_extension("new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    fs::create_dir_all(&fresh)?;
    let mut rows = Vec::new();
    let all = [element, glue, wasm, card, refusals, style];
    for asset in all.into_iter().chain(words) {
        let small = brotli(&asset.content, if mode == Mode::Dev { 4 } else { 11 })?;
        fs::write(fresh.join(&asset.name), &asset.content)?;
        fs::write(fresh.join(format!("{}.br", asset.name)), &small)?;
        rows.push(json!({
            "kind": asset.kind,
            "name": asset.name,
            "later": asset.later,
            "integrity": package::integrity(&asset.content),
            "bytes": asset.content.len(),
            "brotli": small.len(),
        }));
    }
    let budget = match mode {
        Mode::Dev => None,
        Mode::Plain => Some(PLAIN_BUDGET),
        Mode::Lean => Some(BUDGET),
    };
    let manifest = json!({ "budget": budget, "files": rows });
    fs::write(fresh.join(MANIFEST), format!("{manifest:#}\n"))?;
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    Ok(fs::rename(fresh, folder)?)
}

/// The script that takes over, with the names and digests of what it loads.
fn takeover(
    scripts: &Scripts,
    files: &[File],
    card: &Asset,
    (all_words, words): (&str, &[Asset]),
) -> Result<Asset> {
    let names = [(CARD_MARK, &*card.name), (WORDS_MARK, all_words)];
    let script = named(&scripts.takeover, &names)?;
    let tags = files.iter().map(|file| file.name(words::TAG));
    let cards = [("card".to_owned(), card)];
    let script = with_digests(&script, cards.into_iter().chain(tags.zip(words)))?;
    Ok(hashed("glue", STEM, "js", script.into_bytes()))
}

/// The element's script, with the names and digests of what it loads. Its own name never changes.
fn element(scripts: &Scripts, glue: &Asset, refusals: &Asset, wasm: &Asset) -> Result<Asset> {
    let names = [
        (TAKEOVER_MARK, &*glue.name),
        (REFUSALS_MARK, &refusals.name),
        (WASM_MARK, &wasm.name),
    ];
    let script = named(&scripts.element, &names)?;
    let next = [("takeover", glue), ("refusals", refusals), ("wasm", wasm)];
    let next = next.map(|(name, asset)| (name.to_owned(), asset));
    Ok(Asset {
        kind: "element",
        later: false,
        name: ELEMENT.to_owned(),
        content: with_digests(&script, next.into_iter())?.into_bytes(),
    })
}

fn hashed(kind: &'static str, stem: &str, extension: &str, content: Vec<u8>) -> Asset {
    let name = format!("{stem}-{}.{extension}", hash(&content));
    Asset {
        kind,
        later: false,
        name,
        content,
    }
}

fn hash(content: &[u8]) -> String {
    let hash = hex::encode(Sha256::digest(content));
    hash.get(..16).unwrap_or(&hash).to_owned()
}

/// The files of all languages, and the name for all of them: they share the hash, because the
/// element's script would have to name each one otherwise.
fn hashed_words(files: &[File]) -> (String, Vec<Asset>) {
    let contents: Vec<&str> = files.iter().map(|file| &*file.content).collect();
    let name = format!("{WORDS}-{}.json", hash(contents.concat().as_bytes()));
    let asset = |file: &File| Asset {
        kind: "words",
        later: false,
        name: file.name(&name),
        content: file.content.clone().into_bytes(),
    };
    let assets = files.iter().map(asset).collect();
    (name, assets)
}

/// A script with the names of the files that it loads, by their marks.
fn named(script: &str, names: &[(&str, &str)]) -> Result<String> {
    let mut script = script.to_owned();
    for (mark, name) in names {
        ensure!(script.contains(mark), "a script does not have {mark}");
        script = filled(&script, mark, name);
    }
    Ok(script)
}

/// A script with the digests of those files, by name.
fn with_digests<'a>(
    script: &str,
    files: impl Iterator<Item = (String, &'a Asset)>,
) -> Result<String> {
    ensure!(
        script.contains(DIGESTS_MARK),
        "src/files.js does not have {DIGESTS_MARK}"
    );
    let digest = |asset: &Asset| STANDARD.encode(Sha256::digest(&asset.content));
    let all: Vec<String> = files
        .map(|(name, asset)| format!("{name}:{}", digest(asset)))
        .collect();
    Ok(script.replace(DIGESTS_MARK, &all.join(" ")))
}

/// Puts a name where the mark is: inside a string as it is, elsewhere as a string of its own.
fn filled(script: &str, mark: &str, name: &str) -> String {
    let mut out = String::with_capacity(script.len());
    let mut rest = script;
    while let Some((before, after)) = rest.split_once(mark) {
        out.push_str(before);
        let in_string = before.ends_with(['"', '\'', '`', '/']);
        if in_string {
            out.push_str(name);
        } else {
            out.push_str(&format!("\"{name}\""));
        }
        rest = after;
    }
    out + rest
}

fn brotli(content: &[u8], quality: u32) -> Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, quality, 22);
    writer.write_all(content)?;
    Ok(writer.into_inner())
}

fn manifest(folder: &Path) -> Result<Value> {
    let content = fs::read(folder.join(MANIFEST)).context("the assets have no manifest")?;
    Ok(serde_json::from_slice(&content)?)
}

/// A file of the manifest.
struct Listed<'m> {
    kind: &'m str,
    name: &'m str,
    bytes: u64,
    brotli: u64,
    /// Not needed before the list can be used.
    later: bool,
}

fn files(manifest: &Value) -> impl Iterator<Item = Listed<'_>> {
    let files = manifest
        .get("files")
        .and_then(Value::as_array)
        .map(Vec::as_slice);
    files.unwrap_or_default().iter().filter_map(|file| {
        let number = |name: &str| file.get(name)?.as_u64();
        Some(Listed {
            kind: file.get("kind")?.as_str()?,
            name: file.get("name")?.as_str()?,
            bytes: number("bytes")?,
            brotli: number("brotli")?,
            later: file.get("later") == Some(&Value::Bool(true)),
        })
    })
}

/// Whether every file that the manifest names is there, and what wasm-pack made as well.
pub(super) fn is_complete(ctx: &Ctx) -> bool {
    let folder = ctx.assets();
    let mut made = vec![
        format!("{STEM}.js"),
        format!("{STEM}_bg.wasm"),
        ELEMENT.to_owned(),
        CARD_MARK.to_owned(),
    ];
    let words = words::files().unwrap_or_default();
    made.extend(words.iter().map(|file| file.name(WORDS_MARK)));
    made.iter().all(|name| pkg(ctx).join(name).is_file())
        && package::is_complete(ctx)
        && manifest(&folder).is_ok_and(|manifest| {
            // The style sheet is for markup from the server, which names the backend's; what is
            // said where nothing can be paid is in the package's own script.
            files(&manifest).count() == made.len() + 2
                && files(&manifest).all(|Listed { name, .. }| {
                    folder.join(name).is_file() && folder.join(format!("{name}.br")).is_file()
                })
        })
}

/// Prints the bytes of each asset, and those of module and glue against the budget.
pub(super) fn show(ctx: &Ctx) -> Result<()> {
    let manifest = manifest(&ctx.assets())?;
    println!();
    println!("{:<42} {:>10} {:>10}", "asset", "bytes", "brotli");
    for file in files(&manifest) {
        let when = if file.later { "  later" } else { "" };
        println!(
            "{:<42} {:>10} {:>10}{when}",
            file.name, file.bytes, file.brotli
        );
    }
    let (raw, small) = files(&manifest)
        .filter(|file| ["glue", "wasm"].contains(&file.kind))
        .chain(largest_words(&manifest))
        .fold((0, 0), |(raw, small), file| {
            (raw + file.bytes, small + file.brotli)
        });
    let label = "module, glue and the words of one language";
    println!("{label:<42} {raw:>10} {small:>10}");
    let Some(budget) = manifest.get("budget").and_then(Value::as_u64) else {
        println!("{:<42} {:>10} {:>10}", "budget", "", "(dev build)");
        return Ok(());
    };
    println!("{:<42} {:>10} {budget:>10}", "budget", "");
    let left = left_of_budget(label, small, budget)?;
    println!("{left} bytes left");
    for element in files(&manifest).filter(|file| file.kind == "element") {
        left_of_budget(element.name, element.brotli, ELEMENT_BUDGET)?;
    }
    println!();
    Ok(())
}

/// The language that weighs most stands for all of them: a browser loads one.
fn largest_words(manifest: &Value) -> Option<Listed<'_>> {
    let words = files(manifest).filter(|file| file.kind == "words");
    words.max_by_key(|file| file.brotli)
}

/// The bytes that the budget leaves, or why the build fails.
fn left_of_budget(what: &str, small: u64, budget: u64) -> Result<u64> {
    budget.checked_sub(small).with_context(|| {
        format!(
            "{what}: {small} bytes (brotli), {} more than the budget of {budget}: \
             load later what the list does not need, or make it smaller",
            small - budget
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        BUDGET, filled, hashed, hashed_words, largest_words, left_of_budget, named, with_digests,
        words,
    };

    #[test]
    fn a_build_over_the_budget_fails_and_says_by_how_much() {
        assert_eq!(left_of_budget("it", BUDGET, BUDGET).ok(), Some(0));
        assert_eq!(left_of_budget("it", 1000, BUDGET).ok(), Some(BUDGET - 1000));
        let over = left_of_budget("it", BUDGET + 1, BUDGET).map_err(|error| error.to_string());
        assert!(over.is_err_and(|text| text.contains(", 1 more than the budget")));
    }

    #[test]
    fn names_are_put_in_and_quoted_where_needed() {
        assert_eq!(filled("import(__X__)", "__X__", "a.js"), "import(\"a.js\")");
        assert_eq!(
            filled("x=\"__X__\";y=`./__X__`", "__X__", "a"),
            "x=\"a\";y=`./a`"
        );
    }

    #[test]
    fn a_script_without_the_marks_is_refused() {
        let names = [("guichet_takeover.js", "a"), ("__GUICHET_WASM__", "b")];
        assert!(named("import('./glue.js'),'__GUICHET_WASM__'", &names).is_err());
        let script = "g='guichet_takeover.js',w='__GUICHET_WASM__'";
        let named = named(script, &names).ok();
        assert_eq!(named.as_deref(), Some("g='a',w='b'"));
    }

    #[test]
    fn a_script_bears_the_digests_of_the_files_that_it_loads() -> anyhow::Result<()> {
        let glue = hashed("glue", "guichet_widget", "js", Vec::new());
        let files = || [("glue".to_owned(), &glue)].into_iter();
        let script = with_digests("d='__GUICHET_DIGESTS__'", files())?;
        // Of no bytes at all, as OpenSSL tells it too.
        let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(script, format!("d='glue:{empty}'"));
        assert!(with_digests("d=''", files()).is_err());
        Ok(())
    }

    #[test]
    fn one_language_counts_and_it_is_the_largest() {
        let file = |kind: &str, brotli: u64| {
            let name = format!("{kind}-{brotli}");
            json!({ "kind": kind, "name": name, "bytes": 1, "brotli": brotli })
        };
        let manifest = json!({ "files": [file("wasm", 9), file("words", 2), file("words", 3)] });
        let largest = largest_words(&manifest).map(|file| file.name);
        assert_eq!(largest, Some("words-3"));
    }

    #[test]
    fn the_files_of_all_languages_have_one_name_for_the_element() -> anyhow::Result<()> {
        let (name, assets) = hashed_words(&words::files()?);
        assert!(name.starts_with("guichet_words_LANG-") && name.ends_with(".json"));
        assert_eq!(assets.len(), 8);
        for asset in assets {
            let tag = asset.name.get(14..16).unwrap_or_default();
            assert_eq!(asset.name, name.replace("LANG", tag));
        }
        Ok(())
    }

    #[test]
    fn a_name_follows_the_content() {
        let name = |content: &[u8]| hashed("wasm", "guichet_widget", "wasm", content.to_vec()).name;
        assert_eq!(name(b"one"), name(b"one"));
        assert_ne!(name(b"one"), name(b"two"));
        assert!(name(b"one").starts_with("guichet_widget-") && name(b"one").ends_with(".wasm"));
    }
}
