//! The drivers of the browsers, and how many browsers there may be at a time.

use std::io::{BufRead as _, BufReader, Read};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::engine::Engine;
use crate::support::free_port;

/// Browsers at a time: more only make each other slow.
const BROWSERS: usize = 2;

/// How often a driver is started until it stays.
const TRIES: usize = 5;
/// How long one may take until it listens.
const STARTING: Duration = Duration::from_secs(20);

static CHROMEDRIVER: Mutex<Weak<Driver>> = Mutex::new(Weak::new());
static PLACES: Mutex<usize> = Mutex::new(BROWSERS);
static PLACE_FREED: Condvar = Condvar::new();

/// A running driver. The last test that uses it ends it, with all that it needs.
pub(crate) struct Driver {
    address: String,
    /// Ended in this order.
    _processes: Vec<Process>,
}

impl Driver {
    /// One for a browser of this engine. All Chromiums share one; of the others, one drives one.
    pub(crate) fn of(engine: Engine) -> Arc<Self> {
        match engine {
            Engine::Chromium => {
                let mut running = CHROMEDRIVER.lock().unwrap_or_else(PoisonError::into_inner);
                running.upgrade().unwrap_or_else(|| {
                    let started = Arc::new(Self::start(engine));
                    *running = Arc::downgrade(&started);
                    started
                })
            }
            Engine::Firefox | Engine::WebKit => Arc::new(Self::start(engine)),
        }
    }

    /// Beside much else that starts it may end before it listens: it is tried again.
    fn start(engine: Engine) -> Self {
        let try_start = match engine {
            Engine::Chromium => Self::chromedriver,
            Engine::Firefox => Self::geckodriver,
            Engine::WebKit => Self::webkit_driver,
        };
        (0..TRIES)
            .find_map(|_| try_start())
            .unwrap_or_else(|| panic!("the driver of {engine:?} listens"))
    }

    fn chromedriver() -> Option<Self> {
        let program = program("GUICHET_CHROMEDRIVER", "/usr/bin/chromedriver");
        let mut command = Command::new(program);
        // Port 0: it takes a free one and says which.
        command.args(["--port=0", "--log-level=SEVERE"]);
        Self::that_says(&mut command, "started successfully on port ")
    }

    fn geckodriver() -> Option<Self> {
        let program = program("GUICHET_GECKODRIVER", "/usr/bin/geckodriver");
        let mut command = Command::new(program);
        command.args(["--port=0", "--websocket-port=0"]);
        Self::that_says(&mut command, "Listening on 127.0.0.1:")
    }

    /// A driver that says on its output which port it has.
    fn that_says(command: &mut Command, before_port: &str) -> Option<Self> {
        let mut process = Process::start(command.stdout(Stdio::piped()));
        let mut lines = BufReader::new(process.output()).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once(before_port)?;
            port.trim_end_matches('.').parse::<u16>().ok()
        })?;
        // Whatever else it writes must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self::at(port, vec![process]))
    }

    /// With a screen and a window manager of its own: without them no window of this engine has
    /// the focus, and `:focus` never matches.
    fn webkit_driver() -> Option<Self> {
        let mut screen = Command::new("Xvfb");
        screen.args(["-displayfd", "1", "-nolisten", "tcp"]);
        screen.args(["-screen", "0", "1280x1000x24"]);
        let mut screen = Process::start(screen.stdout(Stdio::piped()));
        let mut display = String::new();
        BufReader::new(screen.output())
            .read_line(&mut display)
            .ok()?;
        let display = format!(":{}", display.trim());
        let mut windows = Command::new("openbox");
        let windows = windows.stdout(Stdio::null()).env("DISPLAY", &display);
        let windows = Process::start(windows);
        let port = free_port();
        let mut driver = Command::new(program("GUICHET_WEBKITDRIVER", "/usr/bin/WebKitWebDriver"));
        driver
            .arg(format!("--port={port}"))
            .env("DISPLAY", &display)
            .env("GDK_BACKEND", "x11")
            // Its sandbox can't be made by root, nor inside most containers.
            .env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
        let driver = Process::start(&mut driver);
        let deadline = Instant::now() + STARTING;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > deadline {
                return None;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self::at(port, vec![driver, windows, screen]))
    }

    fn at(port: u16, processes: Vec<Process>) -> Self {
        Self {
            address: format!("http://127.0.0.1:{port}"),
            _processes: processes,
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

/// A process, ended with all that it started.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        let child = command
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        Self(child.unwrap_or_else(|error| panic!("{}: {error}", program.display())))
    }

    /// What it writes; asked for once.
    fn output(&mut self) -> impl Read + Send + 'static {
        self.0.stdout.take().expect("its output")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A driver that is killed leaves its browser alone, if that hangs. It fails only when all
        // of them ended by themselves.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill")
            .args(["-9", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program that a variable names, or the usual one.
pub(crate) fn program(variable: &str, usual: &str) -> PathBuf {
    let path = std::env::var_os(variable).map_or_else(|| PathBuf::from(usual), PathBuf::from);
    assert!(
        path.is_file(),
        "{} is not there: run the browser tests by `cargo xtask test`, or name the program in \
         {variable}",
        path.display()
    );
    path
}

/// The right to have a browser. Given back when it is dropped.
pub(crate) struct Place(());

impl Place {
    /// Waits for a free one.
    pub(crate) fn take() -> Self {
        let mut free = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = PLACE_FREED
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Self(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *PLACES.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        PLACE_FREED.notify_one();
    }
}
