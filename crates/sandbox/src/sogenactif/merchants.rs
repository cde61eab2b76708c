//! The shops that the sandbox's platform knows.
//!
//! The numbers and the keys of version 1 are the public ones of the platform's simulation server
//! (worldline/sips-sdk-java and -php, odoo/odoo `addons/payment_sips`); they open nothing real.

/// Who gives a transaction its identity, decided when a shop is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdMode {
    /// The merchant sends `transactionReference`.
    Reference,
    /// The platform makes the `transactionReference`.
    Automatic,
    /// The merchant sends `s10TransactionReference`.
    S10,
}

/// One shop.
#[derive(Debug)]
pub(crate) struct Merchant {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) mode: IdMode,
    keys: &'static [(&'static str, &'static str)],
}

impl Merchant {
    /// The key of a version, as text: it is never decoded.
    pub(crate) fn key(&self, version: &str) -> Option<&'static str> {
        self.keys
            .iter()
            .find(|(known, _)| *known == version)
            .map(|(_, key)| *key)
    }
}

const MERCHANTS: &[Merchant] = &[
    Merchant {
        id: DEMO,
        name: "La Halle du Tilleul",
        mode: IdMode::Reference,
        keys: &[
            ("1", "002001000000001_KEY1"),
            ("2", "bac-a-sable-cle-de-version-2"),
        ],
    },
    Merchant {
        id: "002001000000002",
        name: "Boutique à références automatiques",
        mode: IdMode::Automatic,
        keys: &[("1", "002001000000002_KEY1")],
    },
    Merchant {
        id: "002001000000003",
        name: "Boutique migrée (s10)",
        mode: IdMode::S10,
        keys: &[("1", "002001000000003_KEY1")],
    },
];

/// The demo shop.
pub(crate) const DEMO: &str = "002001000000001";

/// The shop of a `merchantId`.
pub(crate) fn merchant(id: &str) -> Option<&'static Merchant> {
    MERCHANTS.iter().find(|merchant| merchant.id == id)
}
