//! What a shopper can pick, and what the platform calls it.

use guichet_domain::MethodKind;
use guichet_domain::method::{Method, MethodDescription};
use guichet_domain::money::Currency;

use super::config::Config;

/// A way to pay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    /// A bank card, typed into the platform's fields.
    Card,
    /// PayPal, on its own page.
    PayPal,
    /// Paylib, on its own page.
    Paylib,
    /// Bancontact, on its own page.
    Bancontact,
}

impl Way {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Card, Self::PayPal, Self::Paylib, Self::Bancontact];

    /// The method's code.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Card => "sogenactif_card",
            Self::PayPal => "sogenactif_paypal",
            Self::Paylib => "sogenactif_paylib",
            Self::Bancontact => "sogenactif_bancontact",
        }
    }

    /// `paymentMeanBrand` of a way whose page is elsewhere (worldline/sips-sdk-java, list of
    /// brands, C).
    pub(super) fn external(self) -> Option<&'static str> {
        match self {
            Self::Card => None,
            Self::PayPal => Some("PAYPAL"),
            Self::Paylib => Some("PAYLIB"),
            Self::Bancontact => Some("BCMC"),
        }
    }

    /// The way of that code.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// *Describe*.
pub(super) fn descriptions(config: &Config) -> Vec<MethodDescription> {
    let describe = |way: &Way| {
        Some(MethodDescription {
            method: Method::try_from(way.name().to_owned()).ok()?,
            kind: match way {
                Way::Card => MethodKind::Card,
                Way::PayPal | Way::Paylib | Way::Bancontact => MethodKind::Wallet,
            },
            currencies: vec![Currency::EUR],
            minimum: None,
            maximum: None,
            manual_capture: true,
            embedded: way.external().is_none(),
            saved_cards: false,
        })
    };
    config.ways.iter().filter_map(describe).collect()
}
