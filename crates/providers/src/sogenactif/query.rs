//! *Look up* and *query*: `getTransactionData` (warehousenantes/sips-office-sdk-php, confidence C).
//! Its own code is `getTransDataResponseCode`; `responseCode` is the payment's. It moves nothing.

use guichet_domain::PartStatus;
use guichet_domain::event::{Confirmed, PaymentEvent, PlatformFact};
use guichet_domain::money::Amount;

use super::calls::{Calls, Halt, refused, step, unexpected};
use super::card::SECOND;
use super::codes::AcquirerCode;
use super::config::{Config, Identity};
use super::fact::{Transaction, Verdict, agrees, part, verdict_of_books};
use super::naming::{self, Name};
use super::office::diagnostic::GetTransactionData;
use super::payment::name_in;
use crate::Verified;
use crate::contract::{Answered, Exchange, LookUp, LookedUp, Query, Step};

pub(super) fn look_up(
    config: &Config,
    look_up: &LookUp<'_>,
    exchanges: &[Exchange],
) -> Step<LookedUp> {
    step(find(&mut Calls::new(config, exchanges), look_up))
}

fn find(calls: &mut Calls<'_>, look_up: &LookUp<'_>) -> Result<LookedUp, Halt> {
    match calls.config.identity {
        Identity::Reference => find_ours(calls, look_up),
        Identity::S10 | Identity::Platform => find_named(calls, look_up),
    }
}

/// Looks at the transaction that was opened. Before its name was written down nothing is ordered,
/// and a number alone may be another's.
fn find_named(calls: &mut Calls<'_>, look_up: &LookUp<'_>) -> Result<LookedUp, Halt> {
    let Some(name) = name_in(look_up.memo) else {
        return Ok(LookedUp::Nothing);
    };
    match ask(calls, &name)? {
        Some(found) => read(calls.config, look_up, &name, &found),
        None => Ok(LookedUp::Nothing),
    }
}

/// Looks at the first try, and at the second where the first was a soft decline.
fn find_ours(calls: &mut Calls<'_>, look_up: &LookUp<'_>) -> Result<LookedUp, Halt> {
    let reference = look_up.context.reference;
    let name = Name::Reference(naming::reference(reference)?);
    let Some(first) = ask(calls, &name)? else {
        return Ok(LookedUp::Nothing);
    };
    let acquirer = first.acquirer_response_code.as_ref();
    let refused = matches!(
        verdict_of_books(&first),
        Verdict::Part(PartStatus::Refused, _)
    );
    if refused && acquirer.is_some_and(AcquirerCode::wants_authentication) {
        let second = naming::reference(&format!("{reference}{SECOND}"))?;
        let second = Name::Reference(second);
        if let Some(found) = ask(calls, &second)? {
            return read(calls.config, look_up, &second, &found);
        }
    }
    read(calls.config, look_up, &name, &first)
}

/// The transaction of that name; none if the platform has never heard of it.
pub(super) fn ask(calls: &mut Calls<'_>, name: &Name) -> Result<Option<Transaction>, Halt> {
    let answer = calls.ask(&GetTransactionData {
        transaction: name.id(),
    })?;
    match answer.code.as_str() {
        "00" => {}
        "25" => return Ok(None),
        _ => return Err(refused("getTransactionData", &answer).into()),
    }
    let read = answer.read::<GetTransactionData>();
    Ok(Some(read.map_err(|error| unexpected(error.to_string()))?))
}

fn read(
    config: &Config,
    look_up: &LookUp<'_>,
    name: &Name,
    found: &Transaction,
) -> Result<LookedUp, Halt> {
    let context = &look_up.context;
    if !agrees(
        context,
        found.origin_amount.as_deref(),
        found.currency_code.as_deref(),
    ) {
        return Err(unexpected("getTransactionData: another amount or currency").into());
    }
    let Verdict::Part(status, refusal) = verdict_of_books(found) else {
        return Ok(LookedUp::NotYet);
    };
    // Its code may be that of the final word to come: what waits is named by its own.
    let code = match (&found.transaction_status, status) {
        (Some(word), PartStatus::Pending) => word.as_str().into(),
        _ => found.response_code.clone().unwrap_or_default(),
    };
    let brand = found.payment_mean_brand.as_deref();
    let fact = part(config, context, Some(name), &code, brand, (status, refusal));
    Ok(LookedUp::Facts(vec![fact]))
}

/// Asks about a claim. No fact of this provider needs it: all come from answers to our own calls.
pub(super) fn query(config: &Config, query: &Query<'_>, exchanges: &[Exchange]) -> Step<Answered> {
    step(confirm(config, query, exchanges))
}

fn confirm(config: &Config, query: &Query<'_>, exchanges: &[Exchange]) -> Result<Answered, Halt> {
    let name = match config.identity {
        Identity::Reference => Name::Reference(naming::reference(query.reference)?),
        Identity::S10 | Identity::Platform => Name::of_part(config, query.claim)?,
    };
    let Some(found) = ask(&mut Calls::new(config, exchanges), &name)? else {
        return Ok(Answered::Disagreed("our account does not know it".into()));
    };
    let amount = found
        .origin_amount
        .as_deref()
        .and_then(|text| text.parse::<u64>().ok());
    if amount.map(Amount::try_from) != Some(Ok(query.claim.amount)) {
        return Ok(Answered::Disagreed("another amount".into()));
    }
    let status = match verdict_of_books(&found) {
        Verdict::Part(PartStatus::Pending, _) | Verdict::Unknown => {
            return Err(unexpected("getTransactionData: it is not over").into());
        }
        Verdict::Part(status, _) => status,
    };
    let claim = query.claim;
    Ok(Answered::Agreed(Verified::new(PlatformFact {
        account: config.account.clone(),
        reference: query.reference.to_owned(),
        identity: format!("query/{}", query.sequence),
        event: PaymentEvent::Confirmed(Confirmed {
            transaction: claim.transaction.clone(),
            call: claim.call.clone(),
            amount: claim.amount,
            status,
        }),
    })))
}

#[cfg(test)]
mod tests;
