//! Saved cards.

use guichet_domain::id::Slug;
use guichet_domain::shopper::ShopperId;

/// What the books keep of a saved card: see [`crate::Store::first_payment`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptCard {
    /// The shop that names the shopper.
    pub shop: String,
    /// The shop's own name of the shopper.
    pub shopper: String,
    /// The platform's name of the card among the shopper's.
    pub card: String,
    /// What its first payment left, in the provider's own form.
    pub proof: String,
}

/// A card that a platform keeps for a shop's shopper.
#[derive(Clone, Copy, Debug)]
pub struct CardName<'a> {
    /// Our account there.
    pub account: &'a Slug,
    /// The shop that names the shopper.
    pub shop: &'a Slug,
    /// The shop's own name of the shopper.
    pub shopper: &'a ShopperId,
    /// The platform's name of the card among the shopper's.
    pub card: &'a str,
}
