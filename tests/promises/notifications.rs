//! `/notify/…`: what a notification must be to count, and what every other one is answered.

use serde_json::{Value, json};

use crate::support::{
    Answer, CARD, CARD_AT_ONCE, Checkout, NO_LIMITS, NOTIFY_SECRET, OTHER_SITE, Stack,
    StackOptions, Started,
};

/// A payment that waits for its notification, which the sandbox holds back.
async fn held(stack: &Stack) -> (Checkout, Started, String) {
    stack.faults(json!({ "hold": true })).await;
    let checkout = stack.session(4200).await;
    let (started, _) = stack.pay_by_card(&checkout, CARD_AT_ONCE).await;
    let deliveries = stack.deliveries(started.reference()).await;
    assert_eq!(deliveries.len(), 1, "{deliveries:?}");
    let query = deliveries[0]["query"].as_str().unwrap().to_owned();
    (checkout, started, query)
}

fn posted(stack: &Stack, address: &str, body: Vec<u8>) -> reqwest::RequestBuilder {
    let form = "application/x-www-form-urlencoded";
    let request = stack.http.client().post(address);
    request.header("content-type", form).body(body)
}

/// Delivers it as POST.
async fn post(stack: &Stack, address: &str, body: Vec<u8>) -> Answer {
    stack.http.send(posted(stack, address, body)).await
}

/// An answer to a platform: its status, and never a body.
fn status(answer: &Answer) -> u16 {
    assert_eq!(answer.text(), "", "{answer:?}");
    assert!(!(300..400).contains(&answer.status), "{answer:?}");
    answer.status
}

/// What the message says, however it is spelt: the only space that there may be is a `+` of the
/// signature that was decoded.
fn meaning(raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = raw;
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| hex::decode(two).ok());
        match hex {
            Some(byte) if *first == b'%' => {
                bytes.extend(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    for byte in &mut bytes {
        if *byte == b' ' {
            *byte = b'+';
        }
    }
    bytes
}

#[tokio::test]
async fn a_genuine_notification_pays_and_its_repetition_changes_nothing() {
    let stack = Stack::usual().await;
    let (checkout, started, query) = held(&stack).await;
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    assert_eq!(status(&stack.notify(&query).await), 200);
    stack.wait_status(&checkout, "paid").await;
    let truth = stack.truth(&checkout).await;
    for _ in 0..5 {
        assert_eq!(status(&stack.notify(&query).await), 200);
    }
    assert_eq!(stack.truth(&checkout).await, truth);
    assert_eq!(stack.questions(&started).await.len(), 1, "asked about once");
}

#[tokio::test]
async fn a_notification_with_any_byte_changed_is_refused_and_changes_nothing() {
    let stack = Stack::start(StackOptions {
        lines: NO_LIMITS.into(),
        ..Default::default()
    })
    .await;
    let (checkout, _, query) = held(&stack).await;
    let before = (stack.truth(&checkout).await, stack.count("events").await);
    for at in 0..query.len() {
        let original = query.as_bytes()[at];
        for other in [b'0', b'1', b'A', b'a', original ^ 0x20] {
            let mut altered = query.clone().into_bytes();
            altered[at] = other;
            let url_safe = other.is_ascii_graphic() && !b"\"<>#'`{}|\\^".contains(&other);
            if !url_safe || meaning(&altered) == meaning(query.as_bytes()) {
                continue;
            }
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(
                status(&stack.notify(&altered).await),
                400,
                "byte {at}: {altered}"
            );
        }
        assert_eq!(
            status(&stack.notify(&query[..at]).await),
            400,
            "cut at {at}"
        );
    }
    for added in ["x", "%00", "%0A", "=", "+"] {
        for longer in [format!("{query}{added}"), format!("{added}{query}")] {
            assert_eq!(status(&stack.notify(&longer).await), 400, "{longer}");
        }
    }
    // A pair that contradicts what was signed, wherever it stands.
    for contrary in ["Mt=1", "Signature=x", "Erreur=00105"] {
        for longer in [format!("{query}&{contrary}"), format!("{contrary}&{query}")] {
            assert_eq!(status(&stack.notify(&longer).await), 400, "{longer}");
        }
    }
    assert_eq!(
        (stack.truth(&checkout).await, stack.count("events").await),
        before
    );
    assert_eq!(status(&stack.notify(&query).await), 200);
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn a_posted_notification_with_any_bit_changed_is_refused_and_changes_nothing() {
    let stack = Stack::start(StackOptions {
        notify_post: true,
        lines: NO_LIMITS.into(),
        ..Default::default()
    })
    .await;
    let (checkout, started, query) = held(&stack).await;
    assert_eq!(started.field("PBX_RUF1"), "POST");
    let before = (stack.truth(&checkout).await, stack.count("events").await);
    let address = stack.notify_address();
    for at in 0..query.len() {
        for bit in 0..8 {
            let mut altered = query.clone().into_bytes();
            altered[at] ^= 1 << bit;
            if meaning(&altered) == meaning(query.as_bytes()) {
                continue;
            }
            let answer = post(&stack, &address, altered).await;
            assert_eq!(status(&answer), 400, "bit {bit} of byte {at}");
        }
    }
    assert_eq!(
        (stack.truth(&checkout).await, stack.count("events").await),
        before
    );
    assert_eq!(
        status(&post(&stack, &address, query.into_bytes()).await),
        200
    );
    stack.wait_status(&checkout, "paid").await;
}

/// A genuinely signed notification of an accepted card, pair by pair.
fn card_pairs(reference: &str) -> Vec<(&str, &str)> {
    vec![
        ("Mt", "4200"),
        ("Ref", reference),
        ("Auto", "XXXXXX"),
        ("Appel", "4711"),
        ("ChoixPaiement", "CARTE"),
        ("ChoixCarte", "CB"),
        ("Erreur", "00000"),
        ("Transaction", "4712"),
    ]
}

#[tokio::test]
async fn a_genuine_notification_that_lacks_a_field_or_holds_one_twice_is_refused() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    let reference = started.reference();
    let good = card_pairs(reference);
    for at in 0..good.len() {
        let mut without = good.clone();
        let (name, value) = without.remove(at);
        let sent = stack.send_pairs(reference, &without).await;
        assert_eq!(sent["status"], 400, "without {name}");
        for place in [0, at + 1, good.len()] {
            let mut twice = good.clone();
            twice.insert(place, (name, value));
            let sent = stack.send_pairs(reference, &twice).await;
            assert_eq!(sent["status"], 400, "{name} twice");
        }
        // An instrument without a name is kept and counts for nothing; nothing else may be empty.
        if !name.starts_with("Choix") {
            let mut empty = good.clone();
            empty[at].1 = "";
            let sent = stack.send_pairs(reference, &empty).await;
            assert_eq!(sent["status"], 400, "{name} empty");
        }
    }
    for (name, values) in [
        (
            "Mt",
            ["42.00", "-4200", "0", "4200 ", "99999999999999999999"],
        ),
        ("Erreur", ["0", "000000", "0000", "00 00", "é0000"]),
        (
            "Transaction",
            ["-1", "12a", "1.5", " 1", "123456789012345678901"],
        ),
        ("Appel", ["-1", "12a", "1.5", " 1", "123456789012345678901"]),
    ] {
        for value in values {
            let mut wrong = good.clone();
            wrong
                .iter_mut()
                .find(|(known, _)| *known == name)
                .unwrap()
                .1 = value;
            let sent = stack.send_pairs(reference, &wrong).await;
            assert_eq!(sent["status"], 400, "{name}={value}");
        }
    }
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    // What was sent is otherwise good: the same pairs, all of them, are taken; and as nobody's
    // books know such a transaction, it does not pay.
    let sent = stack.send_pairs(reference, &good).await;
    assert_eq!(sent["status"], 200, "{sent}");
    let asked = stack.wait_asked(&started, 1).await;
    assert!(asked.last().unwrap().1.contains("not found"), "{asked:?}");
    assert_eq!(stack.status(&checkout).await["status"], "pending");
}

#[tokio::test]
async fn unknown_signed_pairs_are_taken_and_what_follows_the_signature_is_never_read() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    let reference = started.reference();
    let mut more = card_pairs(reference);
    more.push(("Inconnu", "1"));
    assert_eq!(stack.send_pairs(reference, &more).await["status"], 200);
    let line = stack.deliveries(reference).await.pop().unwrap();
    let query = line["query"].as_str().unwrap();
    let before = (stack.truth(&checkout).await, stack.count("events").await);
    for (tail, expected) in [
        ("&Mt=1", 400),
        ("&Signature=x", 400),
        ("&Erreur=00105", 400),
        ("&x", 200),
        ("&", 200),
        ("&Erreur=00000", 200),
        ("&Partie=1-2&utm_source=mail", 200),
    ] {
        let answer = stack.notify(&format!("{query}{tail}")).await;
        assert_eq!(status(&answer), expected, "{tail}");
    }
    let after = (stack.truth(&checkout).await, stack.count("events").await);
    assert_eq!(after, before);
}

/// A query as something on its way has altered it, and what is said of it. Each was seen made by a
/// proxy: see the table in docs/up2pay.md.
fn altered_on_the_way(query: &str) -> Vec<(&'static str, String)> {
    let mut sorted: Vec<&str> = query.split('&').collect();
    sorted.sort_unstable();
    let (head, signature) = query.split_once("&Signature=").unwrap();
    vec![
        ("stands there twice", format!("{query}&{query}")),
        ("sorted", sorted.join("&")),
        ("escaped twice", query.replace('%', "%25")),
        (
            "escaped anew",
            format!("{}&Signature={signature}", head.replace("CB", "%43B")),
        ),
        ("appended", format!("{query}&utm_source=proxy")),
        ("trailing &", format!("{query}&")),
    ]
}

#[tokio::test]
async fn a_notification_that_a_proxy_has_altered_pays_and_both_programs_say_what_became_of_it() {
    let stack = Stack::usual().await;
    let key = stack.folder().join("sandbox/up2pay-public.pem");
    let key = key.to_str().unwrap();
    let (_, _, query) = held(&stack).await;
    for (at, (word, _)) in altered_on_the_way(&query).into_iter().enumerate() {
        let (checkout, _, query) = held(&stack).await;
        let altered = altered_on_the_way(&query).swap_remove(at).1;
        assert_eq!(status(&stack.notify(&altered).await), 200, "{altered}");
        stack.wait_status(&checkout, "paid").await;
        stack.logged(&["WARN", word]).await;
        let inspect = [
            "inspect",
            "up2pay-notification",
            "--public-key",
            key,
            &altered,
        ];
        let (code, told, errors) = stack.guichet(&inspect).await;
        assert_eq!(code, 0, "{told}{errors}");
        assert!(
            told.contains(": verified") && told.contains(word),
            "{word}: {told}"
        );
        // Told again plainly, it is the same.
        let events = stack.count("events").await;
        assert_eq!(status(&stack.notify(&query).await), 200);
        assert_eq!(stack.count("events").await, events);
    }
}

#[tokio::test]
async fn a_refused_notification_raises_an_alert_and_is_kept_for_inspect() {
    let stack = Stack::usual().await;
    let (_, _, query) = held(&stack).await;
    let (code, list, _) = stack.guichet(&["notifications"]).await;
    assert_eq!((code, list.as_str()), (0, "No notification was refused.\n"));
    let spoilt = query.replacen("Mt=4200&", "", 1) + "&x=%FF";
    for _ in 0..3 {
        assert_eq!(status(&stack.notify(&spoilt).await), 400);
    }
    assert_eq!(status(&stack.notify("").await), 400);
    let log = stack.logged(&["alert=\"notification_refused\""]).await;
    let alerts = log.matches("alert=\"notification_refused\"").count();
    assert_eq!(alerts, 1, "once a minute: {log}");
    let (_, list, _) = stack.guichet(&["notifications"]).await;
    assert!(
        list.contains("refused") && list.contains("3 times"),
        "{list}"
    );
    assert!(list.contains("lost: nothing came with it"), "{list}");
    let line = list.lines().find(|line| line.contains("3 times")).unwrap();
    let number = line.split("number ").nth(1).unwrap();
    let number = number.split_whitespace().next().unwrap();
    let (code, kept, errors) = stack.guichet(&["notifications", number]).await;
    assert_eq!((code, kept.as_str()), (0, spoilt.as_str()), "{errors}");
    let key = stack.folder().join("sandbox/up2pay-public.pem");
    let key = key.to_str().unwrap();
    let inspect = ["inspect", "up2pay-notification", "--public-key", key, &kept];
    let (code, told, _) = stack.guichet(&inspect).await;
    assert_eq!(code, 1);
    assert!(told.contains("lost: there is no Mt"), "{told}");
    let (code, _, errors) = stack.guichet(&["notifications", "4711"]).await;
    assert!(code == 1 && errors.contains("4711"), "{errors}");
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
}

#[tokio::test]
async fn a_flood_of_forged_notifications_fills_neither_disk_nor_log() {
    let stack = Stack::usual().await;
    let (checkout, _, query) = held(&stack).await;
    for n in 0..300 {
        let forged = format!("n={n}&{}", query.replace("4200", "4201"));
        assert_eq!(status(&stack.notify(&forged).await), 400);
    }
    let kept = stack.count("messages").await;
    // Two minutes may have begun meanwhile.
    assert!((1..=60).contains(&kept), "{kept}");
    let log = stack.logged(&["alert=\"notification_refused\""]).await;
    let alerts = log.matches("alert=\"notification_refused\"").count();
    assert!((1..=3).contains(&alerts), "{alerts}");
    assert_eq!(status(&stack.notify(&query).await), 200);
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn one_unreadable_message_sent_again_and_again_is_one_row_with_a_count() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    let reference = started.reference();
    let mut without = card_pairs(reference);
    without.retain(|(name, _)| *name != "Auto");
    assert_eq!(stack.send_pairs(reference, &without).await["status"], 400);
    let line = stack.deliveries(reference).await.pop().unwrap();
    let query = line["query"].as_str().unwrap();
    for n in 0..100 {
        let padded = format!("n{n}={}&{query}&more={n}", "x".repeat(4000));
        assert_eq!(status(&stack.notify(&padded).await), 400);
    }
    assert_eq!(stack.count("messages").await, 1);
    assert_eq!(stack.count("events").await, 0);
    let log = stack.logged(&["alert=\"unreadable\""]).await;
    let alerts = log.matches("alert=\"unreadable\"").count();
    assert!((1..=3).contains(&alerts), "{alerts}");
    let list = stack.attention().await;
    assert!(
        list.contains("unreadable") && list.contains("101 times"),
        "{list}"
    );
    assert!(list.contains("money may have moved"), "{list}");
    let number = list.split("number ").nth(1).unwrap();
    let number = number.split_whitespace().next().unwrap();
    let (_, kept, _) = stack.guichet(&["notifications", number]).await;
    assert_eq!(kept, query, "the signed pairs, and nothing beside them");
}

#[tokio::test]
async fn a_true_payment_is_asked_about_however_many_claims_were_denied_before() {
    let stack = Stack::usual().await;
    let (checkout, started, query) = held(&stack).await;
    let reference = started.reference();
    for n in 0..55 {
        let transaction = (900_000 + n).to_string();
        let mut pairs = card_pairs(reference);
        pairs.last_mut().unwrap().1 = &transaction;
        assert_eq!(stack.send_pairs(reference, &pairs).await["status"], 200);
    }
    let asked = stack.wait_asked(&started, 1).await;
    assert_eq!(asked.len(), 55);
    assert_eq!(status(&stack.notify(&query).await), 200);
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn a_megabyte_is_refused_and_the_next_notification_is_read() {
    for notify_post in [false, true] {
        let stack = Stack::start(StackOptions {
            notify_post,
            ..Default::default()
        })
        .await;
        let (checkout, _, query) = held(&stack).await;
        let padding = "x".repeat(1 << 20);
        let long = format!("Pad={padding}&{query}");
        let address = stack.notify_address();
        let request = posted(&stack, &address, long.clone().into_bytes());
        assert_eq!(status(&stack.http.send_too_much(request).await), 413);
        // The server may end the connection while the address is still being sent.
        let get = stack.http.client().get(format!("{address}?{long}"));
        let get = get.header("connection", "close");
        if let Ok(answer) = stack.http.try_send(get).await {
            assert!(
                [413, 414, 431].contains(&answer.status),
                "{}",
                answer.status
            );
        }
        let just_too_long = format!("Pad={}&{query}", &padding[..16 * 1024]);
        let get = stack
            .http
            .client()
            .get(format!("{address}?{just_too_long}"));
        assert_eq!(status(&stack.http.send(get).await), 413);
        assert_eq!(stack.status(&checkout).await["status"], "pending");
        let answer = if notify_post {
            post(&stack, &address, query.into_bytes()).await
        } else {
            stack.notify(&query).await
        };
        assert_eq!(status(&answer), 200);
        stack.wait_status(&checkout, "paid").await;
    }
}

#[tokio::test]
async fn the_wrong_http_method_for_the_account_is_405_and_changes_nothing() {
    for notify_post in [false, true] {
        let stack = Stack::start(StackOptions {
            notify_post,
            ..Default::default()
        })
        .await;
        let (checkout, _, query) = held(&stack).await;
        let address = stack.notify_address();
        let wrong = if notify_post {
            stack.notify(&query).await
        } else {
            post(&stack, &address, query.clone().into_bytes()).await
        };
        assert_eq!(status(&wrong), 405);
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"] {
            let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            let request = stack
                .http
                .client()
                .request(method, format!("{address}?{query}"));
            assert_eq!(status(&stack.http.send(request).await), 405);
        }
        assert_eq!(stack.status(&checkout).await["status"], "pending");
        stack.release().await;
        stack.wait_status(&checkout, "paid").await;
    }
}

#[tokio::test]
async fn a_genuine_notification_of_an_unknown_reference_is_kept_for_the_operator() {
    let stack = Stack::usual().await;
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
    let sent = stack
        .send_notification(json!({
            "to": stack.notify_address(), "reference": "NEVERSEENBEFORE", "amount": 4200,
        }))
        .await;
    assert_eq!(sent["status"], 200);
    let list = stack.attention().await;
    for word in [
        "unmatched",
        "account demo",
        "NEVERSEENBEFORE",
        "4200",
        "money may have moved",
    ] {
        assert!(list.contains(word), "{word} is not in {list}");
    }
    stack.logged(&["alert=\"unmatched\""]).await;
}

#[tokio::test]
async fn an_unknown_account_or_provider_is_404() {
    let stack = Stack::usual().await;
    let (checkout, _, query) = held(&stack).await;
    for path in [
        "/notify/up2pay/nobody",
        "/notify/up2pay/Demo",
        "/notify/paypal/demo",
        "/notify/up2pay/demo/x",
        "/notify/up2pay/",
        "/notify",
        "/notify/",
        "/notify/up2pay",
        "/notify/up2pay/demo/x/y",
        "/notify/up2pay/%2e%2e/demo",
        "/notify/up2pay/%ff",
        "/notify/up2pay/demo/%ff",
    ] {
        let answer = stack.get(&format!("{path}?{query}")).await;
        assert_eq!(status(&answer), 404, "{path}");
    }
    assert_eq!(stack.status(&checkout).await["status"], "pending");
}

#[tokio::test]
async fn a_slash_too_many_or_one_that_a_proxy_escaped_is_the_same_address() {
    for notify_post in [false, true] {
        let stack = Stack::start(StackOptions {
            notify_post,
            secret_address: true,
            ..Default::default()
        })
        .await;
        let (checkout, _, query) = held(&stack).await;
        let secret = format!("/notify/up2pay/demo/{NOTIFY_SECRET}");
        for path in [
            "/notify/up2pay/demo/".to_owned(),
            "/notify/up2pay/demo//".to_owned(),
            "/notify//up2pay/demo".to_owned(),
            "//notify/up2pay/demo".to_owned(),
            "/notify/up2pay%2fdemo".to_owned(),
            "/notify/up2pay%2Fdemo%2F".to_owned(),
            "/notify%2fup2pay%2fdemo".to_owned(),
            format!("{secret}/"),
            secret.replacen("demo/", "demo%2f", 1),
            secret.replacen("demo/", "demo//", 1),
        ] {
            let address = stack.at_backend(&path);
            let answer = if notify_post {
                post(&stack, &address, query.clone().into_bytes()).await
            } else {
                stack.get(&format!("{path}?{query}")).await
            };
            assert_eq!(status(&answer), 200, "{path}");
        }
        stack.wait_status(&checkout, "paid").await;
    }
}

#[tokio::test]
async fn a_notification_that_misses_every_address_is_a_warning_with_its_path() {
    for (path, told) in [
        ("/notify/up2pay/main", "/notify/up2pay/main"),
        ("/notify/paypal/demo", "/notify/paypal/demo"),
        ("/ipn/up2pay/demo", "/ipn/up2pay/demo"),
        ("/", "a notification misses every address"),
    ] {
        for by_post in [false, true] {
            // Nothing of the account's matters where no account is found.
            let stack = Stack::usual().await;
            let (_, _, query) = held(&stack).await;
            let answer = if by_post {
                post(&stack, &stack.at_backend(path), query.into_bytes()).await
            } else {
                stack.get(&format!("{path}?{query}")).await
            };
            assert_eq!(status(&answer), 404, "{path}");
            stack.logged(&["WARN", "misses every address", told]).await;
        }
    }
}

#[tokio::test]
async fn nothing_but_an_asset_is_kept_by_a_proxy() {
    let stack = Stack::usual().await;
    let (_, _, query) = held(&stack).await;
    for path in [
        "/healthz",
        "/readyz",
        "/openapi.json",
        "/notify/up2pay/demo?x=1",
        &format!("/notify/up2pay/demo?{query}"),
        "/notify/up2pay/nobody",
        "/return/up2pay/nobody/accepted",
        "/v1/sessions/cs_x",
        "/v1/nothing",
        "/checkout/v1/session",
        "/nothing-here",
    ] {
        let answer = stack.get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let asset = stack.get("/guichet.js").await;
    assert_eq!(asset.header("cache-control"), "public, no-cache");
}

#[tokio::test]
async fn a_genuine_notification_sent_to_another_account_of_ours_pays_nothing() {
    let stack = Stack::usual().await;
    let (checkout, started, query) = held(&stack).await;
    let answer = stack.get(&format!("/notify/up2pay/autre?{query}")).await;
    assert_eq!(status(&answer), 200);
    let list = stack.attention().await;
    assert!(
        list.contains("account autre") && list.contains(started.reference()),
        "{list}"
    );
    assert_eq!(stack.status(&checkout).await["status"], "pending");
}

#[tokio::test]
async fn at_the_secret_address_a_notification_counts_without_a_question() {
    let stack = Stack::start(StackOptions {
        secret_address: true,
        ..Default::default()
    })
    .await;
    stack.faults(json!({ "ppps_down": true })).await;
    let checkout = stack.session(4200).await;
    let (started, _) = stack.pay_by_card(&checkout, CARD).await;
    stack.wait_status(&checkout, "paid").await;
    assert_eq!(stack.questions(&started).await, vec![], "nobody was asked");
    assert_eq!(started.field("PBX_REPONDRE_A"), "");
    let form = format!("{:?}", started.fields);
    assert!(
        !form.contains(NOTIFY_SECRET),
        "the secret part stands in no form"
    );
}

#[tokio::test]
async fn a_wrong_secret_is_404_and_the_plain_address_needs_the_question() {
    let stack = Stack::start(StackOptions {
        secret_address: true,
        ..Default::default()
    })
    .await;
    let (checkout, started, query) = held(&stack).await;
    stack.faults(json!({ "ppps_down": true })).await;
    let wrong = [
        NOTIFY_SECRET.to_uppercase(),
        format!("{NOTIFY_SECRET}x"),
        NOTIFY_SECRET[1..].to_owned(),
        "x".to_owned(),
    ];
    for secret in wrong {
        let answer = stack
            .get(&format!("/notify/up2pay/demo/{secret}?{query}"))
            .await;
        assert_eq!(status(&answer), 404, "{secret}");
    }
    assert_eq!(stack.count("events").await, 0);
    let plain = stack.get(&format!("/notify/up2pay/demo?{query}")).await;
    assert_eq!(status(&plain), 200);
    stack.wait_asked(&started, 1).await;
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    stack.faults(json!({ "ppps_down": false })).await;
    stack.ask_again(&started).await;
    stack.wait_status(&checkout, "paid").await;
    assert!(!stack.backend_log().contains(NOTIFY_SECRET));
}

#[tokio::test]
async fn a_forged_or_altered_notification_is_refused_and_changes_nothing() {
    for fault in ["forged", "altered"] {
        let stack = Stack::usual().await;
        stack.faults(json!({ fault: true })).await;
        let checkout = stack.session(4200).await;
        let (started, _) = stack.pay_by_card(&checkout, CARD).await;
        let deliveries = stack.deliveries(started.reference()).await;
        assert_eq!(
            (deliveries.len(), &deliveries[0]["status"]),
            (1, &json!(400)),
            "{fault}"
        );
        assert_eq!(stack.count("events").await, 0, "{fault}");
        assert_eq!(
            stack.status(&checkout).await["status"],
            "pending",
            "{fault}"
        );
    }
}

#[tokio::test]
async fn another_merchants_genuine_notification_never_pays_and_reaches_the_operator() {
    for renamed in [false, true] {
        let stack = Stack::usual().await;
        let fault = json!({ "other_merchant": true, "other_merchant_renamed": renamed });
        stack.faults(fault).await;
        let checkout = stack.session(4200).await;
        let (started, back) = stack.pay_by_card(&checkout, CARD).await;
        let books = stack.platform_books(started.reference()).await;
        assert_eq!(
            (&books[0]["site"], &books[0]["code"]),
            (&json!(OTHER_SITE), &json!("00000"))
        );
        stack.come_back(&back).await;
        let delivered = stack.deliveries(started.reference()).await;
        assert_eq!(delivered[0]["status"], 200, "{delivered:?}");
        // Asked as often as it ever is, and the platform never knew it as ours.
        for tries in 1..=6 {
            stack.ask_again(&started).await;
            stack.wait_asked(&started, tries).await;
        }
        let truth = stack.truth(&checkout).await;
        assert_eq!(
            (&truth["status"], &truth["settled_by"]),
            (&json!("pending"), &Value::Null)
        );
        assert_eq!(truth["payments"][0]["accepted"], 0, "{truth}");
        stack.pass_deadline(&started).await;
        let list = stack.attention().await;
        assert!(
            list.contains("unconfirmed") && list.contains(&started.payment),
            "{list}"
        );
        let truth = stack.truth(&checkout).await;
        assert_eq!(truth["payments"][0]["money"], "pending", "{truth}");
        // Told under other names, it is a conflict with the browser's return besides.
        let attention = truth["payments"][0]["attention"].as_array().unwrap();
        for word in ["still_pending", "unconfirmed"] {
            assert!(attention.contains(&json!(word)), "{word}: {truth}");
        }
        stack.logged(&["alert=\"not_ours\""]).await;
    }
}

#[tokio::test]
async fn a_copied_notification_with_the_amount_of_a_cheaper_order_never_pays() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    // Genuine, in our own books and of our reference; but a card must pay the whole amount.
    let sent = stack
        .send_notification(json!({
            "to": stack.notify_address(), "reference": started.reference(), "amount": 100,
        }))
        .await;
    assert_eq!(sent["status"], 200);
    stack.wait_asked(&started, 1).await;
    let truth = stack.truth(&checkout).await;
    assert_eq!(truth["status"], "pending", "{truth}");
    let list = stack.attention().await;
    assert!(list.contains("mismatch"), "{list}");
}
