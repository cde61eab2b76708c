//! Cards that the platform keeps for a shopper.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use guichet_domain::id::Slug;
use guichet_domain::session::Session;
use guichet_domain::shopper::ShopperId;

use super::call::{Exchange, Step};

/// Cards that the platform keeps for a shopper. Whose they are is decided by the shop's server: the
/// browser names a card, and never an owner.
pub trait Vault: Send + Sync {
    /// Whether a card can be added. Where it can't, nobody is asked.
    fn adds(&self) -> bool;

    /// Whether the platform can't tell which cards an owner has: they are those of which the books
    /// keep something, [`Owner::kept`].
    fn is_by_books(&self) -> bool {
        false
    }

    /// The cards that can pay.
    fn cards(&self, owner: &Owner<'_>, exchanges: &[Exchange]) -> Step<Vec<VaultCard>>;

    /// Removes a card for good. One that is not there any more is removed.
    fn remove(&self, owner: &Owner<'_>, card: &str, exchanges: &[Exchange]) -> Step<()>;

    /// Adds what [`super::Proceeded::save`] holds. One that is there already is added. Its payment
    /// was the card's first: what that left, where it left something. Where the platform's page
    /// adds a card by itself, nothing is left to do.
    fn add(
        &self,
        _owner: &Owner<'_>,
        _save: &Save,
        _exchanges: &[Exchange],
    ) -> Step<Option<First>> {
        Step::Done(None)
    }

    /// What the books keep of a card until it is added, so that an answer which is lost is not the
    /// end of it; none where it is added once or never. `now` is a Unix second.
    fn before_added(&self, _save: &Save, _now: i64) -> Option<First> {
        None
    }

    /// What is to be done about what the books keep of a card: the reverse of
    /// [`before_added`](Self::before_added). `now` is a Unix second.
    fn still_to_add(&self, _kept: &First, _now: i64) -> StillToAdd {
        StillToAdd::Added
    }

    /// The cards of all owners that pay until this month or the next and no longer, where the
    /// platform tells them.
    fn expiring(&self, _exchanges: &[Exchange]) -> Step<Vec<VaultCard>> {
        Step::Done(Vec::new())
    }
}

/// How far the adding of a card has come that the books keep something of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StillToAdd {
    /// It is added.
    Added,
    /// Somebody may be at it just now.
    Waits,
    /// Its answer was lost: it is to be asked for anew.
    Again(Save),
    /// It was tried for long enough.
    Never,
}

/// Length of a [pseudonym](Owner::pseudonym).
const PSEUDONYM: usize = 21;

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Whose cards.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The shop that names the shopper.
    pub shop: &'a Slug,
    /// The shop's own name of the shopper.
    pub shopper: &'a ShopperId,
    /// What the books keep of the owner's cards, the latest first; empty unless
    /// [`Vault::is_by_books`].
    pub kept: &'a [First],
}

impl<'a> Owner<'a> {
    /// The owner of a session's cards, if its shop says who the shopper is.
    #[must_use]
    pub fn of(session: &'a Session) -> Option<Self> {
        Some(Self {
            shop: &session.shop,
            shopper: session.shopper.id.as_ref()?,
            kept: &[],
        })
    }

    /// What the owner is called at a platform: the same for ever, whatever keys are renewed, and
    /// another one for each shop and shopper. `domain` makes it unlike that of any other platform.
    /// It is a digest, because the shop's own name of a shopper may be longer, and need not be
    /// known to the platform; 21 of 36 characters hold 108 bits of it.
    #[must_use]
    pub fn pseudonym(&self, domain: &str) -> String {
        // No name has a line's end in it.
        let named = [domain, self.shop.as_str(), self.shopper.as_str()].join("\n");
        let digest = digest(&SHA256, named.as_bytes());
        let half = digest.as_ref().first_chunk::<16>();
        let mut number = half.map_or(0, |half| u128::from_be_bytes(*half));
        let mut text = String::with_capacity(PSEUDONYM);
        for _ in 0..PSEUDONYM {
            let place = usize::try_from(number % 36).unwrap_or_default();
            text.extend(ALPHABET.get(place).map(|byte| char::from(*byte)));
            number /= 36;
        }
        text
    }
}

/// A card that the platform keeps.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VaultCard {
    /// The platform's name of it among its owner's.
    pub id: String,
    /// Brand in the platform's words.
    pub brand: String,
    /// The last digits, four at most.
    pub last_digits: String,
    /// Year and month of its end, where the platform tells it.
    pub expires: Option<(i16, i8)>,
}

impl VaultCard {
    /// Whether it pays no more: a card pays until the end of its month.
    #[must_use]
    pub fn has_expired(&self, now: jiff::Timestamp) -> bool {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC);
        let this_month = (today.year(), today.month());
        self.expires.is_some_and(|expires| expires < this_month)
    }
}

/// What stands for a card that is to be saved, in the provider's own form. Its `Debug` is empty.
#[derive(Clone, Eq, PartialEq)]
pub struct Save(pub String);

impl fmt::Debug for Save {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Save(…)")
    }
}

/// What a saved card's payment with the shopper left: later ones without the shopper need it. The
/// backend keeps the first of each card.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct First {
    /// The platform's name of the card among its owner's.
    pub card: String,
    /// In the provider's own form. It opens nothing without the account's own key.
    pub proof: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_pays_until_the_end_of_its_month() {
        let has_expired = |expires, now: &str| {
            let card = VaultCard {
                id: "1".into(),
                brand: "CB".into(),
                last_digits: "00".into(),
                expires,
            };
            card.has_expired(now.parse().unwrap())
        };
        assert!(!has_expired(Some((2026, 11)), "2026-11-30T23:59:59Z"));
        assert!(has_expired(Some((2026, 11)), "2026-12-01T00:00:00Z"));
        assert!(!has_expired(Some((2027, 1)), "2026-12-31T12:00:00Z"));
        assert!(has_expired(Some((2025, 12)), "2026-01-01T12:00:00Z"));
        assert!(!has_expired(None, "2026-01-01T12:00:00Z"));
    }
}
