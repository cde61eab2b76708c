//! From the command to its end: which call each step takes, and when.

use std::time::Duration;

use guichet_domain::FieldError;
use guichet_wire::NextAction;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::answer::{self, Told};
use super::config::{Config, Terminal};
use super::fact::{Standing, standing};
use super::request;
use crate::contract::{
    Begin, Begun, CallError, Context, Exchange, Failure, LookUp, LookedUp, Next, Proceed,
    Proceeded, Step,
};
use crate::halt::unexpected;

/// Least time between two looks at a receipt, in milliseconds (GO, *cloud-integration*).
const RECEIPT_PAUSE_MS: i64 = 2_000;
/// Until the next look, in whole seconds: more than [`RECEIPT_PAUSE_MS`] wherever in its second a
/// look falls.
const LOOK_AGAIN: i64 = 3;
/// For how long a command is sent again whose outcome nobody knows, in milliseconds (GO,
/// *error-response-codes*).
const DOUBT_MS: i64 = 300_000;

/// What is kept of a command.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Memo {
    /// The key of the attempt: our reference.
    pub(super) key: String,
    /// When the platform was asked last, in Unix milliseconds.
    asked: i64,
    /// Since when nobody knows what became of it; before its acknowledgement, since it was sent.
    doubt: Option<i64>,
    /// Where the receipt is.
    receipt: Option<String>,
    /// The cloud's own name of the command, for whoever asks Moneris about it.
    ticket: Option<String>,
}

pub(super) fn read_memo(memo: Option<&str>) -> Option<Memo> {
    serde_json::from_str(memo?).ok()
}

fn keep(memo: &Memo) -> Result<String, Failure> {
    serde_json::to_string(memo).map_err(|error| unexpected(error.to_string()))
}

fn milliseconds(now: Timestamp) -> i64 {
    now.as_millisecond()
}

/// The terminal that the session names. It was there when the session was made.
fn terminal<'a>(config: &'a Config, context: &Context<'_>) -> Result<&'a Terminal, Failure> {
    let named = context.session.terminal.as_ref();
    let found = named.and_then(|name| config.terminal(name.as_str()));
    found.ok_or_else(|| {
        let detail = "is not configured any more: make a session with another one";
        Failure::Unsuitable(FieldError::new("terminal", detail))
    })
}

fn done<T>(end: Result<Step<T>, Failure>) -> Step<T> {
    end.unwrap_or_else(Step::Failed)
}

pub(super) fn begin(config: &Config, begin: &Begin<'_>) -> Step<Begun> {
    let context = &begin.context;
    done(terminal(config, context).and_then(|_| {
        let now = milliseconds(context.now);
        let memo = Memo {
            key: context.reference.to_owned(),
            asked: now,
            doubt: Some(now),
            receipt: None,
            ticket: None,
        };
        Ok(Step::Done(Begun {
            next: Next::Proceed,
            memo: Some(keep(&memo)?),
        }))
    }))
}

pub(super) fn proceed(
    config: &Config,
    proceed: &Proceed<'_>,
    exchanges: &[Exchange],
) -> Step<Proceeded> {
    done(hand_over(config, &proceed.context, exchanges))
}

/// Hands the command to the cloud.
fn hand_over(
    config: &Config,
    context: &Context<'_>,
    exchanges: &[Exchange],
) -> Result<Step<Proceeded>, Failure> {
    let terminal = terminal(config, context)?;
    let Some(exchange) = exchanges.last() else {
        return Ok(Step::Call(request::purchase(config, terminal, context)));
    };
    let told = match &exchange.answer {
        Err(CallError::NotSent) => return Err(Failure::Unreachable),
        Err(CallError::NoAnswer) => return Err(Failure::Unknown),
        // What can't be read may come from somebody in between, who passed the command on.
        Ok(answer) => answer::read(&answer.body).ok_or(Failure::Unknown)?,
    };
    let now = milliseconds(context.now);
    let mut memo = Memo {
        key: context.reference.to_owned(),
        asked: now,
        doubt: Some(now),
        receipt: None,
        ticket: None,
    };
    let mut facts = Vec::new();
    let mut next_action = None;
    // What is not this payment's answer, or has no meaning, may have been sent on all the same.
    match standing(config, terminal, context, &told).map_err(|_| Failure::Unknown)? {
        Standing::Over(fact) | Standing::Rejected(fact) => facts.push(fact),
        Standing::GoesOn => {
            memo.acknowledged(config, &told);
            next_action = Some(NextAction::Wait);
        }
        Standing::Unknown => next_action = Some(NextAction::Wait),
    }
    Ok(Step::Done(Proceeded {
        facts,
        next_action,
        memo: Some(keep(&memo)?),
        open: false,
        save: None,
        first: None,
    }))
}

impl Memo {
    /// Takes what an acknowledgement tells. A receipt is only looked for at hosts that are the
    /// cloud's own: without one, the command counts as not acknowledged.
    fn acknowledged(&mut self, config: &Config, told: &Told) {
        let url = told.receipt_url.as_deref();
        let url = url.filter(|url| Url::parse(url).is_ok_and(|url| config.allows_receipt(&url)));
        if let Some(url) = url {
            self.receipt = Some(url.to_owned());
            self.doubt = None;
        }
        if told.ticket.is_some() {
            self.ticket.clone_from(&told.ticket);
        }
    }

    /// What comes next.
    fn duty(&self, config: &Config, context: &Context<'_>) -> Duty {
        let now = milliseconds(context.now);
        let ago = now - self.asked;
        if let (Some(since), true) = (self.doubt, takes_payment(context)) {
            let pause = config.resend_seconds * 1000;
            match (now - since < DOUBT_MS, ago >= pause) {
                (true, true) => return Duty::SendAgain,
                (true, false) => return Duty::Wait((pause - ago).max(0) / 1000 + 1),
                (false, _) => {}
            }
        }
        match &self.receipt {
            Some(_) if (0..RECEIPT_PAUSE_MS).contains(&ago) => Duty::Wait(LOOK_AGAIN),
            Some(url) => Duty::Look(url.clone()),
            None => Duty::Nothing,
        }
    }
}

/// What a look comes to.
enum Duty {
    /// The same command once more.
    SendAgain,
    /// The receipt at this address.
    Look(String),
    /// It is too soon; seconds until it is not.
    Wait(i64),
    /// There is nothing to ask any more: a person must look.
    Nothing,
}

/// Whether something may still begin at the counter: a command that never arrived would.
fn takes_payment(context: &Context<'_>) -> bool {
    context.now.as_second() < context.session.expires_at && !context.session.is_settled()
}

pub(super) fn look_up(
    config: &Config,
    look_up: &LookUp<'_>,
    exchanges: &[Exchange],
) -> Step<LookedUp> {
    done(ask(config, look_up, exchanges))
}

fn ask(
    config: &Config,
    look_up: &LookUp<'_>,
    exchanges: &[Exchange],
) -> Result<Step<LookedUp>, Failure> {
    let context = &look_up.context;
    let memo = read_memo(look_up.memo).ok_or_else(|| unexpected("no command is kept"))?;
    let terminal = terminal(config, context).map_err(|_| unexpected("the terminal is gone"))?;
    let Some(exchange) = exchanges.last() else {
        return match memo.duty(config, context) {
            Duty::SendAgain => Ok(Step::Call(request::purchase(config, terminal, context))),
            Duty::Look(url) => Ok(Step::Call(request::receipt(&url, Duration::ZERO))),
            Duty::Wait(seconds) => later(look_up, &memo, seconds),
            Duty::Nothing => Ok(Step::Done(LookedUp::NotYet)),
        };
    };
    let again = exchange.call.body.is_some();
    let now = milliseconds(context.now);
    let mut memo = Memo { asked: now, ..memo };
    let answer = exchange.answer.as_ref().ok();
    let Some(told) = answer.and_then(|answer| answer::read(&answer.body)) else {
        return later(look_up, &memo, LOOK_AGAIN);
    };
    match standing(config, terminal, context, &told)? {
        // Of the first time it tells nothing: the terminal may be busy with just that.
        Standing::Rejected(_) if again => later(look_up, &memo, LOOK_AGAIN),
        Standing::Over(fact) | Standing::Rejected(fact) => {
            Ok(Step::Done(LookedUp::Facts(vec![fact])))
        }
        Standing::GoesOn => {
            memo.acknowledged(config, &told);
            later(look_up, &memo, LOOK_AGAIN)
        }
        Standing::Unknown => {
            memo.doubt = memo.doubt.or(Some(now));
            later(look_up, &memo, LOOK_AGAIN)
        }
    }
}

/// Looks again in so many seconds. Past the deadline nobody waits at the counter: what is not in
/// doubt is asked about as seldom as anything else.
fn later(look_up: &LookUp<'_>, memo: &Memo, seconds: i64) -> Result<Step<LookedUp>, Failure> {
    Ok(Step::Done(LookedUp::GoesOn {
        memo: keep(memo)?,
        again_in: (!look_up.closing).then_some(seconds),
    }))
}

#[cfg(test)]
mod tests;
