//! The vault: cards by keys.

use super::read::Asked;
use super::world::{Profile, Receipt};
use crate::ids::random_id;
use crate::moneris::world::{End, World};

/// The number of the terminals' test card.
const NUMBER: &str = "4242424242424242";
/// Until when it pays.
const EXPIRES: &str = "3012";
/// What is not there. The code is the sandbox's.
const GONE: &str = "983";

/// A key has 25 letters and digits.
fn new_key() -> String {
    let random = random_id();
    random.get(..25).unwrap_or(&random).to_owned()
}

fn masked(profile: &Profile) -> String {
    let (first, last) = (profile.number.get(..4), profile.number.get(12..));
    format!(
        "{}***{}",
        first.unwrap_or_default(),
        last.unwrap_or_default()
    )
}

fn told(profile: &Profile, with_key: bool) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("cust_id", profile.customer.clone()),
        ("phone", "null".to_owned()),
        ("email", "null".to_owned()),
        ("note", "null".to_owned()),
        ("crypt_type", "7".to_owned()),
        ("masked_pan", masked(profile)),
        ("expdate", profile.expires.clone()),
    ];
    if with_key {
        fields.insert(0, ("payment_type", "cc".to_owned()));
        fields.insert(0, ("data_key", profile.key.clone()));
    }
    fields
}

pub(super) fn answer(world: &mut World, asked: &Asked) -> Receipt {
    match asked.name.as_str() {
        "res_tokenize_cc" => tokenize(world, asked),
        "res_lookup_masked" => match of_key(world, asked) {
            Some(profile) => {
                let found = Receipt::of_vault(true, "001", "Successfully located CC details.");
                found
                    .with("DataKey", &profile.key)
                    .with_profile(told(&profile, false))
            }
            None => Receipt::of_vault(false, GONE, "Data key was not found"),
        },
        "res_delete" => match of_key(world, asked) {
            Some(profile) => {
                world.gateway.profiles.retain(|own| own.key != profile.key);
                let gone = Receipt::of_vault(true, "001", "Successfully deleted CC details.");
                gone.with("DataKey", &profile.key)
                    .with_profile(told(&profile, false))
            }
            None => Receipt::of_vault(false, GONE, "Data key was not found"),
        },
        "res_get_expiring" => expiring(world),
        "res_update_cc" => update(world, asked),
        "res_add_token" => add(world, asked),
        _ => Receipt::refused("Invalid transaction type"),
    }
}

fn of_key(world: &World, asked: &Asked) -> Option<Profile> {
    let key = asked.text("data_key")?;
    let mut all = world.gateway.profiles.iter();
    all.find(|own| own.key == key).cloned()
}

/// Makes a profile of a terminal's transaction: of a credit card's, that the bank approved.
fn tokenize(world: &mut World, asked: &Asked) -> Receipt {
    let order = asked.text("order_id").unwrap_or_default();
    let number = asked.text("txn_number");
    let own = world.commands.iter().find(|own| {
        let end = own.end.as_ref().filter(|end| end.is_approved());
        own.order == order
            && number.is_some()
            && end.and_then(|end| end.transaction.as_deref()) == number
    });
    let fits = |end: &End| !end.offline && end.tender == "Credit";
    if !own.and_then(|own| own.end.as_ref()).is_some_and(fits) {
        return Receipt::refused("No transaction corresponds to the order Id and transaction Id");
    }
    let profile = Profile {
        key: new_key(),
        customer: asked.text("cust_id").unwrap_or("null").to_owned(),
        number: NUMBER,
        expires: EXPIRES.to_owned(),
        issuer: "355689484440192".to_owned(),
    };
    world.gateway.profiles.push(profile.clone());
    let made = Receipt::of_vault(true, "001", "Successfully registered CC details.")
        .with("DataKey", &profile.key)
        .with_profile(told(&profile, false));
    match asked.text("return_issuer_id") {
        Some("true") => made.with("IssuerId", &profile.issuer),
        _ => made,
    }
}

fn is_month(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Changes until when a card pays.
fn update(world: &mut World, asked: &Asked) -> Receipt {
    let Some(expires) = asked.text("expdate").filter(|text| is_month(text)) else {
        return Receipt::refused("Invalid expiry date");
    };
    let key = asked.text("data_key").unwrap_or_default();
    let mut all = world.gateway.profiles.iter_mut();
    let Some(profile) = all.find(|own| own.key == key) else {
        return Receipt::of_vault(false, GONE, "Data key was not found");
    };
    expires.clone_into(&mut profile.expires);
    Receipt::of_vault(true, "001", "Successfully updated CC details.")
        .with("DataKey", &profile.key)
        .with_profile(told(profile, false))
}

/// Makes a profile of a temporary token. Any of the shape of one is of the test card.
fn add(world: &mut World, asked: &Asked) -> Receipt {
    let temporary = asked.text("data_key").unwrap_or_default();
    let expires = asked.text("expdate").filter(|text| is_month(text));
    let (true, Some(expires)) = (temporary.starts_with("ot-"), expires) else {
        return Receipt::of_vault(false, GONE, "Data key was not found");
    };
    let profile = Profile {
        key: new_key(),
        customer: asked.text("cust_id").unwrap_or("null").to_owned(),
        number: NUMBER,
        expires: expires.to_owned(),
        issuer: "355689484440192".to_owned(),
    };
    world.gateway.profiles.push(profile.clone());
    Receipt::of_vault(true, "001", "Successfully registered CC details.")
        .with("DataKey", &profile.key)
        .with_profile(told(&profile, false))
}

/// Profiles whose card ends this month or the next.
fn expiring(world: &World) -> Receipt {
    let now = world.now().to_zoned(jiff::tz::TimeZone::UTC);
    let this = now.strftime("%y%m").to_string();
    let next = now.checked_add(jiff::Span::new().months(1));
    let next = next.map_or_else(|_| this.clone(), |next| next.strftime("%y%m").to_string());
    let all = world.gateway.profiles.iter();
    let ends = all.filter(|own| own.expires >= this && own.expires <= next);
    let ends: Vec<_> = ends.map(|own| told(own, true)).collect();
    let message = format!("Successfully located {} expiring cards.", ends.len());
    let located = Receipt::of_vault(true, "001", &message);
    ends.into_iter().fold(located, Receipt::with_profile)
}
