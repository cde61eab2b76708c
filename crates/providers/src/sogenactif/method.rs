//! What a shopper can pick, and what the platform calls it.

use guichet_domain::method::{Method, MethodDescription};
use guichet_domain::money::Currency;
use guichet_domain::shopper::Datum;
use guichet_domain::{MethodKind, PartKind};

use super::config::Config;
use crate::contract::Demand;

/// A way to pay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    /// A bank card, typed into the platform's fields or saved before.
    Card,
    /// PayPal, on its own page.
    PayPal,
    /// Paylib, on its own page. Replaced by Wero: the operator is warned of it.
    Paylib,
    /// Bancontact, on its own page.
    Bancontact,
    /// iDEAL: a credit transfer that the shopper confirms at a Dutch bank.
    Ideal,
    /// SEPA direct debit: the shopper signs a mandate.
    Sepa,
}

/// Which calls a way to pay is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Flow {
    /// The platform's fields in the page, or a saved card, and 3-D Secure.
    Card,
    /// A wallet with a page of its own, by its `paymentMeanBrand`.
    External(&'static str),
    /// A credit transfer, by its `paymentMeanBrand`.
    Transfer(&'static str),
    /// A mandate, and the debit that it allows.
    Debit,
}

impl Way {
    /// All of them.
    pub(super) const ALL: [Self; 6] = [
        Self::Card,
        Self::PayPal,
        Self::Paylib,
        Self::Bancontact,
        Self::Ideal,
        Self::Sepa,
    ];

    /// The method's code.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Card => "sogenactif_card",
            Self::PayPal => "sogenactif_paypal",
            Self::Paylib => "sogenactif_paylib",
            Self::Bancontact => "sogenactif_bancontact",
            Self::Ideal => "sogenactif_ideal",
            Self::Sepa => "sogenactif_sepa",
        }
    }

    /// Its calls. Brands: worldline/sips-sdk-java, list of brands (C).
    pub(super) fn flow(self) -> Flow {
        match self {
            Self::Card => Flow::Card,
            Self::PayPal => Flow::External("PAYPAL"),
            Self::Paylib => Flow::External("PAYLIB"),
            Self::Bancontact => Flow::External("BCMC"),
            Self::Ideal => Flow::Transfer("IDEAL"),
            Self::Sepa => Flow::Debit,
        }
    }

    /// What pays.
    pub(super) fn part_kind(self) -> PartKind {
        match self.flow() {
            Flow::Card | Flow::External(_) => PartKind::Card,
            Flow::Transfer(_) | Flow::Debit => PartKind::Account,
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
        let flow = way.flow();
        Some(MethodDescription {
            method: Method::try_from(way.name().to_owned()).ok()?,
            kind: match flow {
                Flow::Card => MethodKind::Card,
                Flow::External(_) => MethodKind::Wallet,
                Flow::Transfer(_) => MethodKind::CreditTransfer,
                Flow::Debit => MethodKind::DirectDebit,
            },
            currencies: vec![Currency::EUR],
            minimum: None,
            maximum: None,
            manual_capture: matches!(flow, Flow::Card | Flow::External(_)),
            embedded: flow == Flow::Card,
            saved_cards: flow == Flow::Card,
        })
    };
    config.ways.iter().filter_map(describe).collect()
}

/// A mandate is somebody's; every other payment begins without a word on the shopper.
pub(super) fn demands(method: &Method) -> Vec<Demand> {
    match Way::parse(method.as_str()) {
        Some(Way::Sepa) => vec![Demand {
            datum: Datum::Name,
            because: "a SEPA mandate bears the name of who gives it",
            unless: None,
        }],
        _ => Vec::new(),
    }
}
