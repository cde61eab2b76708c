//! Requests to the connector Office as values, and the reading of their answers.
//!
//! HTTPS POST of JSON (eopayment `sips2.py`, warehousenantes/sips-sdk-php, confidence C). Nothing
//! is sent twice blindly: see [`after`].

use std::time::Duration;

use guichet_domain::money::Currency;

use super::codes::ResponseCode;
use super::config::{Config, Identity};
use super::json::{Json, JsonError};
use super::office::{Effect, MethodInfo, OfficeRequest, RequestError, TransactionRule, read_as};
use super::seal::SealCheck;
use super::types::KeyVersion;
use crate::contract::{Body, CallAnswer, CallError, Environment, HttpMethod, PlatformCall};

/// How long a call that moves nothing may take.
const TIMEOUT_READ: Duration = Duration::from_secs(10);
/// How long a payment or an operation may take: an issuer is asked meanwhile.
const TIMEOUT_MOVE: Duration = Duration::from_secs(25);

/// How often a call is made at most, where it may be repeated.
pub(super) const TRIES_MAX: usize = 2;

/// A sealed request, ready to be sent.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its method.
    pub method: &'static MethodInfo,
    /// The sealed message. It holds no key.
    pub message: Json,
    /// The call.
    pub call: PlatformCall,
}

/// An answer whose seal is the platform's, or that needs none outside production.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its own code; without one it is no success.
    pub code: ResponseCode,
    /// Whether it bore a seal.
    pub sealed: bool,
    /// The whole message, numbers as they were written.
    pub message: Json,
}

/// Why there is no answer to rely on. What became of the request is unknown.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AnswerError {
    /// Not HTTP 200.
    #[error("the platform answered HTTP {0}")]
    Status(u16),
    /// Not a JSON object.
    #[error("the answer {0}")]
    Json(#[from] JsonError),
    /// No seal, in production.
    #[error("the answer has no seal; its code {0} counts for nothing")]
    Unsealed(String),
    /// A seal that no key of ours made.
    #[error("the answer's seal is not the platform's; its code {0} counts for nothing")]
    WrongSeal(String),
    /// A field of another type.
    #[error("{0}")]
    Type(String),
    /// A field that is not what was asked about.
    #[error("the answer speaks of another {0}")]
    Mismatch(&'static str),
}

/// What to do when a call has no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum After {
    /// Make it once more.
    Again,
    /// It never arrived: nothing was done.
    NothingDone,
    /// What became of it is unknown: ask getTransactionData.
    LookUp,
}

/// The one table of retries: `tries` calls were made and the last one failed so.
///
/// | what it does | not sent | no answer |
/// | --- | --- | --- |
/// | reads, opens | again, once | again, once; then nothing was done |
/// | keeps, moves | again, once; then nothing was done | look up, never again |
#[must_use]
pub fn after(effect: Effect, error: CallError, tries: usize) -> After {
    match (effect, error) {
        (Effect::Keeps | Effect::Moves, CallError::NoAnswer) => After::LookUp,
        _ if tries < TRIES_MAX => After::Again,
        _ => After::NothingDone,
    }
}

impl Config {
    /// Checks, completes and seals a request's own fields.
    pub(super) fn prepare(
        &self,
        method: &'static MethodInfo,
        fields: &Json,
    ) -> Result<Prepared, RequestError> {
        let mut message = method.check(fields)?;
        self.check_identity(method, &message)?;
        message.set("interfaceVersion", self.interface_version(method));
        message.set("merchantId", self.merchant.as_str());
        if let Some(provider) = &self.provider {
            message.set("intermediateServiceProviderId", provider);
        }
        let message = self.keys.seal(self.algorithm, message);
        let timeout = match method.effect {
            Effect::Reads | Effect::Opens => TIMEOUT_READ,
            Effect::Keeps | Effect::Moves => TIMEOUT_MOVE,
        };
        let call = PlatformCall {
            method: HttpMethod::Post,
            url: self.address(method),
            headers: Vec::new(),
            body: Some(Body {
                content_type: "application/json",
                bytes: message.to_string().into_bytes(),
            }),
            timeout,
            after: Duration::ZERO,
            cache_for: None,
            line: None,
            note: method.name.to_owned(),
        };
        Ok(Prepared {
            method,
            message,
            call,
        })
    }

    /// The transaction is named by the shop's one identity: the platform answers 12 to the other.
    fn check_identity(&self, method: &MethodInfo, fields: &Json) -> Result<(), RequestError> {
        let reference = fields.get("transactionReference").is_some();
        let s10 = fields.get("s10TransactionReference");
        let date = s10.is_some_and(|s10| s10.get("s10TransactionIdDate").is_some());
        let wrong = |what| Err(RequestError::Transaction(what));
        let named = reference || s10.is_some();
        match (method.transaction, self.identity) {
            (TransactionRule::None, _) => Ok(()),
            (TransactionRule::Optional, _) if !named => Ok(()),
            (TransactionRule::New, Identity::Platform) if named => {
                wrong("the platform makes this account's references: leave it out")
            }
            (TransactionRule::New, Identity::Platform) => Ok(()),
            (_, Identity::Reference | Identity::Platform) if s10.is_some() => {
                wrong("this account has no s10TransactionReference: send transactionReference")
            }
            (_, Identity::Reference | Identity::Platform) if !reference => {
                wrong("transactionReference is missing")
            }
            (_, Identity::S10) if reference => {
                wrong("this account has no transactionReference: send s10TransactionReference")
            }
            (_, Identity::S10) if s10.is_none() => wrong("s10TransactionReference is missing"),
            (TransactionRule::Existing, Identity::S10) if !date => {
                wrong("s10TransactionIdDate is missing: a number is unique within its day only")
            }
            _ => Ok(()),
        }
    }

    /// Reads an answer: its seal first, then that it speaks of what was asked.
    pub(super) fn read_answer(
        &self,
        method: &MethodInfo,
        request: &Json,
        answer: &CallAnswer,
    ) -> Result<Answer, AnswerError> {
        if answer.status != 200 {
            return Err(AnswerError::Status(answer.status));
        }
        let message = Json::parse_object(&answer.body)?;
        let version = request.text("keyVersion").and_then(KeyVersion::parse);
        let version = version.or(self.keys.newest().map(|(version, _)| version));
        let check = match version {
            Some(version) => self.keys.check(&message, self.algorithm, version),
            None => SealCheck::Wrong,
        };
        let sealed = match check {
            SealCheck::Good => true,
            SealCheck::Missing if self.environment != Environment::Production => false,
            SealCheck::Missing => return Err(AnswerError::Unsealed(said(method, &message))),
            SealCheck::Wrong => return Err(AnswerError::WrongSeal(said(method, &message))),
        };
        method.check_answer(&message).map_err(AnswerError::Type)?;
        let (asked, told) = (request, &message);
        if differs(
            asked.text("transactionReference"),
            told.text("transactionReference"),
        ) {
            return Err(AnswerError::Mismatch("transactionReference"));
        }
        for field in ["merchantId", "amount", "currencyCode"] {
            if number_differs(asked.text(field), told.text(field)) {
                return Err(AnswerError::Mismatch(field));
            }
        }
        let s10 = "s10TransactionReference";
        if let (Some(asked), Some(told)) = (request.get(s10), message.get(s10)) {
            let (number, day) = ("s10TransactionId", "s10TransactionIdDate");
            if number_differs(asked.text(number), told.text(number))
                || differs(asked.text(day), told.text(day))
            {
                return Err(AnswerError::Mismatch(s10));
            }
        }
        let code = method.code(&message).unwrap_or_default();
        Ok(Answer {
            code,
            sealed,
            message,
        })
    }
}

impl Answer {
    /// The answer as its method's own type.
    ///
    /// # Errors
    /// A field of another type.
    pub fn read<R: OfficeRequest>(&self) -> Result<R::Answer, AnswerError> {
        read_as::<R>(&self.message).map_err(AnswerError::Type)
    }
}

/// `currencyCode`: three digits with their leading zeros.
pub(super) fn currency_code(currency: Currency) -> String {
    format!("{:03}", currency.numeric())
}

fn differs(asked: Option<&str>, told: Option<&str>) -> bool {
    asked.zip(told).is_some_and(|(asked, told)| asked != told)
}

/// Whether two numbers differ, if both are there. The platform writes one with leading zeros here
/// and without them there: an answer has `42` where `000042` was asked about.
fn number_differs(asked: Option<&str>, told: Option<&str>) -> bool {
    asked
        .zip(told)
        .is_some_and(|(asked, told)| !is_same_number(asked, told))
}

/// Whether two texts of digits are one number. Two texts of another kind are compared as they are.
pub(super) fn is_same_number(one: &str, other: &str) -> bool {
    fn bare(text: &str) -> Option<&str> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.trim_start_matches('0'))
    }
    match (bare(one), bare(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// A code of a message that nobody vouches for, for an error's text: two letters or digits, or
/// nothing of it.
fn said(method: &MethodInfo, message: &Json) -> String {
    let code = message.text(method.code_field).unwrap_or_default();
    let fits = code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if fits {
        code.to_owned()
    } else {
        "(none)".to_owned()
    }
}

#[cfg(test)]
mod tests;
