//! Firefox and WebKitGTK, in which some of the browser tests are played too.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::{system, tools};
use crate::ctx::Ctx;
use crate::pins;
use crate::proc::Stages;

/// Names the engines that the caller does without: their tests then count as skipped.
const WITHOUT: &str = "GUICHET_WITHOUT_ENGINES";

/// An engine, by the name that [`WITHOUT`] knows.
struct Engine {
    name: &'static str,
    /// Its browser, a driver if the system has one, and what else it needs, each by the variable
    /// that names another one, or none.
    programs: &'static [(Option<&'static str>, &'static [&'static str])],
    packages: &'static [&'static str],
}

const FIREFOX: Engine = Engine {
    name: "firefox",
    programs: &[(Some("GUICHET_FIREFOX"), &["firefox-esr", "firefox"])],
    packages: &["firefox-esr"],
};

/// Each of its browsers needs a screen and a window manager, or no window has the focus.
const WEBKIT: Engine = Engine {
    name: "webkit",
    programs: &[
        (Some("GUICHET_WEBKIT"), &["MiniBrowser"]),
        (Some("GUICHET_WEBKITDRIVER"), &["WebKitWebDriver"]),
        (None, &["Xvfb"]),
        (None, &["openbox"]),
    ],
    packages: &["webkit2gtk-driver", "xvfb", "openbox"],
};

/// Where WebKitGTK keeps its browser, which is on nobody's path.
const LIBRARIES: [&str; 3] = ["/usr/lib", "/usr/libexec", "/usr/lib64"];

/// Variables for the browser tests, with the programs that they name.
pub(crate) type Named = Vec<(&'static str, PathBuf)>;

/// Brings them.
///
/// # Errors
///
/// One of them is not there, can't be installed from here, and is not named in [`WITHOUT`].
pub(crate) fn ensure(ctx: &Ctx, stages: &mut Stages) -> Result<Named> {
    let without = std::env::var(WITHOUT).unwrap_or_default();
    let mut named = Named::new();
    for engine in [FIREFOX, WEBKIT] {
        if without.split([' ', ',']).any(|name| name == engine.name) {
            println!(
                "NOTE: without {}: its tests are skipped ({WITHOUT})",
                engine.name
            );
            continue;
        }
        named.extend(engine.ensure(stages)?);
        if engine.name == FIREFOX.name {
            named.push(("GUICHET_GECKODRIVER", geckodriver(ctx, stages)?));
        }
    }
    Ok(named)
}

fn geckodriver(ctx: &Ctx, stages: &mut Stages) -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("GUICHET_GECKODRIVER") {
        return Ok(named.into());
    }
    tools::ensure(ctx, stages, &pins::GECKODRIVER)?;
    Ok(ctx.tools.join("bin").join(pins::GECKODRIVER.program))
}

impl Engine {
    fn ensure(&self, stages: &mut Stages) -> Result<Named> {
        if let Some(found) = self.find() {
            return Ok(found);
        }
        stages
            .run(self.name, || system::apt(self.packages))
            .with_context(|| self.advice())?;
        self.find().with_context(|| self.advice())
    }

    fn advice(&self) -> String {
        let variables = self.programs.iter().filter_map(|(variable, _)| *variable);
        format!(
            "browser tests are played in {} too: install it (Debian: {}), or name its programs in \
             {}. {WITHOUT}={} leaves these tests out, and counts them as skipped",
            self.name,
            self.packages.join(" "),
            variables.collect::<Vec<_>>().join(" and "),
            self.name
        )
    }

    /// All of its programs, if they are there.
    fn find(&self) -> Option<Named> {
        let mut named = Named::new();
        for (variable, names) in self.programs {
            let given = variable.and_then(std::env::var_os).map(PathBuf::from);
            let found = given.or_else(|| system::find(names));
            let found = found.or_else(|| in_libraries(names))?;
            named.extend(variable.map(|variable| (variable, found)));
        }
        Some(named)
    }
}

/// The newest of these programs in a folder `webkit…` of a folder of libraries.
fn in_libraries(names: &[&str]) -> Option<PathBuf> {
    let below = |folder: PathBuf| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
    };
    let roots = LIBRARIES.iter().map(PathBuf::from);
    // Debian has a folder for each kind of processor between.
    let folders = roots.flat_map(|root| below(root.clone()).flat_map(below).chain(below(root)));
    let webkits = folders.filter(|folder| {
        let name = folder.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("webkit")
    });
    let programs = webkits.flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    programs.filter(|program| program.is_file()).max()
}
