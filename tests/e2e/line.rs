//! A line from the browser to the backend that can be cut, as a browser's own switch does it, in
//! engines whose driver has none; and that tells what went over it. Chromium's driver tells nothing
//! of the requests by which a browser asks whether it may ask.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// The line. It ends with the test's process.
pub(crate) struct Line {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_cut: bool,
    /// Both ends of what goes over it.
    open: Vec<TcpStream>,
    /// Methods and paths.
    asked: Vec<String>,
}

impl Line {
    /// One to this port of this machine.
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let own = listener.local_addr().expect("its address").port();
        let state = Arc::<Mutex<State>>::default();
        let kept = Arc::clone(&state);
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                // What can't be connected is closed, as on a line that is cut.
                let _ = connect(near, port, &kept);
            }
        });
        Self { port: own, state }
    }

    /// Its near end, as an origin.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends all that goes over it, and lets nothing through.
    pub(crate) fn cut(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_cut = true;
        for end in state.open.drain(..) {
            // It may have ended by itself.
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    /// Method and path of every request since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut state.asked)
    }

    /// Makes it whole.
    pub(crate) fn mend(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_cut = false;
    }
}

fn connect(near: TcpStream, port: u16, shared: &Arc<Mutex<State>>) -> io::Result<()> {
    let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
    if state.is_cut {
        return Ok(());
    }
    let far = TcpStream::connect(("127.0.0.1", port))?;
    for (from, to) in [(&near, &far), (&far, &near)] {
        state.open.push(from.try_clone()?);
        let (from, to) = (from.try_clone()?, to.try_clone()?);
        let shared = Arc::clone(shared);
        std::thread::spawn(move || carry(from, to, &shared));
    }
    Ok(())
}

/// Method and path, if a request begins with these bytes.
fn request(bytes: &[u8]) -> Option<String> {
    let line = bytes.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    line.strip_suffix(" HTTP/1.1").map(str::to_owned)
}

fn carry(mut from: TcpStream, mut to: TcpStream, shared: &Mutex<State>) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if let Some(request) = request(&bytes[..count]) {
            let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
            state.asked.push(request);
        }
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    // The other way may go on for a while.
    let _ = to.shutdown(Shutdown::Write);
}
