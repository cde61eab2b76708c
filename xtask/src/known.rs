//! Lists of what is known to differ, or to be left, each with its reason.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

/// `NAME | WHY`, one for each line; `#` starts a comment.
pub(crate) fn read(text: &str) -> Result<BTreeMap<String, String>> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let parts = line.split_once(" | ");
            let (name, why) = parts.with_context(|| format!("no reason in the line {line:?}"))?;
            Ok((name.trim().to_owned(), why.trim().to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_name_without_a_reason_is_refused() {
        assert!(read("a: form, without a reason").is_err());
        assert_eq!(
            read("# a\n\na | b\n").ok().map(|known| known.len()),
            Some(1)
        );
    }
}
