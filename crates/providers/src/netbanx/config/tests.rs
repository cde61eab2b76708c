use crate::contract::Environment;
use crate::netbanx::answer::OrderId;
use crate::netbanx::testing::{PASSWORD, read};

const KEYS: &str = "key_id = \"shop-7\"\nkey_password = \"S3CRETPASSWORD\"\n";

fn wrong(environment: Environment, lines: &str) -> String {
    let error = read(environment, lines).unwrap_err().to_string();
    assert!(!error.contains(PASSWORD), "{error}");
    error
}

#[test]
fn a_table_with_the_key_alone_is_enough_where_money_is_real() {
    for (environment, base) in [
        (Environment::Production, "https://api.netbanx.com/hosted/v1"),
        (Environment::Test, "https://api.test.netbanx.com/hosted/v1"),
    ] {
        let config = read(environment, KEYS).unwrap();
        let id = OrderId::parse("27AB").unwrap();
        let refund = config.address("refund", None, Some(&id));
        assert_eq!(refund, format!("{base}/orders/27AB/refund"));
        assert_eq!(
            config.address("orders", None, None),
            format!("{base}/orders")
        );
        assert!(!format!("{config:?}").contains(PASSWORD));
    }
}

#[test]
fn paths_and_hosts_are_configuration() {
    let more =
        "api_base = \"https://pay.example/hosted/v2/\"\n[paths]\nrefund = \"/o/{id}/back\"\n";
    let config = read(Environment::Production, &format!("{KEYS}{more}")).unwrap();
    let id = OrderId::parse("27AB").unwrap();
    assert_eq!(
        config.address("refund", None, Some(&id)),
        "https://pay.example/hosted/v2/o/27AB/back"
    );
    assert_eq!(
        config.address("order", None, Some(&id)),
        "https://pay.example/hosted/v2/orders/27AB"
    );
}

/// A table, the key that its error names, and what it says.
type Wrong<'a> = (Environment, &'a str, &'a str, &'a str);

fn are_named(wrongs: &[Wrong<'_>]) {
    for (environment, lines, key, why) in wrongs {
        let own = lines.contains("key_") || lines.is_empty();
        let keys = if own { "" } else { KEYS };
        let told = wrong(*environment, &format!("{keys}{lines}"));
        let start = format!("account main: {key}: ");
        assert!(told.starts_with(&start), "{lines}: {told}");
        assert!(told.contains(why), "{lines}: {told}");
    }
}

#[test]
fn what_is_wrong_with_keys_and_hosts_is_named_with_what_to_write() {
    use Environment::{Production, Sandbox, Test};
    let here = "api_base = \"http://127.0.0.1:1/hosted/v1\"\n";
    are_named(&[
        (Production, "", "key_id", "as the back office shows it"),
        (Production, "key_id = \"a:b\"\n", "key_id", "colons"),
        (
            Production,
            "key_id = \"a\"\n",
            "key_password",
            "env:NETBANX_KEY",
        ),
        (
            Production,
            "key_id = \"a\"\nkey_password = \"a b\"\n",
            "key_password",
            "spaces",
        ),
        (
            Production,
            "key_id = \"a\"\nkey_password = 7\n",
            "key_password",
            "text, in quotes",
        ),
        (
            Production,
            "key_id = \"guichet-sandbox\"\nkey_password = \"x\"\n",
            "key_id",
            "the sandbox's key",
        ),
        (
            Test,
            "key_id = \"guichet-sandbox\"\nkey_password = \"x\"\n",
            "key_id",
            "sandbox",
        ),
        (Sandbox, KEYS, "api_base", "is missing"),
        (
            Sandbox,
            "api_base = \"https://api.netbanx.com/hosted/v1\"",
            "api_base",
            "this machine",
        ),
        (Production, here, "api_base", "https://"),
        (
            Production,
            "api_base = \"https://api.test.netbanx.com/\"",
            "api_base",
            "test platform",
        ),
        (
            Test,
            "api_base = \"https://api.netbanx.com/hosted/v1\"",
            "api_base",
            "no host of the test",
        ),
        (
            Production,
            "api_base = \"https://u:p@api.netbanx.com\"",
            "api_base",
            "without user",
        ),
        (
            Production,
            "api_base = \"nowhere\"",
            "api_base",
            "is not an address",
        ),
    ]);
}

#[test]
fn what_else_is_wrong_is_named_with_what_to_write() {
    use Environment::Production;
    are_named(&[
        (
            Production,
            "paths = { charge = \"/c\" }",
            "paths.charge",
            "is no operation",
        ),
        (
            Production,
            "paths = { refund = \"/refund\" }",
            "paths.refund",
            "{id}",
        ),
        (
            Production,
            "paths = { refund = \"/o/{id}?x\" }",
            "paths.refund",
            "must be a path",
        ),
        (
            Production,
            "hosted_rel = \"self\"",
            "hosted_rel",
            "link to the page",
        ),
        (Production, "currencies = []", "currencies", "[\"EUR\"]"),
        (Production, "currencies = [\"JPY\"]", "currencies", "JPY"),
        (
            Production,
            "locales = { fr = \"fr\" }",
            "locales.fr",
            "fr_CA",
        ),
        (
            Production,
            "callback_format = \"yaml\"",
            "callback_format",
            "form-urlencoded",
        ),
        (
            Production,
            "callback_retries = 11",
            "callback_retries",
            "0 to 10",
        ),
        (
            Production,
            "deadline_seconds = 60",
            "deadline_seconds",
            "900 to 604800",
        ),
        (
            Production,
            "original_credits = true",
            "original_credits",
            "no source",
        ),
        (
            Production,
            "merchant_id = \"1\"",
            "merchant_id",
            "is not a key of a netbanx account",
        ),
    ]);
}

#[test]
fn an_id_is_letters_and_digits() {
    for good in ["284BRTAQFS63EOA1LD", "a", "a-b_c"] {
        assert!(OrderId::parse(good).is_some(), "{good}");
    }
    for bad in ["", "a/b", "..", "a?b", "a b", "é", "a#", &"a".repeat(65)] {
        assert!(OrderId::parse(bad).is_none(), "{bad}");
    }
}
