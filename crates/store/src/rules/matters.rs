//! What needs a person: one looks after it, and what was looked after comes back once there is more
//! to it.

use guichet_domain::attention::Matter;

use super::record;
use crate::error::StoreError;
use crate::transaction::{BookOf, Transaction};
use crate::types::{ByWhom, Deed, Handled, LookedAfter};

/// What a person wants to do about it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Doing<'a> {
    /// Look after it from now on.
    Take,
    /// Have it done, of which so much was told as they have seen.
    End { told: u32, note: &'a str },
}

/// Does what a person wants, whose deed was written down. `held_by` is who looked after it when
/// they decided: whoever does so meanwhile keeps it.
pub(crate) async fn look_after(
    tx: &mut dyn Transaction,
    matter: &Matter,
    held_by: Option<&str>,
    deed: &Deed,
    doing: Doing<'_>,
) -> Result<Handled, StoreError> {
    let Some(told) = told(tx, matter).await? else {
        return Ok(Handled::Gone);
    };
    let stands = tx.looked_after(matter).await?.anew(told);
    if stands.is_done(told) {
        return Ok(Handled::Gone);
    }
    let holder = stands.taken.as_ref().map(|taken| taken.person.as_str());
    if holder != held_by {
        return Ok(Handled::By(holder.map(str::to_owned)));
    }
    let by = ByWhom {
        person: deed.person.clone(),
        at: deed.happened_at,
    };
    let next = match doing {
        Doing::Take => LookedAfter {
            taken: Some(by),
            ..LookedAfter::default()
        },
        Doing::End { told: seen, .. } if seen < told => return Ok(Handled::Anew),
        Doing::End { note, .. } => LookedAfter {
            taken: stands.taken,
            done: Some(by),
            note: note.to_owned(),
            told,
        },
    };
    tx.look_after(matter, &next).await?;
    if let Matter::Payment(payment, _) = matter {
        record::list_anew(tx, payment).await?;
    }
    Ok(Handled::Yes)
}

/// How much was told of its cause; none if it needs nobody.
async fn told(tx: &mut dyn Transaction, matter: &Matter) -> Result<Option<u32>, StoreError> {
    let Matter::Payment(payment, why) = matter else {
        return tx.times(matter).await;
    };
    let Some((book, _)) = tx.book(BookOf::Payment(payment)).await? else {
        return Ok(None);
    };
    let states = book.states();
    let mut attempts = book.attempts(&states);
    let attempt = attempts.find(|(made, _)| made.id == *payment);
    let needs = attempt.is_some_and(|(_, attempt)| attempt.attention(&book.session).contains(why));
    let entry = book.entry(payment).filter(|_| needs);
    Ok(entry.map(|entry| entry.told(*why)))
}
