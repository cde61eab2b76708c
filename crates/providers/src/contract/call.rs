//! Calls to a platform: values that a provider asks for and the backend makes.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

use super::line::Line;

/// One step of a function that takes calls to a platform.
#[derive(Debug)]
pub enum Step<T> {
    /// Make this call, then ask again with its answer added.
    Call(PlatformCall),
    /// Done.
    Done(T),
    /// It can't go on.
    Failed(Failure),
}

impl<T> Step<T> {
    /// Changes what it is done with.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Step<U> {
        match self {
            Self::Call(call) => Step::Call(call),
            Self::Done(done) => Step::Done(change(done)),
            Self::Failed(failure) => Step::Failed(failure),
        }
    }
}

/// Why no further call leads anywhere.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Failure {
    /// No host of the platform answers. Nothing was started; trying again is safe.
    Unreachable,
    /// A call that may have moved money was sent and its answer never came, or could not be
    /// trusted: look the payment up before anything else.
    Unknown,
    /// The platform answered something that has no meaning here; the text is for the log.
    Unexpected(String),
    /// The session's own data can't be carried by this platform: which field, what to do.
    Unsuitable(guichet_domain::FieldError),
}

/// A call to make. Its `Debug` shows method, host and path alone: the rest may hold what is secret
/// or what was sealed, and an address may hold a key as its user.
#[derive(Clone)]
pub struct PlatformCall {
    /// HTTP method.
    pub method: HttpMethod,
    /// Absolute address; `tcp://` and host and port of a call over a line.
    pub url: String,
    /// Headers, besides those that follow from the body.
    pub headers: Vec<Header>,
    /// The body, if there is one.
    pub body: Option<Body>,
    /// Give up after this time.
    pub timeout: Duration,
    /// Wait so long before it is made: for a platform that must not be asked twice in a moment.
    pub after: Duration,
    /// The answer may be used again for this long, for a call that is the same in method, address,
    /// headers and body: for health checks.
    pub cache_for: Option<Duration>,
    /// The line to a device that it goes over, in place of HTTP: of method, headers and
    /// `cache_for` nothing is read then, and its answer's status says nothing.
    pub line: Option<Line>,
    /// A note of the provider's own, to read the answer by.
    pub note: String,
}

impl fmt::Debug for PlatformCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = url::Url::parse(&self.url).ok();
        let host = url.as_ref().and_then(url::Url::host_str).unwrap_or("?");
        let path = url.as_ref().map_or("", url::Url::path);
        write!(f, "PlatformCall({:?} {host}{path})", self.method)
    }
}

/// HTTP method of a call, or of a message from outside.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum HttpMethod {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
}

impl HttpMethod {
    /// As it stands in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A header of a call.
#[derive(Clone, Debug)]
pub struct Header {
    /// Its name, such as `Authorization`.
    pub name: &'static str,
    /// Its value.
    pub value: HeaderValue,
}

/// The value of a call's header.
#[derive(Clone, Debug)]
pub enum HeaderValue {
    /// Anybody may see it.
    Plain(String),
    /// A key, or what is made of one. Its `Debug` shows nothing of it, and no log does.
    Secret(SecretString),
}

/// The body of a call.
#[derive(Clone, Eq, PartialEq)]
pub struct Body {
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// The body, raw.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// A call that was made, and what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The call.
    pub call: PlatformCall,
    /// Its answer.
    pub answer: Result<CallAnswer, CallError>,
}

/// The answer to a call. Redirects are not followed: they arrive here.
#[derive(Clone, Eq, PartialEq)]
pub struct CallAnswer {
    /// HTTP status.
    pub status: u16,
    /// The body, raw; at most one megabyte.
    pub body: Vec<u8>,
}

impl fmt::Debug for CallAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallAnswer({}, {} bytes)", self.status, self.body.len())
    }
}

/// Why there is no answer. The difference decides whether another try is safe.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CallError {
    /// The connection could not be made: the platform has seen nothing.
    NotSent,
    /// Sent, and no answer came: the platform may have acted.
    NoAnswer,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_is_printed_shows_no_secret() {
        let call = PlatformCall {
            method: HttpMethod::Put,
            url: "https://shop:S3CRET@api.example:8443/orders/1?key=S3CRET#S3CRET".into(),
            headers: vec![
                Header {
                    name: "Authorization",
                    value: HeaderValue::Secret("Basic S3CRET".to_owned().into()),
                },
                Header {
                    name: "Accept",
                    value: HeaderValue::Plain("application/json".into()),
                },
            ],
            body: Some(Body {
                content_type: "application/json",
                bytes: br#"{"api_token":"S3CRET"}"#.to_vec(),
            }),
            timeout: Duration::from_secs(1),
            after: Duration::ZERO,
            cache_for: None,
            line: None,
            note: "S3CRET".into(),
        };
        assert_eq!(
            format!("{call:?}"),
            "PlatformCall(Put api.example/orders/1)"
        );
        let parts = format!("{:?} {:?}", call.headers, call.body);
        assert!(!parts.contains("S3CRET"), "{parts}");
        assert!(parts.contains("Authorization") && parts.contains("application/json"));
        let answer = Ok(CallAnswer {
            status: 200,
            body: b"S3CRET".to_vec(),
        });
        let exchange = Exchange { call, answer };
        assert!(!format!("{exchange:?}").contains("S3CRET"));
    }
}
