//! A command that is over within seconds, since nobody has to present a card: its acknowledgement,
//! and its receipt, which is read until it is complete.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::answer::{self, Told};
use super::codes::Meaning;
use super::config::Config;
use super::fact::means;
use super::request::{self, Command};
use crate::contract::{CallError, Exchange, Failure, PlatformCall};

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
