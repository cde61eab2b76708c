//! A disk that can be filled up.

use std::fs::File;
use std::io::Write as _;
use std::process::Command;

use tempfile::TempDir;

use super::skipped::skipped;

/// A small disk of its own. None, and a word why, where one can't be mounted.
#[derive(Debug)]
pub(crate) struct Disk(TempDir);

impl Disk {
    /// 12 MiB in memory.
    pub(crate) fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=12m", "tmpfs"]);
        let mounted = mount.arg(folder.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        skipped("a disk that fills up needs root, to mount a tmpfs");
        None
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &TempDir {
        &self.0
    }

    /// Leaves so many pages of 4 KiB.
    pub(crate) fn fill(&self, left: u64) {
        let mut filler = File::create(self.0.path().join("filler")).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while filler.write_all(&vec![1; size]).is_ok() {}
        }
        let full = filler.metadata().unwrap().len() / 4096;
        filler.set_len((full - left) * 4096).unwrap();
    }

    /// Makes space again.
    pub(crate) fn free(&self) {
        std::fs::remove_file(self.0.path().join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a connection may still be closing.
        let unmounted = Command::new("umount").arg("-l").arg(self.0.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()));
    }
}
