//! A card's payment with 3-D Secure, from the token or the saved card to the order.
//!
//! `cardCheckEnrollment` opens the transaction with the token of the hosted fields, and
//! `walletCheckEnrollment` with a saved card. With a `redirectionUrl` the browser leaves for it by
//! a form, and `cardValidateAuthenticationAndOrder` follows its return; without one it follows at
//! once (Sogenactif documentation, connector Office, release 24.2, confidence A; the fields C,
//! VTEX's connector).
//!
//! An issuer that was asked without a challenge may want one: acquirerResponseCode A1, the soft
//! decline. Then the payment is opened once more, with a challenge asked for, and a reference of
//! its own: a reference can't be used again even after a failure (Sips documentation, migration
//! pages, B). Where the transaction's name has to be written down before the order, the soft
//! decline comes after the token is gone: it is a refusal then.
//!
//! A payment that the shop's server starts with a saved card has no shopper who could be
//! authenticated: `walletOrder`, as one of a series (warehousenantes/sips-office-sdk-php, C). Only
//! with references of our own: see `naming.rs`.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::calls::{Calls, Halt, ours, unexpected, unsuitable};
use super::config::{Config, Identity};
use super::naming::{self, Name, New};
use super::office::checkout::{
    CardByToken, CardCheckEnrollment, CardValidateAuthenticationAndOrder, WalletCheckEnrollment,
    WalletOrder,
};
use super::office::parts::{FraudData, PaymentOptions, WalletEntry};
use super::payment::{
    Asks, Away, End, Opening, Pays, open, options, purchase, read_memo, settle, write_memo,
};
use super::types::PaymentToken;
use super::vault::Proof;
use super::{shopper, vault};
use crate::contract::{Begin, Begun, Context, Failure, Given, Next, Owner, Proceed, Proceeded};

/// What a second try's reference ends in.
pub(super) const SECOND: &str = "A1";

/// The wish of a second try: the issuer has to see the shopper (warehousenantes/sips-sdk-php, C).
const CHALLENGE: &str = "CHALLENGE_MANDATE";

/// `paymentPattern` of a payment that the shopper agreed to before and is not there for
/// (worldline/sips-sdk-java, list of values, C; that it fits walletOrder is derived, D).
const WITHOUT_SHOPPER: &str = "RECURRING_N";

/// Longest `PaRes` of the first version of 3-D Secure that is passed on.
const PA_RES_MAX: usize = 100_000;

/// What is kept of a saved card that was chosen. Who repeats a request says nothing of who made it.
#[derive(Deserialize, Serialize)]
struct Chosen {
    card: String,
    by_shop: bool,
    /// Of a payment without the shopper: the first one with the shopper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<Proof>,
}

/// What pays.
enum Means {
    Typed {
        token: PaymentToken,
        brand: Option<String>,
        save: bool,
    },
    Saved(WalletEntry),
}

/// What is said of a payment beside the purchase, for its authentication.
#[derive(Clone, Copy)]
struct Wishes<'a> {
    /// The address of the shopper's browser.
    client: Option<IpAddr>,
    /// How the issuer is asked to see the shopper.
    challenge: Option<&'a str>,
}

/// Begins with a saved card: it must be the shopper's, and not have expired.
pub(super) fn begin_saved(
    calls: &mut Calls<'_>,
    begin: &Begin<'_>,
    card: &str,
    by_shop: bool,
) -> Result<Begun, Halt> {
    if by_shop && calls.config.identity != Identity::Reference {
        let detail = "this shop's transactions are not named by references of its own: a saved \
                      card can't be charged without the shopper";
        return Err(unsuitable("card", detail).into());
    }
    let nobody = || unsuitable("card", "the session does not say who the shopper is");
    let owner = Owner::of(begin.context.session).ok_or_else(nobody)?;
    let first = by_shop.then(|| proof_of(begin)).transpose()?;
    let cards = vault::cards(calls, &owner)?;
    let found = cards.into_iter().find(|kept| kept.id == card);
    let found = found.ok_or_else(|| {
        let detail = "is none of the shopper's saved cards; it may have been removed";
        unsuitable("card", detail)
    })?;
    if found.has_expired(begin.context.now) {
        return Err(unsuitable("card", "this saved card has expired").into());
    }
    let chosen = Chosen {
        card: found.id,
        by_shop,
        first,
    };
    Ok(Begun {
        next: Next::Proceed,
        memo: Some(write_memo(&chosen)?),
    })
}

/// A payment without the shopper stands on a first one with the shopper, who was authenticated
/// (Sips release notes 22.1).
fn proof_of(begin: &Begin<'_>) -> Result<Proof, Failure> {
    let detail = "has not paid here with the shopper and 3-D Secure yet, or that is not known: a \
                  payment without the shopper stands on such a first one. Have the shopper pay \
                  with this card once";
    let first = begin.first.and_then(Proof::read);
    first.ok_or_else(|| unsuitable("card", detail))
}

pub(super) fn proceed(calls: &mut Calls<'_>, proceed: &Proceed<'_>) -> Result<Proceeded, Halt> {
    let context = &proceed.context;
    match (proceed.memo, proceed.given) {
        (None, Given::Token { token, brand, save }) => {
            let means = typed(calls.config, context, token, *brand, *save)?;
            pay(calls, proceed, &means)
        }
        (Some(_), Given::Nothing) => {
            let Chosen {
                card,
                by_shop,
                first,
            } = read_memo(proceed.memo)?;
            let entry = entry(context, card)?;
            if by_shop {
                return order_without_shopper(calls, context, entry, first);
            }
            pay(calls, proceed, &Means::Saved(entry))
        }
        (None, _) => Err(unsuitable("token", "is missing: this payment goes on with it").into()),
        (Some(_), _) => Err(unsuitable("token", "this payment is made with a saved card").into()),
    }
}

fn typed(
    config: &Config,
    context: &Context<'_>,
    token: &str,
    brand: Option<&str>,
    save: bool,
) -> Result<Means, Failure> {
    let token = PaymentToken::try_from(token.to_owned());
    let token = token.map_err(|error| unsuitable("token", error.to_string()))?;
    if brand.is_some_and(|brand| !config.brands.iter().any(|known| known == brand)) {
        let detail = format!("must be one of {}", config.brands.join(", "));
        return Err(unsuitable("brand", detail));
    }
    if save && !(config.add_cards && Owner::of(context.session).is_some()) {
        let detail = "must be false: this payment's card can't be saved";
        return Err(unsuitable("save", detail));
    }
    let brand = brand.map(str::to_owned);
    Ok(Means::Typed { token, brand, save })
}

fn entry(context: &Context<'_>, payment_mean_id: String) -> Result<WalletEntry, Failure> {
    let owner = Owner::of(context.session);
    let owner = owner.ok_or_else(|| unexpected("a saved card of nobody's"))?;
    Ok(WalletEntry {
        merchant_wallet_id: vault::wallet_of(&owner)?,
        payment_mean_id,
    })
}

fn pay(calls: &mut Calls<'_>, proceed: &Proceed<'_>, means: &Means) -> Result<Proceeded, Halt> {
    let context = &proceed.context;
    let wishes = Wishes {
        client: proceed.client,
        challenge: None,
    };
    let first = New::of(calls.config, context)?;
    match (attempt(calls, context, means, &first, wishes)?, first) {
        (End::SoftDecline(_), New::Ours(first)) => {
            let second = naming::reference(&format!("{}{SECOND}", first.as_str()))?;
            let second = New::Ours(second);
            let wishes = Wishes {
                challenge: Some(CHALLENGE),
                ..wishes
            };
            attempt(calls, context, means, &second, wishes).map(End::into_inner)
        }
        (end, _) => Ok(end.into_inner()),
    }
}

/// Opens a transaction, and orders it if the browser need not leave and nobody has to remember its
/// name first.
fn attempt(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    means: &Means,
    new: &New,
    wishes: Wishes<'_>,
) -> Result<End, Halt> {
    let (opening, save, card) = match means {
        Means::Typed { token, brand, save } => {
            let request = by_token(context, token, brand.as_ref(), new, wishes)?;
            (open(calls, context, new, &request)?, *save, None)
        }
        Means::Saved(entry) => {
            let request = by_entry(context, entry, new, wishes)?;
            let card = entry.payment_mean_id.clone();
            (open(calls, context, new, &request)?, false, Some(card))
        }
    };
    let mut open = match opening {
        Opening::Open(open) => open,
        Opening::Over(end) => return Ok(end),
    };
    open.away.save = save;
    open.away.card = card;
    if open.url.is_some() {
        return Ok(End::Over(open.proceeded(calls.config, context)?));
    }
    if !new.is_ours_alone() {
        return Ok(End::Over(open.written_down()?));
    }
    order(calls, context, &open.away, None)
}

pub(super) fn finalise(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    away: &Away,
    posted: &[(String, String)],
) -> Result<Proceeded, Halt> {
    let mut posted = posted.iter();
    let pa_res = posted.find(|(name, _)| name.eq_ignore_ascii_case("PaRes"));
    let pa_res = pa_res
        .map(|(_, value)| value.clone())
        .filter(|text| text.len() <= PA_RES_MAX);
    order(calls, context, away, pa_res).map(End::into_inner)
}

/// Reads the authentication and orders the payment: its answer is the fact.
fn order(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    away: &Away,
    pa_res_message: Option<String>,
) -> Result<End, Halt> {
    let request = CardValidateAuthenticationAndOrder {
        transaction: away.name.id(),
        echo: away.echo(),
        pa_res_message,
    };
    let pays = match &away.card {
        Some(card) => Pays::WithSaved(card),
        None if away.save => Pays::AndIsSaved,
        None => Pays::Once,
    };
    settle(calls, context, &away.name, &request, Asks::ToOrder(pays))
}

/// Orders with a saved card. A soft decline is a refusal: nobody is there to be authenticated.
fn order_without_shopper(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    entry: WalletEntry,
    first: Option<Proof>,
) -> Result<Proceeded, Halt> {
    let name = Name::Reference(naming::of_single_call(calls.config, context)?);
    let request = WalletOrder {
        purchase: purchase(context)?,
        transaction: name.id(),
        entry,
        options: PaymentOptions {
            payment_pattern: Some(WITHOUT_SHOPPER.to_owned()),
            initial_scheme_transaction_identifier: first.and_then(|first| first.scheme),
            // Whoever asks here is the shop's server.
            ..options(context, None)?
        },
    };
    let asks = Asks::ToOrder(Pays::Once);
    settle(calls, context, &name, &request, asks).map(End::into_inner)
}

fn by_token(
    context: &Context<'_>,
    token: &PaymentToken,
    brand: Option<&String>,
    new: &New,
    wishes: Wishes<'_>,
) -> Result<CardCheckEnrollment, Failure> {
    Ok(CardCheckEnrollment {
        purchase: purchase(context)?,
        transaction: new.id(),
        merchant_return_url: context.addresses.back.clone().try_into().map_err(ours)?,
        card: CardByToken {
            payment_token: Some(token.clone()),
            payment_mean_brand: brand.cloned(),
            ..CardByToken::default()
        },
        merchant_name: None,
        customer_account_historic: None,
        options: PaymentOptions {
            payment_mean_brand_selection_status: brand.map(|_| "APPLIED_HOLDER".to_owned()),
            ..wishing(context, wishes)?
        },
    })
}

fn by_entry(
    context: &Context<'_>,
    entry: &WalletEntry,
    new: &New,
    wishes: Wishes<'_>,
) -> Result<WalletCheckEnrollment, Failure> {
    let back = context.addresses.back.clone();
    Ok(WalletCheckEnrollment {
        purchase: purchase(context)?,
        transaction: new.id(),
        entry: entry.clone(),
        merchant_return_url: Some(back.try_into().map_err(ours)?),
        merchant_name: None,
        options: wishing(context, wishes)?,
    })
}

/// What is said of a payment that may be authenticated: a wish for how, and all that the shop told
/// of its shopper, by which the issuer decides whether it has to see them.
fn wishing(context: &Context<'_>, wishes: Wishes<'_>) -> Result<PaymentOptions, Failure> {
    let session = context.session;
    Ok(PaymentOptions {
        billing_address: Some(shopper::address(&session.shopper.address)),
        customer_contact: Some(shopper::contact(&session.shopper)),
        shopping_cart_detail: Some(shopper::basket(session)),
        fraud_data: wishes.challenge.map(|mode| FraudData {
            challenge_mode_3ds: Some(mode.to_owned()),
            ..FraudData::default()
        }),
        ..options(context, wishes.client)?
    })
}

#[cfg(test)]
mod tests;
