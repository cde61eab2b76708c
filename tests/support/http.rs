//! The one HTTP client of a stack: no cookies, no redirects followed, every answer kept.

use std::sync::{Mutex, PoisonError};

use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, redirect};
use serde_json::Value;

use super::wait::until;

/// An `Idempotency-Key` that was never used.
pub(crate) fn fresh_key() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}: {}", self.status, self.text()))
    }

    /// A header's value; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Where it leads to.
    #[track_caller]
    pub(crate) fn location(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.text());
        self.header("location").to_owned()
    }

    /// The same answer, once its status is the one expected.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Whether the books could not be written.
    fn is_not_kept(&self) -> bool {
        self.status == 503 && self.text().contains("\"store_unavailable\"")
    }

    /// The problem that it tells, once it is that one.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        problem
    }
}

/// The client, and what it has seen.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client,
    seen: Mutex<Vec<Seen>>,
}

/// An answer that came, as text: where from; status, headers and body.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) address: String,
    pub(crate) text: String,
}

impl Http {
    /// `kept`: how many connections are kept for the next request.
    pub(crate) fn new(kept: usize) -> Self {
        let client = Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(kept)
            .redirect(redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(30))
            .build()
            .expect("an HTTP client");
        Self {
            client,
            seen: Mutex::default(),
        }
    }

    /// To build requests with.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Sends, reads to the end, and remembers.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        match self.try_send(request).await {
            Ok(answer) => answer,
            Err(error) => panic!("no answer: {error:?}"),
        }
    }

    /// The same for what is no test of a disk: a backend whose disk takes no write for seconds, as
    /// it may where others build beside, says that the same request is to be sent again.
    pub(crate) async fn send_until_kept(&self, request: RequestBuilder) -> Answer {
        match self.try_send_until_kept(request).await {
            Ok(answer) => answer,
            Err(error) => panic!("no answer: {error:?}"),
        }
    }

    /// The same; an error where no answer comes.
    pub(crate) async fn try_send_until_kept(
        &self,
        request: RequestBuilder,
    ) -> reqwest::Result<Answer> {
        until("the books to be written", || async {
            let request = request.try_clone().expect("a body that can be sent again");
            let answer = self.try_send(request).await;
            let busy = answer.as_ref().is_ok_and(Answer::is_not_kept);
            (!busy).then_some(answer)
        })
        .await
    }

    /// The same with more than the server reads. It answers without reading to the end and closes
    /// the connection; where that comes first the answer is lost, so it is asked again.
    pub(crate) async fn send_too_much(&self, request: RequestBuilder) -> Answer {
        // That connection is of no use for anything after it.
        let request = request.header("connection", "close");
        until("an answer to a request that is too large", || async {
            let request = request.try_clone().expect("a body that can be sent again");
            self.try_send(request).await.ok()
        })
        .await
    }

    /// The same where no answer may come.
    pub(crate) async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let address = response.url().to_string();
        let body = response.bytes().await?.to_vec();
        let answer = Answer {
            status,
            headers,
            body,
        };
        let text = format!("{status} {:?}\n{}", answer.headers, answer.text());
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Seen { address, text });
        Ok(answer)
    }

    /// Forgets what was seen, in attacks that see very much.
    pub(crate) fn forget(&self) {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Every answer so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
