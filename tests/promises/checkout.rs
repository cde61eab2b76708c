//! `/checkout/v1`: who may call it, what it starts, and what it never tells.

use std::collections::BTreeSet;

use reqwest::header::HOST;
use serde_json::{Value, json};

use crate::support::{
    Answer, CARD, CARD_AT_ONCE, Checkout, DEMO_SHOP_KEY, Stack, StackOptions, Started, VOUCHER,
    fresh_key,
};

const ROUTES: [(&str, &str); 6] = [
    ("GET", "/checkout/v1/session"),
    ("GET", "/checkout/v1/status"),
    ("POST", "/checkout/v1/payments"),
    (
        "POST",
        "/checkout/v1/payments/pay_00000000000000000000000000000000/continue",
    ),
    ("GET", "/checkout/v1/cards"),
    ("DELETE", "/checkout/v1/cards/sogenactif_card/1"),
];

/// A good request of a route but for its `Authorization` and `Origin`.
fn request(stack: &Stack, (method, path): (&str, &str)) -> reqwest::RequestBuilder {
    let client = stack.http.client();
    match method {
        "GET" => client.get(stack.at_backend(path)),
        "DELETE" => client.delete(stack.at_backend(path)),
        _ => client
            .post(stack.at_backend(path))
            .header("idempotency-key", "one-click")
            .json(&json!({ "method": "card" })),
    }
}

/// How many payments the shop is told of.
async fn payments(stack: &Stack, checkout: &Checkout) -> usize {
    stack.truth(checkout).await["payments"]
        .as_array()
        .unwrap()
        .len()
}

#[tokio::test]
async fn without_the_sessions_secret_every_route_refuses() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let wrong = [
        None,
        Some(String::new()),
        Some(checkout.secret.clone()),
        Some(format!("Basic {}", checkout.secret)),
        Some(format!("Bearer {}x", checkout.secret)),
        Some(format!(
            "Bearer {}",
            &checkout.secret[..checkout.secret.len() - 1]
        )),
        Some(format!("Bearer {}", checkout.secret.to_uppercase())),
        Some(format!("Bearer css_{}", "A".repeat(43))),
        Some("Bearer css_".to_owned()),
        Some(format!("Bearer {DEMO_SHOP_KEY}")),
    ];
    for route in ROUTES {
        for value in &wrong {
            let mut request = request(&stack, route).header("origin", stack.shop());
            if let Some(value) = value {
                request = request.header("authorization", value);
            }
            let answer = stack.http.send(request).await;
            answer.problem(401, "session_unknown");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
    assert_eq!(payments(&stack, &checkout).await, 0);
}

#[tokio::test]
async fn the_sessions_id_opens_nothing_and_the_answer_says_what_is_missing() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    for route in ROUTES {
        let request = stack.as_widget(request(&stack, route), &checkout.id);
        let answer = stack.http.send(request).await;
        let problem = answer.problem(401, "session_unknown");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("session's id") && detail.contains("secret"),
            "{detail}"
        );
    }
    assert_eq!(payments(&stack, &checkout).await, 0);
}

/// Whether no cache gives it to another origin. The header may stand several times.
fn varies_by_origin(answer: &Answer) -> bool {
    let mut named = answer.headers.get_all("vary").iter();
    named.any(|names| names.as_bytes().starts_with(b"origin"))
}

#[tokio::test]
async fn another_origin_is_refused_on_every_route_before_any_effect() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let shop = stack.shop();
    let wrong = [
        vec!["https://evil.example".to_owned()],
        vec!["null".to_owned()],
        vec![String::new()],
        vec!["*".to_owned()],
        vec!["http://autre.example".to_owned()],
        vec![format!("{shop}.evil.example")],
        vec![format!("{shop}/")],
        vec![format!("{shop}0")],
        vec![shop.replace("http:", "https:")],
        vec![shop.replace("127.0.0.1", "localhost")],
        vec![stack.backend()],
        vec![format!("{shop}, https://evil.example")],
        vec![shop.clone(), "https://evil.example".to_owned()],
        vec!["https://evil.example".to_owned(), shop.clone()],
    ];
    for route in ROUTES {
        for origins in &wrong {
            let mut request = request(&stack, route).bearer_auth(&checkout.secret);
            for origin in origins {
                request = request.header("origin", origin);
            }
            let answer = stack.http.send(request).await;
            answer.problem(403, "origin_refused");
            assert!(varies_by_origin(&answer));
            assert!(!answer.text().contains("Durand"), "{}", answer.text());
        }
    }
    assert_eq!(payments(&stack, &checkout).await, 0);
    // Nothing was kept of the refused clicks either: their key is as good as new.
    for route in ROUTES.into_iter().take(3) {
        let request = stack.as_widget(request(&stack, route), &checkout.secret);
        let answer = stack.http.send(request).await;
        assert!(answer.status < 300, "{}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), shop);
        assert_eq!(
            answer.header("access-control-allow-credentials"),
            "",
            "no cookies"
        );
        assert!(varies_by_origin(&answer));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("set-cookie"), "");
    }
    assert_eq!(payments(&stack, &checkout).await, 1);
}

#[tokio::test]
async fn a_method_that_is_not_offered_is_refused() {
    let options = StackOptions {
        tourism: false,
        voucher_rest: "hide",
        ..Default::default()
    };
    let stack = Stack::start(options).await;
    let refuse = async |checkout: &Checkout, method: &str| {
        let body = json!({ "method": method });
        let answer = stack.post_payment(checkout, method, &body).await;
        answer.problem(422, "method_not_offered");
        assert_eq!(payments(&stack, checkout).await, 0, "{method}");
    };
    let only_card = stack
        .session_with(4200, json!({ "methods": ["card"] }))
        .await;
    for method in [
        "apetiz",
        "up2pay_choice",
        "paypal",
        "CARD",
        "card ",
        "cb",
        "../card",
    ] {
        refuse(&only_card, method).await;
    }
    let plain = stack.session(4200).await;
    refuse(&plain, "cvconnect").await;
    let partly = stack
        .session_with(4200, json!({ "voucher_eligible_amount": 4199 }))
        .await;
    for method in ["apetiz", "sodexo", "upchequdej", "up2pay_choice"] {
        refuse(&partly, method).await;
    }
}

#[tokio::test]
async fn what_the_law_says_of_meal_vouchers_is_told_where_they_are_on_offer() {
    let stack = Stack::usual().await;
    let told = async |methods: Value| {
        let checkout = stack
            .session_with(4200, json!({ "methods": methods }))
            .await;
        let session = stack.checkout_session(&checkout).await.expect(200).json();
        ["voucher_daily_limit", "voucher_rest_days"].map(|name| session[name].clone())
    };
    assert_eq!(
        told(json!(["card", "sodexo"])).await,
        [json!(2500), json!(true)]
    );
    assert_eq!(told(json!(["card"])).await, [Value::Null, Value::Null]);
}

#[tokio::test]
async fn a_method_below_its_minimum_is_shown_and_can_not_be_started() {
    let stack = Stack::usual().await;
    let checkout = stack.session(1999).await;
    let session = stack.checkout_session(&checkout).await.expect(200).json();
    let offers = session["methods"].as_array().unwrap();
    let offer = offers
        .iter()
        .find(|offer| offer["method"] == "cvconnect")
        .unwrap();
    assert_eq!(
        offer["unavailable"],
        json!({ "reason": "below_minimum", "minimum": 2000 })
    );
    let answer = stack
        .post_payment(&checkout, "cv", &json!({ "method": "cvconnect" }))
        .await;
    answer.problem(422, "method_not_offered");
    assert_eq!(payments(&stack, &checkout).await, 0);
}

#[tokio::test]
async fn an_expired_session_takes_no_payment_and_still_tells_its_status() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    stack.expire(&checkout).await;
    let answer = stack
        .post_payment(&checkout, "late", &json!({ "method": "card" }))
        .await;
    answer.problem(410, "session_expired");
    let status = stack.status(&checkout).await;
    assert_eq!(
        (&status["status"], &status["can_pay"]),
        (&json!("expired"), &json!(false))
    );
    assert_eq!(
        stack.checkout_session(&checkout).await.expect(200).json()["status"],
        status
    );
}

#[tokio::test]
async fn a_payment_that_was_under_way_when_its_session_expired_is_still_paid() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    let page = stack.open_page(&started).await;
    stack.expire(&checkout).await;
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    stack.type_card(&page, CARD).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn addresses_given_to_the_platform_come_from_the_configuration_alone() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = {
        let request = request(&stack, ROUTES[2])
            .header(HOST, "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-for", "203.0.113.9")
            .header("x-original-url", "https://evil.example/")
            .header("forwarded", "host=evil.example;proto=https")
            .header("referer", "https://evil.example/");
        let answer = stack
            .http
            .send(stack.as_widget(request, &checkout.secret))
            .await;
        assert!(!answer.expect(201).text().contains("evil"));
        let request = request_replay(&stack, &checkout).await;
        Started::new(&request)
    };
    let base = stack.backend();
    let back = format!("{base}/return/up2pay/{}", started.payment);
    for (field, address) in [
        ("PBX_EFFECTUE", format!("{back}/accepted")),
        ("PBX_REFUSE", format!("{back}/refused")),
        ("PBX_ANNULE", format!("{back}/cancelled")),
        ("PBX_ATTENTE", format!("{back}/waiting")),
        ("PBX_REPONDRE_A", format!("{base}/notify/up2pay/demo")),
    ] {
        assert_eq!(started.field(field), address);
    }
    assert_eq!(started.url, format!("{}/php/", stack.platform()));
}

/// The same click again: its stored answer.
async fn request_replay(stack: &Stack, checkout: &Checkout) -> crate::support::Answer {
    let request = stack.as_widget(request(stack, ROUTES[2]), &checkout.secret);
    stack.http.send(request).await.expect(201)
}

#[tokio::test]
async fn a_session_has_at_most_twenty_payments() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let mut references = BTreeSet::new();
    for _ in 0..20 {
        let started = stack.start_payment(&checkout, "card").await;
        assert!((1..=20).contains(&started.reference().len()));
        references.insert(started.reference().to_owned());
    }
    assert_eq!(references.len(), 20, "each attempt has its own reference");
    let answer = stack
        .post_payment(&checkout, "the-21st", &json!({ "method": "card" }))
        .await;
    answer.problem(429, "too_many_payments");
    assert_eq!(payments(&stack, &checkout).await, 20);
    assert_eq!(stack.status(&checkout).await["can_pay"], false);
}

#[tokio::test]
async fn thirty_different_clicks_at_once_make_twenty_payments() {
    let stack = std::sync::Arc::new(Stack::usual().await);
    let checkout = stack.session(4200).await;
    let mut tasks = tokio::task::JoinSet::new();
    for click in 0..30 {
        let (stack, checkout) = (std::sync::Arc::clone(&stack), checkout.clone());
        tasks.spawn(async move {
            let body = json!({ "method": "card" });
            stack
                .post_payment(&checkout, &format!("click-{click}"), &body)
                .await
                .status
        });
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![201; 20], vec![429; 10]].concat());
    assert_eq!(payments(&stack, &checkout).await, 20);
}

#[tokio::test]
async fn a_repeated_click_gives_the_same_payment_byte_for_byte_even_after_a_restart() {
    let mut stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let card = json!({ "method": "card" });
    let first = stack
        .post_payment(&checkout, "click", &card)
        .await
        .expect(201);
    let second = stack
        .post_payment(&checkout, "click", &card)
        .await
        .expect(201);
    assert_eq!(first.body, second.body);
    stack.stop_backend().await;
    stack.start_backend().await;
    let third = stack
        .post_payment(&checkout, "click", &card)
        .await
        .expect(201);
    assert_eq!(first.body, third.body);
    let other = stack
        .post_payment(&checkout, "click", &json!({ "method": "apetiz" }))
        .await;
    other.problem(422, "idempotency_key_reused");
    assert_eq!(payments(&stack, &checkout).await, 1);
    let elsewhere = stack.session(4200).await;
    let there = stack
        .post_payment(&elsewhere, "click", &card)
        .await
        .expect(201);
    assert_ne!(
        first.body, there.body,
        "another session's key is another key"
    );
}

#[tokio::test]
async fn twenty_clicks_at_once_with_one_key_make_one_payment() {
    let stack = std::sync::Arc::new(Stack::usual().await);
    let checkout = stack.session(4200).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (stack, checkout) = (std::sync::Arc::clone(&stack), checkout.clone());
        tasks.spawn(async move {
            stack
                .post_payment(&checkout, "click", &json!({ "method": "card" }))
                .await
        });
    }
    let mut bodies = BTreeSet::new();
    for answer in tasks.join_all().await {
        match answer.status {
            201 => drop(bodies.insert(answer.body)),
            _ => drop(answer.problem(409, "idempotency_in_flight")),
        }
    }
    assert_eq!(bodies.len(), 1, "one payment, told in the same words");
    assert_eq!(payments(&stack, &checkout).await, 1);
    stack
        .post_payment(&checkout, "click", &json!({ "method": "card" }))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_click_without_a_good_key_of_idempotency_is_refused() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let keys: [&[&str]; 4] = [&[], &["a", "b"], &[""], &["é"]];
    for keys in keys {
        let post = stack
            .http
            .client()
            .post(stack.at_backend("/checkout/v1/payments"));
        let mut post = post.json(&json!({ "method": "card" }));
        for key in keys {
            post = post.header("idempotency-key", *key);
        }
        let answer = stack
            .http
            .send(stack.as_widget(post, &checkout.secret))
            .await;
        answer.problem(400, "idempotency_key_invalid");
    }
    assert_eq!(payments(&stack, &checkout).await, 0);
}

#[tokio::test]
async fn only_a_payment_of_ones_own_that_waits_for_the_page_can_be_continued() {
    let stack = Stack::usual().await;
    let (mine, other) = (stack.session(4200).await, stack.session(4200).await);
    let started = stack.start_payment(&mine, "card").await;
    let nobody = "pay_00000000000000000000000000000000";
    for checkout in [&mine, &other] {
        for id in [
            started.payment.as_str(),
            nobody,
            "pay_",
            &mine.id,
            "%ff",
            "..",
        ] {
            let path = format!("/checkout/v1/payments/{id}/continue");
            let post = stack.http.client().post(stack.at_backend(&path));
            let post = post.header("idempotency-key", "on");
            let post = post.json(&json!({ "token": "opaque" }));
            let answer = stack
                .http
                .send(stack.as_widget(post, &checkout.secret))
                .await;
            let code = if id == ".." {
                "path_unknown"
            } else {
                "payment_unknown"
            };
            answer.problem(404, code);
        }
    }
    assert_eq!(stack.status(&mine).await["status"], "pending");
}

#[tokio::test]
async fn a_paid_session_takes_no_further_payment() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let card = json!({ "method": "card" });
    let first = stack
        .post_payment(&checkout, "click", &card)
        .await
        .expect(201);
    let page = stack.open_page(&Started::new(&first)).await;
    stack.type_card(&page, CARD_AT_ONCE).await;
    stack.wait_status(&checkout, "paid").await;
    let again = stack.post_payment(&checkout, "another-click", &card).await;
    again.problem(409, "session_paid");
    // Nor does an old click get its form again: it would be paid a second time.
    let replayed = stack.post_payment(&checkout, "click", &card).await;
    replayed.problem(409, "session_paid");
    assert_eq!(payments(&stack, &checkout).await, 1);
}

#[tokio::test]
async fn nothing_that_the_browser_sends_changes_amount_currency_or_order() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    for (name, value) in [
        ("amount", json!(1)),
        ("total", json!(1)),
        ("currency", json!("XPF")),
        ("reference", json!("other")),
        ("return_url", json!("https://evil.example/")),
        ("capture", json!("manual")),
        ("PBX_TOTAL", json!("001")),
    ] {
        let body = json!({ "method": "card", name: value });
        let answer = stack.post_payment(&checkout, name, &body).await;
        assert_eq!(answer.problem(422, "field_invalid")["field"], name);
    }
    for body in [json!({}), json!({ "method": 1 })] {
        let answer = stack.post_payment(&checkout, "odd", &body).await;
        answer.problem(422, "field_invalid");
    }
    for body in [json!(null), json!("card"), json!(["card"]), json!([])] {
        let answer = stack.post_payment(&checkout, "odd", &body).await;
        answer.problem(400, "json_invalid");
    }
    assert_eq!(payments(&stack, &checkout).await, 0);
    let path = "/checkout/v1/payments?amount=1&total=1&PBX_TOTAL=001";
    let post = stack
        .http
        .client()
        .post(stack.at_backend(path))
        .header("idempotency-key", "k");
    let post = stack.as_widget(post.json(&json!({ "method": "card" })), &checkout.secret);
    let started = Started::new(&stack.http.send(post).await.expect(201));
    assert_eq!(
        (started.field("PBX_TOTAL"), started.field("PBX_DEVISE")),
        ("4200", "978")
    );
}

#[tokio::test]
async fn the_platform_refuses_a_form_whose_amount_was_changed_on_the_way() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let mut started = stack.start_payment(&checkout, "card").await;
    let total = started
        .fields
        .iter_mut()
        .find(|(name, _)| name == "PBX_TOTAL")
        .unwrap();
    total.1 = "100".to_owned();
    assert_eq!(stack.submit(&started).await.status, 403);
}

#[tokio::test]
async fn the_checkout_tells_nothing_of_the_shopper_outside_the_platforms_form() {
    let stack = Stack::usual().await;
    let shopper = stack.order(4200)["shopper"].clone();
    let checkout = stack
        .session_with(4200, json!({ "shopper": shopper }))
        .await;
    let personal = [
        "Camille",
        "Durand",
        "camille.durand",
        "612345678",
        "Lilas",
        "75011",
        "Paris",
    ];
    let mut told = Vec::new();
    let (started, back) = stack
        .pay_by_voucher(&checkout, "sodexo", VOUCHER, None)
        .await;
    told.push(stack.checkout_session(&checkout).await.text());
    told.push(stack.status(&checkout).await.to_string());
    told.push(stack.come_back(&back).await);
    stack.wait_status(&checkout, "paid").await;
    told.push(stack.checkout_session(&checkout).await.text());
    told.push(stack.status(&checkout).await.to_string());
    told.push(stack.backend_log());
    let in_form: BTreeSet<_> = started
        .fields
        .iter()
        .filter(|(_, value)| personal.iter().any(|word| value.contains(word)))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(in_form, BTreeSet::from(["PBX_BILLING", "PBX_PORTEUR"]));
    for text in &told {
        for word in personal {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
}

/// What scripts of a page add to its `fetch`: W3C Trace Context and Baggage, Sentry, Datadog, New
/// Relic.
const ASKED: &str = "authorization,baggage,content-type,idempotency-key,newrelic,sentry-trace,\
                     traceparent,tracestate,x-datadog-trace-id";

#[tokio::test]
async fn a_preflight_allows_the_headers_that_the_page_asks_for() {
    let stack = Stack::usual().await;
    let preflight = |path: &str, method: &str| {
        stack
            .http
            .client()
            .request(reqwest::Method::OPTIONS, stack.at_backend(path))
            .header("origin", stack.shop())
            .header("access-control-request-method", method)
            .header("access-control-request-headers", ASKED)
    };
    for (method, path) in ROUTES {
        let answer = stack.http.send(preflight(path, method)).await;
        let answer = answer.expect(200);
        assert_eq!(
            answer.header("access-control-allow-methods"),
            "GET,POST,DELETE"
        );
        assert_eq!(answer.header("access-control-allow-headers"), ASKED);
        assert_eq!(answer.header("access-control-allow-origin"), stack.shop());
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
        let vary = answer.header("vary").to_lowercase();
        for name in ["origin", "access-control-request-headers"] {
            assert!(vary.contains(name), "{vary}");
        }
    }
    for path in ["/guichet.js", "/guichet_widget-0123456789abcdef.wasm"] {
        let answer = stack.http.send(preflight(path, "GET")).await.expect(200);
        assert_eq!(answer.header("access-control-allow-headers"), ASKED);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
}

#[tokio::test]
async fn what_meal_vouchers_can_not_pay_is_explained_where_the_shop_wants_it() {
    let labels = std::collections::BTreeMap::from([("sodexo", "Pluxee")]);
    let stack = Stack::start(StackOptions {
        labels,
        ..Default::default()
    })
    .await;
    let checkout = stack
        .session_with(
            4200,
            json!({ "voucher_eligible_amount": 3000, "methods": ["sodexo", "card"] }),
        )
        .await;
    let session = stack.checkout_session(&checkout).await.expect(200).json();
    assert_eq!(
        session["methods"],
        json!([
            {
                "method": "sodexo",
                "label": "Pluxee",
                "kind": "meal_voucher",
                "eligible_amount": 3000,
            },
            { "method": "card", "kind": "card" },
        ])
    );
    let nothing = stack
        .session_with(4200, json!({ "voucher_eligible_amount": 0 }))
        .await;
    let session = stack.checkout_session(&nothing).await.expect(200).json();
    let kinds: Vec<_> = session["methods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|offer: &Value| &offer["kind"])
        .collect();
    assert!(!kinds.contains(&&json!("meal_voucher")), "{kinds:?}");
}

/// A header of ours would cost each page a round trip before its list: browsers ask first whether
/// it may be sent.
#[tokio::test]
async fn a_form_asks_for_the_session_without_any_header_of_ours() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let asked = |origin: &str, body: &str| {
        let form = stack
            .http
            .client()
            .post(stack.at_backend("/checkout/v1/session"));
        let form = form
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned());
        stack.http.send(form)
    };
    let shop = stack.shop();
    let by_header = stack.checkout_session(&checkout).await.expect(200).json();
    let secret = &checkout.secret;
    let by_form = asked(&shop, &format!("of=a+page&session={secret}")).await;
    assert_eq!(by_form.expect(200).json(), by_header);
    for (body, wanted) in [
        ("", "session=css_…"),
        ("session=", "session=css_…"),
        ("session=cs_0123", "its secret"),
        ("session=css_wrong", "no session with this secret"),
    ] {
        let answer = asked(&shop, body).await;
        let problem = answer.problem(401, "session_unknown");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(wanted), "{body}: {detail}");
    }
    let elsewhere = asked("https://other.example", &format!("session={secret}"));
    let refused = elsewhere.await;
    refused.problem(403, "origin_refused");
}

/// The same for what starts a payment and goes on with it: from a press to the platform's page
/// there is one round trip.
#[tokio::test]
async fn a_form_starts_a_payment_without_any_header_of_ours() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let secret = checkout.secret.as_str();
    let send = |path: &str, origin: &str, fields: &[(&str, &str)]| {
        let post = stack.http.client().post(stack.at_backend(path));
        let post = post.header("origin", origin).form(fields);
        stack.http.send(post)
    };
    let (start, shop) = ("/checkout/v1/payments", stack.shop());
    let (key, request) = (fresh_key(), r#"{"method":"card"}"#);
    let fields = [
        ("session", secret),
        ("idempotency_key", &key),
        ("request", request),
    ];
    let made = send(start, &shop, &fields).await.expect(201).json();
    assert_eq!(made["next_action"]["type"], "form_post", "{made}");
    // Sent again, by a form or with headers, it is the same payment.
    assert_eq!(send(start, &shop, &fields).await.expect(201).json(), made);
    let body = json!({ "method": "card" });
    let again = stack.post_payment(&checkout, &key, &body).await;
    assert_eq!(again.expect(201).json(), made);
    let other = [fields[0], fields[1], ("request", r#"{"method":"apetiz"}"#)];
    let reused = send(start, &shop, &other).await;
    reused.problem(422, "idempotency_key_reused");
    let payments = stack.truth(&checkout).await["payments"].clone();
    assert_eq!(payments.as_array().unwrap().len(), 1, "{payments}");
    let elsewhere = send(start, "https://other.example", &fields).await;
    elsewhere.problem(403, "origin_refused");
    send(start, "null", &fields)
        .await
        .problem(403, "origin_refused");
    for (wrong, status, code) in [
        (vec![fields[1], fields[2]], 401, "session_unknown"),
        (
            vec![("session", "css_wrong"), fields[1], fields[2]],
            401,
            "session_unknown",
        ),
        (vec![fields[0], fields[2]], 400, "idempotency_key_invalid"),
        (
            vec![fields[0], ("idempotency_key", "é"), fields[2]],
            400,
            "idempotency_key_invalid",
        ),
        (vec![fields[0], fields[1]], 422, "field_invalid"),
        (
            vec![fields[0], fields[1], fields[1], fields[2]],
            422,
            "field_invalid",
        ),
        (
            vec![fields[0], ("idempotency_key", "k2"), ("request", "card")],
            400,
            "json_invalid",
        ),
    ] {
        let problem = send(start, &shop, &wrong).await;
        problem.problem(status, code);
    }
    // What a payment goes on with comes alike; this one has nothing to go on with.
    let path = format!("{start}/{}/continue", made["payment"].as_str().unwrap());
    let token = [
        fields[0],
        ("idempotency_key", "k3"),
        ("request", r#"{"token":"t"}"#),
    ];
    let by_form = send(&path, &shop, &token).await;
    let post = stack.http.client().post(stack.at_backend(&path));
    let post = post
        .header("idempotency-key", "k4")
        .json(&json!({ "token": "t" }));
    let by_header = stack.http.send(stack.as_widget(post, secret)).await;
    assert_eq!(by_form.json(), by_header.json());
    assert!((400..500).contains(&by_form.status), "{by_form:?}");
}

#[tokio::test]
async fn a_long_answer_is_compressed_for_who_can_read_it_and_a_short_one_never() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    for (path, compressed) in [
        ("/checkout/v1/session?markup=fr", true),
        ("/checkout/v1/status", false),
    ] {
        let asked = request(&stack, ("GET", path)).header("accept-encoding", "br");
        let asked = stack.as_widget(asked, &checkout.secret);
        let answer = stack.http.send(asked).await.expect(200);
        let encoding = answer.headers.get("content-encoding");
        assert_eq!(encoding.is_some_and(|it| it == "br"), compressed, "{path}");
        let plain = stack.as_widget(request(&stack, ("GET", path)), &checkout.secret);
        let plain = stack.http.send(plain).await.expect(200);
        assert!(!plain.headers.contains_key("content-encoding"), "{path}");
    }
}

#[tokio::test]
async fn the_session_comes_with_its_face_as_html_where_that_is_asked_for() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let plain = stack.checkout_session(&checkout).await.expect(200).json();
    for (query, lang) in [
        ("markup=", "en"),
        ("markup=en", "en"),
        ("markup=en&locale=fr_FR", "fr"),
        ("markup=gsw&locale=", "en"),
        ("markup=fr-CA", "fr"),
    ] {
        let path = format!("/checkout/v1/session?{query}");
        let asked = request(&stack, ("GET", &path));
        let asked = stack.as_widget(asked, &checkout.secret);
        let answer = stack.http.send(asked).await.expect(200);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        let html = answer.text();
        let rest = html.split_once("<script type=application/json>").unwrap().1;
        let (json, face) = rest.split_once("</script>").unwrap();
        assert_eq!(serde_json::from_str::<Value>(json).unwrap(), plain);
        assert!(
            face.contains(&format!("lang=\"{lang}\"")),
            "{query}: {face}"
        );
        assert!(face.contains("data-face=\"choosing\"") && face.contains("value=\"apetiz\""));
        assert!(!html.contains(&checkout.secret), "the secret in a page");
    }
    // A problem stays a problem.
    let wrong = request(&stack, ("GET", "/checkout/v1/session?markup=fr")).bearer_auth("css_x");
    stack.http.send(wrong).await.problem(401, "session_unknown");
}
