//! What the tests of this folder share.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use guichet_domain::event::{Part, Trust};
use guichet_domain::id::Slug;
use guichet_domain::method::Method;
use guichet_domain::session::Session;
use guichet_domain::shopper::{Address, Email, Shopper};
use guichet_domain::{PartKind, PartStatus, testing};

pub(super) use guichet_domain::testing::{NOW, amount as cents, method};

use super::config::Config;
use super::seal::{PUBLIC_TEST_HMAC_KEY, TEST_KEY_K004};
use crate::contract::{
    Addresses, CallAnswer, ConfigError, Context, Environment, Exchange, PlatformCall, Step,
};

pub(super) const REFERENCE: &str = "7ZK2M0Q4W8E6R1T3Y5AB";
pub(super) const SECRET: &str = "k9cX2-vQ7_wLr4TzN8pY3bHs";

/// A key that is not the public one.
pub(super) const OWN_KEY: &str = "\
FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210\
FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210";

pub(super) fn slug() -> Slug {
    testing::slug("main")
}

pub(super) fn pem(base64: &str) -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n")
}

/// A sandbox's table that accepts the published test key, and our own signer's.
pub(super) fn sandbox_table() -> toml::Table {
    toml::from_str(&format!(
        r#"
        provider = "up2pay"
        site = "1999888"
        rang = "032"
        identifiant = "2"
        hmac_key = "{PUBLIC_TEST_HMAC_KEY}"
        page_hosts = ["http://127.0.0.1:8602", "http://localhost:8602/backup/"]
        ppps_hosts = ["http://127.0.0.1:8602", "http://localhost:8602"]
        public_keys = ["published", '''{}''']
        "#,
        pem(TEST_KEY_K004),
    ))
    .unwrap()
}

pub(super) fn production_table() -> toml::Table {
    toml::from_str(&format!(
        r#"
        site = "7654321"
        rang = "01"
        identifiant = "123456789"
        hmac_key = "{OWN_KEY}"
        confirm = "query"
        "#,
    ))
    .unwrap()
}

pub(super) fn with(table: toml::Table, more: &str) -> toml::Table {
    let mut table = table;
    table.extend(toml::from_str::<toml::Table>(more).unwrap());
    table
}

pub(super) fn read(table: toml::Table, environment: Environment) -> Result<Config, ConfigError> {
    Config::read(slug(), table, environment)
}

pub(super) fn sandbox() -> Config {
    read(sandbox_table(), Environment::Sandbox).unwrap()
}

/// A sandbox's account with more keys, that also accepts what [`sign`] signs.
pub(super) fn sandbox_with(more: &str) -> Config {
    let mut table = with(sandbox_table(), more);
    let Some(toml::Value::Array(keys)) = table.get_mut("public_keys") else {
        panic!()
    };
    keys.push(toml::Value::String(signer_pem()));
    read(table, Environment::Sandbox).unwrap()
}

pub(super) fn session() -> Session {
    let text = |text: &str| Some(text.to_owned());
    let lea = testing::shopper();
    let shopper = Shopper {
        first_name: text("Élodie"),
        last_name: text("Lefèvre-Martin"),
        email: Some(Email::try_from("elodie@example.fr".to_owned()).unwrap()),
        address: Address {
            line1: text("12 rue de l’Église"),
            postal_code: text("59000"),
            city: text("Lille"),
            ..lea.address
        },
        ..lea
    };
    Session {
        items: 2,
        return_url: "https://shop.example/back".into(),
        ..testing::session_of("order 1", 2500, shopper)
    }
}

pub(super) fn addresses() -> Addresses {
    let back = |outcome: &str| format!("https://pay.example/return/up2pay/pay_1/{outcome}");
    Addresses {
        notify: "https://pay.example/notify/up2pay/main".into(),
        callback: "https://pay.example/notify/main/pay_1/back".into(),
        accepted: back("accepted"),
        refused: back("refused"),
        cancelled: back("cancelled"),
        waiting: back("waiting"),
        back: back("back"),
    }
}

pub(super) fn context<'a>(
    session: &'a Session,
    method: &'a Method,
    addresses: &'a Addresses,
) -> Context<'a> {
    let now = jiff::Timestamp::from_second(NOW).unwrap();
    Context {
        session,
        method,
        reference: REFERENCE,
        addresses,
        now,
    }
}

/// A part of 15.00 EUR that was paid with that.
pub(super) fn part(kind: PartKind, brand: &str) -> Part {
    Part {
        method: None,
        brand: brand.into(),
        trust: Trust::Signed,
        ..testing::part("722487980", kind, 1500, PartStatus::Accepted)
    }
}

/// The call that is asked for.
pub(super) fn call<T: std::fmt::Debug>(step: Step<T>) -> PlatformCall {
    match step {
        Step::Call(call) => call,
        other => panic!("{other:?}"),
    }
}

pub(super) fn body(call: &PlatformCall) -> String {
    String::from_utf8(call.body.clone().unwrap().bytes).unwrap()
}

/// The text in ISO-8859-1.
pub(super) fn latin1(text: &str) -> Vec<u8> {
    let byte = |c: char| u8::try_from(u32::from(c)).unwrap();
    text.chars().map(byte).collect()
}

/// The call, answered so.
pub(super) fn answered(call: PlatformCall, text: &str) -> Exchange {
    let body = latin1(text);
    let answer = Ok(CallAnswer { status: 200, body });
    Exchange { call, answer }
}

/// Runs `openssl` with `input`; gives what it printed.
pub(super) fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl is needed for a second opinion");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {said}");
    output.stdout
}

/// A 1024-bit key pair of this test run, in a folder of its own.
fn signer() -> &'static Path {
    static SIGNER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = SIGNER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        openssl(&["genrsa", "-out", file.to_str().unwrap(), "1024"], b"");
        folder
    });
    folder.path()
}

fn signer_key() -> String {
    signer().join("key.pem").to_str().unwrap().to_owned()
}

pub(super) fn signer_pem() -> String {
    let pem = openssl(&["rsa", "-in", &signer_key(), "-pubout"], b"");
    String::from_utf8(pem).unwrap()
}

/// The signature of `data`, as the platform writes it.
pub(super) fn signature(data: &str) -> String {
    use base64::Engine as _;
    let raw = openssl(&["dgst", "-sha1", "-sign", &signer_key()], data.as_bytes());
    let base64 = base64::engine::general_purpose::STANDARD.encode(raw);
    base64
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D")
}

/// A signed message.
pub(super) fn sign(data: &str) -> String {
    format!("{data}&Signature={}", signature(data))
}
