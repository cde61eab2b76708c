//! The targets on their seeds and on variations of them: the same ones each time, in a few seconds.
//! The fuzzer finds more; this sees to it that no target and no seed goes stale.

#![expect(
    clippy::expect_used,
    reason = "in tests, a panic is how a failure is told"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use guichet_fuzz::{TARGETS, Target};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Variations of each target. Signing one takes longer than all the rest.
const CASES: u32 = 500;
const CASES_SIGNED: u32 = 60;

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A target's seeds. What the fuzzer found by itself bears a digest as its name, and is passed
/// over: it is on one machine only.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder("corpus").join(target)).expect("a folder of seeds");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.retain(|file| file.file_name().is_some_and(|name| name.len() < 40));
    files.sort();
    let seeds = files.iter().map(|file| fs::read(file).expect("a seed"));
    seeds.collect()
}

/// One change of an input. Places are taken modulo its length.
#[derive(Clone, Debug)]
enum Change {
    Flip(usize, u8),
    Set(usize, u8),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    /// A piece of another seed, put in.
    Splice(usize, usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<usize>;
    // What separates things in the formats that are read here.
    let special = prop::sample::select(&b"&=%+;{}[]\":,\\\n<>|0?\x00\xc3\xff"[..]);
    prop_oneof![
        (place(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (place(), special.clone()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (place(), vec(special, 1..4)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (place(), 1..20_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (place(), place(), place(), 1..60_usize)
            .prop_map(|(at, seed, from, length)| Change::Splice(at, seed, from, length)),
    ]
}

fn apply(input: &mut Vec<u8>, change: &Change, seeds: &[Vec<u8>]) {
    let within = |at: usize, length: usize| at.checked_rem(length).unwrap_or_default();
    let length = input.len();
    match change {
        Change::Flip(at, bit) => {
            if let Some(byte) = input.get_mut(within(*at, length)) {
                *byte ^= 1 << bit;
            }
        }
        Change::Set(at, to) => {
            if let Some(byte) = input.get_mut(within(*at, length)) {
                *byte = *to;
            }
        }
        Change::Insert(at, bytes) => {
            let at = within(*at, length + 1);
            input.splice(at..at, bytes.iter().copied());
        }
        Change::Remove(at, count) => {
            let at = within(*at, length);
            input.drain(at..length.min(at + count));
        }
        Change::Splice(at, seed, from, count) => {
            let piece = &seeds[within(*seed, seeds.len())];
            let from = within(*from, piece.len());
            let piece = &piece[from..piece.len().min(from + count)];
            let at = within(*at, length + 1);
            input.splice(at..at, piece.iter().copied());
        }
    }
}

fn vary(name: &str, target: Target, cases: u32) {
    let seeds = seeds(name);
    assert!(!seeds.is_empty(), "{name} has no seed");
    for seed in &seeds {
        target(seed);
    }
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, random);
    let input = (any::<usize>(), vec(change(), 0..6));
    let outcome = runner.run(&input, |(seed, changes)| {
        let mut input = seeds[seed % seeds.len()].clone();
        for change in &changes {
            apply(&mut input, change, &seeds);
        }
        target(&input);
        Ok(())
    });
    assert!(outcome.is_ok(), "{name}: {outcome:?}");
}

#[test]
fn seeds_and_their_variations_break_no_promise() {
    // Each target on a thread of its own: together they take long.
    std::thread::scope(|scope| {
        for (name, target) in TARGETS {
            let signed = name == "up2pay_signed";
            let cases = if signed { CASES_SIGNED } else { CASES };
            scope.spawn(move || vary(name, target, cases));
        }
    });
}

#[test]
fn each_target_has_a_program_and_seeds_and_nothing_else_has() {
    let names: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let in_folder = |path: &str| -> BTreeSet<String> {
        let files = fs::read_dir(folder(path)).expect("a folder");
        let stem = |file: PathBuf| Some(file.file_stem()?.to_str()?.to_owned());
        files
            .filter_map(|file| stem(file.expect("a file").path()))
            .collect()
    };
    assert_eq!(in_folder("fuzz_targets"), names);
    assert_eq!(in_folder("corpus"), names);
}
