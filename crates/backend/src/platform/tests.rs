use std::sync::Arc;

use axum::extract::{Request, State};
use guichet_providers::contract::{Body, Header};

use super::*;

fn call(method: HttpMethod, url: &str) -> PlatformCall {
    PlatformCall {
        method,
        url: url.to_owned(),
        headers: Vec::new(),
        body: None,
        timeout: Duration::from_secs(15),
        after: Duration::ZERO,
        cache_for: None,
        line: None,
        note: String::new(),
    }
}

fn secret(name: &'static str, value: &str) -> Header {
    let value = HeaderValue::Secret(value.to_owned().into());
    Header { name, value }
}

/// A request as it came to the platform: its method, some of its headers, its body.
type Arrived = (String, [Option<String>; 3], Vec<u8>);

/// A platform that tells what came to it, and answers how many that were.
async fn platform() -> (String, Arc<Mutex<Vec<Arrived>>>) {
    type All = Arc<Mutex<Vec<Arrived>>>;
    async fn take(State(all): State<All>, request: Request) -> String {
        let headers = ["authorization", "x-merchant-id", "content-type"].map(|name| {
            let value = request.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        });
        let method = request.method().to_string();
        let body = axum::body::to_bytes(request.into_body(), ANSWER_MAX).await;
        let mut all = all.lock().unwrap();
        all.push((method, headers, body.unwrap().to_vec()));
        all.len().to_string()
    }
    let all = All::default();
    let router = axum::Router::new()
        .fallback(take)
        .with_state(Arc::clone(&all));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/orders/1", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await });
    (url, all)
}

#[tokio::test]
async fn a_call_arrives_with_its_method_headers_and_body() {
    let (url, all) = platform().await;
    let client = Platform::new(1).unwrap();
    for method in [
        HttpMethod::Put,
        HttpMethod::Delete,
        HttpMethod::Post,
        HttpMethod::Get,
    ] {
        let with_body = method != HttpMethod::Get;
        let sent = PlatformCall {
            headers: vec![
                secret("Authorization", "Basic c2hvcDprZXk="),
                Header {
                    name: "X-Merchant-Id",
                    value: HeaderValue::Plain("42".into()),
                },
            ],
            body: with_body.then(|| Body {
                content_type: "application/json",
                bytes: b"{}".to_vec(),
            }),
            ..call(method, &url)
        };
        assert_eq!(client.call(&sent).await.unwrap().status, 200);
        let (told, headers, body) = all.lock().unwrap().pop().unwrap();
        assert_eq!(told, method.as_str());
        let [key, merchant, content_type] = headers;
        assert_eq!(key.as_deref(), Some("Basic c2hvcDprZXk="));
        assert_eq!(merchant.as_deref(), Some("42"));
        assert_eq!(content_type.is_some(), with_body);
        assert_eq!(body, if with_body { &b"{}"[..] } else { b"" });
    }
}

#[tokio::test]
async fn a_header_that_can_not_be_sent_sends_nothing() {
    let (url, all) = platform().await;
    let client = Platform::new(1).unwrap();
    for (name, value) in [("Authorization", "a\nb"), ("not a name", "a")] {
        let sent = PlatformCall {
            headers: vec![secret(name, value)],
            ..call(HttpMethod::Get, &url)
        };
        assert_eq!(client.call(&sent).await, Err(CallError::NotSent), "{name}");
    }
    assert!(all.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_is_used_again_for_the_same_call_and_for_no_other() {
    let (url, _) = platform().await;
    let client = Platform::new(1).unwrap();
    let cached = |call: PlatformCall| PlatformCall {
        cache_for: Some(Duration::from_secs(600)),
        ..call
    };
    let own = |name, value| PlatformCall {
        headers: vec![secret(name, value)],
        ..call(HttpMethod::Get, &url)
    };
    let body = |content_type, text: &str| PlatformCall {
        body: Some(Body {
            content_type,
            bytes: text.as_bytes().to_vec(),
        }),
        ..call(HttpMethod::Post, &url)
    };
    let calls = [
        call(HttpMethod::Get, &url),
        call(HttpMethod::Post, &url),
        call(HttpMethod::Get, &format!("{url}?a=b")),
        own("Authorization", "key of one account"),
        own("Authorization", "key of another"),
        own("X-Key", "key of one account"),
        body("text/plain", "a"),
        body("text/plain", "b"),
        body("application/json", "a"),
    ];
    for _ in 0..2 {
        for (number, call) in (1..).zip(&calls) {
            let answer = client.call(&cached(call.clone())).await.unwrap();
            assert_eq!(answer.body, format!("{number}").into_bytes(), "{call:?}");
        }
    }
    // The case of a header's name says nothing; and what may not be used again is asked anew.
    let again = cached(own("AUTHORIZATION", "key of another"));
    assert_eq!(client.call(&again).await.unwrap().body, b"5");
    let anew = client.call(&calls[0]).await.unwrap();
    assert_eq!(anew.body, b"10");
}

#[tokio::test]
async fn an_answer_that_is_too_old_is_forgotten() {
    let (url, _) = platform().await;
    let client = Platform::new(1).unwrap();
    let health = PlatformCall {
        cache_for: Some(Duration::ZERO),
        ..call(HttpMethod::Get, &url)
    };
    for number in ["1", "2", "3"] {
        let answer = client.call(&health).await.unwrap();
        assert_eq!(answer.body, number.as_bytes());
        assert_eq!(client.cache().len(), 1);
    }
    let other = call(HttpMethod::Get, &format!("{url}?other"));
    let other = PlatformCall {
        cache_for: Some(Duration::ZERO),
        ..other
    };
    client.call(&other).await.unwrap();
    assert_eq!(client.cache().len(), 1);
}

#[tokio::test]
async fn calls_of_a_platform_that_is_slow_do_not_pile_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let mut platform = Platform::new(2).unwrap();
    platform.wait = Duration::from_millis(200);
    let mut call = call(HttpMethod::Post, &url);
    call.timeout = 10 * platform.wait;
    // It takes the calls and answers none.
    let mut held = Vec::new();
    let calls = async {
        tokio::join!(
            platform.call(&call),
            platform.call(&call),
            platform.call(&call)
        )
    };
    let (one, two, three) = tokio::select! {
        ended = calls => ended,
        () = async { loop { held.push(listener.accept().await) } } => unreachable!(),
    };
    // The third was never sent: nothing is unknown about it.
    assert!(matches!(three, Err(CallError::NotSent)), "{three:?}");
    assert!(matches!(
        (one, two),
        (Err(CallError::NoAnswer), Err(CallError::NoAnswer))
    ));
    assert_eq!(held.len(), 2);
}
