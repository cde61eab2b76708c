//! What the glue has and the widget never calls: classes for the streams of server functions, which
//! Leptos always exports. What only an unused export needs goes out of the module with it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// The beginning of the names of those classes, which nothing that is exported here reaches.
const STREAMS: &str = "IntoUnderlying";

/// The glue without them.
pub(super) fn without_streams(glue: &str) -> String {
    let mut out = String::with_capacity(glue.len());
    let mut dropping = false;
    for line in glue.lines() {
        // A statement begins at the margin, and goes on until the next one does.
        let begins = !line.starts_with([' ', '}', '\t']) && !line.is_empty();
        if begins {
            dropping = ["export class ", "const ", "if (Symbol.dispose) "]
                .iter()
                .any(|start| {
                    let rest = line.strip_prefix(start);
                    rest.is_some_and(|rest| rest.starts_with(STREAMS))
                });
        }
        if !dropping {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// What is reached from outside: each export that the glue names, as wasm-metadce wants it.
pub(super) fn graph(glue: &str) -> Value {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let names: BTreeSet<&str> = glue
        .split("wasm.")
        .skip(1)
        .filter_map(|rest| rest.split(|c| !is_name(c)).next())
        .collect();
    let nodes: Vec<Value> = names
        .iter()
        .map(|name| json!({ "name": format!("export {name}"), "export": name, "root": true }))
        .collect();
    Value::from(nodes)
}

#[cfg(test)]
mod tests {
    use super::{graph, without_streams};

    const GLUE: &str = "export class IntoUnderlyingSink {
    close() {
        wasm.intounderlyingsink_close(1);
    }
}
if (Symbol.dispose) IntoUnderlyingSink.prototype[Symbol.dispose] = 1;

export function mount(root) {
    return wasm.mount(root);
}
const IntoUnderlyingSinkFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_intounderlyingsink_free(ptr, 1));
const memory = () => wasm.memory.buffer;
";

    #[test]
    fn the_streams_classes_go_and_everything_else_stays() {
        let kept = without_streams(GLUE);
        assert_eq!(
            kept,
            "export function mount(root) {\n    return wasm.mount(root);\n}\n\
             const memory = () => wasm.memory.buffer;\n"
        );
    }

    #[test]
    fn what_the_glue_names_is_reached() {
        let reached = graph(&without_streams(GLUE));
        let names: Vec<_> = reached
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|node| node["export"].as_str())
            .collect();
        assert_eq!(names, ["memory", "mount"]);
    }
}
