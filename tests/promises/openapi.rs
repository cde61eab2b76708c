//! The OpenAPI document: agreed upon, served, and true.

use serde_json::{Map, Value, json};

use crate::support::{
    CARD, CHALLENGED, Checkout, DEMO_SHOP_KEY, IBAN, NETBANX_CARD, Stack, StackOptions,
};

async fn document(stack: &Stack) -> Value {
    let (status, text, errors) = stack.guichet(&["openapi"]).await;
    assert_eq!(status, 0, "{errors}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn the_document_is_the_agreed_one_and_the_backend_serves_it() {
    let stack = Stack::usual().await;
    let document = document(&stack).await;
    assert_eq!(
        stack.get("/openapi.json").await.expect(200).json(),
        document
    );
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
}

/// Panics where `value` is not what `schema` says; what the schema does not name is not allowed.
struct Checker<'a> {
    document: &'a Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, at: &str) {
        if let Err(what) = self.fits(schema, value) {
            panic!("{at}: {what}\n{value:#}");
        }
    }

    fn fits(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let properties = self.properties(schema);
        if let (Some(properties), Some(object)) = (&properties, value.as_object()) {
            let unknown = object.keys().find(|name| !properties.contains_key(*name));
            if let Some(name) = unknown {
                return Err(format!("{name} is not documented"));
            }
        }
        self.fits_open(schema, value)
    }

    /// Every property that a schema of objects names; none where it may hold any.
    fn properties(&self, schema: &Value) -> Option<Map<String, Value>> {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.properties(self.named(reference));
        }
        if let Some(all) = schema["allOf"].as_array() {
            return Some(
                all.iter()
                    .filter_map(|one| self.properties(one))
                    .flatten()
                    .collect(),
            );
        }
        schema["properties"].as_object().cloned()
    }

    fn named(&self, reference: &str) -> &Value {
        self.document
            .pointer(reference.trim_start_matches('#'))
            .unwrap()
    }

    fn fits_open(&self, schema: &Value, value: &Value) -> Result<(), String> {
        for (keyword, rule) in schema.as_object().unwrap() {
            match keyword.as_str() {
                "$ref" => self.fits_open(self.named(rule.as_str().unwrap()), value)?,
                "allOf" => {
                    for one in rule.as_array().unwrap() {
                        self.fits_open(one, value)?;
                    }
                }
                "oneOf" => {
                    let rules = rule.as_array().unwrap();
                    let count = rules
                        .iter()
                        .filter(|one| self.fits(one, value).is_ok())
                        .count();
                    if count != 1 {
                        return Err(format!("{count} of the alternatives fit {value}"));
                    }
                }
                "type" => has_type(rule, value)?,
                "enum" => {
                    if !rule.as_array().unwrap().contains(value) {
                        return Err(format!("{value} is not one of {rule}"));
                    }
                }
                "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" => {
                    within(keyword, rule.as_f64().unwrap(), value)?;
                }
                "required" => {
                    for name in rule.as_array().unwrap() {
                        if value.get(name.as_str().unwrap()).is_none() {
                            return Err(format!("{name} is missing"));
                        }
                    }
                }
                "properties" => {
                    for (name, rule) in rule.as_object().unwrap() {
                        let Some(value) = value.get(name) else {
                            continue;
                        };
                        self.fits(rule, value)
                            .map_err(|what| format!("{name}: {what}"))?;
                    }
                }
                "items" => {
                    for value in value.as_array().into_iter().flatten() {
                        self.fits(rule, value)?;
                    }
                }
                "additionalProperties" => {
                    for value in value.as_object().into_iter().flat_map(Map::values) {
                        self.fits(rule, value)?;
                    }
                }
                "description" | "example" | "format" | "propertyNames" => {}
                other => return Err(format!("this test can't check {other}")),
            }
        }
        Ok(())
    }
}

/// Whether a number, or the length of a text or a list, is within a limit.
fn within(keyword: &str, limit: f64, value: &Value) -> Result<(), String> {
    let length = match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        _ => None,
    };
    let length = length.map(|length| f64::from(u32::try_from(length).unwrap()));
    let fits = |size: f64| match keyword {
        "maximum" | "maxLength" => size <= limit,
        _ => size >= limit,
    };
    match value.as_f64().or(length) {
        Some(size) if !fits(size) => Err(format!("{value} against {keyword} {limit}")),
        _ => Ok(()),
    }
}

fn has_type(rule: &Value, value: &Value) -> Result<(), String> {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = match rule {
        Value::Array(names) => names.contains(&json!(name)),
        rule => rule == name,
    };
    if fits {
        Ok(())
    } else {
        Err(format!("{value} is of type {name}, not {rule}"))
    }
}

/// Ids, times, numbers of the platform and ports, replaced by what they are.
fn redact(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let field = object
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            if matches!(field.as_str(), "PBX_CMD" | "PBX_TIME" | "PBX_HMAC") {
                object.insert("value".into(), json!(format!("[{field}]")));
            }
            if field == "redirectionData" {
                object.insert("value".into(), json!("[opaque]"));
            }
            for (name, value) in object.iter_mut() {
                match name.as_str() {
                    "expires_at" | "created_at" | "at" | "again_at" => *value = json!("[time]"),
                    "transaction" | "call" | "platform_reference" | "part" => {
                        *value = json!(format!("[{name}]"));
                    }
                    _ => redact(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(redact),
        Value::String(text) => *text = redact_text(text),
        _ => {}
    }
}

fn redact_text(text: &str) -> String {
    let mut text = text.to_owned();
    for (start, keeps) in [
        ("css_", 43),
        ("cs_", 32),
        ("pay_", 32),
        ("ins_", 32),
        ("op_", 32),
    ] {
        while let Some(at) = text
            .find(start)
            .filter(|at| text.len() >= at + start.len() + keeps)
        {
            text.replace_range(
                at..at + start.len() + keeps,
                &format!("[{}]", &start[..start.len() - 1]),
            );
        }
    }
    // How many keys were drawn before depends on the tests beside this one.
    if text.starts_with("commande-key-") {
        text = "commande-[key]".to_owned();
    }
    for host in ["http://127.0.0.1:", "http://localhost:"] {
        if let Some(rest) = text.strip_prefix(host) {
            let path = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            text = format!("{host}[port]{path}");
        }
    }
    for page in ["/sogenactif/acs/", "/sogenactif/externe/"] {
        if let Some(at) = text.find(page) {
            text.replace_range(at + page.len().., "[page]");
        }
    }
    text
}

/// Answers that were checked against the document, by name.
struct Told<'a> {
    checker: Checker<'a>,
    answers: Map<String, Value>,
}

impl<'a> Told<'a> {
    fn new(document: &'a Value) -> Self {
        Self {
            checker: Checker { document },
            answers: Map::new(),
        }
    }

    /// Checks an answer of that path, method and status.
    fn say(
        &mut self,
        name: &str,
        (path, method, status): (&str, &str, &str),
        answer: impl Into<Value>,
    ) {
        let kind = if status == "4XX" {
            "application/problem+json"
        } else {
            "application/json"
        };
        let answers = &self.checker.document["paths"][path][method]["responses"];
        let content = &answers[status]["content"][kind];
        assert!(
            content.is_object(),
            "{method} {path} {status} is not documented"
        );
        let mut answer = answer.into();
        self.checker.check(&content["schema"], &answer, name);
        redact(&mut answer);
        self.answers.insert(name.to_owned(), answer);
    }
}

const SESSION: (&str, &str, &str) = ("/checkout/v1/session", "get", "200");
const STATUS: (&str, &str, &str) = ("/checkout/v1/status", "get", "200");
const STARTED: (&str, &str, &str) = ("/checkout/v1/payments", "post", "201");
const TRUTH: (&str, &str, &str) = ("/v1/sessions/{id}", "get", "200");

#[tokio::test]
async fn every_answer_is_what_the_document_says() {
    let stack = Stack::usual().await;
    let document = document(&stack).await;
    let mut told = Told::new(&document);
    let mut order = stack.order(4200);
    order["metadata"] = json!({ "table": "12" });
    order["voucher_eligible_amount"] = json!(4000);
    let made = stack
        .create_session("documented", &order)
        .await
        .expect(201)
        .json();
    let checkout = Checkout::new(&made);
    told.say("session made", ("/v1/sessions", "post", "201"), made);
    let session = stack.checkout_session(&checkout).await.expect(200).json();
    told.say("checkout session", SESSION, session);
    let card = json!({ "method": "card" });
    let started = stack
        .post_payment(&checkout, "documented", &card)
        .await
        .expect(201);
    told.say("payment started", STARTED, started.json());
    let status = stack.status(&checkout).await;
    told.say("status pending", STATUS, status);
    let page = stack
        .open_page(&crate::support::Started::new(&started))
        .await;
    stack.type_card(&page, "1111222233330151").await;
    let status = stack.wait_status(&checkout, "refused").await;
    told.say("status refused", STATUS, status);
    stack.type_card(&page, CARD).await;
    let status = stack.wait_status(&checkout, "paid").await;
    told.say("status paid", STATUS, status);
    let truth = stack.truth(&checkout).await;
    told.say("session paid", TRUTH, truth);
    let closing = stack.expire_session(&checkout).await;
    let expire = "/v1/sessions/{id}/expire";
    told.say("paid and closed", (expire, "post", "4XX"), closing.json());
    let second = stack
        .session_with(4200, json!({ "reference": order["reference"] }))
        .await;
    let query = [
        ("reference", order["reference"].as_str().unwrap()),
        ("limit", "1"),
    ];
    let found = stack.find_sessions(DEMO_SHOP_KEY, &query).await.expect(200);
    told.say(
        "sessions found",
        ("/v1/sessions", "get", "200"),
        found.json(),
    );
    let query = [("method", "card"), ("limit", "1")];
    let found = stack.find("/v1/payments", DEMO_SHOP_KEY, &query).await;
    let found = found.expect(200).json();
    told.say("payments found", ("/v1/payments", "get", "200"), found);
    let wrong = stack.find(
        "/v1/payments",
        DEMO_SHOP_KEY,
        &[("money", "gone"), ("from", "x")],
    );
    let wrong = wrong.await.json();
    told.say("wrong search", ("/v1/payments", "get", "4XX"), wrong);
    told.say("status elsewhere", STATUS, stack.status(&second).await);
    let fresh = stack.session(4200).await;
    let closed = stack.expire_session(&fresh).await.expect(200).json();
    told.say("session closed", (expire, "post", "200"), closed);
    insta::assert_json_snapshot!(told.answers);
}

#[tokio::test]
async fn every_answer_about_saved_cards_and_accounts_is_what_the_document_says() {
    let stack = Stack::start(StackOptions {
        methods: vec!["card"],
        sogenactif: true,
        sogenactif_methods: vec!["sogenactif_card", "sogenactif_ideal", "sogenactif_sepa"],
        one_click: true,
        add_cards: true,
        ..Default::default()
    })
    .await;
    let document = document(&stack).await;
    let mut told = Told::new(&document);
    let card = stack.save_card("client-42", CHALLENGED).await;
    let checkout = stack.session_of("client-42", 4200).await;
    let session = stack.checkout_session(&checkout).await.expect(200).json();
    told.say("checkout session", SESSION, session);
    let cards = stack.get_cards(&checkout).await.expect(200).json();
    told.say("cards", ("/checkout/v1/cards", "get", "200"), cards);
    for method in ["sogenactif_ideal", "sogenactif_sepa"] {
        let wish = json!({ "method": method });
        let started = stack.post_payment(&checkout, method, &wish).await;
        told.say(method, STARTED, started.expect(201).json());
    }
    let asked = stack.start_asking(&checkout, "sogenactif_sepa").await;
    let body = json!({ "iban": IBAN });
    let page = stack
        .post_continue(&checkout, &asked.payment, "documented", &body)
        .await;
    let going_on = "/checkout/v1/payments/{id}/continue";
    told.say(
        "mandate",
        (going_on, "post", "201"),
        page.expect(201).json(),
    );
    let wrong = stack
        .post_continue(&checkout, &asked.payment, "k", &json!({ "iban": "FR76" }))
        .await;
    told.say("wrong IBAN", (going_on, "post", "4XX"), wrong.json());
    let saved = stack.pay_with_saved(&checkout, "documented", &card).await;
    told.say("saved card", STARTED, saved.expect(201).json());
    let unknown = stack.pay_with_saved(&checkout, "unknown", "7").await;
    let refused = ("/checkout/v1/payments", "post", "4XX");
    told.say("unknown card", refused, unknown.json());
    let other = stack.session_of("client-42", 4200).await;
    let cards = stack.shop_cards(DEMO_SHOP_KEY, &other).await.expect(200);
    let listed = ("/v1/sessions/{id}/cards", "get", "200");
    told.say("cards for the shop", listed, cards.json());
    let body = json!({ "method": "sogenactif_card", "card": card });
    let path = "/v1/sessions/{id}/payments";
    let open = stack.shop_pays(DEMO_SHOP_KEY, &checkout, "k", &body).await;
    told.say("open elsewhere", (path, "post", "4XX"), open.json());
    let paid = stack.shop_pays(DEMO_SHOP_KEY, &other, "k", &body).await;
    told.say(
        "shop's payment",
        (path, "post", "201"),
        paid.expect(201).json(),
    );
    let truth = stack.truth(&other).await;
    told.say("session paid", TRUTH, truth);
    insta::assert_json_snapshot!(told.answers);
}

#[tokio::test]
async fn every_answer_about_what_is_done_with_money_is_what_the_document_says() {
    let stack = Stack::usual().await;
    let document = document(&stack).await;
    let mut told = Told::new(&document);
    let (checkout, started) = stack.reserved_session(4200).await;
    let id = &started.payment;
    let captures = "/v1/payments/{id}/captures";
    let wish = json!({ "amount": 1000 });
    let preview = stack
        .operate(id, "captures?preview=true", wish.clone())
        .await
        .expect(200);
    told.say("preview", (captures, "post", "200"), preview.json());
    let refused = stack.operate(id, "captures", wish).await;
    told.say("gives up", (captures, "post", "4XX"), refused.json());
    let wish = json!({ "amount": 1000, "give_up": true, "reason": "moins une pièce" });
    let captured = stack.instruct(id, "captures", wish).await;
    let one = format!("captures/{}", captured["id"].as_str().unwrap());
    told.say("captured", (captures, "post", "201"), captured);
    let list = stack.read_operation(id, "captures").await.expect(200);
    told.say("captures", (captures, "get", "200"), list.json());
    let one = stack.read_operation(id, &one).await.expect(200);
    let payment = stack.read_operation(id, "").await.expect(200);
    told.say(
        "payment",
        ("/v1/payments/{id}", "get", "200"),
        payment.json(),
    );
    let path = "/v1/payments/{id}/captures/{instruction}";
    told.say("capture", (path, "get", "200"), one.json());
    let again = stack.operate(id, "captures", json!({})).await;
    // It names the platform's numbers.
    let problem = json!({ "$ref": "#/components/schemas/Problem" });
    told.checker.check(
        &problem,
        &again.problem(409, "operation_not_possible"),
        "taken before",
    );
    told.say("session", TRUTH, stack.truth(&checkout).await);
    insta::assert_json_snapshot!(told.answers);
}

#[tokio::test]
async fn every_answer_about_rebillings_is_what_the_document_says() {
    let stack = Stack::start(StackOptions {
        netbanx: true,
        ..StackOptions::default()
    })
    .await;
    let document = document(&stack).await;
    let mut told = Told::new(&document);
    let checkout = stack.session(4200).await;
    let hosted = stack.start_hosted(&checkout).await;
    let back = stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
    let id = &hosted.payment;
    let (all, one) = (
        "/v1/payments/{id}/rebillings",
        "/v1/payments/{id}/rebillings/{rebilling}",
    );
    // Another day tomorrow: redacted.
    let plain = |mut answer: Value| {
        if let Some(due) = answer
            .pointer_mut("/rebilling/due_date")
            .filter(|due| due.is_string())
        {
            *due = json!("[day]");
        }
        answer
    };
    let wish =
        json!({ "reference": "abo-2", "amount": 1500, "due_date": stack.netbanx_day(10).await });
    let refused = stack
        .operate(id, "rebillings", json!({ "reference": "" }))
        .await;
    told.say("wrong", (all, "post", "4XX"), refused.json());
    let made = stack
        .operate(id, "rebillings", wish)
        .await
        .expect(201)
        .json();
    told.say("made", (all, "post", "201"), plain(made.clone()));
    let rebilling = made["id"].as_str().unwrap();
    stack.wait_stage(rebilling, "unknown").await;
    let at = stack.at_backend(&format!("/v1/payments/{id}/rebillings/{rebilling}"));
    let client = stack.http.client();
    let patch = async |wish: Value| {
        let patch = client.patch(&at).bearer_auth(DEMO_SHOP_KEY).json(&wish);
        stack.http.send(patch).await
    };
    let wrong = patch(json!({})).await;
    told.say("nothing to change", (one, "patch", "4XX"), wrong.json());
    let changed = patch(json!({ "amount": 1700, "due_date": stack.netbanx_day(12).await })).await;
    told.say(
        "changed",
        (one, "patch", "200"),
        plain(changed.expect(200).json()),
    );
    stack
        .break_netbanx(json!({ "call_lost": { "update": 1000 } }))
        .await;
    let unreached = patch(json!({ "amount": 1800 })).await;
    unreached.problem(503, "platform_unreachable");
    let list = stack
        .read_operation(id, "rebillings")
        .await
        .expect(200)
        .json();
    let first = list["rebillings"][0].clone();
    told.say(
        "listed",
        (all, "get", "200"),
        json!({ "rebillings": [plain(first)] }),
    );
    let off = stack
        .http
        .send(client.delete(&at).bearer_auth(DEMO_SHOP_KEY))
        .await;
    told.say(
        "called off",
        (one, "delete", "200"),
        plain(off.expect(200).json()),
    );
    stack.mend_netbanx().await;
    let late = patch(json!({ "amount": 1900 })).await;
    told.say("too late", (one, "patch", "4XX"), late.json());
    let path = stack.at_backend(&format!("/v1/payments/{rebilling}/rebillings/{rebilling}"));
    let other = stack
        .http
        .send(client.delete(path).bearer_auth(DEMO_SHOP_KEY))
        .await;
    told.say("none of it", (one, "delete", "4XX"), other.json());
    insta::assert_json_snapshot!(told.answers);
}

#[tokio::test]
async fn every_documented_route_answers_errors_as_problem_json() {
    let stack = Stack::usual().await;
    let document = document(&stack).await;
    let checker = Checker {
        document: &document,
    };
    let problem = json!({ "$ref": "#/components/schemas/Problem" });
    let client = stack.http.client();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let address =
            stack.at_backend(&path.replace("{id}", "cs_00000000000000000000000000000000"));
        for (method, operation) in methods.as_object().unwrap() {
            assert!(
                operation["security"][0].is_object(),
                "{method} {path} is open to all"
            );
            let method = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = stack
                .http
                .send(client.request(method.clone(), &address))
                .await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
            checker.check(&problem, &answer.json(), path);
        }
        for method in [reqwest::Method::PUT, reqwest::Method::DELETE] {
            if methods.get(method.as_str().to_lowercase()).is_some() {
                continue;
            }
            let answer = stack.http.send(client.request(method, &address)).await;
            checker.check(&problem, &answer.problem(405, "method_not_allowed"), path);
        }
    }
    for path in ["/checkout/v1/nothing", "/v1/nothing", "/v1/sessions/x/y"] {
        let answer = stack.get(path).await;
        checker.check(&problem, &answer.problem(404, "path_unknown"), path);
        let post = client
            .post(stack.at_backend(path))
            .bearer_auth(DEMO_SHOP_KEY);
        stack.http.send(post).await.problem(404, "path_unknown");
    }
}

#[tokio::test]
async fn health_and_readiness_are_told_without_a_key() {
    let mut stack = Stack::usual().await;
    assert_eq!(stack.get("/healthz").await.expect(200).text(), "ok\n");
    stack.get("/readyz").await.expect(200);
    stack.stop_backend().await;
    assert!(
        stack.backend_log().contains("stopping"),
        "it ends by itself when it is asked to"
    );
}

/// A text of that length that fits the field but for it.
fn text_of(stack: &Stack, field: &str, length: usize) -> String {
    let (start, end) = match field {
        "/return_url" => (stack.shop() + "/", ""),
        "/shopper/email" => (String::new(), "@b.fr"),
        _ => (String::new(), ""),
    };
    let rest = length.saturating_sub(start.len() + end.len());
    start + &"a".repeat(rest) + end
}

#[tokio::test]
async fn every_limit_that_the_document_states_is_the_one_that_is_kept() {
    let stack = Stack::usual().await;
    let document = document(&stack).await;
    let mut tried = 0;
    for (schema, at) in [("NewSession", ""), ("NewShopper", "/shopper")] {
        let properties = &document["components"]["schemas"][schema]["properties"];
        for (name, rule) in properties.as_object().unwrap() {
            let field = format!("{at}/{name}");
            let number = |keyword: &str| rule[keyword].as_u64();
            let mut tries = Vec::new();
            if let Some(most) = number("maxLength").filter(|most| *most > 2) {
                let text = |length: u64| text_of(&stack, &field, usize::try_from(length).unwrap());
                tries.push((json!(text(most)), true));
                tries.push((json!(text(most + 1)), false));
            }
            if number("minLength").is_some() {
                tries.push((json!(""), false));
            }
            if let Some(most) = number("maximum") {
                tries.push((json!(most), true));
                tries.push((json!(most + 1), false));
            }
            if let Some(least) = number("minimum").filter(|least| *least > 0) {
                tries.push((json!(least), true));
                tries.push((json!(least - 1), false));
            }
            if number("minItems").is_some() {
                tries.push((json!([]), false));
            }
            for (value, fits) in tries {
                let mut order = stack.order(4200);
                order.pointer_mut(at).unwrap()[name] = value.clone();
                let answer = stack
                    .create_session(&crate::support::fresh_key(), &order)
                    .await;
                tried += 1;
                if fits {
                    assert_eq!(answer.status, 201, "{field} {value}: {}", answer.text());
                } else {
                    let problem = answer.problem(422, "field_invalid");
                    let named =
                        format!("/{}", problem["field"].as_str().unwrap().replace('.', "/"));
                    assert_eq!(named, field, "{problem}");
                }
            }
        }
    }
    assert!(tried >= 18, "{tried} tries");
    // The size of a body.
    let client = stack.http.client();
    let body = |size: usize| {
        let post = client.post(stack.at_backend("/v1/sessions"));
        post.bearer_auth(DEMO_SHOP_KEY)
            .header("idempotency-key", "k")
            .body(" ".repeat(size))
    };
    assert!(
        document["info"]["description"]
            .as_str()
            .unwrap()
            .contains("65,536 bytes")
    );
    stack
        .http
        .send(body(65_536))
        .await
        .problem(400, "json_invalid");
    let answer = stack.http.send_too_much(body(65_537)).await;
    answer.problem(413, "body_too_large");
}
