//! What NETBANX answers of a rebilling and its changes, one answer a line.
#![cfg_attr(fuzzing, no_main)]

use guichet_fuzz::netbanx_rebilling as target;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| target(data));

/// Without the fuzzer: replays the files that are named.
#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    guichet_fuzz::replay(target)
}
