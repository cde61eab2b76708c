//! Cards that the platform keeps for a shopper: the group `wallet` (Sogenactif documentation,
//! connector Office, release 24.2: getWalletData and addCard confidence A, deletePaymentMean C).

use serde::{Deserialize, Serialize};

use super::calls::{Calls, Halt, ours, refused, unexpected};
use super::config::Config;
use super::office::parts::{PaymentAnswer, WalletEntry};
use super::office::wallet::{AddCard, DeletePaymentMean, GetWalletData, PaymentMean};
use super::types::{TokenPan, WalletId};
use crate::contract::{Failure, First, Owner, Save, VaultCard};

/// What makes these digests unlike any other of ours.
const DOMAIN: &str = "guichet/sogenactif/wallet/1";

/// The shopper's wallet. A `merchantWalletId` has 21 characters at most.
pub(super) fn wallet_of(owner: &Owner<'_>) -> Result<WalletId, Failure> {
    let wallet = WalletId::try_from(owner.pseudonym(DOMAIN));
    wallet.map_err(|error| unexpected(format!("merchantWalletId {error}")))
}

/// The cards of a wallet, with those that have expired. Nobody has one before a card was added.
pub(super) fn cards(calls: &mut Calls<'_>, owner: &Owner<'_>) -> Result<Vec<VaultCard>, Halt> {
    let answer = calls.ask(&GetWalletData {
        merchant_wallet_id: wallet_of(owner)?,
    })?;
    match answer.code.as_str() {
        "00" => {}
        "01" => return Ok(Vec::new()),
        _ => return Err(refused("getWalletData", &answer).into()),
    }
    let read = answer.read::<GetWalletData>();
    let read = read.map_err(|error| unexpected(error.to_string()))?;
    let entries = read.wallet_payment_mean_data_list.unwrap_or_default();
    Ok(entries.into_iter().filter_map(card).collect())
}

/// The entry as a card; a mandate or another wallet is none.
fn card(entry: PaymentMean) -> Option<VaultCard> {
    let filled = |text: &String| !text.is_empty();
    let masked = entry.masked_pan.filter(filled)?;
    if entry.mandate_id.is_some_and(|id| !id.is_empty()) {
        return None;
    }
    let is_digit = |c: &char| c.is_ascii_digit();
    let shown = masked.chars().rev().take_while(is_digit).take(4).count();
    let last_digits = masked.get(masked.len() - shown..).unwrap_or_default();
    Some(VaultCard {
        id: entry.payment_mean_id.filter(filled)?,
        brand: entry.payment_mean_brand.unwrap_or_default(),
        last_digits: last_digits.to_owned(),
        expires: entry.pan_expiry_date.as_deref().and_then(month),
    })
}

/// A month, `YYYYMM`.
fn month(text: &str) -> Option<(i16, i8)> {
    let digits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
    let (year, month) = text.split_at_checked(4).filter(|_| digits)?;
    let month = month
        .parse()
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    Some((year.parse().ok()?, month))
}

pub(super) fn remove(calls: &mut Calls<'_>, owner: &Owner<'_>, card: &str) -> Result<(), Halt> {
    let request = DeletePaymentMean {
        entry: WalletEntry {
            merchant_wallet_id: wallet_of(owner)?,
            payment_mean_id: card.to_owned(),
        },
    };
    let answer = calls.ask(&request).map_err(again)?;
    match answer.code.as_str() {
        "00" | "01" => Ok(()),
        _ => Err(refused("deletePaymentMean", &answer).into()),
    }
}

/// To remove twice is to remove once: nothing has to be looked up before another try.
fn again(halt: Halt) -> Halt {
    match halt {
        Halt::Failed(Failure::Unknown) => Failure::Unreachable.into(),
        halt => halt,
    }
}

/// What [`Save`] holds.
#[derive(Deserialize, Serialize)]
struct Saving {
    token: TokenPan,
    expiry: String,
    brand: Option<String>,
    first: Option<Proof>,
}

/// What [`First::proof`] holds: that the shopper was authenticated, and the scheme's own name of
/// the payment, where the platform told it.
#[derive(Deserialize, Serialize)]
pub(super) struct Proof {
    pub(super) scheme: Option<String>,
}

impl Proof {
    /// Reads it.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Of an order that was accepted. None if the shopper was not authenticated.
    fn of(order: &PaymentAnswer) -> Option<Self> {
        let holder = order.holder_authent_status.as_ref()?;
        let scheme = order.scheme_transaction_identifier.clone();
        holder.has_succeeded().then(|| Self {
            scheme: scheme.filter(|id| !id.is_empty()),
        })
    }

    fn left_with(&self, card: &str) -> Option<First> {
        Some(First {
            card: card.to_owned(),
            proof: serde_json::to_string(self).ok()?,
        })
    }
}

/// What the payment of a saved card left, that the shopper made.
pub(super) fn first_of(card: &str, order: &PaymentAnswer) -> Option<First> {
    Proof::of(order)?.left_with(card)
}

/// The card of an order that was accepted, to be added to its shopper's. None where the platform
/// does not tell what stands for it.
pub(super) fn to_save(config: &Config, order: &PaymentAnswer) -> Option<Save> {
    let expiry = order.pan_expiry_date.clone();
    let saving = Saving {
        token: order.token_pan.clone()?.try_into().ok()?,
        expiry: expiry.filter(|text| config.add_cards && month(text).is_some())?,
        brand: order.payment_mean_brand.clone(),
        first: Proof::of(order),
    };
    serde_json::to_string(&saving).ok().map(Save)
}

pub(super) fn add(
    calls: &mut Calls<'_>,
    owner: &Owner<'_>,
    save: &Save,
) -> Result<Option<First>, Halt> {
    let saving = serde_json::from_str::<Saving>(&save.0);
    // The error would quote the token.
    let saving = saving.map_err(|_| unexpected("addCard: nothing to save"))?;
    let token_pan = "TOKEN_PAN".to_owned().try_into();
    let answer = calls.ask(&AddCard {
        merchant_wallet_id: wallet_of(owner)?,
        payment_token: None,
        card_number: Some(saving.token),
        pan_type: Some(token_pan.map_err(ours)?),
        card_expiry_date: Some(saving.expiry),
        payment_mean_alias: None,
        payment_mean_brand: saving.brand,
    })?;
    match answer.code.as_str() {
        "00" => {}
        // It has a first payment.
        "94" => return Ok(None),
        _ => return Err(refused("addCard", &answer).into()),
    }
    let card = answer.message.text("paymentMeanId");
    let card = card.filter(|card| !card.is_empty());
    let first = saving.first.zip(card);
    Ok(first.and_then(|(proof, card)| proof.left_with(card)))
}

#[cfg(test)]
mod tests;
