//! A shop's server that takes webhooks: keeps each message as it came, and answers what the test
//! wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::wait::until;

/// A secret for tests; a canary, as every secret here.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_Y2FuYXJ5LXdlYmhvb2stc2VjcmV0LTAwMDE=";
/// The next one.
pub(crate) const NEXT_WEBHOOK_SECRET: &str = "whsec_Y2FuYXJ5LXdlYmhvb2stc2VjcmV0LTAwMDI=";

/// A message as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut all = self.headers.get_all(name).iter();
        let (value, more) = (all.next(), all.next());
        assert!(more.is_none(), "{name} stands there twice");
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Its id.
    pub(crate) fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// Its body.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Its type.
    pub(crate) fn kind(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }
}

#[derive(Debug)]
struct Shared {
    received: Mutex<Vec<Received>>,
    answer: Mutex<Answering>,
}

/// What it answers.
#[derive(Clone, Debug)]
pub(crate) enum Answering {
    /// This status.
    Status(u16),
    /// A redirect to there.
    Redirect(String),
    /// Nothing.
    Never,
}

/// A shop's server that takes webhooks. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: Option<JoinHandle<()>>,
}

impl Receiver {
    /// One that takes everything.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            answer: Mutex::new(Answering::Status(204)),
        });
        let mut receiver = Self {
            address,
            shared,
            task: None,
        };
        receiver.serve(listener);
        receiver
    }

    fn serve(&mut self, listener: TcpListener) {
        let routes = Router::new()
            .fallback(take)
            .with_state(Arc::clone(&self.shared));
        self.task = Some(tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("it serves");
        }));
    }

    /// Stops listening.
    pub(crate) fn stop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }

    /// Listens again at the same address.
    pub(crate) async fn listen_again(&mut self) {
        self.stop();
        let address = self.address;
        let listener = until("the receiver's port", || async {
            TcpListener::bind(address).await.ok()
        })
        .await;
        self.serve(listener);
    }

    /// Where it takes messages.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Lines for the demo shop's table: messages come here, signed with these secrets.
    pub(crate) fn shop_lines(&self, secrets: &[&str]) -> String {
        format!(
            "webhook = {{ url = {:?}, secrets = {secrets:?} }}",
            self.url()
        )
    }

    /// Answers so from now on.
    pub(crate) fn answer(&self, answer: Answering) {
        *self
            .shared
            .answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// Everything that came, tries that were not taken included.
    pub(crate) fn received(&self) -> Vec<Received> {
        let received = self.shared.received.lock();
        received.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What came of one session.
    pub(crate) fn of(&self, session: &str) -> Vec<Received> {
        let mut received = self.received();
        received.retain(|message| message.json()["data"]["session"] == session);
        received
    }

    /// Waits until so much came of a session, and gives it.
    pub(crate) async fn wait_for(&self, session: &str, count: usize) -> Vec<Received> {
        until(&format!("{count} webhooks of {session}"), || async {
            let received = self.of(session);
            (received.len() >= count).then_some(received)
        })
        .await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn take(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, &'static str) {
    let received = Received {
        headers,
        body: body.to_vec(),
    };
    shared
        .received
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(received);
    let answer = shared
        .answer
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let mut headers = HeaderMap::new();
    let status = match answer {
        Answering::Status(status) => status,
        Answering::Redirect(to) => {
            headers.insert("location", to.parse().expect("an address"));
            307
        }
        Answering::Never => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            500
        }
    };
    let status = StatusCode::from_u16(status).expect("a status");
    (status, headers, "canary-of-the-answers-body")
}
