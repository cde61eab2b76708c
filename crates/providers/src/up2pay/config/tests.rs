use super::super::testing::*;
use super::*;

/// The error of a table, which must name this key.
fn refusal(table: toml::Table, environment: Environment, key: &str) -> String {
    let error = read(table, environment).unwrap_err();
    assert_eq!(error.key, key, "{error}");
    assert_eq!(error.account, "main");
    assert!(!error.to_string().contains(OWN_KEY), "{error}");
    assert!(!error.to_string().contains(SECRET), "{error}");
    error.detail
}

fn in_sandbox(more: &str, key: &str) -> String {
    refusal(with(sandbox_table(), more), Environment::Sandbox, key)
}

fn in_production(more: &str, key: &str) -> String {
    refusal(with(production_table(), more), Environment::Production, key)
}

#[test]
fn a_full_table_is_read() {
    let more = format!(
        r#"
        id = "main"
        confirm = "secret_address"
        notify_secret = "{SECRET}"
        notify_method = "post"
        page_timeout_seconds = 600
        letter_z = false
        archive_reference = true
        source_rwd = ["card"]
        conecs_minimum = 100
        cvconnect_minimum = 3000
        card_types = ["VPAY"]
        conecs_refunds = true
        refund_number = "capture"
        limocb = {{ site = "7654322", rang = "02", hmac_key = "{OWN_KEY}" }}
        "#
    );
    let config = read(with(production_table(), &more), Environment::Production).unwrap();
    assert!(matches!(&config.confirm, Confirm::SecretAddress(secret) if secret.is(SECRET)));
    assert!(config.notify_by_post && !config.letter_z && config.archive_reference);
    assert_eq!(
        (config.page_timeout_seconds, config.deadline_seconds),
        (600, 1200)
    );
    assert_eq!(config.source_rwd, [Way::Card]);
    assert_eq!(config.minimum(Way::Sodexo).unwrap().minor(), 100);
    assert_eq!(config.minimum(Way::CvConnect).unwrap().minor(), 3000);
    assert_eq!(config.limocb.as_ref().unwrap().site.as_str(), "7654322");
    assert!(config.conecs_refunds && config.refund_number == RefundNumber::Capture);
    let shown = format!("{config:?}");
    assert!(
        !shown.contains("FEDC") && !shown.contains(SECRET),
        "{shown}"
    );
}

#[test]
fn what_is_absent_has_its_default() {
    let config = read(production_table(), Environment::Production).unwrap();
    assert_eq!(
        config.page_hosts[0].join("/php/"),
        "https://tpeweb.e-transactions.fr/php/"
    );
    assert_eq!(
        config.page_hosts[1].join("/php/"),
        "https://tpeweb1.e-transactions.fr/php/"
    );
    assert_eq!(
        config.ppps_hosts[0].join("/PPPS.php"),
        "https://ppps.e-transactions.fr/PPPS.php"
    );
    assert_eq!(
        config.ppps_hosts[1].join("/PPPS.php"),
        "https://ppps1.e-transactions.fr/PPPS.php"
    );
    assert_eq!(
        (config.page_timeout_seconds, config.deadline_seconds),
        (900, 1500)
    );
    assert_eq!(config.public_keys.len(), 1);
    assert!(config.letter_z && !config.notify_by_post && !config.archive_reference);
    assert_eq!(config.minimum(Way::CvConnect).unwrap().minor(), 2000);
    assert_eq!(config.minimum(Way::Apetiz), None);
    assert!(!config.conecs_refunds && config.refund_number == RefundNumber::Payment);
    let mut test = production_table();
    test.remove("confirm");
    let config = read(test, Environment::Test).unwrap();
    assert_eq!(
        config.page_hosts[0].join(""),
        "https://preprod-tpeweb.e-transactions.fr"
    );
    assert_eq!(
        config.ppps_hosts[0].join(""),
        "https://preprod-ppps.e-transactions.fr"
    );
    assert!(matches!(config.confirm, Confirm::Query));
}

#[test]
fn an_unknown_key_is_named() {
    in_sandbox("sites = '1'", "sites");
    let limocb =
        format!("limocb = {{ site = '7654322', rang = '02', hmac_key = '{OWN_KEY}', x = 1 }}");
    in_sandbox(&limocb, "limocb.x");
}

#[test]
fn the_contracts_numbers_are_checked() {
    for (more, key) in [
        ("site = '166666'", "site"),
        ("site = 1666666", "site"),
        ("rang = '1'", "rang"),
        ("rang = '0001'", "rang"),
        ("identifiant = '1234567890'", "identifiant"),
        ("identifiant = ''", "identifiant"),
    ] {
        in_sandbox(more, key);
    }
    for key in ["site", "rang", "identifiant", "hmac_key"] {
        let mut table = sandbox_table();
        table.remove(key);
        refusal(table, Environment::Sandbox, key);
    }
}

#[test]
fn a_key_that_is_not_hexadecimal_is_refused_and_not_shown() {
    let detail = in_sandbox("hmac_key = 'Zsecret-Zsecret-Zsecret-Zsecret-'", "hmac_key");
    assert!(!detail.contains("Zsecret"), "{detail}");
}

#[test]
fn the_sandbox_is_on_this_machine() {
    for good in [
        "http://127.0.0.1:1",
        "http://127.9.9.9",
        "http://[::1]:80",
        "http://localhost",
    ] {
        let table = with(sandbox_table(), &format!("page_hosts = ['{good}']"));
        assert!(read(table, Environment::Sandbox).is_ok(), "{good}");
    }
    for wrong in [
        "https://tpeweb.e-transactions.fr",
        "http://127.0.0.1.example",
        "http://user@127.0.0.1",
        "http://192.168.0.1",
        "ftp://127.0.0.1",
        "127.0.0.1",
    ] {
        in_sandbox(&format!("page_hosts = ['{wrong}']"), "page_hosts");
        in_sandbox(&format!("ppps_hosts = ['{wrong}']"), "ppps_hosts");
    }
    let mut table = sandbox_table();
    table.remove("page_hosts");
    refusal(table, Environment::Sandbox, "page_hosts");
}

#[test]
fn test_takes_the_test_hosts_alone() {
    for wrong in ["https://tpeweb.e-transactions.fr", "http://127.0.0.1:8602"] {
        let table = with(production_table(), &format!("page_hosts = ['{wrong}']"));
        refusal(table, Environment::Test, "page_hosts");
    }
    let table = with(
        production_table(),
        "page_hosts = ['https://recette-tpeweb.e-transactions.fr']",
    );
    assert!(read(table, Environment::Test).is_ok());
}

#[test]
fn production_takes_its_own_hosts_alone() {
    for wrong in [
        "https://preprod-tpeweb.e-transactions.fr",
        "http://tpeweb.e-transactions.fr",
        "https://127.0.0.1",
        "https://localhost",
        "https://tpeweb.e-transactions.fr.example",
        "https://tpeweb.e-transactions.fr:8443",
        "https://tpeweb.e-transactions.fr/php",
        "https://ppps.e-transactions.fr",
    ] {
        in_production(&format!("page_hosts = ['{wrong}']"), "page_hosts");
    }
    in_production(
        "ppps_hosts = ['https://preprod-ppps.e-transactions.fr']",
        "ppps_hosts",
    );
}

#[test]
fn production_refuses_the_public_test_key() {
    use super::super::seal::PUBLIC_TEST_HMAC_KEY;
    in_production(&format!("hmac_key = '{PUBLIC_TEST_HMAC_KEY}'"), "hmac_key");
    let lower = PUBLIC_TEST_HMAC_KEY.to_lowercase();
    in_production(&format!("hmac_key = '{lower}'"), "hmac_key");
    let limocb = format!("limocb = {{ site = '7654322', rang = '02', hmac_key = '{lower}' }}");
    in_production(&limocb, "limocb.hmac_key");
}

#[test]
fn production_refuses_the_public_test_sites() {
    for site in ["1999888", "1999887", "1666666"] {
        in_production(&format!("site = '{site}'"), "site");
    }
}

#[test]
fn production_refuses_the_test_signer() {
    let pem = pem(super::super::seal::TEST_KEY_K004);
    in_production(
        &format!("public_keys = ['published', '''{pem}''']"),
        "public_keys",
    );
}

#[test]
fn production_without_a_way_to_confirm_does_not_start() {
    let mut table = production_table();
    table.remove("confirm");
    refusal(table, Environment::Production, "confirm");
    in_production("confirm = 'none'", "confirm");
    in_production("confirm = 'secret_address'", "notify_secret");
}

#[test]
fn a_secret_that_can_be_guessed_or_changed_on_its_way_is_refused() {
    let short = &SECRET[..21];
    let odd = format!("{SECRET}/é");
    for secret in [short, &odd, ""] {
        let more = format!("confirm = 'secret_address'\nnotify_secret = '{secret}'");
        let detail = in_production(&more, "notify_secret");
        assert!(secret.is_empty() || !detail.contains(secret));
    }
    in_production(&format!("notify_secret = '{SECRET}'"), "notify_secret");
}

#[test]
fn times_amounts_and_words_are_checked() {
    for (more, key) in [
        ("page_timeout_seconds = 99", "page_timeout_seconds"),
        ("page_timeout_seconds = 86401", "page_timeout_seconds"),
        ("page_timeout_seconds = '900'", "page_timeout_seconds"),
        ("deadline_seconds = 0", "deadline_seconds"),
        ("notify_method = 'put'", "notify_method"),
        ("letter_z = 'yes'", "letter_z"),
        ("archive_reference = 1", "archive_reference"),
        ("source_rwd = ['cards']", "source_rwd"),
        ("source_rwd = 'card'", "source_rwd"),
        ("conecs_minimum = 0", "conecs_minimum"),
        ("cvconnect_minimum = -1", "cvconnect_minimum"),
        ("card_types = [1]", "card_types"),
        ("limocb = 'x'", "limocb"),
        ("limocb = { site = '7654322' }", "limocb.rang"),
        ("public_keys = ['x']", "public_keys"),
        ("conecs_refunds = 'yes'", "conecs_refunds"),
        ("refund_number = 'authorisation'", "refund_number"),
    ] {
        in_sandbox(more, key);
    }
}

#[test]
fn outside_of_the_sandbox_the_deadline_is_never_before_the_pages_end() {
    in_production("deadline_seconds = 899", "deadline_seconds");
    let sooner = with(sandbox_table(), "deadline_seconds = 1");
    assert_eq!(
        read(sooner, Environment::Sandbox).unwrap().deadline_seconds,
        1
    );
}
