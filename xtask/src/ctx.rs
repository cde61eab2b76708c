//! Where things are, and commands that find them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

/// The folders that every command works with.
pub(crate) struct Ctx {
    /// The workspace's root.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
    /// Where tools of pinned versions are kept, shared by every clone of this user.
    pub(crate) tools: PathBuf,
}

impl Ctx {
    pub(crate) fn new() -> Result<Self> {
        let manifest =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest)
            .parent()
            .context("xtask has no parent folder")?
            .to_owned();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => root.join(dir),
            None => root.join("target"),
        };
        Ok(Self {
            target,
            tools: tools_dir()?,
            root,
        })
    }

    /// A command that runs in the root and finds our tools before any other.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", self.path());
        clean(&mut command);
        command
    }

    /// `PATH` with the folders of our tools in front.
    pub(crate) fn path(&self) -> OsString {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let own = self.tool_dirs();
        let rest = std::env::split_paths(&old).filter(|dir| !own.contains(dir));
        std::env::join_paths(own.iter().cloned().chain(rest)).unwrap_or(old)
    }

    pub(crate) fn tool_dirs(&self) -> [PathBuf; 2] {
        [self.tools.join("bin"), self.npm().join("node_modules/.bin")]
    }

    /// The folder that npm installs into.
    pub(crate) fn npm(&self) -> PathBuf {
        self.tools.join("npm")
    }

    /// Builds for the browser keep to a folder of their own: where another compiler makes them,
    /// the two would otherwise throw each other's work away.
    pub(crate) fn wasm_target(&self) -> PathBuf {
        self.target.join("wasm")
    }

    /// What `cargo xtask build` fills and the backend serves.
    pub(crate) fn assets(&self) -> PathBuf {
        self.target.join("assets")
    }

    /// A path as it is shown: relative to the root where it lies below it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

/// Takes away what `cargo run` adds for the program it starts: it is about xtask, and a child
/// cargo of another toolchain must neither load libraries of this one nor think it is xtask.
pub(crate) fn clean(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let about_xtask = text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || text == "CARGO_BIN_NAME"
            || text == "CARGO_CRATE_NAME"
            || text == "CARGO_PRIMARY_PACKAGE"
            || text == "CARGO";
        if about_xtask {
            command.env_remove(&name);
        }
    }
    if let Some(old) = std::env::var_os("LD_LIBRARY_PATH") {
        let kept = std::env::split_paths(&old)
            .filter(|dir| !dir.components().any(|part| is_cargos(part.as_os_str())));
        match std::env::join_paths(kept) {
            Ok(kept) if !kept.is_empty() => command.env("LD_LIBRARY_PATH", kept),
            _ => command.env_remove("LD_LIBRARY_PATH"),
        };
    }
}

fn is_cargos(part: &std::ffi::OsStr) -> bool {
    part == "target" || part == ".rustup" || part == "toolchains" || part == "rustlib"
}

fn tools_dir() -> Result<PathBuf> {
    if let Some(dir) = std::env::var_os("GUICHET_TOOLS") {
        return Ok(std::path::absolute(dir)?);
    }
    let cache = match std::env::var_os("XDG_CACHE_HOME") {
        Some(dir) if !dir.is_empty() => PathBuf::from(dir),
        _ => std::env::home_dir()
            .context("no home folder: set GUICHET_TOOLS to a folder for the tools")?
            .join(".cache"),
    };
    Ok(cache.join("guichet/tools"))
}
