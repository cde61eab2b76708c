//! The backend's edge: what it does when its log, its connections or its callers misbehave.

use std::io::Read as _;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{DEMO_SHOP_KEY, LogTo, Stack, StackOptions, until};

async fn stack_logging_to(log_to: LogTo) -> Stack {
    Stack::start(StackOptions {
        log_to,
        // Every line that there is.
        log: "trace",
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
    let read = std::thread::spawn(move || {
        let mut log = String::new();
        reader.read_to_string(&mut log).expect("the log");
        log
    });
    // Once it is read again, it is written again to its end.
    stack.stop_backend().await;
    let log = read.join().unwrap();
    assert!(log.contains("lines of the log were lost"), "it is told");
    assert!(log.contains("stopping"), "the last lines are there");
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
