//! Cards that the platform keeps for a shopper, in a profile of its customer vault.
//!
//! The hosted API makes a profile with an order and pays with a profile's token (DOC, *Scenarios*;
//! MAG, WC); its sibling with the same key, the customer vault, tells and removes the cards (SDK,
//! PHP: `profiles/{id}?fields=cards`, `profiles/{id}/cards/{id}`). That a profile is found by the
//! shop's own name of it stands in two public integrations of Paysafe's (C#, Visual Basic), and the
//! shape of the answer in three test samples of one.
//!
//! A token is read when it is paid with, and kept nowhere: the browser, the books and the log know
//! a card by its id in the profile, which opens nothing.

use guichet_domain::session::Session;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::answer::{OrderId, Text, Token};
use super::calls::{Calls, Does, Halt, Request, Told, refused, unexpected};
use super::request::plain_text;
use crate::contract::{Failure, HttpMethod, Owner, VaultCard};

/// What makes these names unlike any other of ours.
const DOMAIN: &str = "guichet/netbanx/profile/1";
/// Longest name of a person (SDK, PHP).
const NAME_MAX: usize = 80;

/// A profile, with its cards.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    pub(super) id: OrderId,
    #[serde(default)]
    merchant_customer_id: Option<Text>,
    #[serde(default)]
    cards: Option<Vec<Kept>>,
}

/// A card of a profile.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    id: OrderId,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    card_type: Option<String>,
    #[serde(default)]
    last_digits: Option<Text>,
    #[serde(default)]
    card_expiry: Option<Expiry>,
    #[serde(default)]
    payment_token: Option<Token>,
}

#[derive(Debug, Deserialize)]
struct Expiry {
    year: i16,
    month: i8,
}

impl Kept {
    fn is_active(&self) -> bool {
        let status = self.status.as_deref();
        status.is_none_or(|status| status == "ACTIVE") && self.payment_token.is_some()
    }

    fn shown(&self) -> VaultCard {
        let digits = self.last_digits.as_ref().map_or("", Text::as_str);
        let shown = digits.len().saturating_sub(4);
        VaultCard {
            id: String::from(self.id.clone()),
            brand: brand(self.card_type.as_deref().unwrap_or_default()),
            last_digits: digits.get(shown..).unwrap_or_default().to_owned(),
            expires: self.card_expiry.as_ref().map(|it| (it.year, it.month)),
        }
    }
}

/// The vault's two letters for a brand (SDK, PHP), in the words that the other platforms have.
fn brand(code: &str) -> String {
    let brand = match code {
        "AM" => "AMEX",
        "DI" => "DISCOVER",
        "JC" => "JCB",
        "MC" => "MASTERCARD",
        "MD" => "MAESTRO",
        "VI" | "VD" | "VE" => "VISA",
        other => other,
    };
    brand.to_owned()
}

impl Profile {
    /// The cards that can pay.
    pub(super) fn cards(&self) -> Vec<VaultCard> {
        let kept = self.cards.iter().flatten().filter(|kept| kept.is_active());
        kept.map(Kept::shown).collect()
    }

    /// What pays with one of its cards, as an order takes it.
    pub(super) fn pays_with(&self, card: &str) -> Option<Value> {
        let mut kept = self.cards.iter().flatten();
        let kept = kept.find(|kept| kept.is_active() && kept.id.as_str() == card)?;
        Some(json!({"id": self.id, "paymentToken": kept.payment_token}))
    }
}

/// The profile of an owner; none where the shopper has none yet.
pub(super) fn profile(calls: &mut Calls<'_>, owner: &Owner<'_>) -> Result<Option<Profile>, Halt> {
    let name = owner.pseudonym(DOMAIN);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("merchantCustomerId", &name)
        .append_pair("fields", "cards")
        .finish();
    let request = Request {
        query,
        ..Request::new(Does::Reads, HttpMethod::Get, "profiles")
    };
    match calls.ask::<Profile>(&request)? {
        Told::Yes(profile) => {
            let named = profile.merchant_customer_id.as_ref();
            // Nobody's card is shown to another one, whatever the platform takes the query for.
            let own = named.is_some_and(|named| named.as_str() == name);
            let other = || unexpected("a profile of another shopper");
            own.then_some(Some(profile)).ok_or_else(|| other().into())
        }
        // With a code: the platform says so, and not whatever answers in its place.
        Told::No { status: 404, code } if !code.is_empty() => Ok(None),
        Told::No { status, code } => Err(refused("profile", status, &code).into()),
    }
}

/// What an order says so that the card which pays it is added to the shopper's: the profile that
/// there is, or a new one.
pub(super) fn to_save_in(calls: &mut Calls<'_>, session: &Session) -> Result<Value, Halt> {
    let nobody = || unexpected("a card to save, of nobody");
    let owner = Owner::of(session).ok_or_else(nobody)?;
    if let Some(profile) = profile(calls, &owner)? {
        return Ok(json!({"id": profile.id}));
    }
    let shopper = &session.shopper;
    let name = |name: &Option<String>| {
        let name = name.as_deref()?;
        plain_text(name, NAME_MAX)
    };
    Ok(json!({
        "merchantCustomerId": owner.pseudonym(DOMAIN),
        "firstName": name(&shopper.first_name),
        "lastName": name(&shopper.last_name),
    }))
}

/// Removes a card. To remove twice is to remove once.
pub(super) fn remove(calls: &mut Calls<'_>, owner: &Owner<'_>, card: &str) -> Result<(), Halt> {
    let Some(profile) = profile(calls, owner)? else {
        return Ok(());
    };
    let Some(card) = OrderId::parse(card) else {
        return Ok(());
    };
    let request = Request {
        profile: Some(&profile.id),
        id: Some(&card),
        ..Request::new(Does::Reads, HttpMethod::Delete, "card")
    };
    match calls.ask::<IgnoredAny>(&request)? {
        Told::Yes(_) => Ok(()),
        Told::No { status: 404, code } if !code.is_empty() => Ok(()),
        Told::No { status, code } => Err(refused("card", status, &code).into()),
    }
}

/// What a session pays with, if the card is its shopper's.
pub(super) fn chosen(
    calls: &mut Calls<'_>,
    session: &Session,
    card: &str,
    now: jiff::Timestamp,
) -> Result<Value, Halt> {
    let nobody = || unsuitable("the session does not say who the shopper is");
    let owner = Owner::of(session).ok_or_else(nobody)?;
    let profile = profile(calls, &owner)?;
    let gone = || unsuitable("is none of the shopper's saved cards; it may have been removed");
    let profile = profile.ok_or_else(gone)?;
    let pays = profile.pays_with(card).ok_or_else(gone)?;
    let expired = |kept: &VaultCard| kept.id == card && kept.has_expired(now);
    if profile.cards().iter().any(expired) {
        return Err(unsuitable("this saved card has expired").into());
    }
    Ok(pays)
}

fn unsuitable(detail: &'static str) -> Failure {
    Failure::Unsuitable(guichet_domain::FieldError::new("card", detail))
}

#[cfg(test)]
mod tests;
