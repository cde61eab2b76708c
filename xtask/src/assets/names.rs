//! The short names that wasm-opt gives the module's imports and exports, put into the glue.

use std::collections::HashMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// The glue with the new names of this table, which wasm-opt prints: module, old name and new name
/// of each import; old and new name of each export.
pub(super) fn apply(table: &str, glue: &str) -> Result<String> {
    let mut table: Value =
        serde_json::from_str(table).context("wasm-opt printed no table of new names")?;
    let imports: Vec<(String, String, String)> = serde_json::from_value(table["imports"].take())?;
    let exports: Vec<(String, String)> = serde_json::from_value(table["exports"].take())?;
    let exports: HashMap<_, _> = exports.iter().map(|(old, new)| (&**old, &**new)).collect();
    let known: HashMap<_, _> = imports
        .iter()
        .map(|(_, old, new)| (&**old, &**new))
        .collect();
    let mut out = String::with_capacity(glue.len());
    let (mut rest, mut placed) = (glue, 0);
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !is_part(c)).unwrap_or(from.len());
        let (name, after) = from.split_at(end);
        out.push_str(before);
        // `__wbg_…: function(…)` in the object of imports, and `wasm.…` of the exports.
        let new = if out.ends_with("wasm.") {
            exports.get(name).copied()
        } else if after.starts_with(": function") {
            let new = known.get(name).copied();
            placed += usize::from(new.is_some());
            new
        } else {
            None
        };
        out.push_str(new.unwrap_or(name));
        rest = after;
    }
    out.push_str(rest);
    ensure!(
        placed == imports.len(),
        "the glue has {placed} of the module's {} imports",
        imports.len()
    );
    // All of them come from one module, which is called `a` now.
    if let Some((module, ..)) = imports.first() {
        let quoted = format!("\"{module}\": import0");
        ensure!(out.contains(&quoted), "the glue does not name {module}");
        out = out.replace(&quoted, "\"a\": import0");
    }
    Ok(out)
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::apply;

    const TABLE: &str = r#"{
        "imports": [["./x_bg.js", "__wbg_new_1", "a"], ["./x_bg.js", "__wbg_set_2", "$"]],
        "exports": [["act", "b"], ["memory", "c"]]
    }"#;

    #[test]
    fn names_change_where_glue_and_module_meet_and_nowhere_else() -> anyhow::Result<()> {
        let glue = "export function act(memory) { wasm.act(wasm.memory.buffer, wasm.other); }\n\
            const import0 = { __wbg_new_1: function() { return act; },\n\
            __wbg_set_2: function(a) { return handleError(); } };\n\
            return { \"./x_bg.js\": import0 };";
        let expected = "export function act(memory) { wasm.b(wasm.c.buffer, wasm.other); }\n\
            const import0 = { a: function() { return act; },\n\
            $: function(a) { return handleError(); } };\n\
            return { \"a\": import0 };";
        assert_eq!(apply(TABLE, glue)?, expected);
        Ok(())
    }

    #[test]
    fn a_glue_of_another_module_is_refused() {
        assert!(apply(TABLE, "__wbg_new_1: function() {}").is_err());
        assert!(apply("", "").is_err());
    }
}
