//! Calls to a platform: values that a provider asks for and the backend makes.

use std::fmt;
use std::time::Duration;

/// One step of a conversation with the platform.
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

/// Why a conversation with the platform can't go on.
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

/// A call to make. Its `Debug` shows neither headers nor body: they may hold what was sealed.
#[derive(Clone, Eq, PartialEq)]
pub struct PlatformCall {
    /// GET or POST.
    pub method: CallMethod,
    /// Absolute address.
    pub url: String,
    /// Value of `Content-Type`, with a body.
    pub content_type: Option<&'static str>,
    /// The body, raw.
    pub body: Vec<u8>,
    /// Give up after this time.
    pub timeout: Duration,
    /// The answer may be used again for this long: for health checks.
    pub cache_for: Option<Duration>,
    /// A note of the provider's own, to read the answer by.
    pub note: String,
}

impl fmt::Debug for PlatformCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlatformCall({:?} {})", self.method, self.url)
    }
}

/// HTTP method of a call.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CallMethod {
    /// GET.
    Get,
    /// POST.
    Post,
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
