//! `guichet sogenactif` and `guichet inspect sogenactif-seal`, as an operator runs them.

#![expect(
    clippy::unwrap_used,
    reason = "in tests, a panic is how a failure is told"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const KEY: &str = "002001000000001_KEY1";
const OWN_KEY: &str = "k3y-of-the-tests_nobody-else-has-it-00000001";
const REFERENCE: &str = r#"{"transactionReference":"R1"}"#;

const CLEAR_NUMBER: &str =
    r#"{"merchantWalletId":"W","cardNumber":"4100000000000000","panType":"TOKEN_PAN"}"#;

macro_rules! golden {
    ($file:literal) => {
        include_str!(concat!("../../providers/src/sogenactif/golden/", $file))
    };
}

/// Exit status, standard output, standard error; no key may be in them.
fn run(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_guichet"))
        .args(arguments)
        .env("GUICHET_TEST_KEY", OWN_KEY)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may be gone by now.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|raw| String::from_utf8(raw).unwrap());
    for key in [KEY, OWN_KEY] {
        assert!(!out.contains(key) && !err.contains(key), "{out}{err}");
    }
    (output.status.code().unwrap(), out, err)
}

/// A configuration with one account, in a folder that lives as long as the test.
fn config(environment: &str, host: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.toml");
    let text = format!(
        r#"
        environment = "{environment}"
        public_url = "http://127.0.0.1:8601"
        [[accounts]]
        id = "main"
        provider = "sogenactif"
        merchant_id = "201000000000001"
        keys = {{ "1" = "env:GUICHET_TEST_KEY" }}
        {host}
        [[accounts]]
        id = "vouchers"
        provider = "up2pay"
        hmac_key = "env:NOT_SET"
        "#
    );
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

/// A platform that answers every request with this body; `None` hangs up after the request.
fn platform(answer: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!(
        "office_host = \"http://{}\"",
        listener.local_addr().unwrap()
    );
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 8192];
            let _ = stream.read(&mut request);
            if let Some(body) = answer {
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.write_all(body.as_bytes());
            }
        }
    });
    address
}

fn ask(method: &str, answer: Option<&'static str>, input: &str) -> (i32, String, String) {
    let (_folder, path) = config("sandbox", &platform(answer));
    run(
        &["sogenactif", method, "--config", path.to_str().unwrap()],
        input,
    )
}

#[test]
fn the_methods_are_those_of_the_documentation() {
    let (status, printed, _) = run(&["sogenactif", "--list"], "");
    assert_eq!(status, 0);
    let names: Vec<_> = printed
        .lines()
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "acceptChallenge",
            "addCard",
            "addDirectDebit",
            "addToFraudList",
            "cancel",
            "cardCheckEnrollment",
            "cardOrder",
            "cardValidateAuthentication",
            "cardValidateAuthenticationAndOrder",
            "creditHolder",
            "creditTransferFinalizeAndOrder",
            "creditTransferInitialize",
            "creditTransferInquire",
            "deletePaymentMean",
            "directDebitOrder",
            "duplicate",
            "finalizeMandate",
            "getCardData",
            "getFraudData",
            "getMandateData",
            "getPaymentMeanData",
            "getPdfMandate",
            "getTransactionData",
            "getVelocityData",
            "getWalletData",
            "hostedFieldsInitialize",
            "initializeMandate",
            "paymentDataProviderCheck",
            "paymentProviderFinalize",
            "paymentProviderGetContext",
            "paymentProviderInitialize",
            "paymentTokenGenerate",
            "refund",
            "refuseChallenge",
            "removeFromFraudList",
            "searchMandate",
            "signOff",
            "updatePaymentMean",
            "validate",
            "walletCheckEnrollment",
            "walletCreditHolder",
            "walletIssuerWalletFinalize",
            "walletIssuerWalletInitialize",
            "walletOrder",
        ]
    );
}

#[test]
fn the_table_in_the_docs_is_the_one_in_the_code() {
    let (status, printed, _) = run(&["sogenactif", "--table"], "");
    assert_eq!(status, 0);
    assert!(
        printed == include_str!("../../../docs/sogenactif-methods.md"),
        "run guichet sogenactif --table > docs/sogenactif-methods.md"
    );
}

#[test]
fn a_dry_run_shows_the_sealed_request_of_each_method() {
    let samples: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(golden!("requests.json")).unwrap();
    assert_eq!(samples.len(), 44);
    for (method, sample) in samples {
        let (status, printed, error) =
            run(&["sogenactif", &method, "--dry-run"], &sample.to_string());
        assert_eq!(status, 0, "{method}: {error}");
        let (address, message) = printed.split_once('\n').unwrap();
        assert!(
            address.starts_with("POST http://127.0.0.1:8602/rs-services/v2/"),
            "{address}"
        );
        let message: serde_json::Value = serde_json::from_str(message).unwrap();
        assert_eq!(message["merchantId"], "002001000000001");
        assert_eq!(message["keyVersion"], "1");
        assert_eq!(message["seal"].as_str().unwrap().len(), 64);
    }
}

#[test]
fn what_a_dry_run_seals_is_the_golden_vector() {
    let input = r#"{"paymentMeanBrandList":["VISA","MASTERCARD","CB"],
                    "customerIpAddress":"127.0.0.1"}"#;
    let (_, printed, _) = run(
        &["sogenactif", "hostedFieldsInitialize", "--dry-run"],
        input,
    );
    assert!(
        printed.contains(golden!("v1.hmac-sha-256").trim_end()),
        "{printed}"
    );
}

#[test]
fn a_done_call_is_zero_and_another_code_is_one() {
    let done = Some(r#"{"getTransDataResponseCode":"00","amount":1.50}"#);
    let (status, printed, error) = ask("getTransactionData", done, REFERENCE);
    assert_eq!(status, 0, "{error}");
    assert!(printed.contains("\"amount\": 1.50"), "{printed}");
    assert!(error.contains("no seal"), "{error}");
    let unknown = Some(r#"{"getTransDataResponseCode":"25","responseCode":"00"}"#);
    let (status, printed, error) = ask("getTransactionData", unknown, REFERENCE);
    assert_eq!(status, 1);
    assert!(
        printed.contains("\"25\"") && error.contains("no such transaction"),
        "{error}"
    );
    assert_eq!(ask("getTransactionData", Some("{}"), REFERENCE).0, 1);
}

#[test]
fn an_answer_that_can_not_be_trusted_is_two() {
    for answer in [
        r#"{"getTransDataResponseCode":"00","seal":"00"}"#,
        r#"{"getTransDataResponseCode":"00","transactionReference":"R2"}"#,
        "<html>",
    ] {
        let (status, printed, error) = ask("getTransactionData", Some(answer), REFERENCE);
        assert_eq!((status, printed.as_str()), (2, ""), "{error}");
        assert!(error.contains("unknown"), "{error}");
    }
}

#[test]
fn an_operation_without_answer_is_not_sent_again() {
    let input = r#"{"transactionReference":"R1","operationAmount":"1","currencyCode":"978"}"#;
    let (status, _, error) = ask("refund", None, input);
    assert_eq!(status, 2);
    assert!(error.contains("may have been done"), "{error}");
}

#[test]
fn the_real_platform_is_called_on_purpose_only() {
    let (_folder, path) = config("production", "");
    let path = path.to_str().unwrap();
    let dry = [
        "sogenactif",
        "getTransactionData",
        "--config",
        path,
        "--dry-run",
    ];
    let (status, _, error) = run(&dry, REFERENCE);
    assert_eq!(status, 2);
    assert!(error.contains("--production"), "{error}");
    let meant = [&dry[..], &["--production"]].concat();
    let (status, printed, error) = run(&meant, REFERENCE);
    assert_eq!(status, 0, "{error}");
    assert!(
        printed.starts_with("POST https://office-server.sogenactif.com/"),
        "{printed}"
    );
}

#[test]
fn what_is_wrong_is_named() {
    let account = ["--account", "vouchers"];
    let (_folder, path) = config("sandbox", "office_host = \"http://127.0.0.1:1\"");
    let config = ["sogenactif", "refund", "--config", path.to_str().unwrap()];
    for (arguments, input, named) in [
        (vec!["sogenactif", "refunds"], "{}", "--list"),
        (vec!["sogenactif"], "", "METHOD"),
        (vec!["sogenactif", "refund"], "{}", "is missing"),
        (vec!["sogenactif", "refund"], "[]", "JSON object"),
        (
            vec!["sogenactif", "addCard"],
            CLEAR_NUMBER,
            "cardNumber: must be a token",
        ),
        (
            vec!["sogenactif", "refund", "--config", "/does/not/exist"],
            "{}",
            "exist",
        ),
        ([&config[..], &account].concat(), "{}", "no such account"),
        (
            vec!["sogenactif", "refund", "--account", "x"],
            "{}",
            "--config",
        ),
    ] {
        let (status, _, error) = run(&arguments, input);
        assert_eq!(status, 2, "{arguments:?}: {error}");
        assert!(error.contains(named), "{arguments:?}: {error}");
        assert!(!error.contains("4100"), "{error}");
    }
}

#[test]
fn a_platform_that_is_away_has_done_nothing() {
    let (_folder, path) = config("sandbox", "office_host = \"http://127.0.0.1:1\"");
    let arguments = [
        "sogenactif",
        "getTransactionData",
        "--config",
        path.to_str().unwrap(),
    ];
    let (status, _, error) = run(&arguments, REFERENCE);
    assert_eq!(status, 2);
    assert!(error.contains("nothing was done"), "{error}");
}

fn seal(key: &str, input: &str) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, key).unwrap();
    run(
        &[
            "inspect",
            "sogenactif-seal",
            "--key-file",
            file.to_str().unwrap(),
        ],
        input,
    )
}

#[test]
fn a_message_is_sealed_and_checked() {
    let (status, printed, _) = seal(&format!("{KEY}\n"), golden!("v3.json"));
    assert_eq!(status, 0);
    assert!(
        printed.contains(golden!("v3.txt")) && printed.contains("none given"),
        "{printed}"
    );
    assert!(
        printed.contains(golden!("v3.hmac-sha-256").trim_end()),
        "{printed}"
    );
    let with = |seal: &str| {
        let seal = format!("{{\n  \"seal\": \"{}\",", seal.trim_end());
        golden!("v3.json").replacen('{', &seal, 1)
    };
    let (status, printed, _) = seal(KEY, &with(golden!("v3.hmac-sha-256")));
    assert!(status == 0 && printed.contains("seal: match"), "{printed}");
    let (status, printed, _) = seal(KEY, &with(golden!("v3.sha-256")));
    assert_eq!(status, 1);
    assert!(
        printed.contains("known cause: it is the SHA-256 seal"),
        "{printed}"
    );
}

#[test]
fn a_message_that_can_not_be_read_is_two() {
    assert_eq!(seal(KEY, "hello").0, 2);
    assert_eq!(seal("short", "{}").0, 2);
    let (status, printed, error) = seal(KEY, "{\"a\":\"\\u001b[2J\\u0007\"}");
    assert_eq!(status, 0, "{error}");
    assert!(!printed.contains(['\u{1b}', '\u{7}']), "{printed}");
}
