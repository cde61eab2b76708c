//! Ports for programs that are told where to listen.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below what systems hand out by themselves, to listeners and to connections that leave: none of
/// these is taken by chance between the choice and its use, or while a program starts again.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

/// How far apart two processes begin that run at once.
const APART: u32 = 397;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// One that is free. No port is given twice in one run of a test program, so that a program which
/// starts late never meets another's.
pub(crate) fn free_port() -> u16 {
    let begin = std::process::id().wrapping_mul(APART) % u32::from(COUNT);
    for _ in 0..COUNT {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed) % COUNT);
        let offset = u16::try_from((begin + step) % u32::from(COUNT)).expect("below the count");
        let port = FIRST + offset;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port from {FIRST} on is free");
}
