//! The one HTTP client: makes the calls that providers describe.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use guichet_providers::contract::{
    CallAnswer, CallError, CallMethod, Exchange, Failure, PlatformCall, Step,
};

use tokio::sync::Semaphore;

use crate::clock;

/// Most steps that one conversation may take: more means that a provider goes round in circles.
const STEPS_MAX: usize = 8;

/// Most bytes of an answer that are read.
const ANSWER_MAX: usize = 1024 * 1024;

/// How long a call waits until it may be made, where many are under way.
const TURN: Duration = Duration::from_secs(5);

/// Makes platform calls.
pub(crate) struct Platform {
    client: reqwest::Client,
    /// A call holds one of these.
    calls: Semaphore,
    cache: Mutex<HashMap<String, Cached>>,
}

#[derive(Clone)]
struct Cached {
    until: jiff::Timestamp,
    answer: Result<CallAnswer, CallError>,
}

impl Platform {
    /// `calls` may be made at once.
    pub(crate) fn new(calls: usize) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("guichet/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            client,
            calls: Semaphore::new(calls),
            cache: Mutex::new(HashMap::new()),
        })
    }

    /// Holds a conversation to its end: `step` is asked anew with each answer.
    pub(crate) async fn converse<T: Send>(
        &self,
        mut step: impl FnMut(&[Exchange]) -> Step<T> + Send,
    ) -> Result<T, Failure> {
        let mut exchanges = Vec::new();
        loop {
            let next = step(&exchanges);
            if let Some(end) = self.step(next, &mut exchanges).await {
                return end;
            }
        }
    }

    /// Takes one step of a conversation. A call is made and added to `exchanges`; otherwise this is
    /// its end.
    pub(crate) async fn step<T>(
        &self,
        step: Step<T>,
        exchanges: &mut Vec<Exchange>,
    ) -> Option<Result<T, Failure>> {
        match step {
            Step::Done(done) => Some(Ok(done)),
            Step::Failed(failure) => Some(Err(failure)),
            Step::Call(_) if exchanges.len() == STEPS_MAX => Some(Err(Failure::Unexpected(
                format!("no end after {STEPS_MAX} calls"),
            ))),
            Step::Call(call) => {
                let answer = self.call(&call).await;
                exchanges.push(Exchange { call, answer });
                None
            }
        }
    }

    async fn call(&self, call: &PlatformCall) -> Result<CallAnswer, CallError> {
        let now = clock::now();
        if call.cache_for.is_some()
            && let Some(cached) = self.cache().get(&call.url)
            && cached.until > now
        {
            return cached.answer.clone();
        }
        let answer = self.send(call).await;
        if let Err(error) = &answer {
            tracing::warn!(
                url.host = host(&call.url),
                ?error,
                "a platform did not answer"
            );
        }
        if let Some(cache_for) = call.cache_for
            && let Ok(until) = now.checked_add(cache_for)
        {
            self.cache().insert(
                call.url.clone(),
                Cached {
                    until,
                    answer: answer.clone(),
                },
            );
        }
        answer
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, HashMap<String, Cached>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, call: &PlatformCall) -> Result<CallAnswer, CallError> {
        // Whoever hangs up while a platform is slow leaves a call behind: they must not pile up.
        let turn = tokio::time::timeout(TURN, self.calls.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(CallError::NotSent);
        };
        let method = match call.method {
            CallMethod::Get => reqwest::Method::GET,
            CallMethod::Post => reqwest::Method::POST,
        };
        let mut request = self.client.request(method, &call.url).timeout(call.timeout);
        if let Some(content_type) = call.content_type {
            request = request.header(reqwest::header::CONTENT_TYPE, content_type);
            request = request.body(call.body.clone());
        }
        let unsent = |error: &reqwest::Error| error.is_connect() || error.is_builder();
        let mut response = request.send().await.map_err(|error| {
            if unsent(&error) {
                CallError::NotSent
            } else {
                CallError::NoAnswer
            }
        })?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| CallError::NoAnswer)? {
            if body.len() + chunk.len() > ANSWER_MAX {
                return Err(CallError::NoAnswer);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(CallAnswer {
            status: response.status().as_u16(),
            body,
        })
    }
}

/// The host alone: paths and queries may hold what no log should.
fn host(url: &str) -> String {
    url::Url::parse(url)
        .ok()
        .and_then(|u| u.host_str().map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn calls_of_a_platform_that_is_slow_do_not_pile_up() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let platform = Platform::new(2).unwrap();
        let call = PlatformCall {
            method: CallMethod::Post,
            url,
            content_type: None,
            body: Vec::new(),
            timeout: 3 * TURN,
            cache_for: None,
            note: String::new(),
        };
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
}
