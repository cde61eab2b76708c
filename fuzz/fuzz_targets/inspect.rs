//! The inspectors: which one on the first line, a key on the second, the message after them.
#![cfg_attr(fuzzing, no_main)]

use guichet_fuzz::inspect as target;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| target(data));

/// Without the fuzzer: replays the files that are named.
#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    guichet_fuzz::replay(target)
}
