//! `guichet inspect`, as an integrator runs it. The vectors are those of the provider's `golden`.

#![expect(
    clippy::unwrap_used,
    reason = "in tests, a panic is how a failure is told"
)]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

const KEY: &str = "\
0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\
0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";

macro_rules! golden {
    ($file:literal) => {
        include_str!(concat!("../../providers/src/up2pay/golden/", $file))
    };
}

fn guichet(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_guichet"))
        .arg("inspect")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may be gone by now.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Exit status and everything printed; the key must not be in it.
fn run(arguments: &[&str], input: &[u8]) -> (i32, String) {
    let output = guichet(arguments, input);
    let mut printed = String::from_utf8(output.stdout).unwrap();
    printed.push_str(&String::from_utf8(output.stderr).unwrap());
    assert!(!printed.to_uppercase().contains(KEY), "{printed}");
    (output.status.code().unwrap(), printed)
}

fn request(key: &str, input: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, key).unwrap();
    run(
        &["up2pay-request", "--key-file", file.to_str().unwrap()],
        input.as_bytes(),
    )
}

fn sealed(message: &str, hmac: &str) -> String {
    format!("{message}&PBX_HMAC={}\n", hmac.trim_end())
}

#[test]
fn a_match_is_zero() {
    let (status, printed) = request(
        &format!("{KEY}\n"),
        &sealed(golden!("a.txt"), golden!("a.hmac")),
    );
    assert_eq!(status, 0, "{printed}");
    assert!(printed.contains(golden!("a.hmac").trim_end()));
    assert!(printed.contains("PBX_HMAC: match"));
    assert!(printed.contains("PBX_TIME: is missing"), "{printed}");
}

#[test]
fn printing_alone_is_zero() {
    let lines = golden!("a.txt").replace("&PBX_", "\nPBX_");
    let (status, printed) = request(KEY, &lines);
    assert_eq!(status, 0, "{printed}");
    assert!(printed.contains(golden!("a.hmac").trim_end()));
    assert!(printed.contains("none given"));
}

#[test]
fn a_mismatch_is_one_and_its_cause_is_named() {
    let (status, printed) = request(KEY, &sealed(golden!("a2.txt"), golden!("a.hmac")));
    assert_eq!(status, 1, "{printed}");
    assert!(
        printed.contains("mismatch") && printed.contains("stray space"),
        "{printed}"
    );
    let (status, printed) = request(KEY, &sealed(golden!("a.txt"), &"0".repeat(128)));
    assert_eq!(status, 1);
    assert!(printed.contains("no known cause"), "{printed}");
}

#[test]
fn what_can_not_be_read_is_two() {
    assert_eq!(request(KEY, "hello").0, 2);
    assert_eq!(request("not a key", golden!("a.txt")).0, 2);
    assert_eq!(
        run(&["up2pay-request", "--key-file", "/does/not/exist"], b"").0,
        2
    );
    assert_eq!(run(&["up2pay-request"], b"").0, 2);
    assert_eq!(run(&["up2pay-notification", "x"], b"").0, 2);
}

#[test]
fn a_notification_is_verified_with_the_published_key() {
    let signature = golden!("k1.sig").trim_end().replace('+', "%2B");
    let raw = format!("{}&sign={signature}", golden!("k1.txt"));
    let (status, printed) = run(&["up2pay-notification", &raw], b"");
    assert_eq!(status, 0, "{printed}");
    assert!(printed.contains("signature (sign): verified"), "{printed}");
    assert!(
        printed.contains("Erreur = 00000") && printed.contains("accepted"),
        "{printed}"
    );
    let (status, printed) = run(&["up2pay-notification", &raw.replace("1000", "9000")], b"");
    assert_eq!(status, 1, "{printed}");
    assert!(printed.contains("NOT verified"));
}

#[test]
fn a_notification_is_verified_with_a_key_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    // The public half of the key pair TestK004 of Crédit Agricole's PHP kit.
    let pem = "-----BEGIN PUBLIC KEY-----\n\
               MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCvDYKaLH2xz4goZYXZWoHo6wyM\n\
               b24A1iF7s70tB/g3XthEVS+/Wov+ZGqNTMLc0L+HZAJjcEc9h8Br5jPLR4VhaoKi\n\
               +rezDxTQweaC24ydJWFKRhyXBhm2Wfnhppgzv9EqZKOrFaTlLQHu0F+KWEd7LngP\n\
               4xcW9qjt19MfEmk0swIDAQAB\n-----END PUBLIC KEY-----\n";
    std::fs::write(&file, pem).unwrap();
    let raw = format!(
        "{}&Signature={}",
        golden!("k3.txt"),
        golden!("k3.sig").trim_end()
    );
    let key = file.to_str().unwrap();
    let (status, printed) = run(&["up2pay-notification", "--public-key", key, &raw], b"");
    assert_eq!(status, 0, "{printed}");
    assert!(printed.contains("ChoixCarte = APETIZ"), "{printed}");
}

#[test]
fn nothing_that_a_terminal_would_act_on_is_printed() {
    let signature = golden!("k1.sig").trim_end();
    let raw = format!("a=%1B%5B2J&b=%07&sign={signature}");
    let (_, printed) = run(&["up2pay-notification", &raw], b"");
    assert!(!printed.contains(['\u{1b}', '\u{7}']), "{printed}");
}
