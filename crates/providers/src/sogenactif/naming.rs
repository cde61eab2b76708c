//! What a payment's transaction is called at the platform: in one of three ways, decided when the
//! shop is registered (MAD-I-T/magento-worldline-sips2, README, confidence C).
//!
//! | `transaction_identity` | our reference | a request that makes one sends | from then on |
//! | --- | --- | --- | --- |
//! | `reference` | 32 hexadecimal digits | it | the same |
//! | `s10` | the day and a number, 14 digits | the number | number and the platform's day |
//! | `platform` | 32 hexadecimal digits | nothing | the reference that was answered |
//!
//! A `transactionReference` is unique for the life of the shop (Sips documentation, migration
//! pages, B). An s10 number is unique within a day, and the platform fills in the day (SPIP issue
//! 94, C).
//!
//! Only a reference of our own is ours alone before anything is answered: under it a payment is
//! found whose opening was never answered, and an order that is one single call. A number may be
//! another program's of the same shop, or that of another day's payment: a transaction that nobody
//! has told us to be this payment's is never looked up by it.

use guichet_domain::event::Part;
use serde::{Deserialize, Serialize};

use super::calls::{Halt, unexpected};
use super::config::{Config, Identity};
use super::json::Json;
use super::office::parts::TransactionId;
use super::types::{S10, S10Date, S10Id, TransactionReference};
use crate::contract::{Context, Failure, Seed};

/// Digits of the day, YYYYMMDD, in our reference of a payment with a number.
const DAY: usize = 8;

/// A transaction that the platform has, by its name there.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Name {
    /// The shop's own reference, or the one that the platform made.
    Reference(TransactionReference),
    /// A number, and its day at the platform.
    S10 { number: S10Id, day: S10Date },
}

impl Name {
    /// As a request names it.
    pub(super) fn id(&self) -> TransactionId {
        match self {
            Self::Reference(reference) => reference.clone().into(),
            Self::S10 { number, day } => S10 {
                s10_transaction_id: number.clone(),
                s10_transaction_id_date: Some(day.clone()),
            }
            .into(),
        }
    }

    /// As the books write it: the reference, or day and number in a row.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Reference(reference) => reference.as_str().to_owned(),
            Self::S10 { number, day } => format!("{}{}", day.as_str(), number.as_str()),
        }
    }

    /// Of a part of the books.
    pub(super) fn of_part(config: &Config, part: &Part) -> Result<Self, Failure> {
        let text = part.transaction.as_str();
        match config.identity {
            Identity::Reference | Identity::Platform => reference(text).map(Self::Reference),
            Identity::S10 => {
                let (day, number) = day_and_number(text)?;
                Ok(Self::S10 { number, day })
            }
        }
    }
}

/// What a request that makes a transaction says of its name.
#[derive(Clone, Debug)]
pub(super) enum New {
    /// A reference of our own.
    Ours(TransactionReference),
    /// A number of our own, without its day.
    Numbered(S10Id),
    /// Nothing.
    Unnamed,
}

impl New {
    /// Of a payment.
    pub(super) fn of(config: &Config, context: &Context<'_>) -> Result<Self, Failure> {
        match config.identity {
            Identity::Reference => reference(context.reference).map(Self::Ours),
            Identity::S10 => Ok(Self::Numbered(day_and_number(context.reference)?.1)),
            Identity::Platform => Ok(Self::Unnamed),
        }
    }

    /// As the request says it.
    pub(super) fn id(&self) -> TransactionId {
        match self {
            Self::Ours(reference) => reference.clone().into(),
            Self::Numbered(number) => S10 {
                s10_transaction_id: number.clone(),
                s10_transaction_id_date: None,
            }
            .into(),
            Self::Unnamed => TransactionId::default(),
        }
    }

    /// Whether the transaction can be found before its making was answered.
    pub(super) fn is_ours_alone(&self) -> bool {
        matches!(self, Self::Ours(_))
    }

    /// The name of what was made, by the answer to its making. None if it does not tell. That it
    /// speaks of what was asked was checked with its seal.
    pub(super) fn told_by(&self, answer: &Json) -> Option<Name> {
        match self {
            Self::Ours(reference) => Some(Name::Reference(reference.clone())),
            Self::Numbered(number) => {
                let told = answer.get("s10TransactionReference")?;
                told.text("s10TransactionId")?;
                let day = told.text("s10TransactionIdDate")?.to_owned();
                Some(Name::S10 {
                    number: number.clone(),
                    day: day.try_into().ok()?,
                })
            }
            Self::Unnamed => {
                let told = answer.text("transactionReference")?;
                reference(told).ok().map(Name::Reference)
            }
        }
    }

    /// What an opening's failure means. No opening takes money, and what can't be found again is
    /// ordered by nobody: where the transaction has no name yet, nothing was begun.
    pub(super) fn after_failure(&self, halt: Halt) -> Halt {
        match halt {
            Halt::Failed(Failure::Unknown) if !self.is_ours_alone() => Failure::Unreachable.into(),
            halt => halt,
        }
    }
}

/// The name of an order that is one single call: it must be found again without any answer, so that
/// it must be ours alone.
pub(super) fn of_single_call(
    config: &Config,
    context: &Context<'_>,
) -> Result<TransactionReference, Failure> {
    match New::of(config, context)? {
        New::Ours(reference) => Ok(reference),
        New::Numbered(_) | New::Unnamed => {
            Err(unexpected("an order in one call needs a reference of ours"))
        }
    }
}

/// Our reference of a new payment.
pub(super) fn new_reference(identity: Identity, seed: &Seed) -> String {
    match identity {
        Identity::Reference | Identity::Platform => hex::encode(seed.random),
        // After a million payments of a day this is no number any more, and `New::of` says so.
        Identity::S10 => format!("{}{:06}", seed.day.strftime("%Y%m%d"), seed.number),
    }
}

pub(super) fn reference(text: &str) -> Result<TransactionReference, Failure> {
    TransactionReference::try_from(text.to_owned())
        .map_err(|error| unexpected(format!("transactionReference {error}")))
}

fn day_and_number(text: &str) -> Result<(S10Date, S10Id), Failure> {
    let none = || {
        let what = "s10TransactionReference: no number of 6 digits is left for this day";
        unexpected(what)
    };
    let (day, number) = text.split_at_checked(DAY).ok_or_else(none)?;
    let day = S10Date::try_from(day.to_owned()).map_err(|_| none())?;
    let number = S10Id::try_from(number.to_owned()).map_err(|_| none())?;
    Ok((day, number))
}

#[cfg(test)]
mod tests;
