//! There is no notification: no public source shows a server notification in the messages of the
//! connector Office (warehousenantes/sips-office-sdk-php, VTEX's connector; confidence C). The
//! sealed answers to our own calls are the facts, and the browser's return to the payment's own
//! address is read as opaque text by *finalise*.

use crate::contract::{Incoming, Notified, Refusal, Return};

/// Nothing that arrives is the platform's.
pub(super) fn verify(_: &Incoming<'_>) -> Result<Notified, Refusal> {
    Err(Refusal::Malformed(
        "this platform sends no notification".into(),
    ))
}

/// Nothing that the browser brings is signed.
pub(super) fn read_return(_: &Incoming<'_>) -> Result<Return, Refusal> {
    Err(Refusal::Malformed(
        "this platform's return is not signed".into(),
    ))
}
