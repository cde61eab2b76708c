//! What staff have the gateway do with saved cards that belongs to no payment of the books: a
//! refund to a card, a verification, a changed month, a temporary token, and what a completion
//! left. What moves money or names an order is asked about (`status_check`) before anybody may try
//! again.

use super::answer::{self, Receipt, Verdict};
use super::request::{self, Address, Transaction};
use super::vault::{Proof, is_temporary, name_of};
use crate::contract::{CallError, Exchange, Failure, First, Step};
use crate::moneris::config::Gateway;

/// What is to be done.
#[derive(Clone, Debug)]
pub(in crate::moneris) enum Deed {
    Refund {
        card: Proof,
        customer: String,
        /// Minor units.
        amount: u64,
    },
    Verify {
        card: Proof,
        address: Option<Address>,
    },
    Update {
        card: Proof,
        /// `YYMM`.
        expires: String,
    },
    AddToken {
        token: String,
        customer: String,
        /// `YYMM`.
        expires: String,
    },
    Reauth {
        customer: String,
        /// Minor units.
        amount: u64,
        order: String,
        transaction: String,
    },
}

/// What came of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CardAnswer {
    /// Whether it was done.
    pub done: bool,
    /// What was told, as names and values: nothing that opens or pays anything.
    pub told: Vec<(&'static str, String)>,
    /// The card that was added, for the books.
    pub added: Option<First>,
}

/// Fields that staff are told of, where the gateway told them.
const TOLD: [&str; 12] = [
    "ReceiptId",
    "ReferenceNum",
    "TransID",
    "TransType",
    "TransAmount",
    "ResponseCode",
    "ISO",
    "AuthCode",
    "CardType",
    "Message",
    "AvsResultCode",
    "CvdResultCode",
];

impl Deed {
    fn transaction<'a>(&'a self, order: &'a str) -> Transaction<'a> {
        match self {
            Self::Refund {
                card,
                customer,
                amount,
            } => Transaction::ResIndRefundCc {
                data_key: &card.key,
                order_id: order,
                cust_id: customer,
                amount: *amount,
            },
            Self::Verify { card, address } => Transaction::ResCardVerificationCc {
                data_key: &card.key,
                order_id: order,
                address: address.as_ref(),
            },
            Self::Update { card, expires } => Transaction::ResUpdateCc {
                data_key: &card.key,
                expdate: expires,
            },
            Self::AddToken {
                token,
                customer,
                expires,
            } => Transaction::ResAddToken {
                data_key: token,
                cust_id: customer,
                expdate: expires,
            },
            Self::Reauth {
                customer,
                amount,
                order: original,
                transaction,
            } => Transaction::Reauth {
                order_id: order,
                cust_id: customer,
                amount: *amount,
                orig_order_id: original,
                txn_number: transaction,
            },
        }
    }

    /// What the gateway calls it in its answer, and the amount that it must tell; none of an act of
    /// the vault, which has no order.
    const fn expected(&self) -> Option<(&'static str, Option<u64>)> {
        match self {
            Self::Refund { amount, .. } => Some(("04", Some(*amount))),
            Self::Verify { .. } => Some(("06", None)),
            Self::Reauth { amount, .. } => Some(("01", Some(*amount))),
            Self::Update { .. } | Self::AddToken { .. } => None,
        }
    }
}

/// The request as it would be sent, without the store's token and without what pays.
pub(in crate::moneris) fn shown(gateway: &Gateway, deed: &Deed, order: &str) -> String {
    let hidden = Gateway {
        store_id: gateway.store_id.clone(),
        api_token: "…".into(),
        url: gateway.url.clone(),
        compare_address: gateway.compare_address,
    };
    let mut deed = deed.clone();
    match &mut deed {
        Deed::Refund { card, .. } | Deed::Verify { card, .. } | Deed::Update { card, .. } => {
            "…".clone_into(&mut card.key);
        }
        Deed::AddToken { token, .. } => "…".clone_into(token),
        Deed::Reauth { .. } => {}
    }
    let asks = deed.expected().map(|_| false);
    let call = request::call(&hidden, &deed.transaction(order), asks);
    let body = call.body.map(|body| body.bytes).unwrap_or_default();
    let body = String::from_utf8_lossy(&body).replace("><", ">\n<");
    format!("{} {}\n{body}", call.method.as_str(), call.url)
}

/// Has it done. `order` was never used before.
pub(in crate::moneris) fn act(
    gateway: &Gateway,
    deed: &Deed,
    order: &str,
    exchanges: &[Exchange],
) -> Step<CardAnswer> {
    let transaction = deed.transaction(order);
    let Some(expected) = deed.expected() else {
        return in_vault(gateway, deed, &transaction, exchanges);
    };
    let Some(made) = exchanges.last() else {
        return Step::Call(request::call(gateway, &transaction, Some(false)));
    };
    let asked = exchanges.len() > 1;
    let receipt = match &made.answer {
        Err(CallError::NotSent) if !asked => return Step::Failed(Failure::Unreachable),
        Err(_) => None,
        Ok(answer) => answer::read(&answer.body),
    };
    let of_it = receipt.filter(|own| asked || own.verdict() != Verdict::None);
    let Some(receipt) = of_it else {
        // It may have been done: it is asked about, once, and never sent again.
        return match asked {
            true => Step::Failed(Failure::Unknown),
            false => Step::Call(request::call(gateway, &transaction, Some(true))),
        };
    };
    let (kind, amount) = expected;
    let ours = receipt.text("ReceiptId") == Some(order)
        && receipt.text("TransType").is_none_or(|own| own == kind)
        && amount.is_none_or(|amount| receipt.amount() == Some(amount));
    match receipt.verdict() {
        Verdict::Approved if ours => Step::Done(told(true, &receipt)),
        Verdict::Declined => Step::Done(told(false, &receipt)),
        Verdict::None if receipt.is_not_found() => Step::Done(told(false, &receipt)),
        Verdict::Approved | Verdict::None => Step::Failed(Failure::Unknown),
    }
}

/// An act of the vault, which is the same when it is done twice.
fn in_vault(
    gateway: &Gateway,
    deed: &Deed,
    transaction: &Transaction<'_>,
    exchanges: &[Exchange],
) -> Step<CardAnswer> {
    let Some(made) = exchanges.last() else {
        return Step::Call(request::call(gateway, transaction, None));
    };
    let answer = match &made.answer {
        Err(CallError::NotSent) => return Step::Failed(Failure::Unreachable),
        Err(CallError::NoAnswer) => return Step::Failed(Failure::Unknown),
        Ok(answer) => answer::read(&answer.body),
    };
    let Some(receipt) = answer else {
        return Step::Failed(Failure::Unknown);
    };
    let mut answer = told(receipt.has_succeeded(), &receipt);
    if let (Deed::AddToken { .. }, true) = (deed, answer.done) {
        let key = receipt.text("DataKey").unwrap_or_default();
        let proof = Proof::made(key, &receipt);
        answer.added = proof.and_then(|proof| proof.left_with(&name_of(key)));
        answer.done = answer.added.is_some();
    }
    Step::Done(answer)
}

fn told(done: bool, receipt: &Receipt) -> CardAnswer {
    let one = |name: &'static str| {
        let text = match name {
            "Message" => receipt.text(name).map(|_| receipt.message()),
            _ => receipt.text(name).map(str::to_owned),
        };
        text.map(|text| (name, text))
    };
    let mut told: Vec<_> = TOLD.into_iter().filter_map(one).collect();
    let meaning = receipt.text("AvsResultCode").and_then(address_means);
    told.extend(meaning.map(|words| ("address", words.to_owned())));
    CardAnswer {
        done,
        told,
        added: None,
    }
}

/// What a comparison of an address came to (*CVD & AVS Simulator*).
fn address_means(code: &str) -> Option<&'static str> {
    Some(match code {
        "Y" => "street and postal code are the card's",
        "A" => "the street is the card's, the postal code is not",
        "Z" => "the postal code is the card's, the street is not",
        "N" => "neither street nor postal code is the card's",
        "U" => "the issuer has not compared it",
        "R" => "the issuer could not compare it: try again later",
        _ => return None,
    })
}

/// A temporary token, or why it is none.
pub(in crate::moneris) fn temporary(text: &str) -> Result<String, String> {
    let fits = is_temporary(text);
    fits.then(|| text.to_owned())
        .ok_or_else(|| "--token must be a temporary token, which begins with ot-".to_owned())
}

#[cfg(test)]
mod tests;
