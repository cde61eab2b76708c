//! No secret is ever told: neither the shop's key, nor the platform's key, nor the secret part of
//! the notification address, nor a session's secret to anybody but the shop that made it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{
    Bank, CARD, CHALLENGED, Checkout, DEMO_HMAC_KEY, DEMO_SHOP_KEY, NOTIFY_SECRET, OTHER_HMAC_KEY,
    OTHER_SHOP_KEY, SOGENACTIF_KEY, Stack, StackOptions, VOUCHER, WEBHOOK_SECRET,
};

/// Every spelling of a secret that a leak could have.
fn spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(secret).into_owned();
    let mut all = vec![
        secret.to_vec(),
        text.to_lowercase().into_bytes(),
        text.to_uppercase().into_bytes(),
        hex::encode(secret).into_bytes(),
        hex::encode_upper(secret).into_bytes(),
        format!("{secret:?}")
            .trim_matches(['[', ']'])
            .as_bytes()
            .to_vec(),
        // A part of it is a leak as well.
        secret[..secret.len() / 2].to_vec(),
        secret[secret.len() / 2..].to_vec(),
    ];
    if let Ok(raw) = hex::decode(secret) {
        all.push(
            format!("{raw:?}")
                .trim_matches(['[', ']'])
                .as_bytes()
                .to_vec(),
        );
        all.push(raw);
    }
    all
}

/// Finds none of the secrets in what is shown.
fn find_none(secrets: &[&str], place: &str, shown: &[u8]) {
    for secret in secrets {
        for spelling in spellings(secret.as_bytes()) {
            let found = shown
                .windows(spelling.len())
                .any(|window| window == spelling);
            assert!(
                !found,
                "{secret} is in {place}, as {:?}",
                String::from_utf8_lossy(&spelling)
            );
        }
    }
}

fn configured() -> Vec<&'static str> {
    vec![
        DEMO_SHOP_KEY,
        OTHER_SHOP_KEY,
        DEMO_HMAC_KEY,
        OTHER_HMAC_KEY,
        NOTIFY_SECRET,
        WEBHOOK_SECRET,
    ]
}

/// The files that the widget's build lists: no other is served.
fn listed(assets: &Path) -> Vec<String> {
    let Ok(list) = std::fs::read(assets.join("manifest.json")) else {
        return Vec::new();
    };
    let list: Value = serde_json::from_slice(&list).unwrap();
    let files = list["files"].as_array().unwrap().iter();
    files
        .map(|file| file["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// A paid card, a paid voucher, a cancelled page; and whatever can go wrong.
async fn drive(stack: &Stack) -> Vec<Checkout> {
    let (paid, _) = stack.paid_session(4200).await;
    let voucher = stack.session(4200).await;
    let (_, back) = stack
        .pay_by_voucher(&voucher, "apetiz", VOUCHER, None)
        .await;
    stack.come_back(&back).await;
    let cancelled = stack.session(4200).await;
    let page = stack
        .open_page(&stack.start_payment(&cancelled, "card").await)
        .await;
    let back = stack.cancel_page(&page).await;
    stack.come_back(&back).await;
    stack.faults(json!({ "forged": true })).await;
    stack.pay_by_card(&cancelled, CARD).await;
    stack.no_faults().await;
    stack
        .create_session("bad", &json!({ "amount": "x" }))
        .await
        .expect(422);
    let demo = format!("Bearer {DEMO_SHOP_KEY}");
    for headers in [
        vec![("authorization", demo.as_str())],
        vec![
            ("authorization", demo.as_str()),
            ("idempotency-key", "bad"),
            ("idempotency-key", "x"),
        ],
        vec![("authorization", DEMO_SHOP_KEY), ("idempotency-key", "bad")],
    ] {
        stack.post_session(&headers, b"{".to_vec()).await;
    }
    stack
        .read_session(OTHER_SHOP_KEY, &paid.id)
        .await
        .expect(404);
    let wrong = Checkout {
        id: paid.id.clone(),
        secret: DEMO_SHOP_KEY.to_owned(),
    };
    stack.checkout_status(&wrong).await.expect(401);
    stack
        .post_payment(&paid, "again", &json!({ "method": "card" }))
        .await
        .expect(409);
    stack
        .get(&format!("/notify/up2pay/demo/{NOTIFY_SECRET}?x=1"))
        .await;
    stack
        .get(&format!("/notify/up2pay/demo/{NOTIFY_SECRET}/more"))
        .await;
    stack.get(&format!("/{}", paid.secret)).await;
    let unknown = json!({ "to": stack.notify_address(), "reference": "UNKNOWN", "amount": 1 });
    stack.send_notification(unknown).await;
    vec![paid, voucher, cancelled]
}

/// The demo shop's pages, all of them.
async fn visit_shop(stack: &Stack) -> String {
    let order = stack.demo_order(json!({ "amount": 4200 })).await;
    let text = |name: &str| order[name].as_str().unwrap().to_owned();
    let mut paths = ["/", "/panier", "/commande", "/nothing"]
        .map(str::to_owned)
        .to_vec();
    paths.extend([text("payment_path"), text("order_path")]);
    for path in paths {
        stack
            .http
            .send(stack.http.client().get(stack.shop() + &path))
            .await;
    }
    text("secret")
}

#[tokio::test]
async fn no_secret_is_in_any_answer_page_log_list_or_book() {
    for secret_address in [false, true] {
        // The most talkative log that an operator can switch on.
        let options = StackOptions {
            secret_address,
            log: "trace",
            lines: "webhook_networks = [\"127.0.0.1\"]".into(),
            told: true,
            ..Default::default()
        };
        let mut stack = Stack::start(options).await;
        let checkouts = drive(&stack).await;
        let in_page = visit_shop(&stack).await;
        let assets = std::env::var_os("GUICHET_ASSETS")
            .map(PathBuf::from)
            .unwrap_or_default();
        for name in listed(&assets) {
            stack.get(&format!("/{name}")).await.expect(200);
        }
        let list = stack.attention().await;
        assert!(list.contains("UNKNOWN"), "{list}");
        find_none(&configured(), "the operator's list", list.as_bytes());
        let seen = stack.http.seen();
        assert!(seen.len() > 40, "{}", seen.len());
        for seen in &seen {
            // The sandbox's control is the platform's own back office: it knows the address.
            if !seen.address.contains("/sandbox/api/") {
                find_none(&configured(), &seen.address, seen.text.as_bytes());
            }
        }
        // A session's secret is told once, to the shop that made it.
        let mut hidden = configured();
        hidden.extend(checkouts.iter().map(|checkout| checkout.secret.as_str()));
        hidden.push(&in_page);
        for seen in seen
            .iter()
            .filter(|seen| seen.address.starts_with(&stack.backend()))
        {
            if !seen.address.ends_with("/v1/sessions") {
                find_none(&hidden, &seen.address, seen.text.as_bytes());
            }
        }
        stack.stop_backend().await;
        let log = stack.backend_log();
        assert!(
            log.contains("TRACE") && log.contains("a notification was refused"),
            "{log}"
        );
        find_none(&hidden, "the backend's log", log.as_bytes());
        find_none(&hidden, "the sandbox's log", stack.sandbox_log().as_bytes());
        for file in files(stack.folder()) {
            if file
                .file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("books.db")
            {
                let content = std::fs::read(&file).unwrap();
                find_none(&hidden, &file.display().to_string(), &content);
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_configuration_is_named_and_its_secrets_are_not_shown() {
    let stack = Stack::start(StackOptions {
        secret_address: true,
        ..Default::default()
    })
    .await;
    let good = std::fs::read_to_string(stack.config()).unwrap();
    let hmac = format!("hmac_key = {DEMO_HMAC_KEY:?}");
    let notify = format!("notify_secret = {NOTIFY_SECRET:?}");
    let path = stack.folder().join("wrong.toml");
    let name = path.display().to_string();
    for (from, to, named) in [
        (
            hmac.as_str(),
            format!("hmac_key = \"{DEMO_HMAC_KEY}Z\""),
            "hmac_key",
        ),
        (
            &hmac,
            format!("hmac_key = \"{}\"", &DEMO_HMAC_KEY[1..]),
            "hmac_key",
        ),
        (&hmac, format!("hmac_key = {DEMO_HMAC_KEY}"), "line"),
        (&hmac, format!("hmac_key = [{DEMO_HMAC_KEY:?}]"), "hmac_key"),
        (&hmac, format!("hmac_cle = {DEMO_HMAC_KEY:?}"), "hmac_key"),
        (
            &notify,
            format!("notify_secret = \"{NOTIFY_SECRET} \""),
            "notify_secret",
        ),
        (
            &notify,
            format!("notify_secret = \"{NOTIFY_SECRET}"),
            "line",
        ),
        (
            "secret_address\"",
            format!("query\"\n# {NOTIFY_SECRET}"),
            "notify_secret",
        ),
        (
            "\"env:DEMO_SHOP_KEY\"",
            format!("{DEMO_SHOP_KEY:?} {DEMO_SHOP_KEY}"),
            "line",
        ),
        (
            "\"env:DEMO_SHOP_KEY\"",
            format!("{{ key = {DEMO_SHOP_KEY:?} }}"),
            "secret_keys",
        ),
        (
            "\"env:DEMO_SHOP_KEY\"",
            format!("\"{DEMO_SHOP_KEY} x\""),
            "secret_keys",
        ),
        (
            "secret_keys = [\"env:DEMO_SHOP_KEY\"]",
            format!("secret_keys = {DEMO_SHOP_KEY:?}"),
            "secret_keys",
        ),
    ] {
        let wrong = good.replacen(from, &to, 1);
        assert_ne!(wrong, good, "{from} is not there");
        std::fs::write(&path, wrong).unwrap();
        for command in [
            &["serve", "--config", &name],
            &["payments", "--attention", "--config", &name][..],
        ] {
            let (status, out, errors) = stack.guichet(command).await;
            assert_eq!((status, out.as_str()), (1, ""), "{to} was taken: {errors}");
            assert!(errors.contains(named), "{to}: {errors}");
            find_none(&configured(), &errors, errors.as_bytes());
        }
    }
}

#[tokio::test]
async fn the_log_names_routes_and_never_addresses() {
    let stack = Stack::start(StackOptions {
        secret_address: true,
        ..Default::default()
    })
    .await;
    let (checkout, started) = stack.paid_session(4200).await;
    let log = stack.logged(&["/notify/{*address}"]).await;
    for private in [
        &checkout.secret,
        NOTIFY_SECRET,
        "Mt=4200",
        started.field("PBX_HMAC"),
    ] {
        assert!(!log.contains(private), "{private} is in the log");
    }
}

/// The first `tokenPan` of the sandbox in a text: `TP` and 20 digits.
fn token_pan(text: &[u8]) -> Option<String> {
    let hex = |byte: &u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte);
    let mut parts = text.windows(22);
    let found = parts.find(|part| part.starts_with(b"TP") && part[2..].iter().all(hex))?;
    Some(String::from_utf8_lossy(found).into_owned())
}

#[tokio::test]
async fn what_stands_for_a_saved_card_or_its_owner_is_told_to_nobody() {
    let shopper = "canary-client-5Kq8Zw2Xr7";
    let mut stack = Stack::start(StackOptions {
        sogenactif: true,
        one_click: true,
        add_cards: true,
        log: "trace",
        ..Default::default()
    })
    .await;
    let card = stack.save_card(shopper, CHALLENGED).await;
    let checkout = stack.session_of(shopper, 4200).await;
    let answer = stack.pay_with_saved(&checkout, "click", &card).await;
    let bank = Bank::new(&answer.expect(201).json());
    let back = stack.press_at_bank(&bank, "success").await;
    stack.post_back(&back).await.location();
    stack.wait_status(&checkout, "paid").await;
    let other = stack.session_of(shopper, 4200).await;
    let body = json!({ "method": "sogenactif_card", "card": card });
    let paid = stack.shop_pays(DEMO_SHOP_KEY, &other, "k", &body).await;
    paid.expect(201);
    let third = stack.session_of(shopper, 4200).await;
    stack.delete_card(&third, &card).await.expect(204);
    let saving = json!({ "office_code": { "addCard": "12" } });
    stack.break_office(saving).await;
    let fields = stack.start_fields(&third).await;
    let answer = stack
        .go_on_and_save(&third, &fields, "4300001000000000")
        .await;
    answer.expect(201);
    crate::support::until("the failed saving", || async {
        let log = stack.backend_log();
        log.contains("its card is not saved").then_some(())
    })
    .await;
    let wallet = stack.office_books().await["wallets"][0]["merchantWalletId"].clone();
    let wallet = wallet.as_str().unwrap().to_owned();
    stack.stop_backend().await;
    let log = stack.backend_log().into_bytes();
    for hidden in [shopper, &wallet, SOGENACTIF_KEY] {
        let found = log
            .windows(hidden.len())
            .any(|part| part == hidden.as_bytes());
        assert!(!found, "{hidden} is in the log");
    }
    assert_eq!(token_pan(&log), None);
    for seen in stack.http.seen() {
        if seen.address.starts_with(&stack.backend()) {
            assert_eq!(token_pan(seen.text.as_bytes()), None, "{}", seen.address);
            for hidden in [shopper, &wallet] {
                assert!(!seen.text.contains(hidden), "{hidden}: {}", seen.address);
            }
        }
    }
    // The books have the shop's own name of the shopper, and nothing that opens the wallet.
    for file in files(stack.folder()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("books.db") {
            let content = std::fs::read(&file).unwrap();
            assert_eq!(token_pan(&content), None, "{name}");
            let found = content
                .windows(wallet.len())
                .any(|part| part == wallet.as_bytes());
            assert!(!found, "{wallet} is in {name}");
        }
    }
    assert_eq!(
        token_pan(b"..TP0123456789ABCDEF0123.."),
        Some("TP0123456789ABCDEF0123".into())
    );
}
