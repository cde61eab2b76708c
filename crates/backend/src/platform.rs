//! The one network client: makes the calls that providers describe, over HTTP or over a line to a
//! device.

mod lines;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::digest;
use guichet_providers::contract::{
    CallAnswer, CallError, Exchange, Failure, HeaderValue, How, HttpMethod, PlatformCall, Step,
};
use reqwest::header;
use secrecy::ExposeSecret as _;
use tokio::sync::Semaphore;

use self::lines::Lines;
use crate::clock::{self, Since};
use crate::metrics::Calls;
#[cfg(test)]
use crate::seam;

/// Most calls of one step of a payment: more means that a provider goes round in circles.
const STEPS_MAX: usize = 8;

/// Most bytes of an answer that are read.
const ANSWER_MAX: usize = 1024 * 1024;

/// How long a connection is waited for at most, whatever the call allows beside it: the longest
/// that a platform asks for (Moneris' gateway).
const CONNECT: Duration = Duration::from_secs(20);

/// How long a call waits until it may be made, where many are under way.
const WAIT: Duration = Duration::from_secs(5);

/// After how many seconds a call is not made any more that waited for that.
const LATE: i64 = 10;

/// Makes platform calls.
pub(crate) struct Platform {
    client: reqwest::Client,
    /// A call holds one of these.
    calls: Semaphore,
    /// How long a call waits for one.
    wait: Duration,
    cache: Mutex<HashMap<Identity, Cached>>,
    lines: Lines,
    counted: Calls,
}

/// What makes one call the same as another: a digest of all that an answer depends on, so that no
/// key of a call stays in memory.
type Identity = [u8; digest::SHA256_OUTPUT_LEN];

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
            .connect_timeout(CONNECT)
            .tls_info(true)
            .user_agent(concat!("guichet/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self::with(client, calls))
    }

    /// The same with a client that is there.
    pub(crate) fn with(client: reqwest::Client, calls: usize) -> Self {
        Self {
            client,
            calls: Semaphore::new(calls),
            wait: WAIT,
            cache: Mutex::new(HashMap::new()),
            lines: Lines::default(),
            counted: Calls::default(),
        }
    }

    /// The same, whose calls are counted there.
    pub(crate) fn counted(self, calls: &Calls) -> Self {
        Self {
            counted: calls.clone(),
            ..self
        }
    }

    /// Makes the calls that `step` asks for, to its end: it is asked anew with each answer.
    pub(crate) async fn exchange<T: Send>(
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

    /// Takes one step. A call is made and added to `exchanges`; otherwise this is the end.
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
        let identity = call.cache_for.map(|_| identity(call));
        if let Some(identity) = identity
            && let Some(cached) = self.cache().get(&identity)
            && cached.until > now
        {
            return cached.answer.clone();
        }
        // Before its turn, which it would keep from others.
        if !call.after.is_zero() {
            tokio::time::sleep(call.after).await;
        }
        let begun = Instant::now();
        let answer = self.send(call).await;
        let outcome = match &answer {
            Ok(answer) if answer.status < 500 => "answered",
            Ok(_) => "error",
            Err(CallError::NotSent) => "not_sent",
            Err(CallError::NoAnswer) => "no_answer",
        };
        self.counted
            .count(&host(&call.url), outcome, begun.elapsed());
        if let Err(error) = &answer {
            tracing::warn!(
                url.host = host(&call.url),
                ?error,
                "a platform did not answer"
            );
        }
        if let Some((identity, cache_for)) = identity.zip(call.cache_for)
            && let Ok(until) = now.checked_add(cache_for)
        {
            let mut cache = self.cache();
            cache.retain(|_, cached| cached.until > now);
            let answer = answer.clone();
            cache.insert(identity, Cached { until, answer });
        }
        answer
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, HashMap<Identity, Cached>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, call: &PlatformCall) -> Result<CallAnswer, CallError> {
        #[cfg(test)]
        if let Some(answer) = seam::call(call).await {
            return answer;
        }
        let body = call.body.as_ref().map_or(&[][..], |body| &body.bytes);
        // Listening keeps nobody from calling.
        if let Some(line) = call.line.as_ref().filter(|line| line.how == How::Listen) {
            return self.lines.call(line, body, call.timeout).await;
        }
        let since = Since::now();
        // Whoever hangs up while a platform is slow leaves a call behind: they must not pile up.
        let permit = tokio::time::timeout(self.wait, self.calls.acquire()).await;
        let Ok(Ok(_permit)) = permit else {
            return Err(CallError::NotSent);
        };
        // Frozen in between: whoever asked for the call may have been taken for dead.
        if since.seconds() > LATE {
            return Err(CallError::NotSent);
        }
        if let Some(line) = &call.line {
            return self.lines.call(line, body, call.timeout).await;
        }
        let Some(headers) = headers(call) else {
            return Err(CallError::NotSent);
        };
        let method = match call.method {
            HttpMethod::Get => reqwest::Method::GET,
            HttpMethod::Post => reqwest::Method::POST,
            HttpMethod::Put => reqwest::Method::PUT,
            HttpMethod::Delete => reqwest::Method::DELETE,
        };
        let request = self.client.request(method, &call.url);
        let mut request = request.timeout(call.timeout).headers(headers);
        if let Some(body) = &call.body {
            request = request.header(header::CONTENT_TYPE, body.content_type);
            request = request.body(body.bytes.clone());
        }
        let unsent = |error: &reqwest::Error| error.is_connect() || error.is_builder();
        let response = request.send().await.map_err(|error| {
            if unsent(&error) {
                CallError::NotSent
            } else {
                CallError::NoAnswer
            }
        })?;
        read(response).await
    }

    /// Looks at an address, for a person: what it answers, and what it shows of itself. Why not, in
    /// words, where it does not answer.
    pub(crate) async fn look(&self, call: &PlatformCall) -> Result<Looked, String> {
        let method = match call.method {
            HttpMethod::Put => reqwest::Method::PUT,
            _ => reqwest::Method::GET,
        };
        let request = self.client.request(method, &call.url);
        let response = request.timeout(call.timeout).send().await;
        let response = response.map_err(|error| causes(&error))?;
        let date = response.headers().get(header::DATE);
        let date = date.and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
        let certificate = response.extensions().get::<reqwest::tls::TlsInfo>();
        let certificate = certificate.and_then(|info| info.peer_certificate());
        let certificate = certificate.map(<[u8]>::to_vec);
        let answer = read(response).await;
        Ok(Looked {
            date: date.map(|date| date.timestamp()),
            certificate,
            answer: answer.map_err(|_| "the answer broke off".to_owned())?,
        })
    }
}

/// What an address shows of itself.
pub(crate) struct Looked {
    pub(crate) answer: CallAnswer,
    /// What its clock says.
    pub(crate) date: Option<jiff::Timestamp>,
    /// Its own certificate, in DER.
    pub(crate) certificate: Option<Vec<u8>>,
}

/// An error with its causes, without the address.
fn causes(error: &reqwest::Error) -> String {
    let mut told = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        told.push(error.to_string());
        cause = error.source();
    }
    if error.is_timeout() {
        told.push("no answer in time".into());
    }
    told.join(": ")
}

async fn read(mut response: reqwest::Response) -> Result<CallAnswer, CallError> {
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

/// The call's own headers; none where one of them can't be sent.
fn headers(call: &PlatformCall) -> Option<header::HeaderMap> {
    let mut headers = header::HeaderMap::new();
    for own in &call.headers {
        let name = header::HeaderName::from_bytes(own.name.as_bytes()).ok()?;
        let (text, secret) = match &own.value {
            HeaderValue::Plain(text) => (text.as_str(), false),
            HeaderValue::Secret(text) => (text.expose_secret(), true),
        };
        let mut value = header::HeaderValue::from_str(text).ok()?;
        // No layer of the client logs it.
        value.set_sensitive(secret);
        headers.append(name, value);
    }
    Some(headers)
}

fn identity(call: &PlatformCall) -> Identity {
    let mut context = digest::Context::new(&digest::SHA256);
    // Each with its length: no two calls run together into one text.
    let mut add = |part: &[u8]| {
        context.update(&part.len().to_be_bytes());
        context.update(part);
    };
    add(call.method.as_str().as_bytes());
    add(call.url.as_bytes());
    add(&call.headers.len().to_be_bytes());
    for header in &call.headers {
        add(header.name.to_ascii_lowercase().as_bytes());
        add(match &header.value {
            HeaderValue::Plain(text) => text.as_bytes(),
            HeaderValue::Secret(text) => text.expose_secret().as_bytes(),
        });
    }
    if let Some(body) = &call.body {
        add(body.content_type.as_bytes());
        add(&body.bytes);
    }
    let mut identity = Identity::default();
    identity.copy_from_slice(context.finish().as_ref());
    identity
}

/// The host alone: paths and queries may hold what no log should.
fn host(url: &str) -> String {
    url::Url::parse(url)
        .ok()
        .and_then(|u| u.host_str().map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
