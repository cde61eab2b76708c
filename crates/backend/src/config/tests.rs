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

fn parse(text: &str) -> anyhow::Result<(Config, Accounts)> {
    Config::parse(text, Path::new("/etc/guichet"), &|name| match name {
        "SHOP_KEY" => Some("sk_canary_0123456789abcdef0123456789".to_owned()),
        "HMAC_KEY" => Some("8c1f0b6a4d2e97553b08e1a6c4f7d291".repeat(4)),
        _ => None,
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
    let (config, _) = parse(GOOD).unwrap();
    assert_eq!(config.database.to_string(), "/etc/guichet/books.db");
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
    assert_eq!(taken.unwrap().0.trusted_proxies.len(), 4);
    for wrong in ["0.0.0.0/0", "::/0", "proxy.example", "10.0.0.0/33", "", "*"] {
        let error = refusal(&with(&format!("[{wrong:?}]")));
        assert!(error.contains("trusted_proxies"), "{wrong}: {error}");
    }
}

/// A good file of a production backend, which each line of the table below breaks in one place.
const PRODUCTION: &str = r#"
environment = "production"
listen = "127.0.0.1:8601"
public_url = "https://pay.example.com"
database_url = "sqlite://books.db"
assets = "assets"
trusted_proxies = ["10.0.0.0/8"]

[[shops]]
id = "demo"
name = "Demo"
secret_keys = ["sk_live_canary8c1f0b6a4d2e97553b08e1a6c4f7d290"]
origins = ["https://shop.example.com"]
labels = { card = "Card" }

[[shops.methods]]
provider = "up2pay"
account = "main"
methods = ["card", "apetiz"]

[[accounts]]
id = "main"
provider = "up2pay"
site = "7654321"
rang = "16"
identifiant = "7546450"
hmac_key = "env:HMAC_KEY"
confirm = "query"
"#;

const SECOND_SHOP: &str = r#"
[[shops]]
id = "other"
name = "Other"
secret_keys = ["sk_live_canary7e2a90c4b1d8f6635a17c3e9d0b4f852"]
origins = ["https://other.example.com"]
"#;

/// Of a key pair with the exponent 257, as every sandbox makes its own; its private half is gone.
const SANDBOX_KEY: &str = "-----BEGIN PUBLIC KEY-----\\n\
MIGeMA0GCSqGSIb3DQEBAQUAA4GMADCBiAKBgQDQnmo3tgUHBBb71dzswMI+WH3z\\n\
Cl6rAF7HVpGjz3DvfWIgs0apOO3r0MoEeCG3vEzdW6MsXXBOYEzoSkzXTf78JuXJ\\n\
tORxD3wJd/BqFRZdYWmzeUUO1PsOHm7Wxb3uHrhHdcN9UAWdxNaH9lEAknT19RHC\\n\
Tu0baVaTP+LObXblowICAQE=\\n\
-----END PUBLIC KEY-----";

/// What is put in place of what, and words that the refusal must hold: the key, and the remedy.
type Wrong = (&'static str, &'static str, [&'static str; 2]);

/// Wrong files of production, by what is changed in the good one.
const WRONG: &[Wrong] = &[
    // The file as a whole.
    (
        "environment = \"production\"\n",
        "",
        ["environment", "missing"],
    ),
    ("\"production\"", "\"live\"", ["environment", "one of"]),
    (
        "environment =",
        "enviroment =",
        ["enviroment", "environment"],
    ),
    (
        "listen = \"127.0.0.1:8601\"",
        "listen = \"8601\"",
        ["listen", "socket address"],
    ),
    (
        "listen = \"127.0.0.1:8601\"",
        "listen = 8601",
        ["listen", "socket address"],
    ),
    ("[[shops]]", "[shops]", ["shops", "sequence"]),
    ("[[accounts]]", "[[acounts]]", ["acounts", "accounts"]),
    ("assets = \"assets\"\n", "", ["assets", "missing"]),
    // Our own address.
    (
        "https://pay.example.com",
        "pay.example.com",
        ["public_url", "address"],
    ),
    (
        "https://pay.example.com",
        "http://pay.example.com",
        ["public_url", "https"],
    ),
    (
        "https://pay.example.com",
        "ftp://pay.example.com",
        ["public_url", "https"],
    ),
    (
        "https://pay.example.com",
        "https://localhost",
        ["public_url", "this machine"],
    ),
    (
        "https://pay.example.com",
        "https://localhost:8601",
        ["public_url", "this machine"],
    ),
    (
        "https://pay.example.com",
        "https://pay.localhost",
        ["public_url", "this machine"],
    ),
    (
        "https://pay.example.com",
        "https://127.0.0.1",
        ["public_url", "this machine"],
    ),
    (
        "https://pay.example.com",
        "https://127.1",
        ["public_url", "this machine"],
    ),
    (
        "https://pay.example.com",
        "https://[::1]",
        ["public_url", "this machine"],
    ),
    (
        "https://pay.example.com",
        "https://[::ffff:10.0.0.1]",
        ["public_url", "private"],
    ),
    (
        "https://pay.example.com",
        "https://192.168.1.10",
        ["public_url", "private"],
    ),
    (
        "https://pay.example.com",
        "https://169.254.1.1",
        ["public_url", "private"],
    ),
    (
        "https://pay.example.com",
        "https://0.0.0.0",
        ["public_url", "this machine"],
    ),
    (
        "https://pay.example.com",
        "https://backend",
        ["public_url", "private"],
    ),
    (
        "https://pay.example.com",
        "https://pay.lan",
        ["public_url", "private"],
    ),
    (
        "https://pay.example.com",
        "https://pay.example.com?x=1",
        ["public_url", "query"],
    ),
    (
        "https://pay.example.com",
        "https://me@pay.example.com",
        ["public_url", "user"],
    ),
    (
        "https://pay.example.com",
        "https://a-name-that-is-far-too-long-for-what-up2pay-takes.pay.example.com",
        ["public_url", "at most 60"],
    ),
    // The books.
    (
        "sqlite://books.db",
        "books.db",
        ["database_url", "sqlite://"],
    ),
    (
        "sqlite://books.db",
        "mysql://localhost/books",
        ["database_url", "postgres://"],
    ),
    (
        "sqlite://books.db",
        "postgres://localhost",
        ["database_url", "name a database"],
    ),
    (
        "sqlite://books.db",
        "sqlite://",
        ["database_url", "name a file"],
    ),
    (
        "sqlite://books.db",
        "sqlite://:memory:",
        ["database_url", "on disk"],
    ),
    (
        "sqlite://books.db",
        "sqlite:///:memory:",
        ["database_url", "on disk"],
    ),
    (
        "sqlite://books.db",
        "sqlite://file::memory:",
        ["database_url", "on disk"],
    ),
    (
        "sqlite://books.db",
        "sqlite://file:books.db",
        ["database_url", "on disk"],
    ),
    (
        "sqlite://books.db",
        "sqlite://books.db?mode=ro",
        ["database_url", "no options"],
    ),
    (
        "sqlite://books.db",
        "sqlite://books.db?mode=memory",
        ["database_url", "no options"],
    ),
    (
        "sqlite://books.db",
        "sqlite://books.db#1",
        ["database_url", "no options"],
    ),
    (
        "sqlite://books.db",
        "sqlite://my%20books.db",
        ["database_url", "no escapes"],
    ),
    (
        "sqlite://books.db",
        "sqlite://books/",
        ["database_url", "name a file"],
    ),
    // Proxies.
    (
        "[\"10.0.0.0/8\"]",
        "[\"0.0.0.0/0\"]",
        ["trusted_proxies", "own networks"],
    ),
    (
        "[\"10.0.0.0/8\"]",
        "[\"0.0.0.0/1\", \"128.0.0.0/1\"]",
        ["trusted_proxies", "own networks"],
    ),
    (
        "[\"10.0.0.0/8\"]",
        "[\"::/1\", \"8000::/1\"]",
        ["trusted_proxies", "own networks"],
    ),
    (
        "[\"10.0.0.0/8\"]",
        "[\"proxy\"]",
        ["trusted_proxies", "network"],
    ),
    (
        "[\"10.0.0.0/8\"]",
        "\"10.0.0.0/8\"",
        ["trusted_proxies", "sequence"],
    ),
    // The shop.
    ("id = \"demo\"", "id = \"my shop\"", ["shops[0].id", "a-z"]),
    ("name = \"Demo\"", "name = \" \"", ["name", "not be empty"]),
    ("name = \"Demo\"", "nom = \"Demo\"", ["nom", "name"]),
    (
        "[\"https://shop.example.com\"]",
        "[]",
        ["origins", "at least one"],
    ),
    (
        "https://shop.example.com",
        "http://shop.example.com",
        ["origins", "https"],
    ),
    (
        "https://shop.example.com",
        "ftp://shop.example.com",
        ["origins", "https"],
    ),
    (
        "https://shop.example.com",
        "file:///shop",
        ["origins", "https"],
    ),
    (
        "https://shop.example.com",
        "https://shop.example.com/",
        ["origins", "bare"],
    ),
    (
        "https://shop.example.com",
        "https://*.example.com",
        ["origins", "in full"],
    ),
    // Its keys.
    (
        "sk_live_canary8c1f0b6a4d2e97553b08e1a6c4f7d290",
        "sk_live_canary",
        ["secret_keys", "at least 32"],
    ),
    (
        "sk_live_canary8c1f0b6a4d2e97553b08e1a6c4f7d290",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ["secret_keys", "rand"],
    ),
    (
        "sk_live_canary8c1f0b6a4d2e97553b08e1a6c4f7d290",
        "canarycanary0123canarycanary0123",
        ["secret_keys", "rand"],
    ),
    (
        "sk_live_canary8c1f0b6a4d2e97553b08e1a6c4f7d290",
        "sk_sandbox_demo_4f1d0c6f6d5e4b7a9c2e8b3a7d9f1e55",
        ["secret_keys", "one of your own"],
    ),
    (
        "[\"sk_live_canary8c1f0b6a4d2e97553b08e1a6c4f7d290\"]",
        "[]",
        ["secret_keys", "at least one"],
    ),
    // What it offers.
    (
        "[\"card\", \"apetiz\"]",
        "[\"card\", \"card\"]",
        ["methods", "twice"],
    ),
    (
        "[\"card\", \"apetiz\"]",
        "[\"card\", \"bitcoin\"]",
        ["methods", "no method bitcoin"],
    ),
    (
        "account = \"main\"",
        "account = \"other\"",
        ["methods", "no account other"],
    ),
    (
        "labels = { card =",
        "labels = { sodexo =",
        ["labels", "its methods are: apetiz, card"],
    ),
    (
        "labels = { card =",
        "labels = { crad =",
        ["labels", "its methods are: apetiz, card"],
    ),
    (
        "labels = { card = \"Card\" }",
        "labels = { card = \"\" }",
        ["labels", "not be empty"],
    ),
    // The account.
    ("confirm = \"query\"\n", "", ["confirm", "secret_address"]),
    (
        "confirm = \"query\"",
        "confirm = \"secret_address\"\nnotify_secret = \"a\"",
        ["notify_secret", "random characters"],
    ),
    (
        "confirm = \"query\"",
        "confirm = \"secret_address\"\nnotify_secret = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
        ["notify_secret", "random characters"],
    ),
    (
        "provider = \"up2pay\"\nsite",
        "provider = \"paypal\"\nsite",
        ["paypal", "up2pay"],
    ),
    ("site = \"7654321\"", "site = 7654321", ["site", "quotes"]),
    ("rang = \"16\"", "rnag = \"16\"", ["rang", ""]),
    // The desk.
    (
        "[[shops]]",
        "[desk]\nidle_minutes = 0\n[[shops]]",
        ["desk.idle_minutes", "must be 5 to 720"],
    ),
    (
        "[[shops]]",
        "[desk]\nlogin_hours = 25\n[[shops]]",
        ["desk.login_hours", "must be 1 to 24"],
    ),
    (
        "[[shops]]",
        "[desk]\nfour_eyes = \"EUR=500\"\n[[shops]]",
        ["desk.four_eyes", "write such as EUR=500.00"],
    ),
    (
        "[[shops]]",
        "[desk]\nfour_eyes = \"EUR=500.00\"\n[[shops]]",
        ["desk.four_eyes", "desk.code_key"],
    ),
    (
        "[[shops]]",
        "[desk]\nfour_eyes_hours = 0\n[[shops]]",
        ["desk.four_eyes_hours", "must be 1 to 168"],
    ),
    (
        "[[shops]]",
        "[desk]\npassword = \"a\"\n[[shops]]",
        ["desk", "password"],
    ),
    (
        "[[shops]]",
        "[desk]\ncode_key = \"short\"\n[[shops]]",
        ["desk.code_key", "openssl rand -hex 32"],
    ),
    (
        "[[shops]]",
        "[desk]\ncode_key = \"changemechangemechangemechangeme\"\n[[shops]]",
        ["desk.code_key", "random characters"],
    ),
    (
        "[[shops]]",
        "[desk.sso]\nissuer = \"http://login.shop.example\"\nclient_id = \"g\"\n\
         client_secret = \"5d0c4f3e9b7a42168f1e\"\n[[shops]]",
        ["desk.sso.issuer", "https://"],
    ),
    (
        "[[shops]]",
        "[desk.sso]\nissuer = \"https://login.shop.example\"\nclient_id = \"g\"\n\
         client_secret = \"short\"\n[[shops]]",
        ["desk.sso.client_secret", "16 characters"],
    ),
    (
        "[[shops]]",
        "[desk.sso]\nissuer = \"https://login.shop.example\"\nclient_id = \"g\"\n\
         client_secret = \"5d0c4f3e9b7a42168f1e\"\n[[shops]]",
        ["desk.sso.roles", "unknown = \"look\""],
    ),
    (
        "[[shops]]",
        "[desk.sso]\nissuer = \"https://login.shop.example\"\nclient_id = \"g\"\n\
         client_secret = \"5d0c4f3e9b7a42168f1e\"\n[[desk.sso.roles]]\n\
         value = \"tills\"\nrole = \"refund\"\n[[shops]]",
        ["desk.sso.roles: \"tills\": refund_limit", "EUR=500.00"],
    ),
];

#[test]
fn a_wrong_file_is_refused_with_the_key_at_fault_and_what_to_do() {
    parse(PRODUCTION).map(drop).unwrap();
    parse(&format!("{PRODUCTION}{SECOND_SHOP}"))
        .map(drop)
        .unwrap();
    assert!(WRONG.len() >= 60, "{}", WRONG.len());
    let mut taken = Vec::new();
    for (from, to, words) in WRONG {
        let text = PRODUCTION.replacen(from, to, 1);
        assert_ne!(text, PRODUCTION, "{from} is not in the good file");
        let error = match parse(&text) {
            Ok(_) => "was taken".to_owned(),
            Err(error) => format!("{error:#}"),
        };
        if !words.iter().all(|word| error.contains(word)) || error.contains("canary") {
            taken.push(format!("{from} -> {to}: {error}"));
        }
    }
    assert!(taken.is_empty(), "{taken:#?}");
}

#[test]
fn two_shops_share_neither_their_id_nor_a_key() {
    let with = |from: &str, to: &str| format!("{PRODUCTION}{}", SECOND_SHOP.replace(from, to));
    let error = refusal(&with("id = \"other\"", "id = \"demo\""));
    assert!(
        error.contains("shop demo: its id is there twice"),
        "{error}"
    );
    let error = refusal(&with(
        "sk_live_canary7e2a90c4b1d8f6635a17c3e9d0b4f852",
        "sk_live_canary8c1f0b6a4d2e97553b08e1a6c4f7d290",
    ));
    assert!(error.contains("shop other: secret_keys"), "{error}");
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn the_key_of_a_sandbox_verifies_nothing_in_production() {
    let with_key = PRODUCTION.replace(
        "confirm =",
        &format!("public_keys = [\"{SANDBOX_KEY}\"]\nconfirm ="),
    );
    let error = refusal(&with_key);
    assert!(
        error.contains("public_keys") && error.contains("leave it out"),
        "{error}"
    );
}

/// A good configuration whose shop has this webhook, and these networks.
fn with_webhook(webhook: &str, networks: &str) -> String {
    let text = GOOD.replace(
        "assets =",
        &format!("webhook_networks = {networks}\nassets ="),
    );
    format!("{text}webhook = {webhook}\n")
}

/// The secret of the specification's examples.
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[test]
fn a_webhook_takes_one_secret_or_two() {
    for secrets in [
        vec![WHSEC],
        vec![WHSEC, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
    ] {
        let webhook = format!("{{ url = \"https://shop.example/hook\", secrets = {secrets:?} }}");
        let (config, _) = parse(&with_webhook(&webhook, "[]")).unwrap();
        let webhook = config.shops[0].webhook.as_ref().unwrap();
        assert_eq!(webhook.secrets.len(), secrets.len());
        assert_eq!(webhook.url.as_str(), "https://shop.example/hook");
    }
}

#[test]
fn a_webhooks_secret_that_a_library_would_misread_is_refused_with_its_remedy_and_not_shown() {
    for wrong in [
        // Unpadded, URL-safe, too short, without the prefix, not base64, of one byte repeated.
        "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5MQ",
        "whsec_-_-_9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_Y2FuYXJ5",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_canary canary",
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "",
    ] {
        let webhook = format!("{{ url = \"https://shop.example/\", secrets = [{wrong:?}] }}");
        let error = refusal(&with_webhook(&webhook, "[]"));
        assert!(error.contains("shop demo: webhook.secrets"), "{error}");
        assert!(error.contains("guichet webhooks secret"), "{error}");
        assert!(wrong.is_empty() || !error.contains(wrong), "{error}");
    }
    for count in [0, 3] {
        let secrets = vec![WHSEC; count];
        let webhook = format!("{{ url = \"https://shop.example/\", secrets = {secrets:?} }}");
        let error = refusal(&with_webhook(&webhook, "[]"));
        assert!(error.contains("one secret, or two"), "{error}");
    }
}

#[test]
fn a_webhook_goes_by_https_to_a_public_address_unless_its_network_is_named() {
    let at = |url: &str, networks: &str| {
        with_webhook(
            &format!("{{ url = {url:?}, secrets = [{WHSEC:?}] }}"),
            networks,
        )
    };
    for (url, named) in [
        ("http://shop.example/hook", "must be https"),
        ("http://127.0.0.1:8600/hook", "must be https"),
        ("https://127.0.0.1/hook", "webhook_networks"),
        ("https://10.0.0.8/hook", "webhook_networks"),
        ("https://169.254.169.254/latest", "webhook_networks"),
        ("https://[::1]/hook", "webhook_networks"),
        ("https://localhost/hook", "webhook_networks"),
        ("https://user:pass@shop.example/hook", "user, password"),
        ("ftp://shop.example/", "https://"),
        ("shop.example", "not an address"),
    ] {
        let error = refusal(&at(url, "[]"));
        assert!(
            error.contains("shop demo: webhook.url") && error.contains(named),
            "{url}: {error}"
        );
    }
    for (url, network) in [
        ("http://127.0.0.1:8600/hook", "[\"127.0.0.1\"]"),
        ("https://10.1.2.3/hook", "[\"10.0.0.0/8\"]"),
        ("http://localhost:8600/hook", "[\"127.0.0.1\", \"::1\"]"),
    ] {
        assert!(parse(&at(url, network)).is_ok(), "{url}");
    }
    let production = |url: &str| {
        at(url, "[\"10.0.0.0/8\"]")
            .replace("\"sandbox\"", "\"production\"")
            .replace("http://127.0.0.1:8601/", "https://pay.example/")
            .replace("http://127.0.0.1:8600\"]", "https://shop.example\"]")
    };
    assert!(parse(&production("https://10.1.2.3/hook")).is_ok());
    let error = refusal(&production("http://10.1.2.3/hook"));
    assert!(error.contains("https in production"), "{error}");
    let demos = "whsec_Z3VpY2hldC1zYW5kYm94LWRlbW8td2ViaG9va3MtLS0=";
    let error = refusal(&production("https://10.1.2.3/hook").replace(WHSEC, demos));
    assert!(error.contains("published one of the demo"), "{error}");
    let error = refusal(&at("https://shop.example/", "[\"0.0.0.0/0\"]"));
    assert!(
        error.contains("webhook_networks") && error.contains("everybody"),
        "{error}"
    );
}
