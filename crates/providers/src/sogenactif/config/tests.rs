use super::super::testing::{production_table, read, sandbox, sandbox_table, with};
use super::*;

fn error(table: toml::Table, environment: Environment) -> String {
    read(table, environment).unwrap_err().to_string()
}

#[test]
fn a_table_is_read() {
    let config = sandbox();
    assert_eq!(config.merchant.as_str(), "002001000000001");
    assert_eq!(config.keys.newest().unwrap().0.to_string(), "2");
    assert_eq!(
        (config.algorithm, config.identity),
        (Algorithm::HmacSha256, Identity::Reference)
    );
    let refund = MethodInfo::find("refund").unwrap();
    let address = "http://127.0.0.1:8602/rs-services/v2/cashManagement/refund";
    assert_eq!(config.address(refund), address);
    assert_eq!(config.interface_version(refund), "CR_WS_2.53");
}

#[test]
fn hosts_are_those_of_the_environment() {
    let refund = MethodInfo::find("refund").unwrap();
    let production = read(production_table(), Environment::Production).unwrap();
    assert!(
        production
            .address(refund)
            .starts_with("https://office-server.sogenactif.com/rs-")
    );
    let test = read(production_table(), Environment::Test).unwrap();
    let host = "https://office-server-sogenactif.test.sips-services.com/rs-";
    assert!(test.address(refund).starts_with(host));
    for (line, environment) in [
        (
            r#"office_host = "https://office-server.test.sips-services.com""#,
            Environment::Production,
        ),
        (
            r#"office_host = "https://office-server.sogenactif.com""#,
            Environment::Test,
        ),
        (
            r#"office_host = "http://office-server.sogenactif.com""#,
            Environment::Production,
        ),
        (
            r#"office_host = "https://127.0.0.1""#,
            Environment::Production,
        ),
        (
            r#"office_host = "https://a@office-server.sogenactif.com""#,
            Environment::Production,
        ),
        (
            r#"office_host = "https://office-server.sogenactif.com/x""#,
            Environment::Production,
        ),
        (
            r#"office_host = "https://office-server.sogenactif.com""#,
            Environment::Sandbox,
        ),
        (r#"office_host = "nothing""#, Environment::Sandbox),
    ] {
        let error = error(with(production_table(), line), environment);
        assert!(error.contains("office_host"), "{line}: {error}");
    }
    let given = r#"office_host = "https://office-server.mercanet.com""#;
    assert!(read(with(production_table(), given), Environment::Production).is_ok());
}

#[test]
fn what_anybody_can_seal_with_is_refused_in_production() {
    let shop = with(production_table(), r#"merchant_id = "002001000000001""#);
    assert!(error(shop, Environment::Production).contains("merchant_id"));
    let key = with(
        production_table(),
        r#"keys = { "1" = "002001000000002_KEY1" }"#,
    );
    let error = error(key, Environment::Production);
    assert!(
        error.contains("keys") && !error.contains("_KEY1"),
        "{error}"
    );
}

#[test]
fn what_is_wrong_is_named_and_no_key_is_shown() {
    for (line, named) in [
        (r#"merchant_id = "1""#, "merchant_id"),
        ("merchant_id = 1", "merchant_id"),
        ("keys = {}", "keys"),
        (r#"keys = "secret-secret-secret""#, "keys"),
        (r#"keys = { "0" = "secret-secret-secret" }"#, "keys.0"),
        (r#"keys = { "1" = "secret" }"#, "keys.1"),
        (r#"transaction_identity = "own""#, "transaction_identity"),
        (r#"seal_algorithm = "MD5""#, "seal_algorithm"),
        (
            r#"interface_versions = { refunds = "2.55" }"#,
            "interface_versions.refunds",
        ),
        (
            r#"interface_versions = { refund = "CR_WS_2.55" }"#,
            "interface_versions.refund",
        ),
        (r#"sdk_hosts = ["https://x"]"#, "sdk_hosts"),
        (r#"sdk_hosts = ["*"]"#, "sdk_hosts"),
        (r#"methods = ["card"]"#, "methods"),
        ("deadline_seconds = 0", "deadline_seconds"),
        ("written_seconds = -1", "written_seconds"),
        ("written_seconds = 86401", "written_seconds"),
        ("unknown = 1", "unknown"),
    ] {
        let error = error(with(sandbox_table(), line), Environment::Sandbox);
        assert!(error.contains(&format!(": {named}: ")), "{line}: {error}");
        assert!(!error.contains("secret-secret"), "{error}");
    }
}

#[test]
fn the_real_platform_may_write_for_two_hours_what_it_did_and_the_sandbox_writes_at_once() {
    let of = |table, environment| read(table, environment).unwrap().written_seconds;
    assert_eq!(of(production_table(), Environment::Production), 7200);
    assert_eq!(of(sandbox_table(), Environment::Sandbox), 0);
    let line = "written_seconds = 60";
    assert_eq!(of(with(sandbox_table(), line), Environment::Sandbox), 60);
}

#[test]
fn a_version_is_overridden_for_one_method() {
    let line = r#"interface_versions = { refund = "2.58" }"#;
    let config = read(with(sandbox_table(), line), Environment::Sandbox).unwrap();
    let version = |name| config.interface_version(MethodInfo::find(name).unwrap());
    assert_eq!(version("refund"), "CR_WS_2.58");
    assert_eq!(version("cancel"), "CR_WS_2.53");
}

#[test]
fn the_library_comes_from_the_platform_only() {
    let production = read(production_table(), Environment::Production).unwrap();
    for good in [
        "https://payment-web.sogenactif.com/paymentprovider/sdk.js",
        "https://payment-web.test.sips-services.com/x.js?v=1",
    ] {
        assert!(production.allows_sdk(good), "{good}");
    }
    for bad in [
        "http://payment-web.sogenactif.com/sdk.js",
        "https://sogenactif.com.evil.example/sdk.js",
        "https://evilsogenactif.com/sdk.js",
        "https://.sogenactif.com/sdk.js",
        "https://sogenactif.com@evil.example/sdk.js",
        "https://user@payment-web.sogenactif.com/sdk.js",
        "https://payment-web.sogenactif.com:8443/sdk.js",
        "https://evil.example/payment-web.sogenactif.com",
        "http://127.0.0.1:8603/sdk.js",
        "javascript:alert(1)//payment-web.sogenactif.com",
        "data:text/javascript,1",
        "",
    ] {
        assert!(!production.allows_sdk(bad), "{bad}");
    }
    assert!(sandbox().allows_sdk("http://127.0.0.1:8603/sdk.js"));
    assert!(!sandbox().allows_sdk("http://evil.example/sdk.js"));
}

#[test]
fn a_method_that_pays_no_more_is_warned_about_at_the_start() {
    let warnings = |methods: &str| {
        let table = with(sandbox_table(), &format!("methods = {methods}"));
        read(table, Environment::Sandbox).unwrap().warnings()
    };
    let told = warnings(r#"["sogenactif_card", "sogenactif_paylib"]"#);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("sogenactif_paylib") && told[0].contains("Wero"),
        "{told:?}"
    );
    assert!(warnings(r#"["sogenactif_card"]"#).is_empty());
}
