//! What the sealed answers say of a payment, as facts.

use guichet_domain::event::{Part, PaymentEvent, PlatformFact, Trust};
use guichet_domain::{PartKind, PartStatus, Refusal};

use super::codes::{
    AcquirerCode, HolderStatus, Outcome, ResponseCode, Standing, TransactionStatus,
};
use super::config::Config;
use super::naming::Name;
use super::office::OfficeRequest;
use super::office::diagnostic::GetTransactionData;
use super::office::parts::PaymentAnswer;
use super::way::Way;
use crate::Verified;
use crate::contract::Context;

/// What getTransactionData answers.
pub(super) type Transaction = <GetTransactionData as OfficeRequest>::Answer;

/// What a code says of the payment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// This became of it.
    Part(PartStatus, Option<Refusal>),
    /// It does not tell.
    Unknown,
}

/// What the end of a payment says, by its code, the issuer's, and what came of the authentication.
pub(super) fn verdict(
    code: &ResponseCode,
    acquirer: Option<&AcquirerCode>,
    holder: Option<&HolderStatus>,
) -> Verdict {
    let failed = holder.is_some_and(HolderStatus::has_failed);
    let issuer = match acquirer.and_then(AcquirerCode::refusal) {
        None if failed => Some(Refusal::Authentication),
        issuer => issuer,
    };
    match code.outcome() {
        Outcome::Accepted => Verdict::Part(PartStatus::Accepted, None),
        Outcome::Pending => Verdict::Part(PartStatus::Pending, None),
        Outcome::Refused(general) => {
            Verdict::Part(PartStatus::Refused, Some(issuer.unwrap_or(general)))
        }
        // Right after its making, 25 may mean that the platform has not written it yet.
        Outcome::Misconfigured if code.as_str() == "25" => Verdict::Unknown,
        Outcome::Misconfigured => Verdict::Part(PartStatus::Refused, Some(Refusal::Technical)),
        Outcome::Unknown => Verdict::Unknown,
    }
}

/// What the platform's books say of the payment; nothing while it is not over.
pub(super) fn verdict_of_books(transaction: &Transaction) -> Verdict {
    let standing = transaction
        .transaction_status
        .as_ref()
        .map(TransactionStatus::standing);
    let code = transaction.response_code.clone().unwrap_or_default();
    let acquirer = transaction.acquirer_response_code.as_ref();
    let told = verdict(&code, acquirer, transaction.holder_authent_status.as_ref());
    match (standing, told) {
        // What was given back later was taken before: that is another fact.
        (Some(Standing::Taken | Standing::Authorised | Standing::Credited), told)
            if told == Verdict::Part(PartStatus::Accepted, None) =>
        {
            told
        }
        (Some(Standing::Waiting), _) => Verdict::Part(PartStatus::Pending, None),
        (Some(Standing::Gone), Verdict::Part(PartStatus::Refused, refusal)) => {
            Verdict::Part(PartStatus::Refused, refusal)
        }
        (Some(Standing::Gone), _) if is_refused(transaction) => {
            Verdict::Part(PartStatus::Refused, Some(Refusal::Technical))
        }
        // Cancelled or expired by the shop's own doing, or by none.
        (Some(Standing::Gone), _) => Verdict::Part(PartStatus::Refused, Some(Refusal::TimedOut)),
        _ => Verdict::Unknown,
    }
}

fn is_refused(transaction: &Transaction) -> bool {
    let status = transaction.transaction_status.as_ref();
    status.is_some_and(|status| status.as_str() == "REFUSED")
}

/// A fact about the payment, from an answer whose seal was checked. What has no name at the
/// platform is named by our own reference.
pub(super) fn part(
    config: &Config,
    context: &Context<'_>,
    name: Option<&Name>,
    code: &ResponseCode,
    brand: Option<&str>,
    (status, refusal): (PartStatus, Option<Refusal>),
) -> Verified<PlatformFact> {
    let transaction = name.map_or_else(|| context.reference.to_owned(), Name::text);
    Verified::new(PlatformFact {
        account: config.account.clone(),
        reference: context.reference.to_owned(),
        identity: format!("{transaction}/{}", code.as_str()),
        event: PaymentEvent::Part(Part {
            transaction,
            call: String::new(),
            kind: Way::parse(context.method.as_str()).map_or(PartKind::Card, Way::part_kind),
            method: Some(context.method.clone()),
            brand: brand.unwrap_or_default().to_owned(),
            amount: context.session.amount,
            status,
            code: code.as_str().to_owned(),
            refusal,
            parts_expected: None,
            trust: Trust::Ours,
            // The order's answer and a later look tell of one transaction in different fields:
            // a digest of all of them would call that a conflict.
            fingerprint: String::new(),
            at_terminal: None,
        }),
    })
}

/// Whether amount and currency, where they are told, are the session's.
pub(super) fn agrees(context: &Context<'_>, amount: Option<&str>, currency: Option<&str>) -> bool {
    let session = context.session;
    let same_amount = amount.is_none_or(|text| text.parse() == Ok(session.amount.minor()));
    let numeric = super::request::currency_code(session.currency);
    same_amount && currency.is_none_or(|text| super::request::is_same_number(text, &numeric))
}

/// Whether the end of a payment speaks of the session's amount and currency.
pub(super) fn answer_agrees(context: &Context<'_>, answer: &PaymentAnswer) -> bool {
    agrees(
        context,
        answer.amount.as_deref(),
        answer.currency_code.as_deref(),
    )
}
