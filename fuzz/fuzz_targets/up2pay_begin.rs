//! A session, one field a line, and then the page of the platform's health.
#![cfg_attr(fuzzing, no_main)]

use guichet_fuzz::up2pay_begin as target;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| target(data));

/// Without the fuzzer: replays the files that are named.
#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    guichet_fuzz::replay(target)
}
