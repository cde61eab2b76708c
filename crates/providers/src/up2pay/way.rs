//! The ways to pay, and what the platform calls them.

use guichet_domain::method::Method;
use guichet_wire::MethodKind;

/// PBX_TYPEPAIEMENT of the vouchers.
pub(super) const LIMONETIK: &str = "LIMONETIK";

/// Letter C of the card that completes a voucher (the manual, §3.3.4). Never asked for (§3.3.6).
pub(super) const LIMOCB: &str = "LIMOCB";

/// A way to pay that this provider knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    /// A bank card.
    Card,
    /// The meal voucher Apetiz, sold today as Bimpli by Swile.
    Apetiz,
    /// The meal voucher Sodexo Pass Restaurant, sold today as Pluxee.
    Sodexo,
    /// The meal voucher Up Chèque Déjeuner.
    UpChequDej,
    /// The holiday voucher Chèque-Vacances Connect.
    CvConnect,
    /// Nothing preset: the platform's own page of choice (the manual, §3.1.3).
    Choice,
}

impl Way {
    pub(super) const ALL: [Self; 6] = [
        Self::Card,
        Self::Apetiz,
        Self::Sodexo,
        Self::UpChequDej,
        Self::CvConnect,
        Self::Choice,
    ];

    /// Our code of the method.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Apetiz => "apetiz",
            Self::Sodexo => "sodexo",
            Self::UpChequDej => "upchequdej",
            Self::CvConnect => "cvconnect",
            Self::Choice => "up2pay_choice",
        }
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }

    pub(super) fn method(self) -> Option<Method> {
        Method::try_from(self.code().to_owned()).ok()
    }

    pub(super) const fn kind(self) -> MethodKind {
        match self {
            Self::Card => MethodKind::Card,
            Self::Apetiz | Self::Sodexo | Self::UpChequDej => MethodKind::MealVoucher,
            Self::CvConnect => MethodKind::HolidayVoucher,
            Self::Choice => MethodKind::Choice,
        }
    }

    /// PBX_TYPEPAIEMENT and PBX_TYPECARTE, always both or none (the manual, §3.1.5 and §3.2.4;
    /// Verifone "Paybox System" V8.0 for cards).
    pub(super) const fn preset(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Card => Some(("CARTE", "CB")),
            Self::Apetiz => Some((LIMONETIK, "APETIZ")),
            Self::Sodexo => Some((LIMONETIK, "SODEXO")),
            Self::UpChequDej => Some((LIMONETIK, "UPCHEQUDEJ")),
            Self::CvConnect => Some((LIMONETIK, "CVCONNECT")),
            Self::Choice => None,
        }
    }

    /// The voucher whose letter C this is.
    pub(super) fn of_voucher(card_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|way| way.preset() == Some((LIMONETIK, card_type)))
    }
}
