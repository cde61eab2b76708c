//! The ways to pay, and what the platform calls them.

use guichet_domain::PartKind;

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
