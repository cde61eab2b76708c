//! What an answer tells of a payment, as facts.

use guichet_domain::event::{AtTerminal, Part, PaymentEvent, PlatformFact, Trust};
use guichet_domain::money::Amount;
use guichet_domain::{PartKind, PartStatus, Refusal};

use super::answer::{Told, means};
use super::codes::{Meaning, approves, declined};
use super::config::{Config, Terminal};
use super::request::action_of;
use crate::Verified;
use crate::contract::{Context, Failure};
use crate::halt::unexpected;

/// How a command stands.
#[derive(Debug)]
pub(super) enum Standing {
    /// It is over.
    Over(Verified<PlatformFact>),
    /// It was never started.
    Rejected(Verified<PlatformFact>),
    /// It runs.
    GoesOn,
    /// Nobody knows: to be sent again with the same key.
    Unknown,
}

/// Whether a bank, or offline the terminal alone, approved what is called approved.
pub(super) fn is_approved(told: &Told) -> bool {
    match approves(&told.response_code) {
        Some(approved) => approved,
        None => told.offline,
    }
}

/// Reads an answer to a purchase or an authorisation. Of what is not this payment's nothing is
/// believed.
pub(super) fn standing(
    config: &Config,
    terminal: &Terminal,
    context: &Context<'_>,
    told: &Told,
) -> Result<Standing, Failure> {
    let means = means(told)?;
    let fact = |status, refusal| part(config, terminal, context, told, status, refusal);
    match means {
        Meaning::Unknown => Ok(Standing::Unknown),
        Meaning::GoesOn => Ok(Standing::GoesOn),
        Meaning::Done => Err(unexpected("a payment that was answered as no payment")),
        Meaning::Rejected(refusal) => {
            let fact = fact(PartStatus::Refused, Some(refusal))?;
            Ok(Standing::Rejected(fact))
        }
        Meaning::Refused(refusal) => {
            is_ours(terminal, context, told)?;
            // A declined sale that a bank approved, or the other way round, is for a person.
            if approves(&told.response_code) == Some(true) {
                return Err(unexpected("refused with a bank's code that approves"));
            }
            let refusal = match refusal {
                Refusal::Issuer => declined(&told.iso),
                other => other,
            };
            fact(PartStatus::Refused, Some(refusal)).map(Standing::Over)
        }
        Meaning::Approved | Meaning::Partial => {
            is_ours(terminal, context, told)?;
            // Offline nobody asked the bank, so that there may be no code of its.
            if !is_approved(told) {
                return Err(unexpected("approved without a bank's code that approves"));
            }
            let action = action_of(context.session.capture);
            let own = told.action.as_deref();
            if own.is_some_and(|own| !own.eq_ignore_ascii_case(action)) {
                return Err(unexpected("the answer to another action"));
            }
            fact(PartStatus::Accepted, None).map(Standing::Over)
        }
    }
}

/// Whether the answer is this payment's. The total is compared, never what was approved.
fn is_ours(terminal: &Terminal, context: &Context<'_>, told: &Told) -> Result<(), Failure> {
    let names = |own: &Option<String>| own.as_deref().is_none_or(|own| own == context.reference);
    let named = told.order_id.is_some() || told.key.is_some();
    if !(named && names(&told.order_id) && names(&told.key)) {
        return Err(unexpected("the answer to another payment"));
    }
    if told
        .terminal_id
        .as_ref()
        .is_some_and(|id| *id != terminal.id)
    {
        return Err(unexpected("the answer of another terminal"));
    }
    let total = context.session.amount.minor();
    if told.total.is_some_and(|told| told != total) {
        return Err(unexpected("the answer to another amount"));
    }
    Ok(())
}

fn part(
    config: &Config,
    terminal: &Terminal,
    context: &Context<'_>,
    told: &Told,
    status: PartStatus,
    refusal: Option<Refusal>,
) -> Result<Verified<PlatformFact>, Failure> {
    let accepted = status == PartStatus::Accepted;
    let amount = if accepted {
        let approved = told.approved.and_then(|minor| Amount::try_from(minor).ok());
        approved.ok_or_else(|| unexpected("approved, and the amount can't be read"))?
    } else {
        context.session.amount
    };
    let transaction = match (&told.transaction_id, accepted) {
        (Some(id), _) => id.clone(),
        (None, true) if !told.offline => {
            return Err(unexpected("approved without a transaction's number"));
        }
        (None, _) => format!("{}/{}", context.reference, told.code),
    };
    let identity = format!("{transaction}/{}/{}", told.code, told.response_code);
    let code = match told.response_code.as_str() {
        "" => told.code.clone(),
        bank => format!("{}/{bank}", told.code),
    };
    Ok(Verified::new(PlatformFact {
        account: config.account.clone(),
        reference: context.reference.to_owned(),
        identity,
        event: PaymentEvent::Part(Part {
            transaction,
            call: told.unique_id.clone().unwrap_or_default(),
            kind: PartKind::Card,
            method: Some(context.method.clone()),
            brand: told.brand.to_ascii_uppercase(),
            amount,
            status,
            code,
            refusal,
            parts_expected: None,
            trust: Trust::Ours,
            fingerprint: String::new(),
            at_terminal: Some(Box::new(AtTerminal {
                terminal: terminal.name.to_string(),
                tip: if accepted { told.tip } else { 0 },
                cash_back: if accepted { told.cash_back } else { 0 },
                offline: accepted && told.offline,
                tender: told.tender.clone(),
                receipt: told.receipt.clone(),
            })),
        }),
    }))
}
