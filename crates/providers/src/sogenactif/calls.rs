//! Several calls in a row, as one function that is run anew with each answer.

use std::slice::Iter;

use guichet_domain::FieldError;

use super::config::Config;
use super::office::{Effect, MethodInfo, OfficeRequest, fields_of};
use super::request::{After, Answer, AnswerError, after};
use super::types::NotThat;
use crate::contract::{Exchange, Failure};
pub(super) use crate::halt::{Halt, step, unexpected};

/// The calls made so far, read in their order.
pub(super) struct Calls<'a> {
    pub(super) config: &'a Config,
    exchanges: Iter<'a, Exchange>,
    /// Whether a call was answered before that may have left something at the platform.
    begun: bool,
}

/// A value of ours that the platform does not take.
pub(super) fn ours(error: NotThat) -> Failure {
    unexpected(error.to_string())
}

/// What a code other than 00 means, for the log.
pub(super) fn refused(method: &str, answer: &Answer) -> Failure {
    let meaning = answer.code.meaning();
    let meaning = meaning.unwrap_or("a code without a known meaning");
    unexpected(format!("{method}: {meaning}"))
}

/// What the shop or the shopper has to change.
pub(super) fn unsuitable(field: &str, detail: impl Into<String>) -> Failure {
    Failure::Unsuitable(FieldError::new(field, detail))
}

impl<'a> Calls<'a> {
    pub(super) fn new(config: &'a Config, exchanges: &'a [Exchange]) -> Self {
        Self {
            config,
            exchanges: exchanges.iter(),
            begun: false,
        }
    }

    /// Asks: the answer if there is one that counts, otherwise why not. The retry table of
    /// `request.rs` decides what is asked again.
    pub(super) fn ask<R: OfficeRequest>(&mut self, request: &R) -> Result<Answer, Halt> {
        let method = MethodInfo::of::<R>().ok_or_else(|| unexpected(R::METHOD))?;
        let fields = fields_of(request).map_err(|error| unexpected(error.to_string()))?;
        let sent = self.config.prepare(method, &fields);
        let sent = sent.map_err(|error| unexpected(format!("{}: {error}", R::METHOD)))?;
        let moves = matches!(method.effect, Effect::Moves | Effect::Keeps);
        for tries in 1.. {
            let Some(exchange) = self.exchanges.next() else {
                break;
            };
            let error = match &exchange.answer {
                Ok(answer) => {
                    let read = self.config.read_answer(method, &sent.message, answer);
                    self.begun |= moves;
                    return read.map_err(|error| unreadable(R::METHOD, moves, &error).into());
                }
                Err(error) => *error,
            };
            match after(method.effect, error, tries) {
                After::Again => {}
                // Something of ours stands at the platform by now: trying anew would be a second.
                After::NothingDone if self.begun => return Err(Failure::Unknown.into()),
                After::NothingDone => return Err(Failure::Unreachable.into()),
                After::LookUp => return Err(Failure::Unknown.into()),
            }
        }
        Err(Halt::Call(Box::new(sent.call)))
    }
}

fn unreadable(method: &str, moves: bool, error: &AnswerError) -> Failure {
    match error {
        _ if moves => Failure::Unknown,
        AnswerError::Status(500..) => Failure::Unreachable,
        _ => unexpected(format!("{method}: {error}")),
    }
}
