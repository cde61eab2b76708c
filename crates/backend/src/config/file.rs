//! The file's texts: secrets that stand elsewhere are put in their places, and no error quotes one.

use std::path::Path;

use anyhow::Context as _;

/// serde's words without the value that they quote: it may be a key at the wrong place.
pub(super) fn without_value(message: &str) -> String {
    let quotes = ["invalid type: ", "invalid value: ", "unknown variant "];
    match message.split_once(", expected ") {
        Some((start, expected)) if quotes.iter().any(|quote| start.starts_with(quote)) => {
            format!("must be {expected}")
        }
        _ => message.to_owned(),
    }
}

/// Replaces `env:NAME` and the keys that end in `_file` and `_files` by what they stand for.
pub(crate) fn resolve(
    table: &mut toml::Table,
    folder: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> anyhow::Result<()> {
    for key in table.keys().cloned().collect::<Vec<_>>() {
        let Some(mut value) = table.remove(&key) else {
            continue;
        };
        resolve_value(&key, &mut value, folder, env)?;
        let read = |path: &toml::Value| -> anyhow::Result<toml::Value> {
            let path = folder.join(path.as_str().unwrap_or_default());
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("{key}: can't read {}", path.display()))?;
            Ok(text.trim().into())
        };
        match (
            key.strip_suffix("_file"),
            key.strip_suffix("_files"),
            &value,
        ) {
            (Some(name), ..) => table.insert(name.into(), read(&value)?),
            (_, Some(name), toml::Value::Array(paths)) => {
                let texts = paths.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
                table.insert(format!("{name}s"), texts.into())
            }
            _ => table.insert(key, value),
        };
    }
    Ok(())
}

fn resolve_value(
    key: &str,
    value: &mut toml::Value,
    folder: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> anyhow::Result<()> {
    match value {
        toml::Value::String(text) => {
            if let Some(name) = text.strip_prefix("env:") {
                *text = env(name).with_context(|| {
                    format!("{key}: the environment variable {name} is not set")
                })?;
            }
        }
        toml::Value::Array(values) => {
            for value in values {
                resolve_value(key, value, folder, env)?;
            }
        }
        toml::Value::Table(table) => resolve(table, folder, env)?,
        _ => {}
    }
    Ok(())
}
