//! The OpenAPI document: agreed upon, served, and true.

use serde_json::{Map, Value, json};

use crate::support::{CARD, DEMO_SHOP_KEY, Stack};

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
                "minimum" => {
                    if value
                        .as_f64()
                        .is_some_and(|number| number < rule.as_f64().unwrap())
                    {
                        return Err(format!("{value} is less than {rule}"));
                    }
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
            for (name, value) in object.iter_mut() {
                match name.as_str() {
                    "expires_at" | "created_at" => *value = json!("[time]"),
                    "transaction" | "call" | "platform_reference" => {
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
    for (start, keeps) in [("css_", 43), ("cs_", 32), ("pay_", 32)] {
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
    for host in ["http://127.0.0.1:", "http://localhost:"] {
        if let Some(rest) = text.strip_prefix(host) {
            let path = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            text = format!("{host}[port]{path}");
        }
    }
    text
}

#[tokio::test]
async fn every_answer_is_what_the_document_says() {
    let stack = Stack::usual().await;
    let document = document(&stack).await;
    let checker = Checker {
        document: &document,
    };
    let schema = |path: &str, method: &str, status: &str| {
        let answers = &document["paths"][path][method]["responses"];
        let content = &answers[status]["content"];
        let kind = if status == "4XX" {
            "application/problem+json"
        } else {
            "application/json"
        };
        assert!(
            content[kind].is_object(),
            "{method} {path} {status} is not documented"
        );
        content[kind]["schema"].clone()
    };
    let mut told = Map::new();
    let mut say = |name: &str, (path, method, status): (&str, &str, &str), mut answer: Value| {
        checker.check(&schema(path, method, status), &answer, name);
        redact(&mut answer);
        told.insert(name.to_owned(), answer);
    };
    let mut order = stack.order(4200);
    order["metadata"] = json!({ "table": "12" });
    order["voucher_eligible_amount"] = json!(4000);
    let made = stack
        .create_session("documented", &order)
        .await
        .expect(201)
        .json();
    let checkout = crate::support::Checkout::new(&made);
    say("session made", ("/v1/sessions", "post", "201"), made);
    let session = stack.checkout_session(&checkout).await.expect(200).json();
    say(
        "checkout session",
        ("/checkout/v1/session", "get", "200"),
        session,
    );
    let card = json!({ "method": "card" });
    let started = stack
        .post_payment(&checkout, "documented", &card)
        .await
        .expect(201);
    say(
        "payment started",
        ("/checkout/v1/payments", "post", "201"),
        started.json(),
    );
    let status = stack.status(&checkout).await;
    say(
        "status pending",
        ("/checkout/v1/status", "get", "200"),
        status,
    );
    let page = stack
        .open_page(&crate::support::Started::new(&started))
        .await;
    stack.type_card(&page, "1111222233330151").await;
    let status = stack.wait_status(&checkout, "refused").await;
    say(
        "status refused",
        ("/checkout/v1/status", "get", "200"),
        status,
    );
    stack.type_card(&page, CARD).await;
    let status = stack.wait_status(&checkout, "paid").await;
    say("status paid", ("/checkout/v1/status", "get", "200"), status);
    let truth = stack.truth(&checkout).await;
    say("session paid", ("/v1/sessions/{id}", "get", "200"), truth);
    insta::assert_json_snapshot!(told);
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
