//! A message to the address of a NETBANX callback.
#![cfg_attr(fuzzing, no_main)]

use guichet_fuzz::netbanx_callback as target;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| target(data));

/// Without the fuzzer: replays the files that are named.
#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    guichet_fuzz::replay(target)
}
