//! What must hold, whatever went wrong.

use std::collections::BTreeMap;

use guichet_domain::PartStatus;
use guichet_domain::id::PaymentId;
use guichet_domain::money::Currency;
use guichet_domain::notice::due;
use guichet_domain::operation::{OperationKind, OperationState, Progress};
use guichet_domain::payment::{Attention, Money, PaymentState};
use guichet_store::{Book, Store};

use super::actors::demo;
use super::platform::Known;
use super::world::{Told, World};

/// What is wrong, in words.
pub(super) type Wrong = String;

/// What was seen of the payments so far.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<PaymentId, (usize, Money)>);

impl Seen {
    /// A payment that was paid stays paid, and one that was reserved stays settled.
    pub(super) fn look(&mut self, book: &Book) -> Result<(), Wrong> {
        for entry in &book.payments {
            let id = &entry.payment.id;
            let before = self.0.get(id).copied();
            // Of the same events the same state follows; they are only ever added.
            if before.is_some_and(|(events, _)| events == entry.events.len()) {
                continue;
            }
            let money = entry.state(&book.session).money;
            self.0.insert(id.clone(), (entry.events.len(), money));
            let before = before.map(|(_, money)| money);
            let unpaid = before == Some(Money::Paid) && money != Money::Paid;
            let unsettled = before.is_some_and(Money::is_settled) && !money.is_settled();
            if unpaid || unsettled {
                return Err(format!("{id} was {before:?} and is {money:?}"));
            }
        }
        Ok(())
    }
}

/// Everything that must hold once nothing goes wrong any more and nothing is due.
pub(super) async fn check(books: &dyn Store, book: &Book, world: &World) -> Result<(), Wrong> {
    if let Some(wrong) = &world.sogenactif.wrong {
        return Err(wrong.clone());
    }
    let (states, known) = (book.states(), world.known());
    for (entry, state) in book.payments.iter().zip(&states) {
        parts(&entry.payment.reference, state, &known)?;
    }
    settled(book, &states)?;
    instructions(books, book, world).await?;
    told(book, &states, world)?;
    ledger(books, book, &known).await
}

fn sum(amounts: &[u64]) -> u64 {
    amounts.iter().sum()
}

/// What the books have of each transaction is what its platform has.
fn parts(reference: &str, state: &PaymentState, known: &[Known]) -> Result<(), Wrong> {
    for own in known.iter().filter(|own| own.reference == reference) {
        at_most_once(own)?;
        let name = &own.name;
        let part = state.paid_part(name);
        if !own.accepted {
            if part.is_some() {
                return Err(format!("{name} was refused and has paid"));
            }
            continue;
        }
        let Some(part) = part else {
            if own.told {
                return Err(format!("{name} was acknowledged and is not in the books"));
            }
            continue;
        };
        let (taken, given_back) = (part.balance.taken, part.balance.given_back);
        if (taken, given_back) != (own.taken(), own.given_back()) {
            return Err(format!(
                "of {name} {taken} was taken and {given_back} given back by the books, and {} and \
                 {} by the platform",
                own.taken(),
                own.given_back()
            ));
        }
        operations(own, &state.operations)?;
    }
    for part in &state.parts {
        let name = &part.part.transaction;
        let same = |own: &&Known| {
            let same = own.name == *name && own.amount == part.part.amount.minor();
            same && own.accepted
        };
        let accepted = part.ours && part.part.status == PartStatus::Accepted;
        if accepted && !known.iter().any(|own| same(&own)) {
            return Err(format!(
                "{name} has paid, and the platform knows no such thing"
            ));
        }
    }
    Ok(())
}

/// Captured and cancelled at most once, and never more given back than taken.
fn at_most_once(own: &Known) -> Result<(), Wrong> {
    let name = &own.name;
    let [captures, cancels, refunds] = [
        OperationKind::Capture,
        OperationKind::Cancel,
        OperationKind::Refund,
    ]
    .map(|kind| own.acts(kind));
    if captures.len() > 1 || cancels.len() > 1 {
        return Err(format!("{name} was captured or cancelled more than once"));
    }
    let taken = match own.reserved_only {
        true => sum(&captures),
        false => own.amount,
    };
    if sum(&refunds) > taken {
        return Err(format!("more was given back of {name} than taken"));
    }
    if taken > own.amount {
        return Err(format!("more was captured of {name} than reserved"));
    }
    Ok(())
}

/// The platform did each operation that was done once, and no other.
fn operations(known: &Known, operations: &[OperationState]) -> Result<(), Wrong> {
    let name = &known.name;
    for kind in OperationKind::ALL {
        let own = operations.iter().map(|operation| &operation.event);
        let own = own.filter(|event| event.part == *name && event.kind == kind);
        let mut done = Vec::new();
        for event in own {
            if !event.progress.is_over() {
                return Err(format!("{} is not over", event.operation));
            }
            if event.progress.is_done() {
                done.push(event.amount.minor());
            }
            // What the platform does not know yet it will know.
            if matches!(&event.progress, Progress::Refused { code, .. } if code == "25") {
                return Err(format!("{} was refused for coming early", event.operation));
            }
        }
        let mut acts = known.acts(kind);
        done.sort_unstable();
        acts.sort_unstable();
        if done != acts {
            return Err(format!(
                "{kind} of {name}: done {done:?}, by the platform {acts:?}"
            ));
        }
    }
    Ok(())
}

/// One payment settles the session, the first one; every other that reached the total is a surplus.
fn settled(book: &Book, states: &[PaymentState]) -> Result<(), Wrong> {
    let settled = book.payments.iter().zip(states);
    let settled = settled.filter(|(_, state)| state.money.is_settled());
    let settled: Vec<_> = settled.map(|(entry, _)| &entry.payment.id).collect();
    match &book.session.settled_by {
        None if settled.is_empty() => {}
        Some(by) if settled.contains(&by) => {}
        by => {
            return Err(format!(
                "settled by {by:?}, and {settled:?} reached the total"
            ));
        }
    }
    for (payment, attempt) in book.attempts(states) {
        let surplus = attempt
            .attention(&book.session)
            .contains(&Attention::Surplus);
        let other = book.session.settled_by.as_ref() != Some(&payment.id);
        // What was let go or given back is nobody's surplus any more.
        let held = attempt.state.balance().held() > 0;
        if attempt.state.money.is_settled() && other && held && !surplus {
            return Err(format!(
                "{} is paid beside another, and no surplus",
                payment.id
            ));
        }
    }
    Ok(())
}

/// What was answered to the shop is there, and one key made one instruction.
async fn instructions(books: &dyn Store, book: &Book, world: &World) -> Result<(), Wrong> {
    let mut all = Vec::new();
    for entry in &book.payments {
        let own = books.instructions_of(&entry.payment.id, None).await;
        all.extend(own.map_err(|error| error.to_string())?);
    }
    if all.len() > world.asked.len() {
        let (made, asked) = (all.len(), world.asked.len());
        return Err(format!("{made} instructions for {asked} keys"));
    }
    for (key, id) in &world.instructions {
        if !all.iter().any(|(instruction, _)| instruction.id == *id) {
            return Err(format!("{key} was answered {id}, which is not there"));
        }
    }
    Ok(())
}

/// The shop was told of everything that the book calls for, of each thing by one notice.
fn told(book: &Book, states: &[PaymentState], world: &World) -> Result<(), Wrong> {
    let attempts = book.attempts(states);
    let attempts: Vec<_> = attempts
        .map(|(payment, attempt)| (payment.method.clone(), attempt))
        .collect();
    for notice in due(&book.session, &attempts, book.expired) {
        let subject = notice.subject();
        let attention = subject
            .attention
            .map(|why| serde_json::to_value(why).unwrap());
        let due = Told {
            kind: notice.kind.as_str().to_owned(),
            payment: subject.payment.map(ToString::to_string),
            attention: attention.and_then(|why| why.as_str().map(str::to_owned)),
            operation: subject.operation.map(ToString::to_string),
        };
        match world.told.get(&due) {
            None => return Err(format!("the shop was not told of {due:?}")),
            Some(places) if places.iter().any(|place| *place != places[0]) => {
                return Err(format!("the shop was told twice of {due:?}"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The ledger is what the events tell, and what the platform holds for the shop.
async fn ledger(books: &dyn Store, book: &Book, known: &[Known]) -> Result<(), Wrong> {
    let audited = books.audit().await.map_err(|error| error.to_string())?;
    if let Some(difference) = audited.difference {
        return Err(format!("the ledger: {difference}"));
    }
    let entries = books.ledger(&demo(), Currency::EUR, 0, u32::MAX).await;
    let entries = entries.map_err(|error| error.to_string())?;
    for entry in &book.payments {
        let payment = &entry.payment;
        let own = entries.iter().filter(|own| own.payment == payment.id);
        let written: i64 = own.map(|own| own.movement.minor).sum();
        let state = entry.state(&book.session);
        let paid = known.iter().filter(|own| {
            let paid = state.paid_part(&own.name).is_some();
            paid && own.reference == payment.reference
        });
        let held: u64 = paid.map(|own| own.taken() - own.given_back()).sum();
        if i64::try_from(held) != Ok(written) {
            let id = &payment.id;
            return Err(format!(
                "of {id} the ledger has {written}, the platform holds {held}"
            ));
        }
    }
    Ok(())
}
