//! `cargo xtask spoken`: one whole payment, listened to with a screen reader, outside CI.
//!
//! Each browser has a desktop of its own: a screen, a session bus, a window manager, and Orca,
//! which writes what it says into a file. The tests are `tests/e2e/spoken.rs`; nothing is heard.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::child::{Child, Children};
use crate::ctx::Ctx;
use crate::proc::{self, Stages};
use crate::setup::system;
use crate::tests_run::{self, Totals};
use crate::{assets, demo, setup};

/// Debian's names of what it takes.
const PACKAGES: [&str; 6] = [
    "orca",
    "at-spi2-core",
    "gir1.2-atspi-2.0",
    "dbus-daemon",
    "xvfb",
    "openbox",
];

/// The tests, by the browser that each of them opens.
const TESTS: [&str; 2] = [
    "spoken::in_chromium_a_whole_payment_is_told",
    "spoken::in_firefox_a_whole_payment_is_told",
];

/// Orca's own hook for customisation. It keeps back what it writes until there is much of it.
const FLUSHED: &str = "from orca import debug

kept = debug.println


def println(*args, **kwargs):
    kept(*args, **kwargs)
    if debug.debugFile:
        debug.debugFile.flush()


debug.println = println
";

/// How long Orca may take until it says that it is there.
const STARTING: Duration = Duration::from_secs(60);

/// Runs them: the time of each, then the totals.
pub(crate) fn run(ctx: &Ctx, stages: &mut Stages) -> Result<()> {
    let outcome = all(ctx, stages);
    stages.summary();
    tests_run::finish(outcome)
}

fn all(ctx: &Ctx, stages: &mut Stages) -> Result<Totals> {
    let wasm = setup::run(ctx, stages, setup::Need::Test)?;
    assets::run(ctx, stages, &wasm, &assets::Options::default())?;
    stages.run("Orca and a desktop", || system::apt(&PACKAGES))?;
    stages.run("build backend and sandbox", || {
        proc::run(&mut demo::build(ctx))
    })?;
    let mut build = tests_run::browser_tests(ctx, stages)?;
    stages.run("build the tests", || proc::run(build.arg("--no-run")))?;
    let mut totals = Totals::default();
    for test in TESTS {
        let mut cargo = tests_run::browser_tests(ctx, stages)?;
        let folder = ctx.target.join("spoken").join(test.replace("::", "-"));
        let desktop = Desktop::start(ctx, &folder)?;
        desktop.enter(&mut cargo);
        cargo.args(["--", "--exact", "--ignored", "--nocapture", test]);
        let ran = tests_run::stage(stages, test, cargo, None);
        ensure!(ran.passed + ran.failed == 1, "there is no test {test}");
        totals.add(ran);
    }
    Ok(totals)
}

/// A screen on which a browser has the focus and Orca listens. It ends with this value.
struct Desktop {
    folder: PathBuf,
    display: String,
    bus: String,
    children: Children,
}

impl Desktop {
    fn start(ctx: &Ctx, folder: &Path) -> Result<Self> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder)?;
        let mut desktop = Self {
            folder: folder.to_owned(),
            display: String::new(),
            bus: String::new(),
            children: Children::default(),
        };
        let mut screen = ctx.command("Xvfb");
        screen.args(["-displayfd", "1", "-nolisten", "tcp"]);
        screen.args(["-screen", "0", "1280x1000x24"]);
        desktop.display = format!(":{}", desktop.first_line("screen", screen)?);
        let mut bus = ctx.command("dbus-daemon");
        bus.args(["--session", "--nofork", "--print-address=1"]);
        desktop.enter(&mut bus);
        desktop.bus = desktop.first_line("bus", bus)?;
        desktop.add("window manager", ctx.command("openbox"))?;
        let settings = folder.join("data/orca");
        std::fs::create_dir_all(&settings)?;
        std::fs::write(settings.join("orca-customizations.py"), FLUSHED)?;
        let mut orca = ctx.command("orca");
        orca.arg("--replace").arg("--debug-file").arg(desktop.log());
        desktop.add("screen reader", orca)?;
        desktop.listens()?;
        Ok(desktop)
    }

    /// Where Orca writes what it does, what it says among it.
    fn log(&self) -> PathBuf {
        self.folder.join("orca.log")
    }

    /// Has a program run on it. Nobody's own settings count, nor does any language but English:
    /// what Orca itself adds ("radio button") is told apart from what the pages say, which is
    /// French.
    fn enter(&self, command: &mut Command) {
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("GSETTINGS_BACKEND", "memory")
            .env("XDG_CONFIG_HOME", self.folder.join("config"))
            .env("XDG_DATA_HOME", self.folder.join("data"))
            .env("LC_ALL", "C.UTF-8")
            .env_remove("LANGUAGE")
            .env("ACCESSIBILITY_ENABLED", "1")
            .env("GNOME_ACCESSIBILITY", "1")
            .env("GUICHET_SPOKEN", self.log());
    }

    fn add(&mut self, name: &'static str, mut command: Command) -> Result<()> {
        self.enter(&mut command);
        let log = self.folder.join(name.replace(' ', "-") + ".log");
        self.children.add(Child::start(name, command, log)?);
        Ok(())
    }

    /// Starts a program, and gives the first line that it writes.
    fn first_line(&mut self, name: &'static str, command: Command) -> Result<String> {
        let log = self.folder.join(format!("{name}.log"));
        self.children.add(Child::start(name, command, log.clone())?);
        self.until(name, || {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            let (line, _) = text.split_once('\n')?;
            Some(line.trim().to_owned())
        })
    }

    fn listens(&mut self) -> Result<()> {
        let log = self.log();
        self.until("screen reader", || {
            let text = std::fs::read(&log).ok()?;
            String::from_utf8_lossy(&text)
                .contains("SPEECH OUTPUT")
                .then_some(())
        })
    }

    fn until<T>(&mut self, name: &str, look: impl Fn() -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + STARTING;
        while Instant::now() < deadline {
            if let Some(seen) = look() {
                return Ok(seen);
            }
            if let Some(story) = self.children.first_dead() {
                bail!(story);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the {name} does not start: see {}", self.folder.display())
    }
}
