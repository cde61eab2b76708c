//! The sandbox's signatures against `openssl`, and its keys on disk.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic, and its functions are its documentation"
)]

mod common;

use std::io::Write;
use std::process::{Command, Stdio};

use common::{key, settings};
use guichet_sandbox::{StartError, hmac_sha512_hex, start};

#[test]
fn openssl_computes_the_same_hmac() {
    let message = "PBX_SITE=1999888&PBX_CMD=été&PBX_HASH=SHA512";
    let mut child = Command::new("openssl")
        .args(["dgst", "-sha512", "-mac", "HMAC", "-macopt"])
        .arg(format!("hexkey:{}", "0123456789ABCDEF".repeat(8)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(message.as_bytes())
        .unwrap();
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let theirs = output.trim().rsplit(' ').next().unwrap().to_uppercase();
    assert_eq!(hmac_sha512_hex(&key(), message.as_bytes()), theirs);
}

#[tokio::test]
async fn the_key_is_kept_and_the_public_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(settings(folder.path())).await.unwrap();
    let public = std::fs::read_to_string(first.public_key_file()).unwrap();
    assert!(public.starts_with("-----BEGIN PUBLIC KEY-----"));
    first.stop().await;
    let second = start(settings(folder.path())).await.unwrap();
    assert_eq!(
        std::fs::read_to_string(second.public_key_file()).unwrap(),
        public
    );
    common::keep_key(folder.path());
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_flag() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(settings(folder.path())).await.unwrap();
    let port = first.shop_origin().rsplit(':').next().unwrap().to_owned();
    let mut wanted = settings(folder.path());
    wanted.shop_listen = format!("127.0.0.1:{port}").parse().unwrap();
    let Err(error) = start(wanted).await else {
        panic!("the port is in use")
    };
    assert!(matches!(error, StartError::Listen { .. }));
    let text = error.to_string();
    assert!(
        text.contains(&port) && text.contains("--shop-listen"),
        "{text}"
    );
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let folder = tempfile::tempdir().unwrap();
    let mut wanted = settings(folder.path());
    wanted.shop_secret_key = Some("sk_canary".parse().unwrap());
    let text = format!("{wanted:?}");
    assert!(!text.contains("canary") && !text.contains("0123"), "{text}");
}
