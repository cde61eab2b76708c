//! A payment's parts as a provider's operations take them.

use guichet_domain::PartStatus;
use guichet_domain::event::PaymentEvent;
use guichet_domain::money::Amount;
use guichet_domain::operation::{OperationKind, OperationState, Progress};
use guichet_domain::payment::{PartState, PaymentState};
use guichet_providers::contract::{Paid, Taken};
use guichet_store::Entry;
use jiff::Timestamp;

/// What of a part's money is where, by the books.
pub(super) fn paid<'a>(entry: &'a Entry, state: &'a PaymentState, part: &'a PartState) -> Paid<'a> {
    let done = |kind| {
        let mut own = state.operations.iter().filter(|operation| {
            let event = &operation.event;
            event.part == part.part.transaction && event.kind == kind && event.progress.is_done()
        });
        own.next()
    };
    Paid {
        reference: &entry.payment.reference,
        part: &part.part,
        taken: taken(entry, part, done(OperationKind::Capture)),
        given_back: part.balance.given_back,
        cancelled: done(OperationKind::Cancel).is_some(),
        duplicate: duplicate(state, part),
    }
}

/// The transaction that has what is reserved since it was reserved anew: the latest one.
fn duplicate<'a>(state: &'a PaymentState, part: &PartState) -> Option<&'a str> {
    let own = state.operations.iter().filter_map(|operation| {
        let event = &operation.event;
        let is = event.kind == OperationKind::Duplicate && event.part == part.part.transaction;
        match &event.progress {
            Progress::Done { numbers } if is => Some((event.at, numbers.as_ref()?)),
            _ => None,
        }
    });
    let latest = own.max_by_key(|(at, _)| *at);
    latest.map(|(_, numbers)| numbers.transaction.as_str())
}

fn taken<'a>(
    entry: &Entry,
    part: &PartState,
    capture: Option<&'a OperationState>,
) -> Option<Taken<'a>> {
    let amount = Amount::try_from(part.balance.taken).ok()?;
    let (at, number) = match capture.map(|capture| &capture.event) {
        Some(event) => match &event.progress {
            Progress::Done { numbers } => (event.at, numbers.as_ref().map(|n| &*n.transaction)),
            _ => (event.at, None),
        },
        None => (accepted_at(entry, &part.part.transaction), None),
    };
    Some(Taken {
        amount,
        at: Timestamp::from_second(at).ok()?,
        capture: number,
    })
}

/// When the books learnt that the platform had accepted a part: not before it did.
fn accepted_at(entry: &Entry, transaction: &str) -> i64 {
    let accepted = entry.events.iter().filter(|dated| match &dated.event {
        PaymentEvent::Part(part) => {
            part.transaction == transaction && part.status == PartStatus::Accepted
        }
        PaymentEvent::Confirmed(answer) => {
            answer.transaction == transaction && answer.status == PartStatus::Accepted
        }
        _ => false,
    });
    let first = accepted.map(|dated| dated.at).min();
    first.unwrap_or(entry.payment.created_at)
}
