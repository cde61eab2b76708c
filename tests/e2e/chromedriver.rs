//! The one chromedriver of a test run, and how many browsers it may have at a time.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};

/// Browsers at a time: more only make each other slow.
const BROWSERS: usize = 2;

/// How often it is started until it stays.
const TRIES: usize = 5;

static RUNNING: Mutex<Weak<Chromedriver>> = Mutex::new(Weak::new());
static PLACES: Mutex<usize> = Mutex::new(BROWSERS);
static PLACE_FREED: Condvar = Condvar::new();

/// A running chromedriver. The last test that uses it ends it.
pub(crate) struct Chromedriver {
    process: Child,
    address: String,
}

impl Chromedriver {
    /// The one that runs, or a new one.
    pub(crate) fn shared() -> Arc<Self> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self::start());
            *running = Arc::downgrade(&started);
            started
        })
    }

    /// Beside much else that starts it may end before it listens: it is tried again.
    fn start() -> Self {
        (0..TRIES)
            .find_map(|_| Self::try_start())
            .expect("chromedriver says on which port it listens")
    }

    fn try_start() -> Option<Self> {
        let program = program("GUICHET_CHROMEDRIVER", "/usr/bin/chromedriver");
        // Port 0: it takes a free one and says which.
        let mut process = Command::new(&program)
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let Some(port) = port else {
            let _ = process.wait();
            return None;
        };
        // Whatever else it writes must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self {
            process,
            address: format!("http://127.0.0.1:{port}"),
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        // Both fail only when it ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
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
