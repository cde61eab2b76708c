//! Saved cards.

use guichet_domain::id::Slug;
use guichet_domain::shopper::ShopperId;

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
