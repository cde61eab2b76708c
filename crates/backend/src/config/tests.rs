use super::*;

const GOOD: &str = r#"
environment = "sandbox"
public_url = "http://127.0.0.1:8601/"
database_url = "sqlite://books.db"
assets = "assets"

[[shops]]
id = "demo"
name = "Demo"
secret_keys = ["env:SHOP_KEY"]
origins = ["http://127.0.0.1:8600"]
"#;

fn parse(text: &str) -> anyhow::Result<Config> {
    Config::parse(text, Path::new("/etc/guichet"), &|name| {
        (name == "SHOP_KEY").then(|| "sk_canary_0123456789abcdef0123456789".to_owned())
    })
}

fn refusal(text: &str) -> String {
    match parse(text) {
        Ok(_) => panic!("was taken"),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn paths_are_read_from_beside_the_file() {
    let config = parse(GOOD).unwrap();
    assert_eq!(config.database, Path::new("/etc/guichet/books.db"));
    assert_eq!(config.public_url, "http://127.0.0.1:8601");
}

#[test]
fn production_refuses_plain_http() {
    let text = GOOD.replace("\"sandbox\"", "\"production\"");
    assert!(refusal(&text).contains("https in production"));
    let text = text.replace("http://127.0.0.1:8601/", "https://pay.example/");
    assert!(refusal(&text).contains("origins"));
}

#[test]
fn a_missing_variable_is_named() {
    let text = GOOD.replace("SHOP_KEY", "OTHER_KEY");
    assert!(refusal(&text).contains("OTHER_KEY is not set"));
}

#[test]
fn an_unknown_key_is_named_and_values_are_not_shown() {
    let text = GOOD.replace("name = \"Demo\"", "nom = \"canary-value\"");
    let error = refusal(&text);
    assert!(
        error.contains("nom") && !error.contains("canary"),
        "{error}"
    );
    let error = refusal(&GOOD.replace("env:SHOP_KEY", "short-canary"));
    assert!(
        error.contains("secret_keys") && !error.contains("canary"),
        "{error}"
    );
}

#[test]
fn a_key_of_the_wrong_type_is_not_shown() {
    let error = refusal(&GOOD.replace("[\"env:SHOP_KEY\"]", "\"canary-value\""));
    assert!(error.contains("secret_keys: must be a sequence"), "{error}");
    assert!(!error.contains("canary"), "{error}");
    let error = refusal(&GOOD.replace("\"sandbox\"", "\"canary\""));
    assert!(error.contains("environment: must be one of"), "{error}");
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn broken_toml_shows_its_place_and_not_its_text() {
    let error = refusal(&GOOD.replace("secret_keys = [", "secret_keys = canary ["));
    assert!(
        error.contains("line 10") && !error.contains("canary"),
        "{error}"
    );
}

#[test]
fn an_origin_is_bare() {
    for wrong in [
        "http://127.0.0.1:8600/",
        "http://u@127.0.0.1:8600",
        "*",
        "127.0.0.1",
    ] {
        let error = refusal(&GOOD.replace("http://127.0.0.1:8600", wrong));
        assert!(error.contains("origins"), "{wrong}: {error}");
    }
}

#[test]
fn a_shop_can_only_name_accounts_that_are_there() {
    let text = format!(
        "{GOOD}\n[[shops.methods]]\nprovider = \"up2pay\"\naccount = \"x\"\nmethods = [\"card\"]"
    );
    assert!(refusal(&text).contains("no account x"));
}

#[test]
fn a_trusted_proxy_is_an_address_or_a_network_and_not_everybody() {
    let with =
        |list: &str| GOOD.replace("assets =", &format!("trusted_proxies = {list}\nassets ="));
    let taken = parse(&with(
        r#"["10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "::1"]"#,
    ));
    assert_eq!(taken.unwrap().trusted_proxies.len(), 4);
    for wrong in ["0.0.0.0/0", "::/0", "proxy.example", "10.0.0.0/33", "", "*"] {
        let error = refusal(&with(&format!("[{wrong:?}]")));
        assert!(error.contains("trusted_proxies"), "{wrong}: {error}");
    }
}
