//! A notification or a browser's return of Up2pay, as it arrives.
#![cfg_attr(fuzzing, no_main)]

use guichet_fuzz::up2pay_notification as target;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| target(data));

/// Without the fuzzer: replays the files that are named.
#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    guichet_fuzz::replay(target)
}
