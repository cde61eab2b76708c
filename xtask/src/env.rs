//! `eval "$(cargo xtask env)"`: the exports for running the tools by hand.

use anyhow::{Context as _, Result};

use crate::ctx::Ctx;
use crate::setup::wasm;

pub(crate) fn run(ctx: &Ctx) -> Result<()> {
    let wasm = wasm::find(ctx).context(
        "no compiler for the browser is set up yet: run `cargo xtask setup` (or `build`) first",
    )?;
    let dirs: Vec<String> = ctx
        .tool_dirs()
        .iter()
        .map(|dir| quoted(&dir.display().to_string()))
        .collect();
    println!("export PATH={}:\"$PATH\"", dirs.join(":"));
    if let Some(toolchain) = wasm.toolchain {
        println!("export RUSTUP_TOOLCHAIN={}", quoted(toolchain));
    }
    println!(
        "export CARGO_TARGET_DIR={}",
        quoted(&ctx.wasm_target().display().to_string())
    );
    Ok(())
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_quote_in_a_path_survives_the_shell() {
        assert_eq!(quoted("/a b/it's"), "'/a b/it'\\''s'");
    }
}
