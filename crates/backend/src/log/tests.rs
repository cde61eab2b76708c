use std::sync::{Condvar, Mutex};
use std::time::Instant;

use super::*;

/// A disk, as far as a log knows one.
#[derive(Default)]
struct Disk {
    held: Mutex<Held>,
    changed: Condvar,
}

#[derive(Default)]
struct Held {
    text: String,
    /// Bytes that still fit; all where absent.
    room: Option<usize>,
    /// Writing waits.
    stalled: bool,
}

impl Disk {
    fn change(&self, change: impl FnOnce(&mut Held)) {
        change(&mut self.held.lock().unwrap());
        self.changed.notify_all();
    }

    fn text(&self) -> String {
        self.held.lock().unwrap().text.clone()
    }

    /// Waits until the text is as expected.
    fn wait(&self, what: &str, fits: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !fits(&self.text()) {
            let text = self.text();
            assert!(start.elapsed() < Duration::from_secs(20), "{what}: {text}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

struct OnDisk(Arc<Disk>);

impl Write for OnDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let held = self.0.held.lock().unwrap();
        let mut held = self
            .0
            .changed
            .wait_while(held, |held| held.stalled)
            .unwrap();
        let fits = held.room.unwrap_or(usize::MAX).min(bytes.len());
        if fits == 0 {
            return Err(ErrorKind::StorageFull.into());
        }
        held.room = held.room.map(|room| room - fits);
        held.text += std::str::from_utf8(&bytes[..fits]).unwrap();
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn log() -> (Log, Arc<Disk>) {
    let disk = Arc::new(Disk::default());
    (Log::to(OnDisk(Arc::clone(&disk))).unwrap(), disk)
}

#[test]
fn lines_lost_on_a_full_disk_are_counted_and_told_of_once() {
    let (log, disk) = log();
    log.put(b"before\n");
    disk.wait("the first line", |text| text == "before\n");
    disk.change(|held| held.room = Some(3));
    for _ in 0..5 {
        log.put(b"during\n");
    }
    let start = Instant::now();
    while log.lost().get() < 5 {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    disk.change(|held| held.room = None);
    // Nobody logs anything: it is told all the same, and the torn line is ended.
    disk.wait("the count", |text| text.ends_with("lines=5\n"));
    log.put(b"after\n");
    disk.wait("the line after", |text| text.ends_with("after\n"));
    let text = disk.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[..2], ["before", "dur"], "{text}");
    assert!(lines[2].contains("ERROR lines of the log were lost alert=\"log\" lines=5"));
    assert_eq!(lines[3..], ["after"], "{text}");
}

#[test]
fn a_reader_that_stands_still_holds_up_nobody() {
    let (log, disk) = log();
    disk.change(|held| held.stalled = true);
    let line = [b'x'; 1023];
    let count = 2 * QUEUE_MAX / line.len();
    for _ in 0..count {
        log.put(&[&line[..], b"\n"].concat());
    }
    let lost = log.lost().get();
    assert!(lost >= count as u64 / 2, "{lost} of {count} were lost");
    assert!(log.waiting.load(Ordering::Relaxed) <= QUEUE_MAX);
    disk.change(|held| held.stalled = false);
    let end = format!("lines={lost}\n");
    disk.wait("the count", |text| text.ends_with(&end));
    assert_eq!(disk.text().lines().count() as u64, count as u64 - lost + 1);
}

#[test]
fn the_end_does_not_wait_for_a_reader_that_stands_still() {
    let (log, disk) = log();
    disk.change(|held| held.stalled = true);
    log.put(b"line\n");
    let start = Instant::now();
    log.finish(Some("guichet: an error"));
    assert!(start.elapsed() < Duration::from_secs(15));
    disk.change(|held| held.stalled = false);
    disk.wait("the last words", |text| text == "line\nguichet: an error\n");
}

#[test]
fn what_was_logged_is_written_before_the_end() {
    let (log, disk) = log();
    for _ in 0..1000 {
        log.put(b"line\n");
    }
    log.finish(None);
    assert_eq!(disk.text().lines().count(), 1000);
}
