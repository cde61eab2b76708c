//! The vault: cards out of a terminal's transactions.
//!
//! The gateway can't be asked which profiles a customer has (SDK: each question names a profile,
//! but the one for those that expire). So the books keep the key of each, with whose it is. What
//! others see in its place is a digest.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use guichet_domain::FieldError;
use guichet_domain::PartStatus;
use guichet_domain::event::{Part, PaymentEvent, PlatformFact};
use serde::{Deserialize, Serialize};

use super::Calls;
use super::answer::{Profile, Receipt};
use super::request::Transaction;
use crate::contract::{Exchange, Failure, First, Owner, Save, Step, StillToAdd, VaultCard};
use crate::halt::{Halt, step, unexpected};
use crate::moneris::config::Gateway;

/// What makes these digests unlike any other of ours.
const DOMAIN: &str = "guichet/moneris/customer/1";
const CARD_DOMAIN: &str = "guichet/moneris/card/1";

/// Most cards of one shopper that are asked about, the latest ones: each takes a call.
const CARDS_MAX: usize = 6;
/// Longest key of a profile (DOC shows 25; up to 50 are allowed).
const KEY_MAX: usize = 50;

/// What the shopper is called there.
pub(in crate::moneris) fn customer(owner: &Owner<'_>) -> String {
    owner.pseudonym(DOMAIN)
}

/// What [`First::proof`] holds.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
pub(in crate::moneris) struct Proof {
    /// The profile's key.
    pub(super) key: String,
    /// The issuer's own name of the card's first payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) issuer: Option<String>,
    /// The card as it was shown when it was kept: by that it is known again.
    #[serde(default)]
    pub(super) shown: String,
}

/// Shows no key.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof(…)")
    }
}

impl Proof {
    pub(in crate::moneris) fn read(text: &str) -> Option<Self> {
        let proof: Self = serde_json::from_str(text).ok()?;
        is_key(&proof.key).then_some(proof)
    }

    /// Of a profile that was made.
    pub(super) fn made(key: &str, receipt: &Receipt) -> Option<Self> {
        is_key(key).then(|| Self {
            key: key.to_owned(),
            issuer: receipt.text("IssuerId").map(str::to_owned),
            shown: receipt.profiles().first().map(shown).unwrap_or_default(),
        })
    }

    pub(super) fn left_with(&self, card: &str) -> Option<First> {
        Some(First {
            card: card.to_owned(),
            proof: serde_json::to_string(self).ok()?,
        })
    }
}

fn is_key(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (1..=KEY_MAX).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether it is a temporary token of hosted tokenisation (DOC).
pub(super) fn is_temporary(text: &str) -> bool {
    text.starts_with("ot-") && is_key(text)
}

/// What a profile is called where others see it: nothing pays with that.
pub(super) fn name_of(key: &str) -> String {
    let named = [CARD_DOMAIN, key].join("\n");
    let digest = digest(&SHA256, named.as_bytes());
    hex::encode(digest.as_ref().get(..12).unwrap_or_default())
}

/// What [`Save`] holds: the transaction of the terminal.
#[derive(Deserialize, Serialize)]
struct Saving {
    order: String,
    transaction: String,
    tender: String,
    offline: bool,
}

/// What the books keep of a card until its profile is made.
#[derive(Deserialize, Serialize)]
struct Unmade {
    #[serde(flatten)]
    saving: Saving,
    /// When it was asked for first, and last; Unix seconds.
    from: i64,
    asked: i64,
}

/// How long a profile is tried to be made.
const TRIED_FOR: i64 = 3 * 24 * 3600;
/// How many pauses between two tries somebody may be at it: more than a call takes.
const AT_IT: i64 = 5;

impl Unmade {
    fn read(kept: &First) -> Option<Self> {
        serde_json::from_str(&kept.proof).ok()
    }

    fn kept(&self) -> Option<First> {
        Some(First {
            // No profile's key has such a sign in it.
            card: name_of(&format!(
                "{}/{}",
                self.saving.order, self.saving.transaction
            )),
            proof: serde_json::to_string(self).ok()?,
        })
    }
}

/// What is kept until a profile is made of it; none where none is. Asked for anew, it is the same
/// card, asked for later.
pub(in crate::moneris) fn before_added(save: &Save, now: i64) -> Option<First> {
    if let Ok(unmade) = serde_json::from_str::<Unmade>(&save.0) {
        return Unmade {
            asked: now,
            ..unmade
        }
        .kept();
    }
    let saving: Saving = serde_json::from_str(&save.0).ok()?;
    if saving.objection().is_some() {
        return None;
    }
    let unmade = Unmade {
        saving,
        from: now,
        asked: now,
    };
    unmade.kept()
}

/// A lost answer is asked for anew: `res_tokenize_cc` may leave a profile behind that nobody knows,
/// and that nothing can be paid with.
pub(in crate::moneris) fn still_to_add(kept: &First, pause: i64, now: i64) -> StillToAdd {
    match Unmade::read(kept) {
        None => StillToAdd::Added,
        Some(unmade) if now - unmade.from > TRIED_FOR => StillToAdd::Never,
        Some(unmade) if now - unmade.asked < pause * AT_IT => StillToAdd::Waits,
        Some(_) => StillToAdd::Again(Save(kept.proof.clone())),
    }
}

/// The card of a fact that a terminal told, to be added to its shopper's; none where it did not
/// pay.
pub(in crate::moneris) fn to_save(fact: &PlatformFact) -> Option<Save> {
    let PaymentEvent::Part(part) = &fact.event else {
        return None;
    };
    let saving = Saving::of(&fact.reference, part)?;
    serde_json::to_string(&saving).ok().map(Save)
}

impl Saving {
    fn of(reference: &str, part: &Part) -> Option<Self> {
        let told = part.at_terminal.as_ref()?;
        (part.status == PartStatus::Accepted).then(|| Self {
            order: reference.to_owned(),
            transaction: part.transaction.clone(),
            tender: told.tender.clone(),
            offline: told.offline,
        })
    }

    /// Why no token is made of it. Known before any call.
    fn objection(&self) -> Option<&'static str> {
        if self.offline {
            return Some(
                "was approved offline: of that no token can be made (Moneris Go guide, 8)",
            );
        }
        (!self.tender.eq_ignore_ascii_case("credit")).then_some(
            "is no credit card: no document of the platform tells of a token of a debit card",
        )
    }
}

/// Makes a profile of the transaction. One that the shopper has already is not kept twice.
pub(in crate::moneris) fn add(
    gateway: &Gateway,
    owner: &Owner<'_>,
    save: &Save,
    exchanges: &[Exchange],
) -> Step<Option<First>> {
    step(tokenize(gateway, owner, save, exchanges))
}

fn tokenize(
    gateway: &Gateway,
    owner: &Owner<'_>,
    save: &Save,
    exchanges: &[Exchange],
) -> Result<Option<First>, Halt> {
    let saving: Saving = serde_json::from_str(&save.0)
        .map_err(|_| unexpected("what is to be saved can't be read"))?;
    if let Some(objection) = saving.objection() {
        return Err(Failure::Unsuitable(FieldError::new("card", objection)).into());
    }
    let calls = &mut Calls::new(gateway, exchanges);
    let receipt = calls.ask(&Transaction::ResTokenizeCc {
        order_id: &saving.order,
        txn_number: &saving.transaction,
        cust_id: &customer(owner),
    })?;
    let key = receipt.text("DataKey").unwrap_or_default();
    let proof = Proof::made(key, &receipt).filter(|_| receipt.has_succeeded());
    let Some(proof) = proof else {
        return Err(unexpected(format!("res_tokenize_cc: {}", receipt.message())).into());
    };
    let mut kept = owner.kept.iter().filter_map(|own| Proof::read(&own.proof));
    let there = kept.any(|own| own.key != proof.key && own.shown == proof.shown);
    if there && !proof.shown.is_empty() {
        delete(calls, key)?;
        return Ok(None);
    }
    Ok(proof.left_with(&name_of(key)))
}

/// A card's ends and its date.
fn shown(profile: &Profile) -> String {
    let text = |name| profile.text(name).unwrap_or_default();
    match (text("masked_pan"), text("expdate")) {
        ("", _) => String::new(),
        (masked, expires) => format!("{masked}/{expires}"),
    }
}

/// The cards of which the books keep something, and that the vault still has.
pub(in crate::moneris) fn cards(
    gateway: &Gateway,
    owner: &Owner<'_>,
    exchanges: &[Exchange],
) -> Step<Vec<VaultCard>> {
    step(list(gateway, owner, exchanges))
}

fn list(
    gateway: &Gateway,
    owner: &Owner<'_>,
    exchanges: &[Exchange],
) -> Result<Vec<VaultCard>, Halt> {
    let calls = &mut Calls::new(gateway, exchanges);
    let mut cards = Vec::new();
    let made = owner.kept.iter();
    let made = made.filter_map(|kept| Some((kept, Proof::read(&kept.proof)?)));
    for (kept, proof) in made.take(CARDS_MAX) {
        let receipt = calls.ask(&Transaction::ResLookupMasked {
            data_key: &proof.key,
        })?;
        if receipt.is_gone() {
            continue;
        }
        let [profile] = receipt.profiles() else {
            return Err(unexpected("res_lookup_masked: not one profile").into());
        };
        if !receipt.has_succeeded() {
            return Err(unexpected(format!("res_lookup_masked: {}", receipt.message())).into());
        }
        cards.extend(card(&kept.card, profile));
    }
    Ok(cards)
}

fn card(name: &str, profile: &Profile) -> Option<VaultCard> {
    let masked = profile.text("masked_pan")?;
    let is_digit = |c: &char| c.is_ascii_digit();
    let last = masked.chars().rev().take_while(is_digit).take(4).count();
    Some(VaultCard {
        id: name.to_owned(),
        brand: brand(masked).to_owned(),
        last_digits: masked
            .get(masked.len() - last..)
            .unwrap_or_default()
            .to_owned(),
        expires: profile.text("expdate").and_then(month),
    })
}

/// The brand of a number that begins so (ISO/IEC 7812): the vault tells none.
fn brand(masked: &str) -> &'static str {
    match masked.as_bytes() {
        [b'4', ..] => "VISA",
        [b'5', b'1'..=b'5', ..] | [b'2', b'2'..=b'7', ..] => "MASTERCARD",
        [b'3', b'4' | b'7', ..] => "AMEX",
        [b'3', b'5', ..] => "JCB",
        [b'3', ..] => "DINERS",
        [b'6', ..] => "DISCOVER",
        _ => "",
    }
}

/// A month, `YYMM` (SDK).
fn month(text: &str) -> Option<(i16, i8)> {
    let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    let (year, month) = text.split_at_checked(2).filter(|_| digits)?;
    let year: i16 = year.parse().ok()?;
    let month: i8 = month.parse().ok()?;
    (1..=12).contains(&month).then_some((2000 + year, month))
}

/// Removes a profile. To remove twice is to remove once.
pub(in crate::moneris) fn remove(
    gateway: &Gateway,
    owner: &Owner<'_>,
    card: &str,
    exchanges: &[Exchange],
) -> Step<()> {
    let kept = owner.kept.iter().find(|own| own.card == card);
    let Some(proof) = kept.and_then(|own| Proof::read(&own.proof)) else {
        return Step::Done(());
    };
    step(delete(&mut Calls::new(gateway, exchanges), &proof.key))
}

fn delete(calls: &mut Calls<'_>, key: &str) -> Result<(), Halt> {
    let receipt = calls.ask(&Transaction::ResDelete { data_key: key })?;
    if receipt.has_succeeded() || receipt.is_gone() {
        return Ok(());
    }
    Err(unexpected(format!("res_delete: {}", receipt.message())).into())
}

/// The cards that are about to expire, of all shoppers (`res_get_expiring`).
pub(in crate::moneris) fn expiring(
    gateway: &Gateway,
    exchanges: &[Exchange],
) -> Step<Vec<VaultCard>> {
    let ask = || {
        let receipt = Calls::new(gateway, exchanges).ask(&Transaction::ResGetExpiring)?;
        if !receipt.has_succeeded() {
            return Err(unexpected(format!("res_get_expiring: {}", receipt.message())).into());
        }
        let one = |profile: &Profile| card(&name_of(profile.text("data_key")?), profile);
        Ok(receipt.profiles().iter().filter_map(one).collect())
    };
    step(ask())
}
