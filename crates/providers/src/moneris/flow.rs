//! From the command to its end: which call each step takes, and when.

use std::time::Duration;

use guichet_domain::FieldError;
use guichet_domain::event::PlatformFact;
use guichet_wire::NextAction;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::answer::{self, Told};
use super::config::{Config, Terminal};
use super::fact::{Standing, standing};
use super::gateway::vault::to_save;
use super::request;
use crate::contract::{
    Begin, Begun, CallAnswer, CallError, Context, Exchange, Failure, How, LookUp, LookedUp, Next,
    PrivateAddress, Proceed, Proceeded, Save, Step,
};
use crate::halt::unexpected;

/// Least time between two looks at a receipt, in milliseconds (GO, *cloud-integration*).
const RECEIPT_PAUSE_MS: i64 = 2_000;
/// Until the next look, in whole seconds: more than [`RECEIPT_PAUSE_MS`] wherever in its second a
/// look falls.
const LOOK_AGAIN: i64 = 3;
/// Until a line is listened to again, in whole seconds: what comes meanwhile waits there.
const LISTEN_AGAIN: i64 = 1;
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
    /// It was sent more than once, or called off: a refusal to begin tells nothing of it.
    #[serde(default)]
    again: bool,
    /// Over a line: it was called off, since nobody is waited for any more.
    #[serde(default)]
    called_off: bool,
    /// What the terminal shows.
    #[serde(default)]
    says: Option<String>,
    /// The card that pays is to be saved.
    #[serde(default)]
    save: bool,
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
        let memo = Memo::sent(context.reference, now, begin.save);
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
    done(hand_over(config, proceed, exchanges))
}

/// Hands the command to the cloud, or to the terminal itself.
fn hand_over(
    config: &Config,
    proceed: &Proceed<'_>,
    exchanges: &[Exchange],
) -> Result<Step<Proceeded>, Failure> {
    let context = &proceed.context;
    let terminal = terminal(config, context)?;
    let Some(exchange) = exchanges.last() else {
        return Ok(Step::Call(request::purchase(config, terminal, context)));
    };
    let told = match &exchange.answer {
        Err(CallError::NotSent) => return Err(Failure::Unreachable),
        Err(CallError::NoAnswer) => return Err(Failure::Unknown),
        Ok(answer) if terminal.address.is_some() && answer.body.is_empty() => None,
        // What can't be read may come from somebody in between, who passed the command on.
        Ok(answer) => Some(answer::read(&answer.body).ok_or(Failure::Unknown)?),
    };
    let saves = read_memo(proceed.memo).is_some_and(|memo| memo.save);
    let mut memo = Memo::sent(context.reference, milliseconds(context.now), saves);
    let (mut facts, mut save) = (Vec::new(), None);
    let mut next_action = Some(NextAction::Wait);
    let stands = told
        .as_ref()
        .map(|told| standing(config, terminal, context, told));
    // What is not this payment's answer, or has no meaning, may have been sent on all the same.
    match stands.transpose().map_err(|_| Failure::Unknown)? {
        Some(Standing::Over(fact) | Standing::Rejected(fact)) => {
            save = memo.to_save(&fact);
            facts.push(fact);
            next_action = None;
        }
        Some(Standing::GoesOn) | None => memo.acknowledged(config, terminal, told.as_ref()),
        Some(Standing::Unknown) => {}
    }
    Ok(Step::Done(Proceeded {
        facts,
        next_action,
        memo: Some(keep(&memo)?),
        open: false,
        save,
        first: None,
    }))
}

impl Memo {
    /// Of a command that is sent now.
    fn sent(key: &str, now: i64, save: bool) -> Self {
        Self {
            key: key.to_owned(),
            asked: now,
            doubt: Some(now),
            receipt: None,
            ticket: None,
            again: false,
            called_off: false,
            says: None,
            save,
        }
    }

    /// The card that paid, where it is to be saved.
    fn to_save(&self, fact: &PlatformFact) -> Option<Save> {
        self.save.then(|| to_save(fact)).flatten()
    }

    /// Takes what an acknowledgement tells. A receipt is only looked for at hosts that are the
    /// cloud's own: without one, the command counts as not acknowledged. Over a line it is one that
    /// the line is open, whatever came.
    fn acknowledged(&mut self, config: &Config, terminal: &Terminal, told: Option<&Told>) {
        if terminal.address.is_some() {
            self.doubt = None;
            let says = told.and_then(|told| told.says.clone());
            self.says = says.or_else(|| self.says.take());
            return;
        }
        let Some(told) = told else { return };
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
    fn duty(&self, config: &Config, terminal: &Terminal, look_up: &LookUp<'_>) -> Duty {
        let context = &look_up.context;
        let now = milliseconds(context.now);
        let ago = now - self.asked;
        if let (Some(to), None) = (terminal.address, self.doubt) {
            return match look_up.closing && !self.called_off {
                true => Duty::CallOff(to),
                false => Duty::Listen(to),
            };
        }
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
    /// What comes over the line.
    Listen(PrivateAddress),
    /// Nobody is waited for any more: whoever has not presented a card does not pay.
    CallOff(PrivateAddress),
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
        return match memo.duty(config, terminal, look_up) {
            // What came waits there. Whoever dies while he asks is not heard of for two minutes: so
            // nobody asks for long.
            Duty::Listen(to) => {
                let call = request::listen(to, &memo.key, Duration::ZERO);
                Ok(Step::Call(call))
            }
            Duty::CallOff(to) => {
                let key = request::cancel_key(&memo.key);
                let command = request::cancel(terminal, &key);
                let call = request::add(config, &command, to, &memo.key, context.now);
                Ok(Step::Call(call))
            }
            Duty::SendAgain => Ok(Step::Call(request::purchase(config, terminal, context))),
            Duty::Look(url) => Ok(Step::Call(request::receipt(&url, Duration::ZERO))),
            Duty::Wait(seconds) => later(look_up, &memo, seconds),
            Duty::Nothing => Ok(Step::Done(LookedUp::NotYet)),
        };
    };
    let now = milliseconds(context.now);
    let mut memo = Memo { asked: now, ..memo };
    let sent = exchange.call.body.is_some();
    let answer = match terminal.address {
        None => exchange.answer.as_ref().ok(),
        Some(to) => match memo.over_line(exchanges, now) {
            Over::Said(answer) => Some(answer),
            Over::Silence => return later(look_up, &memo, LISTEN_AGAIN),
            Over::CalledOff => {
                let call = request::listen(to, &memo.key, request::LISTENS);
                return Ok(Step::Call(call));
            }
            Over::Gone => None,
        },
    };
    let Some(told) = answer.and_then(|answer| answer::read(&answer.body)) else {
        memo.closed(terminal, now);
        return later(look_up, &memo, LOOK_AGAIN);
    };
    match standing(config, terminal, context, &told)? {
        // Of the first time it tells nothing: the terminal may be busy with just that.
        Standing::Rejected(_) if sent || memo.again => {
            memo.closed(terminal, now);
            later(look_up, &memo, LOOK_AGAIN)
        }
        Standing::Over(fact) | Standing::Rejected(fact) => {
            Ok(Step::Done(match memo.to_save(&fact) {
                Some(save) => LookedUp::FactsAndCard(vec![fact], save),
                None => LookedUp::Facts(vec![fact]),
            }))
        }
        Standing::GoesOn => {
            memo.acknowledged(config, terminal, Some(&told));
            let seconds = terminal.address.map_or(LOOK_AGAIN, |_| LISTEN_AGAIN);
            later(look_up, &memo, seconds)
        }
        Standing::Unknown => {
            memo.doubt = memo.doubt.or(Some(now));
            later(look_up, &memo, LOOK_AGAIN)
        }
    }
}

/// What a look came to over a line.
enum Over<'a> {
    /// The terminal said this.
    Said(&'a CallAnswer),
    /// It says nothing, and the line is open.
    Silence,
    /// It was told that nobody is waited for.
    CalledOff,
    /// There is no line, or no more.
    Gone,
}

impl Memo {
    /// Takes what came of the last call over a line.
    fn over_line<'a>(&mut self, exchanges: &'a [Exchange], now: i64) -> Over<'a> {
        for made in exchanges {
            let how = made.call.line.as_ref().map(|line| line.how);
            self.again |= made.call.body.is_some();
            self.called_off |= how == Some(How::Add) && made.answer.is_ok();
        }
        let Some(last) = exchanges.last() else {
            return Over::Gone;
        };
        let how = last.call.line.as_ref().map(|line| line.how);
        match &last.answer {
            Ok(_) if how == Some(How::Add) => Over::CalledOff,
            Ok(answer) if answer.body.is_empty() => {
                self.doubt = None;
                Over::Silence
            }
            Ok(answer) => Over::Said(answer),
            // None of this process: whether another one's broke nobody knows, and the command may
            // be sent at once.
            Err(CallError::NotSent) if how != Some(How::Open) => {
                self.doubt = self.doubt.or(Some(now));
                self.asked = 0;
                Over::Gone
            }
            Err(_) => Over::Gone,
        }
    }

    /// Over a line nothing more is heard: nobody knows what became of the command.
    fn closed(&mut self, terminal: &Terminal, now: i64) {
        if terminal.address.is_some() {
            self.doubt = self.doubt.or(Some(now));
        }
    }
}

/// Looks again in so many seconds. Past the deadline nobody waits at the counter: what is not in
/// doubt is asked about as seldom as anything else.
fn later(look_up: &LookUp<'_>, memo: &Memo, seconds: i64) -> Result<Step<LookedUp>, Failure> {
    Ok(Step::Done(LookedUp::GoesOn {
        memo: keep(memo)?,
        again_in: (!look_up.closing).then_some(seconds),
        says: memo.says.clone(),
    }))
}

#[cfg(test)]
mod tests;
