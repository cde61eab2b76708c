//! What an order says of a payment, once it was read with our own key.

use guichet_domain::event::{Part, PaymentEvent, PlatformFact, Trust};
use guichet_domain::money::Amount;
use guichet_domain::session::Capture;
use guichet_domain::{PartKind, PartStatus, Refusal};

use super::answer::{Order, Transaction};
use super::calls::unexpected;
use super::codes::meaning;
use super::config::Config;
use crate::Verified;
use crate::contract::{Context, Failure};

/// What an order says.
#[derive(Debug)]
pub(super) enum Standing {
    /// Nobody has paid; of a try that was refused it tells. The page takes another one.
    Open(Option<Verified<PlatformFact>>),
    /// This, and the page takes no more.
    Closed(Verified<PlatformFact>),
}

impl Standing {
    /// The same for an order without a page: nobody takes another try there.
    pub(super) fn without_page(self) -> Self {
        match self {
            Self::Open(Some(fact)) => Self::Closed(fact),
            other => other,
        }
    }
}

/// Reads an order. What is not the payment's own reference, amount and currency is believed nothing
/// of: nobody signs what led here.
pub(super) fn standing(
    config: &Config,
    context: &Context<'_>,
    order: &Order,
) -> Result<Standing, Failure> {
    is_ours(context, order)?;
    let Some(transaction) = &order.transaction else {
        return Ok(Standing::Open(None));
    };
    let status = transaction.status.as_deref().unwrap_or_default();
    let told = |status, refusal| part(config, context, order, transaction, status, refusal);
    match status {
        "success" if transaction.is_reversed() => {
            told(PartStatus::Refused, Some(Refusal::TimedOut)).map(Standing::Closed)
        }
        "success" => {
            has_taken(context, transaction)?;
            told(PartStatus::Accepted, None).map(Standing::Closed)
        }
        // For the shop to look at, or for a means of payment that takes its time.
        "held" | "pending" => told(PartStatus::Pending, None).map(Standing::Closed),
        "declined" | "errored" => {
            let fact = told(PartStatus::Refused, Some(why(transaction)))?;
            Ok(Standing::Open(Some(fact)))
        }
        "cancelled" | "abandoned" => {
            told(PartStatus::Refused, Some(Refusal::TimedOut)).map(Standing::Closed)
        }
        _ => Err(unexpected("an order with a status that nobody knows")),
    }
}

/// Whether the order is this payment's.
pub(super) fn is_ours(context: &Context<'_>, order: &Order) -> Result<(), Failure> {
    let session = context.session;
    let reference = order.merchant_ref_num.as_ref().map(|text| text.as_str());
    if reference != Some(context.reference) {
        return Err(unexpected("an order with another reference"));
    }
    if order.currency_code.as_deref() != Some(session.currency.code()) {
        return Err(unexpected("an order in another currency"));
    }
    let total = order.total_amount.as_ref().and_then(|total| total.minor());
    if total != Some(session.amount.minor()) {
        return Err(unexpected("an order of another amount"));
    }
    Ok(())
}

/// `purchase` took the money, `auth` reserved it unless it is settled (DOC, *Process an order with
/// settlement*).
fn has_taken(context: &Context<'_>, transaction: &Transaction) -> Result<(), Failure> {
    let automatic = context.session.capture == Capture::Automatic;
    match transaction.auth_type.as_deref() {
        None | Some("purchase") => Ok(()),
        Some("auth") if automatic && !transaction.is_settled() => {
            Err(unexpected("an order that reserved what it was to take"))
        }
        Some("auth") => Ok(()),
        Some(_) => Err(unexpected("an order that is no payment")),
    }
}

/// That a person has to decide about the order.
pub(super) fn held(
    config: &Config,
    context: &Context<'_>,
    order: &Order,
) -> Verified<PlatformFact> {
    let transaction = order.id.as_str().to_owned();
    Verified::new(PlatformFact {
        account: config.account.clone(),
        reference: context.reference.to_owned(),
        identity: format!("{transaction}/to decide"),
        event: PaymentEvent::Held { transaction },
    })
}

/// That the platform refused to make an order which was to be paid at once (SDK, PHP: HTTP 402 is a
/// payment refused). It has no number there but ours.
pub(super) fn refused_at_once(
    config: &Config,
    context: &Context<'_>,
    code: &str,
    refusal: Refusal,
) -> Verified<PlatformFact> {
    let name = format!("{}/{code}", context.reference);
    Verified::new(PlatformFact {
        account: config.account.clone(),
        reference: context.reference.to_owned(),
        identity: format!("{name}/refused"),
        event: PaymentEvent::Part(Part {
            transaction: name,
            call: String::new(),
            kind: PartKind::Card,
            method: Some(context.method.clone()),
            brand: String::new(),
            amount: context.session.amount,
            status: PartStatus::Refused,
            code: code.to_owned(),
            refusal: Some(refusal),
            parts_expected: None,
            trust: Trust::Ours,
            fingerprint: String::new(),
            at_terminal: None,
        }),
    })
}

/// Why a try was refused.
fn why(transaction: &Transaction) -> Refusal {
    let code = transaction
        .error_code
        .as_ref()
        .map_or("", |code| code.as_str());
    let told = meaning(code).and_then(|meaning| meaning.refusal);
    let errored = transaction.status.as_deref() == Some("errored");
    told.unwrap_or(if errored {
        Refusal::Technical
    } else {
        Refusal::Issuer
    })
}

/// A fact about the order. What pays, is held or is cancelled is named by the order, since all that
/// is done with it later names that; a try that was refused, or waits for another's word, has a
/// name of its own, beside which a later one may pay.
fn part(
    config: &Config,
    context: &Context<'_>,
    order: &Order,
    transaction: &Transaction,
    status: PartStatus,
    refusal: Option<Refusal>,
) -> Result<Verified<PlatformFact>, Failure> {
    let currency = transaction.currency_code.as_deref();
    if currency.is_some_and(|code| code != context.session.currency.code()) {
        return Err(unexpected("a transaction in another currency"));
    }
    let told = transaction.amount.as_ref().or(order.total_amount.as_ref());
    let amount = told.and_then(|amount| Amount::try_from(amount.minor()?).ok());
    let amount = amount.ok_or_else(|| unexpected("a transaction whose amount can't be read"))?;
    let text = |text: &Option<super::answer::Text>| text.clone().unwrap_or_default().0;
    let call = text(&transaction.confirmation_number);
    let word = transaction.status.clone().unwrap_or_default();
    let code = match text(&transaction.error_code) {
        code if code.is_empty() || status != PartStatus::Refused => word.clone(),
        code => code,
    };
    let id = order.id.as_str();
    let name = match word.as_str() {
        "declined" | "errored" | "pending" if call.is_empty() => format!("{id}/{code}"),
        "declined" | "errored" | "pending" => format!("{id}/{call}"),
        _ => id.to_owned(),
    };
    let brand = transaction
        .card
        .as_ref()
        .and_then(|card| card.brand.clone());
    Ok(Verified::new(PlatformFact {
        account: config.account.clone(),
        reference: context.reference.to_owned(),
        identity: format!("{name}/{word}"),
        event: PaymentEvent::Part(Part {
            transaction: name,
            call,
            kind: PartKind::Card,
            method: Some(context.method.clone()),
            brand: brand.unwrap_or_default().to_ascii_uppercase(),
            amount,
            status,
            code,
            refusal,
            parts_expected: None,
            trust: Trust::Ours,
            fingerprint: String::new(),
            at_terminal: None,
        }),
    }))
}
