//! The backend's edge: what it does when its log, its connections or its callers misbehave.

use std::io::Read as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{
    Answer, DEMO_SHOP_KEY, LogTo, NO_LIMITS, OTHER_SHOP_KEY, Stack, StackOptions, until,
};

async fn stack_logging_to(log_to: LogTo) -> Stack {
    Stack::start(StackOptions {
        log_to,
        // Every line that there is.
        log: "trace",
        lines: NO_LIMITS.into(),
        ..StackOptions::default()
    })
    .await
}

/// Sessions are made and read, as if nothing were the matter with the log.
async fn sessions_are_made(stack: &Stack, count: usize) {
    for number in 0..count {
        let made = stack
            .create_session(&format!("order-{number}"), &stack.order(4200))
            .await
            .expect(201);
        let checkout = made.json()["secret"].as_str().unwrap().to_owned();
        let client = stack.http.client();
        let session = client
            .get(stack.at_backend("/checkout/v1/session"))
            .bearer_auth(checkout);
        stack.http.send(session).await.expect(200);
    }
}

#[tokio::test]
async fn a_log_on_a_full_disk_stops_nothing_and_is_counted() {
    let mut stack = stack_logging_to(LogTo::FullDisk).await;
    sessions_are_made(&stack, 10).await;
    until("lost lines are counted", || async {
        let lost = stack.metric("guichet_log_lines_lost_total").await;
        (lost >= 20).then_some(())
    })
    .await;
    stack.stop_backend().await;
}

#[tokio::test]
async fn a_log_whose_reader_is_gone_stops_nothing_and_is_counted() {
    let mut stack = stack_logging_to(LogTo::Pipe).await;
    drop(stack.take_log_reader());
    sessions_are_made(&stack, 10).await;
    until("lost lines are counted", || async {
        let lost = stack.metric("guichet_log_lines_lost_total").await;
        (lost >= 20).then_some(())
    })
    .await;
    stack.stop_backend().await;
}

#[tokio::test]
async fn a_log_whose_reader_stands_still_stops_nothing_and_says_so_afterwards() {
    let mut stack = stack_logging_to(LogTo::Pipe).await;
    let lost = "guichet_log_lines_lost_total";
    let made = stack.create_session("order", &stack.order(4200)).await;
    let address = stack.at_backend(&format!(
        "/v1/sessions/{}",
        made.json()["id"].as_str().unwrap()
    ));
    // More than the pipe and the queue hold: the books log each of their statements.
    let mut sent = 0;
    while stack.metric(lost).await == 0 {
        assert!(sent < 20_000, "nothing is lost after {sent} requests");
        let client = stack.http.client();
        let read = || client.get(&address).bearer_auth(DEMO_SHOP_KEY).send();
        for answer in futures_of([(); 100].map(|()| read())).await {
            assert_eq!(answer.unwrap().status(), 200);
        }
        sent += 100;
    }
    sessions_are_made(&stack, 3).await;
    let mut reader = stack.take_log_reader();
    let log = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&log);
    let read = std::thread::spawn(move || {
        let mut bytes = [0; 65_536];
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            into.lock().unwrap().extend_from_slice(&bytes[..count]);
        }
    });
    let holds = |text: &str| String::from_utf8_lossy(&log.lock().unwrap()).contains(text);
    // Once it is read again, it is written again, and to its end.
    until("it is told what was lost", || async {
        holds("lines of the log were lost").then_some(())
    })
    .await;
    stack.stop_backend().await;
    read.join().unwrap();
    assert!(holds("stopping"), "the last lines are there");
}

#[tokio::test]
async fn a_stop_waits_for_no_reader_of_the_log() {
    let mut stack = stack_logging_to(LogTo::Pipe).await;
    let held = stack.take_log_reader();
    sessions_are_made(&stack, 200).await;
    stack.stop_backend().await;
    drop(held);
}

/// What comes of all of them, run at once.
async fn futures_of<F>(all: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut running = tokio::task::JoinSet::new();
    for one in all {
        running.spawn(one);
    }
    running.join_all().await
}

/// Sends bytes on a connection of their own, and reads until it is closed or an answer is there.
async fn raw(stack: &Stack, request: &str) -> String {
    let address = stack.backend().replace("http://", "");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let read = tokio::time::timeout(Duration::from_secs(30), read).await;
    read.expect("an answer and its end").unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_request_names_one_host() {
    let stack = Stack::usual().await;
    let ask = |version: &str, hosts: &str| {
        format!("GET /healthz HTTP/{version}\r\n{hosts}Connection: close\r\n\r\n")
    };
    for wrong in [
        "",
        "Host: a\r\nHost: a\r\n",
        "Host: a\r\nHost: b\r\n",
        "Host: a b\r\n",
        "Host: u@a\r\n",
        "Host: a/b\r\n",
        "Host:\r\n",
    ] {
        let answer = raw(&stack, &ask("1.1", wrong)).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{wrong:?}: {answer}");
        assert!(answer.contains("host_invalid"), "{wrong:?}: {answer}");
    }
    for right in [
        "Host: a\r\n",
        "Host: 127.0.0.1:8601\r\n",
        "Host: [::1]:8601\r\n",
    ] {
        let answer = raw(&stack, &ask("1.1", right)).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{right:?}: {answer}");
    }
    let answer = raw(&stack, &ask("1.0", "")).await;
    assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
}

#[tokio::test]
async fn no_answer_is_sniffed_for_another_type() {
    let stack = Stack::usual().await;
    let paths = [
        "/openapi.json",
        "/v1/sessions/x",
        "/checkout/v1/session",
        "/checkout/v1/nothing",
        "/nothing",
        "/healthz",
        "/readyz",
        "/notify/up2pay/demo",
        "/return/up2pay/x/accepted",
    ];
    for path in paths {
        let answer = stack.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn only_the_files_that_the_widgets_build_lists_are_served() {
    let assets = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(assets.path().join(name), text).unwrap();
    let list = r#"{"files": [{"name": "guichet.js"}]}"#;
    write("manifest.json", list);
    write("guichet.js", "export {};");
    write("guichet.toml", "a secret");
    write("guichet.db", "books");
    let stack = Stack::start(StackOptions {
        assets: Some(assets.path().to_owned()),
        ..StackOptions::default()
    })
    .await;
    let get = |path: &str| {
        stack
            .http
            .send(stack.http.client().get(stack.at_backend(path)))
    };
    assert_eq!(get("/guichet.js").await.expect(200).text(), "export {};");
    for path in [
        "/",
        "/guichet.toml",
        "/guichet.db",
        "/manifest.json",
        "/./guichet.db",
        "//guichet.db",
        "/guichet%2edb",
        "/guichet.js/../guichet.db",
    ] {
        let answer = get(path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
    }
}

/// A stack with these limits, that believes its proxy on a caller's address.
async fn limited(limits: &str) -> Stack {
    Stack::start(StackOptions {
        trusted_proxies: vec!["127.0.0.1"],
        lines: format!("[limits]\n{limits}\n"),
        ..StackOptions::default()
    })
    .await
}

async fn connect(stack: &Stack) -> TcpStream {
    let address = stack.backend().replace("http://", "");
    TcpStream::connect(address).await.unwrap()
}

/// Waits until the other side has closed, for as long as a test may take.
async fn closed(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let read = tokio::time::timeout(Duration::from_secs(30), read).await;
    // A reset is an end as well.
    let _ = read.expect("it is closed");
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn idle_connections_take_no_service_from_others() {
    let stack = limited("connections = 50").await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(connect(&stack).await);
    }
    // They have all they want, and have not said a word.
    sessions_are_made(&stack, 5).await;
    assert!(stack.metric("guichet_connections").await <= 50);
    assert!(stack.metric("guichet_connections_dismissed_total").await >= 200);
    until("it is told", || async {
        let log = stack.backend_log();
        log.contains("alert=\"connections\"").then_some(())
    })
    .await;
    assert_eq!(
        stack.backend_log().matches("alert=\"connections\"").count(),
        1
    );
}

#[tokio::test]
async fn who_is_slow_with_headers_or_silent_is_not_waited_for() {
    let stack = limited("header_seconds = 1\nidle_seconds = 2").await;
    // Nothing at all.
    assert_eq!(closed(connect(&stack).await).await, "");
    // A byte now and then.
    let (mut reader, mut writer) = connect(&stack).await.into_split();
    let trickle = tokio::spawn(async move {
        for byte in b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: "
            .iter()
            .chain([b'x'; 600].iter())
        {
            if writer.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("all of it was waited for");
    });
    let mut answer = Vec::new();
    let _ = reader.read_to_end(&mut answer).await;
    assert!(answer.is_empty());
    trickle.await.unwrap();
    // A request, and then nothing: it is answered, and closed after a while.
    let mut stream = connect(&stack).await;
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    assert!(closed(stream).await.starts_with("HTTP/1.1 200 "));
    assert!(stack.metric("guichet_connections_timed_out_total").await >= 3);
}

#[tokio::test]
async fn headers_have_a_most_of_bytes_and_a_notification_fits() {
    let stack = Stack::usual().await;
    let ask = |path: &str, header: usize| {
        let header = "x".repeat(header);
        format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: {header}\r\n\r\n")
    };
    let mut stream = connect(&stack).await;
    // It may be closed before all of it is sent.
    let _ = stream.write_all(ask("/healthz", 40_000).as_bytes()).await;
    let answer = closed(stream).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431 "),
        "{answer}"
    );
    let query = format!("/notify/up2pay/demo?x={}", "y".repeat(16_000));
    let answer = raw(&stack, &ask(&query, 8_000)).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[tokio::test]
async fn a_body_is_not_read_before_it_is_known_whose_it_is_nor_waited_for() {
    let stack = limited("body_seconds = 1").await;
    let head = |path: &str, token: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000\r\n\
             Authorization: Bearer {token}\r\nIdempotency-Key: k\r\n\r\n"
        )
    };
    let checkout = stack.session(4200).await;
    for (path, wrong) in [
        ("/v1/sessions", "sk_wrong"),
        ("/v1/sessions/cs_x/payments", "sk_wrong"),
        ("/checkout/v1/payments", "css_wrong"),
        ("/checkout/v1/payments/pay_x/continue", "css_wrong"),
    ] {
        // No byte of the body is ever sent.
        let answer = raw(&stack, &head(path, wrong)).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{path}: {answer}");
    }
    let answer = raw(&stack, &head("/notify/up2pay/nobody", "x")).await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    let secret = checkout.secret.as_str();
    for (path, token) in [
        ("/v1/sessions", DEMO_SHOP_KEY),
        ("/checkout/v1/payments", secret),
    ] {
        let answer = raw(&stack, &head(path, token)).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{path}: {answer}");
        assert!(answer.contains("body_timeout"), "{path}: {answer}");
    }
    let answer = raw(&stack, &head("/notify/up2pay/demo", "x")).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_descriptors_raise_an_alarm_and_service_goes_on_with_them() {
    let stack = Stack::usual().await;
    let limit = |descriptors: &str| {
        let process = stack.backend_process().to_string();
        let nofile = format!("--nofile={descriptors}");
        let done = std::process::Command::new("prlimit")
            .args(["--pid", &process, &nofile])
            .status();
        assert!(done.unwrap().success());
    };
    limit("8:4096");
    let waiting = connect(&stack).await;
    until("an alarm", || async {
        let log = stack.backend_log();
        log.contains("alert=\"accept\"").then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(stack.backend_log().matches("alert=\"accept\"").count(), 1);
    limit("1024:4096");
    // It did not spin: ten tries a second.
    assert!(stack.metric("guichet_accept_errors_total").await < 200);
    sessions_are_made(&stack, 3).await;
    drop(waiting);
}

/// Sends a request as the proxy would for a caller at that address.
fn from(stack: &Stack, caller: &str, path: &str) -> reqwest::RequestBuilder {
    let client = stack.http.client();
    client
        .get(stack.at_backend(path))
        .header("x-forwarded-for", caller)
}

/// The first refusal for too many of a request that is sent again and again.
async fn refusal(stack: &Stack, request: impl Fn() -> reqwest::RequestBuilder) -> Answer {
    let request = &request;
    let look = || async {
        let answer = stack.http.send(request()).await;
        Some(answer).filter(|answer| answer.status == 429)
    };
    let answer = until("a refusal", look).await;
    answer.problem(429, "too_many_requests");
    answer
}

/// The statuses of so many requests, 100 at once: each refusal is held back for a second.
async fn flood(count: usize, request: impl Fn() -> reqwest::RequestBuilder) -> Vec<u16> {
    let mut statuses = Vec::new();
    while statuses.len() < count {
        let sent = (0..100).map(|_| request().send());
        for answer in futures_of(sent).await {
            statuses.push(answer.unwrap().status().as_u16());
        }
    }
    statuses
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|one| **one == status).count()
}

#[tokio::test]
async fn a_flood_of_wrong_secrets_is_refused_and_nobody_else_is() {
    let stack = limited("caller = { per_second = 1, burst = 100 }").await;
    let checkout = stack.session(4200).await;
    let session =
        |caller: &str| from(&stack, caller, "/checkout/v1/session").bearer_auth(&checkout.secret);
    stack.http.send(session("192.0.2.1")).await.expect(200);
    for (path, token) in [
        ("/checkout/v1/session", "css_wrong"),
        ("/v1/sessions/cs_x", "sk_wrong"),
        ("/nothing", "none"),
        (
            "/return/up2pay/pay_00000000000000000000000000000000/x",
            "none",
        ),
    ] {
        let statuses = flood(300, || from(&stack, "192.0.2.1", path).bearer_auth(token)).await;
        let refused = count(&statuses, 429);
        assert!(refused >= 150, "{path}: {refused} of 300 were refused");
    }
    let wrong = || from(&stack, "192.0.2.1", "/checkout/v1/session").bearer_auth("css_wrong");
    let answer = refusal(&stack, wrong).await;
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    // Neither whoever is elsewhere, nor who is at the same address: known before, or new.
    stack.http.send(session("192.0.2.2")).await.expect(200);
    stack.http.send(session("192.0.2.1")).await.expect(200);
    let new = stack.session(4200).await;
    let new = from(&stack, "192.0.2.1", "/checkout/v1/session").bearer_auth(&new.secret);
    stack.http.send(new).await.expect(200);
    let shop = from(
        &stack,
        "192.0.2.1",
        &format!("/v1/sessions/{}", checkout.id),
    );
    let shop = stack.http.send(shop.bearer_auth(DEMO_SHOP_KEY)).await;
    shop.expect(200);
    let refused = stack
        .metric("guichet_requests_refused_total{bucket=\"caller\"}")
        .await;
    assert!(refused >= 900, "{refused}");
    until("it is told", || async {
        let log = stack.backend_log();
        log.contains("alert=\"flood\"").then_some(())
    })
    .await;
    let log = stack.backend_log();
    assert_eq!(log.matches("alert=\"flood\"").count(), 1, "{log}");
    assert!(log.lines().count() < 400, "{} lines", log.lines().count());
}

#[tokio::test]
async fn a_flood_of_bad_notifications_is_refused_and_a_genuine_one_is_not() {
    let stack = Stack::start(StackOptions {
        lines: "[limits]\ncaller = { per_second = 1, burst = 100 }\n".into(),
        ..StackOptions::default()
    })
    .await;
    // From the platform's own address, as far as the backend can know.
    let path = "/notify/up2pay/demo?Mt=4200&Ref=x&Auto=1&Erreur=00000&K=AA";
    let bad = || stack.http.client().get(stack.at_backend(path));
    let statuses = flood(500, bad).await;
    assert!(count(&statuses, 429) >= 350);
    assert_eq!(count(&statuses, 200), 0);
    assert!(stack.backend_log().lines().count() < 400);
    stack.paid_session(4200).await;
    let statuses = flood(100, bad).await;
    assert!(count(&statuses, 429) >= 50);
}

#[tokio::test]
async fn a_session_and_a_shop_have_a_most_of_requests_and_others_go_on() {
    let stack =
        limited("session = { per_second = 1, burst = 20 }\nshop = { per_second = 1, burst = 30 }")
            .await;
    let (one, other) = (stack.session(4200).await, stack.session(4200).await);
    let ask = |secret: &str| {
        let client = stack.http.client();
        client
            .get(stack.at_backend("/checkout/v1/status"))
            .bearer_auth(secret)
    };
    let statuses = flood(100, || ask(&one.secret)).await;
    assert!((20..40).contains(&count(&statuses, 200)), "{statuses:?}");
    refusal(&stack, || ask(&one.secret)).await;
    stack.http.send(ask(&other.secret)).await.expect(200);
    let read = |key: &str| {
        let client = stack.http.client();
        client
            .get(stack.at_backend(&format!("/v1/sessions/{}", one.id)))
            .bearer_auth(key)
    };
    let statuses = flood(100, || read(DEMO_SHOP_KEY)).await;
    assert!(count(&statuses, 429) >= 60, "{statuses:?}");
    stack.http.send(read(OTHER_SHOP_KEY)).await.expect(404);
}

#[tokio::test]
async fn what_calls_a_platform_has_a_most_of_its_own() {
    let stack = Stack::start(StackOptions {
        sogenactif: true,
        one_click: true,
        lines: "[limits]\nsession_calls = { per_second = 1, burst = 10 }\n".into(),
        ..StackOptions::default()
    })
    .await;
    let checkout = stack.session_of("client-42", 4200).await;
    let list = || {
        let client = stack.http.client();
        client
            .get(stack.at_backend("/checkout/v1/cards"))
            .bearer_auth(&checkout.secret)
    };
    let statuses = flood(200, list).await;
    let listed = count(&statuses, 200);
    assert!((10..40).contains(&listed), "{listed} lists");
    assert_eq!(count(&statuses, 429), 200 - listed);
    let body = serde_json::json!({ "method": "card" });
    let start = || {
        let client = stack.http.client();
        let start = client.post(stack.at_backend("/checkout/v1/payments"));
        let start = start.header("idempotency-key", "k").json(&body);
        start.bearer_auth(&checkout.secret)
    };
    refusal(&stack, start).await;
    // Where the session stands is told all the same.
    stack.checkout_status(&checkout).await.expect(200);
}

#[tokio::test]
async fn of_a_session_that_has_had_too_much_nothing_is_read() {
    let stack = Stack::start(StackOptions {
        log: "sqlx=debug,info",
        lines: "[limits]\nsession = { per_second = 1, burst = 20 }\n".into(),
        ..StackOptions::default()
    })
    .await;
    let session = stack.session(4200).await;
    let ask = || {
        let client = stack.http.client();
        client
            .get(stack.at_backend("/checkout/v1/status"))
            .bearer_auth(&session.secret)
    };
    // How its book is read, as the books tell it.
    let read = |log: &str| log.matches("summary=\"WITH s AS MATERIALIZED").count();
    stack.http.send(ask()).await.expect(200);
    let before = read(&stack.logged(&["summary=\"WITH s AS MATERIALIZED"]).await);
    assert!(before > 0);
    let statuses = flood(200, ask).await;
    let answered = count(&statuses, 200);
    assert!((19..60).contains(&answered), "{statuses:?}");
    // Told after all that was read for the flood.
    stack.get("/v1/nothing").await.expect(404);
    let log = stack.logged(&["/v1/{*nothing}"]).await;
    let reads = read(&log) - before;
    assert_eq!(
        reads, answered,
        "one for each answer, and none for a refusal"
    );
}
