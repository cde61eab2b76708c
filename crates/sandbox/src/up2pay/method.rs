//! The ways to pay that the payment page plays.

/// One way to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Card,
    Apetiz,
    Sodexo,
    UpChequeDej,
    CvConnect,
}

impl Method {
    /// In the order of the page of choice.
    pub(crate) const ALL: [Self; 5] = [
        Self::Card,
        Self::Apetiz,
        Self::Sodexo,
        Self::UpChequeDej,
        Self::CvConnect,
    ];

    /// Letter C, and `PBX_TYPECARTE` (manuel CONECS / CV-CONNECT, 01/03/2021, §3.1.5, §3.2.4).
    pub(crate) const fn card_type(self) -> &'static str {
        match self {
            Self::Card => "CB",
            Self::Apetiz => "APETIZ",
            Self::Sodexo => "SODEXO",
            Self::UpChequeDej => "UPCHEQUDEJ",
            Self::CvConnect => "CVCONNECT",
        }
    }

    /// Its name in forms and test ids.
    pub(crate) const fn slug(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Apetiz => "apetiz",
            Self::Sodexo => "sodexo",
            Self::UpChequeDej => "upchequdej",
            Self::CvConnect => "cvconnect",
        }
    }

    /// Shown to the shopper.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Card => "Carte bancaire",
            Self::Apetiz => "Apetiz (Bimpli by Swile)",
            Self::Sodexo => "Pass Restaurant (Sodexo, Pluxee)",
            Self::UpChequeDej => "Up Chèque Déjeuner",
            Self::CvConnect => "Chèque-Vacances Connect",
        }
    }

    pub(crate) const fn is_voucher(self) -> bool {
        !matches!(self, Self::Card)
    }

    pub(crate) fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.slug() == slug)
    }

    /// The method of a voucher's `PBX_TYPECARTE`.
    pub(crate) fn from_voucher_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|method| method.is_voucher() && method.card_type() == code)
    }
}

/// Payment type of the vouchers and of their card complement.
pub(crate) const LIMONETIK: &str = "LIMONETIK";
/// Card type of the complement; never asked for by a call (§3.3.6).
pub(crate) const LIMOCB: &str = "LIMOCB";
/// Card types that a call may name with `CARTE`.
pub(crate) const CARD_TYPES: [&str; 8] = [
    "CB",
    "VISA",
    "EUROCARD_MASTERCARD",
    "E_CARD",
    "MAESTRO",
    "AMEX",
    "DINERS",
    "JCB",
];
