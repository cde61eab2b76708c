//! Profiles and the cards in them: what an order has to do with one, and the customer vault beside
//! the hosted API (SDK, PHP: `customervaultservice.php`). That a profile is found by the shop's own
//! name of it is told by public integrations, the code 5269 by the vault's pages on errors.

use serde_json::{Value, json};

use super::refusal::{Outcome, refuse};
use super::world::{Kept, OfProfile, Order, Profile, World};
use crate::ids::random_id;

/// The profile that an order names, or makes.
pub(super) fn profile_of(world: &mut World, asked: Option<&Value>) -> Outcome<Option<OfProfile>> {
    let Some(asked) = asked else {
        return Ok(None);
    };
    let text = |name: &str| asked[name].as_str().map(str::to_owned);
    let Some(id) = text("id") else {
        let customer = text("merchantCustomerId");
        let customer = customer.ok_or_else(|| refuse(400, "2524", "the profile has no name"))?;
        if world.profiles.iter().any(|it| it.customer == customer) {
            return Err(refuse(400, "2531", "the customer has a profile"));
        }
        let id = random_id();
        world.profiles.push(Profile {
            id: id.clone(),
            customer,
            cards: Vec::new(),
        });
        return Ok(Some(OfProfile { id, card: None }));
    };
    let profile = world.profiles.iter().find(|it| it.id == id);
    let profile = profile.ok_or_else(|| refuse(400, "2524", "no such profile"))?;
    let Some(token) = text("paymentToken") else {
        return Ok(Some(OfProfile { id, card: None }));
    };
    let mut all = world.profiles.iter().flat_map(|it| &it.cards);
    if all.all(|card| card.token != token) {
        return Err(refuse(400, "2525", "no such token"));
    }
    let card = profile.cards.iter().find(|card| card.token == token);
    let card = card.ok_or_else(|| refuse(400, "2528", "the token is another profile's"))?;
    let card = Some(card.clone());
    Ok(Some(OfProfile { id, card }))
}

/// The cards of the profile that an order names alone: its page offers them, and a new one.
pub(super) fn offered<'a>(world: &'a World, order: &Order) -> &'a [Kept] {
    let of = order.profile.as_ref().filter(|of| of.card.is_none());
    let profile = of.and_then(|of| world.profiles.iter().find(|it| it.id == of.id));
    profile.map_or(&[], |profile| profile.cards.as_slice())
}

/// Keeps the card that paid an order with a profile, once.
pub(super) fn keep(world: &mut World, order: &Order) {
    let paid = order.transaction.as_ref();
    let accepted = paid.is_some_and(|paid| paid.status == "success");
    let (Some(of), Some(digits)) = (&order.profile, order.paid_with.filter(|_| accepted)) else {
        return;
    };
    let Some(profile) = world.profiles.iter_mut().find(|it| it.id == of.id) else {
        return;
    };
    if of.card.is_none() && profile.cards.iter().all(|card| card.digits != digits) {
        profile.cards.push(Kept {
            id: random_id(),
            token: format!("T0KEN-{}", random_id()),
            digits,
        });
    }
    // From then on the order tells what pays with it.
    let kept = profile
        .cards
        .iter()
        .find(|card| card.digits == digits)
        .cloned();
    if let Some(of) = world
        .find(&order.id)
        .and_then(|order| order.profile.as_mut())
    {
        of.card = kept;
    }
}

fn shown(profile: &Profile) -> Value {
    let cards = profile.cards.iter().map(|card| {
        let shown = card.digits.len().saturating_sub(4);
        json!({
            "status": "ACTIVE",
            "id": card.id,
            "cardBin": card.digits.get(..6),
            "lastDigits": card.digits.get(shown..),
            "cardExpiry": {"year": 2030, "month": 12},
            "cardType": "VI",
            "paymentToken": card.token,
            "defaultCardIndicator": false,
        })
    });
    json!({
        "id": profile.id,
        "status": "ACTIVE",
        "merchantCustomerId": profile.customer,
        "paymentToken": format!("P-{}", profile.id),
        "cards": cards.collect::<Vec<_>>(),
    })
}

/// The profile that the shop calls so.
pub(super) fn find(world: &World, customer: &str) -> Outcome<Value> {
    let mut profiles = world.profiles.iter();
    let found = profiles.find(|it| it.customer == customer);
    found
        .map(shown)
        .ok_or_else(|| refuse(404, "5269", "no such profile"))
}

/// Removes a card.
pub(super) fn remove(world: &mut World, id: &str, card: &str) -> Outcome<Value> {
    let mut profiles = world.profiles.iter_mut();
    let cards = profiles.find(|it| it.id == id).map(|it| &mut it.cards);
    let cards = cards.ok_or_else(|| refuse(404, "5269", "no such profile"))?;
    let before = cards.len();
    cards.retain(|kept| kept.id != card);
    if cards.len() == before {
        return Err(refuse(404, "5269", "no such card"));
    }
    Ok(json!({}))
}
