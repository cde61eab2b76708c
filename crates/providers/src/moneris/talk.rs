//! A command that is over within seconds, since nobody has to present a card: through the cloud its
//! acknowledgement, and its receipt, which is read until it is complete; on the shop's own network
//! what the terminal says of it, until it says the last.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::answer::{self, Told, means};
use super::codes::Meaning;
use super::config::Config;
use super::request::{self, Command};
use crate::contract::{CallError, Exchange, Failure, PlatformCall, PrivateAddress};

/// Between two looks at a receipt: see [`super::flow`].
const PAUSE: Duration = Duration::from_secs(3);
/// Looks at one receipt while somebody waits.
const LOOKS_MAX: usize = 6;

/// How far a command came.
pub(super) enum Talk {
    /// This call comes next.
    Call(Box<PlatformCall>),
    /// It is over, and this is what was told.
    Over(Box<Told>),
    /// It still runs.
    Runs,
    /// It can't go on.
    Failed(Failure),
}

/// Hands a command over, and reads its receipt.
pub(super) fn talk(
    config: &Config,
    command: &Command<'_>,
    exchanges: &[Exchange],
    now: Timestamp,
) -> Talk {
    let Some(first) = exchanges.first() else {
        return Talk::Call(Box::new(request::call(config, command, now)));
    };
    if let Some(to) = command.terminal.address {
        return on_line(to, command.key, exchanges);
    }
    let acknowledged = match &first.answer {
        Err(CallError::NotSent) => return Talk::Failed(Failure::Unreachable),
        Err(CallError::NoAnswer) => return Talk::Failed(Failure::Unknown),
        Ok(answer) => answer::read(&answer.body),
    };
    let Some(acknowledged) = acknowledged else {
        return Talk::Failed(Failure::Unknown);
    };
    let looks = exchanges.get(1..).unwrap_or_default();
    let last = looks.last().and_then(|look| look.answer.as_ref().ok());
    let last = last.and_then(|answer| answer::read(&answer.body));
    let read = if looks.is_empty() {
        Some(&acknowledged)
    } else {
        last.as_ref()
    };
    match read.map(|told| (means(told), told)) {
        // What has no meaning may have been done.
        Some((Err(_), _)) => return Talk::Failed(Failure::Unknown),
        Some((Ok(Meaning::GoesOn), _)) | None => {}
        Some((Ok(_), told)) => return Talk::Over(Box::new(told.clone())),
    }
    let url = acknowledged.receipt_url.as_deref();
    let url = url.filter(|url| Url::parse(url).is_ok_and(|url| config.allows_receipt(&url)));
    match url {
        Some(url) if looks.len() < LOOKS_MAX => Talk::Call(Box::new(request::receipt(url, PAUSE))),
        _ => Talk::Runs,
    }
}

/// What the terminal itself has said so far.
fn on_line(to: PrivateAddress, key: &str, exchanges: &[Exchange]) -> Talk {
    let unknown = Talk::Failed(Failure::Unknown);
    match exchanges.last().map(|last| &last.answer) {
        Some(Err(CallError::NotSent)) if exchanges.len() == 1 => {
            return Talk::Failed(Failure::Unreachable);
        }
        None | Some(Err(_)) => return unknown,
        Some(Ok(answer)) if answer.body.is_empty() => {}
        Some(Ok(answer)) => match answer::read(&answer.body).map(|told| (means(&told), told)) {
            Some((Ok(Meaning::GoesOn), _)) => {}
            Some((Ok(_), told)) => return Talk::Over(Box::new(told)),
            Some((Err(_), _)) | None => return unknown,
        },
    }
    if exchanges.len() > LOOKS_MAX {
        return Talk::Runs;
    }
    Talk::Call(Box::new(request::listen(to, key, request::LISTENS)))
}
