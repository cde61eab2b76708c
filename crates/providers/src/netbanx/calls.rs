//! Several calls in a row, as one function that is run anew with each answer.

use std::slice::Iter;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::answer::{OrderId, Refused};
use super::codes;
use super::config::Config;
use crate::contract::{
    Body, CallError, Exchange, Failure, Header, HeaderValue, HttpMethod, PlatformCall,
};
pub(super) use crate::halt::{Halt, step, unexpected};

/// How long an answer is waited for. Simulated amounts take up to 35 s (DOC), which is longer than
/// a shopper waits.
const TIMEOUT: Duration = Duration::from_secs(20);

/// What a call may do at the platform.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Does {
    /// It only asks.
    Reads,
    /// It makes an order for the hosted page, which takes no money by itself, and which its
    /// reference keeps from being made twice: it may be sent again.
    Makes,
    /// It makes an order that may take money at once. Its reference keeps it from being made twice:
    /// it may be sent again, and what is not answered then may have been done.
    Pays,
    /// It moves money, and what is not answered may have been done.
    Moves,
}

/// A request.
pub(super) struct Request<'a> {
    pub(super) does: Does,
    pub(super) method: HttpMethod,
    /// What the path is called in the configuration.
    pub(super) path: &'a str,
    /// Of a card of the vault: its profile.
    pub(super) profile: Option<&'a OrderId>,
    pub(super) id: Option<&'a OrderId>,
    /// Without the question mark; may be empty.
    pub(super) query: String,
    pub(super) body: Option<serde_json::Value>,
}

impl<'a> Request<'a> {
    /// Of nothing in particular, without a query or a body.
    pub(super) const fn new(does: Does, method: HttpMethod, path: &'a str) -> Self {
        Self {
            does,
            method,
            path,
            profile: None,
            id: None,
            query: String::new(),
            body: None,
        }
    }
}

/// What came of a call that was answered.
#[derive(Debug)]
pub(super) enum Told<T> {
    /// This.
    Yes(T),
    /// The platform refused it.
    No {
        /// HTTP status.
        status: u16,
        /// The platform's code; empty where it told none.
        code: String,
    },
}

/// What a refusal means, for the log.
pub(super) fn refused(what: &str, status: u16, code: &str) -> Failure {
    let meaning = match (codes::meaning(code), status) {
        (Some(meaning), _) => meaning.text,
        (None, 401) => "the key is refused",
        (None, 403) => "the key may not do this",
        (None, _) => "a code without a known meaning",
    };
    // A code is the platform's word, and a log is read line by line.
    let code: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(16)
        .collect();
    unexpected(format!("{what}: HTTP {status}, code {code:?}: {meaning}"))
}

/// The calls made so far, read in their order.
pub(super) struct Calls<'a> {
    pub(super) config: &'a Config,
    exchanges: Iter<'a, Exchange>,
    /// Whether a call was answered before that may have moved money.
    moved: bool,
}

impl<'a> Calls<'a> {
    pub(super) fn new(config: &'a Config, exchanges: &'a [Exchange]) -> Self {
        Self {
            config,
            exchanges: exchanges.iter(),
            moved: false,
        }
    }

    /// Asks: the answer if there is one that counts, otherwise why not.
    pub(super) fn ask<T: DeserializeOwned>(
        &mut self,
        request: &Request<'_>,
    ) -> Result<Told<T>, Halt> {
        let mut tries = 0;
        for exchange in self.exchanges.by_ref() {
            tries += 1;
            let again = matches!(request.does, Does::Makes | Does::Pays) && tries == 1;
            let moves = matches!(request.does, Does::Moves | Does::Pays);
            match &exchange.answer {
                Ok(answer) if answer.status < 500 => {
                    self.moved |= moves;
                    let read = read(answer.status, &answer.body);
                    // What can't be read of an act may tell that it was done.
                    return read
                        .map_err(|failure| if moves { Failure::Unknown } else { failure }.into());
                }
                Err(CallError::NotSent) if !self.moved => return Err(Failure::Unreachable.into()),
                // Whatever the platform did, the same once more does nothing new.
                Ok(_) | Err(CallError::NoAnswer) if again => self.moved |= moves,
                _ if moves || self.moved => return Err(Failure::Unknown.into()),
                Ok(_) | Err(_) => return Err(Failure::Unreachable.into()),
            }
        }
        Err(Halt::Call(Box::new(self.call(request))))
    }

    fn call(&self, request: &Request<'_>) -> PlatformCall {
        let mut url = self
            .config
            .address(request.path, request.profile, request.id);
        if !request.query.is_empty() {
            url = format!("{url}?{}", request.query);
        }
        let header = |name, value| Header { name, value };
        let key = self.config.authorization.clone();
        PlatformCall {
            method: request.method,
            url,
            headers: vec![
                header("Authorization", HeaderValue::Secret(key)),
                header("Accept", HeaderValue::Plain("application/json".into())),
            ],
            body: request.body.as_ref().map(|body| Body {
                content_type: "application/json; charset=utf-8",
                bytes: body.to_string().into_bytes(),
            }),
            timeout: TIMEOUT,
            after: Duration::ZERO,
            cache_for: None,
            line: None,
            note: String::new(),
        }
    }
}

fn read<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<Told<T>, Failure> {
    if (200..300).contains(&status) {
        // An act may be answered by nothing.
        let body = if body.is_empty() { b"null" } else { body };
        let read = serde_json::from_slice(body).map(Told::Yes);
        // What `serde_json` says of it may repeat a value, and a value may be a link with the key.
        return read.map_err(|_| unexpected("an answer that can't be read"));
    }
    let refused: Option<Refused> = serde_json::from_slice(body).ok();
    let code = refused.and_then(|refused| refused.error.code);
    let code = code.map(|code| code.0).unwrap_or_default();
    Ok(Told::No { status, code })
}
