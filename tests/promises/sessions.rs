//! `POST /v1/sessions`: what is refused, and what a repeated request gives.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{DEMO_SHOP_KEY, OTHER_SHOP_KEY, Stack, StackOptions, Started, fresh_key};

/// The good order with one field changed; `null` takes the field away.
fn changed(order: &Value, pointer: &str, value: Value) -> Value {
    let mut order = order.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = order.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => parent.remove(name),
        value => parent.insert(name.to_owned(), value),
    };
    order
}

/// Sends each body, and gives each answer's problem by name.
async fn refusals(stack: &Stack, cases: Vec<(String, Vec<u8>)>) -> BTreeMap<String, Value> {
    let bearer = format!("Bearer {DEMO_SHOP_KEY}");
    let mut problems = BTreeMap::new();
    for (index, (name, body)) in cases.into_iter().enumerate() {
        let key = format!("refused-{index}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("idempotency-key", key.as_str()),
        ];
        let answer = stack.post_session(&headers, body).await;
        assert!(
            (400..500).contains(&answer.status),
            "{name}: {}",
            answer.text()
        );
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{name}"
        );
        assert_eq!(answer.json()["status"], answer.status, "{name}");
        // The key is as good as new: nothing was kept of the refused request.
        stack
            .create_session(&key, &stack.order(4200))
            .await
            .expect(201);
        problems.insert(name, answer.json());
    }
    problems
}

/// Refuses each change of the good order, and stores nothing.
async fn refuse_changes(changes: &[(&str, &str, Value)]) -> BTreeMap<String, Value> {
    let stack = Stack::start(StackOptions::with_phone()).await;
    let order = stack.order(4200);
    let cases = changes.iter().map(|(name, pointer, value)| {
        let body = changed(&order, pointer, value.clone());
        ((*name).to_owned(), body.to_string().into_bytes())
    });
    let problems = refusals(&stack, cases.collect()).await;
    assert_eq!(problems.len(), changes.len(), "two cases have one name");
    let stored = stack.count("sessions").await;
    assert_eq!(
        usize::try_from(stored).unwrap(),
        changes.len(),
        "one for each good request"
    );
    problems
}

#[tokio::test]
async fn an_amount_that_is_none_is_refused_and_nothing_is_stored() {
    let problems = refuse_changes(&[
        ("amount: missing", "/amount", Value::Null),
        ("amount: zero", "/amount", json!(0)),
        ("amount: negative", "/amount", json!(-4200)),
        ("amount: fractional", "/amount", json!(42.5)),
        (
            "amount: fractional without a fraction",
            "/amount",
            json!(42.0),
        ),
        (
            "amount: eleven digits",
            "/amount",
            json!(10_000_000_000_u64),
        ),
        ("amount: all that 64 bits hold", "/amount", json!(u64::MAX)),
        ("amount: euros and cents", "/amount", json!(19.99)),
        ("amount: the same as text", "/amount", json!("19,99")),
        ("amount: text", "/amount", json!("4200")),
        ("amount: a list", "/amount", json!([4200])),
        ("amount: true", "/amount", json!(true)),
        (
            "eligible: above the total",
            "/voucher_eligible_amount",
            json!(4201),
        ),
        ("eligible: negative", "/voucher_eligible_amount", json!(-1)),
        ("currency: missing", "/currency", Value::Null),
        ("currency: unknown", "/currency", json!("ZZZ")),
        ("currency: in lower case", "/currency", json!("eur")),
        ("currency: a number", "/currency", json!(978)),
        ("items: zero", "/items", json!(0)),
        ("items: too many", "/items", json!(4_294_967_296_u64)),
    ])
    .await;
    insta::assert_json_snapshot!(problems);
}

#[tokio::test]
async fn a_shopper_who_can_not_be_billed_is_refused_and_nothing_is_stored() {
    let problems = refuse_changes(&[
        ("shopper: missing", "/shopper", Value::Null),
        ("email: missing", "/shopper/email", Value::Null),
        ("email: empty", "/shopper/email", json!("")),
        (
            "email: no at",
            "/shopper/email",
            json!("camille.example.com"),
        ),
        ("email: two at", "/shopper/email", json!("a@b@example.com")),
        (
            "email: markup",
            "/shopper/email",
            json!("<camille>@example.com"),
        ),
        ("email: accents", "/shopper/email", json!("zoé@example.com")),
        (
            "email: a space",
            "/shopper/email",
            json!("ca mille@example.com"),
        ),
        (
            "email: a header",
            "/shopper/email",
            json!("a@example.com\r\nBcc: b@example.com"),
        ),
        (
            "email: too long",
            "/shopper/email",
            json!(format!("{}@example.com", "x".repeat(109))),
        ),
        ("phone: missing", "/shopper/phone", Value::Null),
        (
            "phone: too long",
            "/shopper/phone",
            json!("+33612345678901234"),
        ),
        ("phone: letters", "/shopper/phone", json!("+33 six")),
        ("address: missing", "/shopper/address", Value::Null),
        ("line1: missing", "/shopper/address/line1", Value::Null),
        ("line1: empty", "/shopper/address/line1", json!(" ")),
        ("line1: no letter", "/shopper/address/line1", json!("🎉 …")),
        ("city: missing", "/shopper/address/city", Value::Null),
        (
            "postal code: missing",
            "/shopper/address/postal_code",
            Value::Null,
        ),
        ("country: missing", "/shopper/address/country", Value::Null),
        ("country: unknown", "/shopper/address/country", json!("ZZ")),
        (
            "country: by name",
            "/shopper/address/country",
            json!("France"),
        ),
        ("name: missing", "/shopper/name", Value::Null),
    ])
    .await;
    insta::assert_json_snapshot!(problems);
}

#[tokio::test]
async fn a_shopper_is_named_in_plain_characters_or_not_at_all() {
    let long = "a".repeat(65);
    let problems = refuse_changes(&[
        ("id: empty", "/shopper/id", json!("")),
        ("id: a space", "/shopper/id", json!("client 42")),
        ("id: a line break", "/shopper/id", json!("client-42\n")),
        ("id: an accent", "/shopper/id", json!("client-é")),
        ("id: too long", "/shopper/id", json!(long)),
        ("id: a number", "/shopper/id", json!(42)),
    ])
    .await;
    insta::assert_json_snapshot!(problems);
    let stack = Stack::usual().await;
    for id in ["c", "client-42", "a@b.example", &"a".repeat(64)] {
        let order = changed(&stack.order(4200), "/shopper/id", json!(id));
        let made = stack.create_session(&fresh_key(), &order).await.expect(201);
        // Who made the session knows it; the browser need not.
        assert!(!made.text().contains("\"shopper\""), "{}", made.text());
    }
}

#[tokio::test]
async fn a_line_break_is_refused_in_every_text_that_people_do_not_type() {
    let texts = [
        "/reference",
        "/shopper/email",
        "/shopper/address/country",
        "/locale",
        "/return_url",
    ];
    let stack = Stack::usual().await;
    let order = stack.order(4200);
    let breaks = ["\n", "\r\n", "\u{85}", "\u{0}", "\t"];
    for pointer in texts {
        let text = order
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or("fr")
            .to_owned();
        for mark in breaks {
            let mut broken = text.clone();
            broken.insert_str(text.len() / 2, mark);
            let body = changed(&order, pointer, json!(broken));
            let answer = stack.create_session("line-break", &body).await;
            let problem = answer.problem(422, "field_invalid");
            let field = pointer[1..].replace('/', ".");
            assert_eq!(
                problem["field"], field,
                "{pointer} with {mark:?}: {problem}"
            );
        }
    }
    assert_eq!(stack.count("sessions").await, 0);
}

#[tokio::test]
async fn a_request_that_is_not_understood_is_refused_and_nothing_is_stored() {
    let problems = refuse_changes(&[
        ("unknown field", "/amout", json!(4200)),
        ("unknown field of the shopper", "/shopper/age", json!(42)),
        (
            "unknown field of the address",
            "/shopper/address/street",
            json!("x"),
        ),
        ("reference: missing", "/reference", Value::Null),
        ("reference: empty", "/reference", json!("  ")),
        ("locale: none", "/locale", json!("français")),
        ("locale: a path", "/locale", json!("fr-../../x")),
        ("methods: none", "/methods", json!([])),
        ("methods: unknown", "/methods", json!(["card", "paypal"])),
        ("methods: not a code", "/methods", json!(["<b>"])),
        ("methods: text", "/methods", json!("card")),
        ("capture: unknown", "/capture", json!("later")),
        ("expires in: zero", "/expires_in", json!(0)),
        (
            "expires in: more than 60 days",
            "/expires_in",
            json!(5_184_001),
        ),
        ("expires in: negative", "/expires_in", json!(-1)),
        ("metadata: a number", "/metadata", json!({ "a": 1 })),
        (
            "metadata: too many",
            "/metadata",
            (0..51)
                .map(|n| (n.to_string(), json!("")))
                .collect::<Value>(),
        ),
    ])
    .await;
    insta::assert_json_snapshot!(problems);
}

#[tokio::test]
async fn a_locale_is_taken_as_shops_have_it_and_without_one_page_and_shop_decide() {
    let stack = Stack::start(StackOptions {
        shop_lines: "language = \"es_ES\"".into(),
        ..StackOptions::default()
    })
    .await;
    // What the shop sends; what the widget is told; what Up2pay's page speaks, where the widget
    // asks for Italian.
    for (sent, told, spoken) in [
        (json!("EN"), json!("en"), "GBR"),
        (json!("fr_FR"), json!("fr-FR"), "FRA"),
        (json!("fr_FR.UTF-8"), json!("fr-FR"), "FRA"),
        (json!("gsw"), json!("gsw"), "GBR"),
        (json!("pt-BR"), json!("pt-BR"), "PRT"),
        (json!("zh-hans"), json!("zh-Hans"), "GBR"),
        (Value::Null, Value::Null, "ITA"),
    ] {
        let checkout = stack.session_with(4200, json!({ "locale": sent })).await;
        let session = stack.checkout_session(&checkout).await.expect(200).json();
        assert_eq!(
            (&session["locale"], &session["language"]),
            (&told, &json!("es-ES"))
        );
        let post = stack
            .http
            .client()
            .post(stack.at_backend("/checkout/v1/payments"));
        let post = post.header("idempotency-key", fresh_key());
        let post = post
            .header("accept-language", "it")
            .json(&json!({ "method": "card" }));
        let answer = stack
            .http
            .send(stack.as_widget(post, &checkout.secret))
            .await;
        let started = Started::new(&answer.expect(201));
        assert_eq!(started.field("PBX_LANGUE"), spoken, "{sent}");
    }
    // A page that asks for nothing is spoken to as the shop speaks.
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    assert_eq!(started.field("PBX_LANGUE"), "ESP");
}

#[tokio::test]
async fn a_session_may_live_for_sixty_days() {
    let stack = Stack::usual().await;
    let checkout = stack
        .session_with(4200, json!({ "expires_in": 5_184_000 }))
        .await;
    let truth = stack.truth(&checkout).await;
    let lives = truth["expires_at"].as_i64().unwrap() - truth["created_at"].as_i64().unwrap();
    assert_eq!(lives, 60 * 24 * 3600);
    let started = stack.start_payment(&checkout, "card").await;
    stack.open_page(&started).await;
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap()).collect()
}

#[tokio::test]
async fn a_body_that_is_not_an_order_is_refused_and_nothing_is_stored() {
    let stack = Stack::usual().await;
    let good = stack.order(4200).to_string();
    let twice = good.replacen('{', r#"{"amount":1,"#, 1);
    let huge = good.replace(r#""amount":4200"#, r#""amount":99999999999999999999999999"#);
    let infinite = good.replace(r#""amount":4200"#, r#""amount":1e400"#);
    let open = "[".repeat(10_000);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("not JSON", b"amount=4200".to_vec()),
        ("cut off", good.as_bytes()[..good.len() - 1].to_vec()),
        ("more after it", format!("{good}{good}").into_bytes()),
        ("a list", format!("[{good}]").into_bytes()),
        ("null", b"null".to_vec()),
        ("not UTF-8", latin1(&good.replace("Paris", "Orléans"))),
        ("one field twice", twice.into_bytes()),
        ("an amount of 26 digits", huge.into_bytes()),
        ("an infinite amount", infinite.into_bytes()),
        ("ten thousand lists", open.into_bytes()),
    ];
    let cases = cases
        .into_iter()
        .map(|(name, body)| (name.to_owned(), body))
        .collect();
    insta::assert_json_snapshot!(refusals(&stack, cases).await);

    let megabyte = changed(&stack.order(4200), "/reference", json!("x".repeat(1 << 20)));
    let bearer = format!("Bearer {DEMO_SHOP_KEY}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("idempotency-key", "a-megabyte"),
    ];
    let request = stack.session_request(&headers, megabyte.to_string().into_bytes());
    let answer = stack.http.send_too_much(request).await;
    insta::assert_json_snapshot!(
        "a_megabyte_is_refused",
        answer.problem(413, "body_too_large")
    );
    stack
        .create_session("a-megabyte", &stack.order(4200))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_return_address_outside_the_shops_origins_is_refused() {
    let stack = Stack::usual().await;
    let shop = stack.shop();
    let host = shop.trim_start_matches("http://");
    let port: u16 = host.rsplit_once(':').unwrap().1.parse().unwrap();
    let wrong = [
        String::new(),
        "/commande/1".to_owned(),
        "javascript:alert(1)".to_owned(),
        format!("javascript://{host}/%0aalert(1)"),
        "data:text/html,x".to_owned(),
        format!("//{host}/commande/1"),
        "//evil.example/".to_owned(),
        format!("https://{host}/commande/1"),
        format!("ftp://{host}/"),
        format!("http://127.0.0.1:{}/", port.wrapping_add(1)),
        "http://127.0.0.1/".to_owned(),
        format!("http://localhost:{port}/"),
        format!("http://127.0.0.1.evil.example:{port}/"),
        format!("http://camille@{host}/"),
        format!("http://camille:secret@{host}/"),
        format!("http://:secret@{host}/"),
        format!("http://{host}@evil.example/"),
        format!("http://{host}:80@evil.example/"),
        format!("http://evil.example\\@{host}/"),
        format!("http://evil.example/{shop}"),
        format!("http://evil.example?{shop}"),
        format!("http://evil.example#@{host}/"),
        format!("\\\\{host}\\"),
        format!("blob:{shop}/x"),
        format!("{shop}/{}", "x".repeat(2000)),
        "http://autre.example/".to_owned(),
        "null".to_owned(),
    ];
    for (index, address) in wrong.iter().enumerate() {
        let body = changed(&stack.order(4200), "/return_url", json!(address));
        let answer = stack
            .create_session(&format!("return-{index}"), &body)
            .await;
        assert_eq!(answer.status, 422, "{address} was taken: {}", answer.text());
        assert_eq!(
            answer.problem(422, "field_invalid")["field"],
            "return_url",
            "{address}"
        );
    }
    assert_eq!(stack.count("sessions").await, 0);
    // What is taken leads to the shop and nowhere else, whatever a browser makes of backslashes.
    for odd in [
        format!("http:\\\\{host}\\@evil.example"),
        format!("{shop}/%2F/evil.example?a=b#c"),
    ] {
        let body = changed(&stack.order(4200), "/return_url", json!(odd));
        let made = stack
            .create_session(&odd.replace(['\\', '#'], "-"), &body)
            .await
            .expect(201);
        let kept = made.json()["return_url"].as_str().unwrap().to_owned();
        assert!(kept.starts_with(&format!("{shop}/")), "{odd} became {kept}");
    }
}

#[tokio::test]
async fn only_the_shops_own_key_makes_and_reads_its_sessions() {
    let stack = Stack::usual().await;
    let order = stack.order(4200).to_string().into_bytes();
    let made = stack
        .create_session("mine", &stack.order(4200))
        .await
        .expect(201)
        .json();
    let secret = made["secret"].as_str().unwrap();
    let demo = format!("Bearer {DEMO_SHOP_KEY}");
    let wrong = [
        vec![],
        vec!["Bearer".to_owned()],
        vec!["Bearer ".to_owned()],
        vec![DEMO_SHOP_KEY.to_owned()],
        vec![format!("Basic {DEMO_SHOP_KEY}")],
        vec![format!("Bearer {DEMO_SHOP_KEY}x")],
        vec![format!(
            "Bearer {}",
            &DEMO_SHOP_KEY[..DEMO_SHOP_KEY.len() - 1]
        )],
        vec![format!("Bearer  {DEMO_SHOP_KEY}")],
        vec![format!("Bearer {}", DEMO_SHOP_KEY.to_uppercase())],
        vec![format!("Bearer {secret}")],
        vec![demo.clone(), demo.clone()],
    ];
    for values in &wrong {
        let mut headers = vec![("idempotency-key", "wrong-key")];
        headers.extend(values.iter().map(|value| ("authorization", value.as_str())));
        let answer = stack.post_session(&headers, order.clone()).await;
        answer.problem(401, "key_unknown");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let id = made["id"].as_str().unwrap();
    stack
        .read_session(OTHER_SHOP_KEY, id)
        .await
        .problem(404, "session_unknown");
    stack
        .read_session("sk_wrong", id)
        .await
        .problem(401, "key_unknown");
    stack
        .read_session(DEMO_SHOP_KEY, secret)
        .await
        .problem(404, "session_unknown");
    for odd in ["cs_00", "%ff", "%00", "x%2Fy"] {
        let answer = stack.read_session(DEMO_SHOP_KEY, odd).await;
        answer.problem(404, "session_unknown");
    }
    stack.read_session(DEMO_SHOP_KEY, id).await.expect(200);
    assert_eq!(stack.count("sessions").await, 1);
}

#[tokio::test]
async fn a_key_of_idempotency_that_is_none_is_refused() {
    let stack = Stack::usual().await;
    let order = stack.order(4200).to_string().into_bytes();
    let demo = format!("Bearer {DEMO_SHOP_KEY}");
    let (long, longest) = ("k".repeat(256), "k".repeat(255));
    let wrong: [&[&str]; 6] = [
        &[],
        &["a", "b"],
        &["a", "a"],
        &[""],
        &[&long],
        &["two words"],
    ];
    for keys in wrong {
        let mut headers = vec![("authorization", demo.as_str())];
        headers.extend(keys.iter().map(|key| ("idempotency-key", *key)));
        let answer = stack.post_session(&headers, order.clone()).await;
        answer.problem(400, "idempotency_key_invalid");
    }
    assert_eq!(stack.count("sessions").await, 0);
    stack
        .create_session(&longest, &stack.order(4200))
        .await
        .expect(201);
}

#[tokio::test]
async fn accents_emoji_and_markup_survive_and_the_platform_takes_the_payment() {
    let stack = Stack::usual().await;
    let reference =
        "Été n° 7 – « gâteau » & <b>\"quotes\"</b> 'x' 🎂 ".to_owned() + &"é".repeat(300);
    let checkout = stack
        .session_with(
            4200,
            json!({
                "reference": reference,
                "shopper": {
                    "name": { "first": "Zoë 🎉 <i>", "last": "O'Brien & \"Fils\" Łukasz 李" },
                    "email": "zoe.o'brien+été".replace("été", "ete") + "@example.com",
                    "phone": "+33 6 12.34-56 78",
                    "address": {
                        "line1": "1 bis, rue de l'Œuf & du Bœuf <script>alert(1)</script>",
                        "line2": "Appt. \"B\"",
                        "postal_code": "L-1234",
                        "city": "Saint-Rémy-lès-Chevreuse",
                        "country": "LU",
                    },
                },
                "metadata": { "clé": "valeur & <b> 🎂\nsur deux lignes" },
            }),
        )
        .await;
    let truth = stack.truth(&checkout).await;
    assert_eq!(truth["reference"], reference);
    assert_eq!(truth["metadata"]["clé"], "valeur & <b> 🎂\nsur deux lignes");
    for method in ["card", "sodexo", "cvconnect", "up2pay_choice"] {
        let started = stack.start_payment(&checkout, method).await;
        stack.open_page(&started).await;
    }
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused() {
    let stack = Stack::usual().await;
    let first = stack
        .create_session("same", &stack.order(4200))
        .await
        .expect(201)
        .json();
    let other = stack.create_session("same", &stack.order(4300)).await;
    other.problem(422, "idempotency_key_reused");
    let truth = stack
        .read_session(DEMO_SHOP_KEY, first["id"].as_str().unwrap())
        .await
        .json();
    assert_eq!(truth["amount"], 4200);
    assert_eq!(stack.count("sessions").await, 1);
}

#[tokio::test]
async fn the_same_key_of_two_shops_makes_two_sessions() {
    let stack = Stack::usual().await;
    let demo = stack
        .create_session("same", &stack.order(4200))
        .await
        .expect(201)
        .json();
    let bearer = format!("Bearer {OTHER_SHOP_KEY}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("idempotency-key", "same"),
    ];
    let order = changed(
        &stack.order(4300),
        "/return_url",
        json!("http://autre.example/"),
    );
    let answer = stack
        .post_session(&headers, order.to_string().into_bytes())
        .await;
    let other = answer.expect(201).json();
    assert_ne!(demo["id"], other["id"]);
    assert_eq!(
        (&demo["amount"], &other["amount"]),
        (&json!(4200), &json!(4300))
    );
}

#[tokio::test]
async fn a_repeated_request_gives_the_same_session_and_secret_even_after_a_restart() {
    let mut stack = Stack::usual().await;
    let first = stack
        .create_session("again", &stack.order(4200))
        .await
        .expect(201)
        .json();
    let second = stack
        .create_session("again", &stack.order(4200))
        .await
        .expect(201)
        .json();
    assert_eq!(first, second);
    stack.kill_backend().await;
    stack.start_backend().await;
    let third = stack
        .create_session("again", &stack.order(4200))
        .await
        .expect(201)
        .json();
    assert_eq!(first, third);
    assert_eq!(stack.count("sessions").await, 1);
}

#[tokio::test]
async fn twenty_requests_at_once_with_one_key_make_one_session() {
    let stack = std::sync::Arc::new(Stack::usual().await);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let stack = std::sync::Arc::clone(&stack);
        let order = stack.order(4200);
        tasks.spawn(async move { stack.create_session("at-once", &order).await });
    }
    let answers: Vec<Value> = tasks
        .join_all()
        .await
        .into_iter()
        .map(|answer| answer.expect(201).json())
        .collect();
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert_eq!(stack.count("sessions").await, 1);
}

#[tokio::test]
async fn the_least_and_the_greatest_amount_are_taken_as_they_are() {
    let stack = Stack::usual().await;
    for amount in [1, 9_999_999_999] {
        let change = json!({ "voucher_eligible_amount": amount });
        let checkout = stack.session_with(amount, change).await;
        assert_eq!(stack.truth(&checkout).await["amount"], amount);
        let started = stack.start_payment(&checkout, "card").await;
        assert_eq!(started.field("PBX_TOTAL"), format!("{amount:03}"));
        stack.open_page(&started).await;
    }
}
