//! The methods of an account, and what a P and a C of the platform's messages mean.

use guichet_domain::PartKind;
use guichet_domain::method::{Method, MethodDescription, SavedCards};
use guichet_domain::money::Currency;

use super::config::Config;
use super::way::{LIMOCB, LIMONETIK, Way};

/// What the account offers. Vouchers are paid in euros only (the manual, §2.1.2.2), and Crédit
/// Agricole's own modules restrict every method to euros. The platform sets no greatest amount.
pub(super) fn descriptions(config: &Config) -> Vec<MethodDescription> {
    let describe = |way: Way| {
        Some(MethodDescription {
            method: way.method()?,
            kind: way.kind(),
            currencies: vec![Currency::EUR],
            minimum: config.minimum(way),
            maximum: None,
            manual_capture: true,
            embedded: false,
            saved_cards: SavedCards::None,
        })
    };
    Way::ALL.into_iter().filter_map(describe).collect()
}

/// What a message says that paid, from its letters P and C.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Instrument {
    /// A bank card that pays alone.
    Card,
    /// A voucher.
    Voucher(Way),
    /// The card that completes a voucher.
    Complement,
    /// Something else. It is kept and never counts: no method of ours is paid with it.
    Unknown,
}

/// Card types: the values of PBX_TYPECARTE (Verifone "Paybox System" V8.0), and the spellings that
/// letter C was seen with.
const CARD_TYPES: [&str; 21] = [
    "CB",
    "VISA",
    "EUROCARD_MASTERCARD",
    "MASTERCARD",
    "EUROCARD",
    "VISA ELECTRON",
    "E_CARD",
    "MAESTRO",
    "AMEX",
    "AMERICAN EXPRESS",
    "DINERS",
    "JCB",
    "UPI",
    "BCMC",
    "BANCONTACT",
    "COFINOGA",
    "SOFINCO",
    "AURORE",
    "CDGP",
    "24H00",
    "RIVEGAUCHE",
];

impl Instrument {
    /// Reads P and C. `more` are the account's further card types.
    ///
    /// A voucher is told by P=LIMONETIK alone. Any other P with a card in C is a card: P says how
    /// it was paid (`CARTE`, and `3DSECURE` in signed messages of 2014 and 2022), C with what. C
    /// may be a list of cards, `CB,VISA,EUROCARD_MASTERCARD`, where PBX_TYPECARTE was one (signed
    /// in 2012).
    pub(super) fn read(payment: &str, card: &str, more: &[String]) -> Self {
        match (payment, card) {
            (LIMONETIK, LIMOCB) => Self::Complement,
            (LIMONETIK, voucher) => Way::of_voucher(voucher).map_or(Self::Unknown, Self::Voucher),
            ("", _) => Self::Unknown,
            (other, _) if other.eq_ignore_ascii_case(LIMONETIK) => Self::Unknown,
            (_, cards) => {
                let known = || {
                    CARD_TYPES
                        .into_iter()
                        .chain(more.iter().map(String::as_str))
                };
                let is_card = |card: &str| known().any(|known| known.eq_ignore_ascii_case(card));
                if cards.split(',').all(is_card) {
                    Self::Card
                } else {
                    Self::Unknown
                }
            }
        }
    }

    /// Whether P alone, without a C, tells a bank card: what was refused or left may have no C.
    pub(super) fn is_card_payment(payment: &str) -> bool {
        matches!(payment, "CARTE" | "3DSECURE")
    }

    /// Kind and method of the part. What is unknown is a voucher of no method: the state machine
    /// counts it for none, and shows an accepted one to the operator.
    pub(super) fn kind(&self) -> (PartKind, Option<Method>) {
        match self {
            Self::Card => (PartKind::Card, Way::Card.method()),
            Self::Voucher(way) => (PartKind::Voucher, way.method()),
            Self::Complement => (PartKind::Complement, None),
            Self::Unknown => (PartKind::Voucher, None),
        }
    }

    /// Whether an accepted transaction of it has an authorisation number. A voucher's has none (the
    /// manual, §3.1.11 and §3.2.4).
    pub(super) fn has_authorisation(&self) -> bool {
        matches!(self, Self::Card | Self::Complement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(payment: &str, card: &str) -> Instrument {
        Instrument::read(payment, card, &["VPAY".to_owned()])
    }

    #[test]
    fn the_complement_is_no_voucher_and_no_card() {
        assert_eq!(read("LIMONETIK", "LIMOCB"), Instrument::Complement);
        assert_eq!(read("CARTE", "LIMOCB"), Instrument::Unknown);
    }

    #[test]
    fn a_voucher_is_told_by_its_card_type() {
        assert_eq!(
            read("LIMONETIK", "APETIZ"),
            Instrument::Voucher(Way::Apetiz)
        );
        assert_eq!(
            read("LIMONETIK", "SODEXO"),
            Instrument::Voucher(Way::Sodexo)
        );
        assert_eq!(
            read("LIMONETIK", "UPCHEQUDEJ"),
            Instrument::Voucher(Way::UpChequDej)
        );
        assert_eq!(
            read("LIMONETIK", "CVCONNECT"),
            Instrument::Voucher(Way::CvConnect)
        );
        assert_eq!(read("CARTE", "APETIZ"), Instrument::Unknown);
    }

    #[test]
    fn a_card_is_one_of_the_known_types() {
        for card in ["CB", "VISA", "Visa Electron", "EUROCARD_MASTERCARD", "VPAY"] {
            assert_eq!(read("CARTE", card), Instrument::Card, "{card}");
        }
        for (payment, card) in [
            ("CARTE", "X"),
            ("CARTE", ""),
            ("PAYPAL", "PAYPAL"),
            ("", "CB"),
        ] {
            assert_eq!(read(payment, card), Instrument::Unknown, "{payment} {card}");
        }
    }

    #[test]
    fn a_card_is_a_card_however_it_was_paid_unless_a_voucher_was() {
        for payment in ["CARTE", "3DSECURE", "WALLET", "WHATMAYCOME"] {
            assert_eq!(read(payment, "CB"), Instrument::Card, "{payment}");
            assert_eq!(read(payment, "NEW"), Instrument::Unknown, "{payment}");
            assert_eq!(read(payment, "LIMOCB"), Instrument::Unknown, "{payment}");
            assert_eq!(read(payment, "APETIZ"), Instrument::Unknown, "{payment}");
        }
        for payment in ["LIMONETIK", "limonetik"] {
            assert_eq!(read(payment, "CB"), Instrument::Unknown, "{payment}");
        }
    }

    #[test]
    fn a_list_of_cards_is_a_card_and_a_list_with_anything_else_is_not() {
        assert_eq!(
            read("CARTE", "CB,VISA,EUROCARD_MASTERCARD"),
            Instrument::Card
        );
        for mixed in ["CB,APETIZ", "CB,LIMOCB", "CB,", ",CB", "CB,,VISA", ","] {
            assert_eq!(read("CARTE", mixed), Instrument::Unknown, "{mixed}");
        }
        assert_eq!(read("LIMONETIK", "APETIZ,SODEXO"), Instrument::Unknown);
    }

    #[test]
    fn what_is_unknown_has_no_method() {
        assert_eq!(Instrument::Unknown.kind().1, None);
    }
}
