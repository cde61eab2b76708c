//! *Look up* and *query*: `getTransactionData` (warehousenantes/sips-office-sdk-php, confidence C).
//! Its own code is `getTransDataResponseCode`; `responseCode` is the payment's. It moves nothing.

use guichet_domain::PartStatus;
use guichet_domain::event::{Confirmation, PaymentEvent, PlatformFact};
use guichet_domain::money::Amount;

use super::card::SECOND;
use super::codes::AcquirerCode;
use super::config::Config;
use super::conversation::{Halt, Talk, refused, step, unexpected};
use super::fact::{Transaction, Verdict, agrees, part, verdict_of_books};
use super::office::diagnostic::GetTransactionData;
use super::types::TransactionReference;
use crate::Verified;
use crate::contract::{Answered, Exchange, LookUp, LookedUp, Query, Step};

pub(super) fn look_up(
    config: &Config,
    look_up: &LookUp<'_>,
    exchanges: &[Exchange],
) -> Step<LookedUp> {
    step(find(&mut Talk::new(config, exchanges), look_up))
}

/// Looks at the first try, and at the second where the first was a soft decline.
fn find(talk: &mut Talk<'_>, look_up: &LookUp<'_>) -> Result<LookedUp, Halt> {
    let reference = look_up.begin.reference;
    let Some(first) = ask(talk, reference)? else {
        return Ok(LookedUp::Nothing);
    };
    let acquirer = first.acquirer_response_code.as_ref();
    let refused = matches!(
        verdict_of_books(&first),
        Verdict::Part(PartStatus::Refused, _)
    );
    if refused && acquirer.is_some_and(AcquirerCode::wants_authentication) {
        let second = format!("{reference}{SECOND}");
        if let Some(found) = ask(talk, &second)? {
            return read(talk.config, look_up, &second, &found);
        }
    }
    read(talk.config, look_up, reference, &first)
}

/// The transaction of that reference; none if the platform has never heard of it.
fn ask(talk: &mut Talk<'_>, reference: &str) -> Result<Option<Transaction>, Halt> {
    let transaction = TransactionReference::try_from(reference.to_owned());
    let transaction =
        transaction.map_err(|error| unexpected(format!("transactionReference {error}")))?;
    let answer = talk.ask(&GetTransactionData {
        transaction: transaction.into(),
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
    reference: &str,
    found: &Transaction,
) -> Result<LookedUp, Halt> {
    let begin = &look_up.begin;
    if !agrees(
        begin,
        found.origin_amount.as_deref(),
        found.currency_code.as_deref(),
    ) {
        return Err(unexpected("getTransactionData: another amount or currency").into());
    }
    let Verdict::Part(status, refusal) = verdict_of_books(found) else {
        return Ok(LookedUp::NotYet);
    };
    let code = found.response_code.clone().unwrap_or_default();
    let brand = found.payment_mean_brand.as_deref();
    let fact = part(config, begin, reference, &code, brand, (status, refusal));
    Ok(LookedUp::Facts(vec![fact]))
}

/// Asks about a claim. No fact of this provider needs it: all come from answers to our own calls.
pub(super) fn query(config: &Config, query: &Query<'_>, exchanges: &[Exchange]) -> Step<Answered> {
    step(confirm(config, query, exchanges))
}

fn confirm(config: &Config, query: &Query<'_>, exchanges: &[Exchange]) -> Result<Answered, Halt> {
    let Some(found) = ask(&mut Talk::new(config, exchanges), query.reference)? else {
        return Ok(Answered::Disagreed("our account does not know it".into()));
    };
    let amount = found
        .origin_amount
        .as_deref()
        .and_then(|text| text.parse::<u64>().ok());
    if amount.map(Amount::try_from) != Some(Ok(query.claim.amount)) {
        return Ok(Answered::Disagreed("another amount".into()));
    }
    let Verdict::Part(status, _) = verdict_of_books(&found) else {
        return Err(unexpected("getTransactionData: it is not over").into());
    };
    let claim = query.claim;
    Ok(Answered::Agreed(Verified::new(PlatformFact {
        account: config.account.clone(),
        reference: query.reference.to_owned(),
        identity: format!("query/{}", query.sequence),
        event: PaymentEvent::Confirmed(Confirmation {
            transaction: claim.transaction.clone(),
            call: claim.call.clone(),
            amount: claim.amount,
            status,
        }),
    })))
}

#[cfg(test)]
mod tests;
