//! What a way to pay is called and what it looks like.
//!
//! The code of a method is fixed by contracts; the name on a shopper's card follows the market.
//! Both names are shown, because old cards stay in wallets for years.

use guichet_wire::{CheckoutSession, MethodKind, MethodOffer};

use crate::words::{Words, fill};

/// The name under which a method is offered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Brand {
    /// Today's name.
    pub name: String,
    /// The former name or the issuer, in small print.
    pub beside: Option<String>,
}

/// Names an offer: the shop's own label wins over today's name of the brand.
#[must_use]
pub fn brand(offer: &MethodOffer, words: &Words) -> Brand {
    let mut brand = known(&offer.method, offer.kind, words);
    if let Some(label) = &offer.label {
        brand.name.clone_from(label);
    }
    brand
}

/// Names a method by its code, for a payment whose method is not on offer any more.
#[must_use]
pub fn known(code: &str, kind: MethodKind, words: &Words) -> Brand {
    let former = |name: &str| Some(fill(words.formerly, &[("name", name)]));
    let (name, beside) = match code {
        "apetiz" => ("Bimpli by Swile", former("Apetiz")),
        "sodexo" => ("Pluxee", former("Sodexo Pass Restaurant")),
        "upchequdej" => ("UpDéjeuner", former("Chèque Déjeuner")),
        "cvconnect" => ("Chèque-Vacances Connect", Some("ANCV".into())),
        "card" | "sogenactif_card" | "netbanx_card" => (words.card, None),
        "up2pay_choice" => (words.platform_choice, None),
        other => match (own_name(other, words), kind) {
            (Some(name), _) => (name, None),
            (None, MethodKind::Card) => (words.card, None),
            (None, MethodKind::Choice) => (words.platform_choice, None),
            (None, MethodKind::DirectDebit) => (words.direct_debit, None),
            (None, MethodKind::Terminal) => (words.terminal, None),
            (
                None,
                MethodKind::MealVoucher
                | MethodKind::HolidayVoucher
                | MethodKind::Wallet
                | MethodKind::CreditTransfer,
            ) => (other, None),
        },
    };
    Brand {
        name: name.into(),
        beside,
    }
}

/// The name of a method that pays all by itself and is no card, by its code.
#[must_use]
pub fn own_name(code: &str, words: &Words) -> Option<&'static str> {
    match code {
        "sogenactif_paypal" => Some("PayPal"),
        // Replaced by Wero: only payments of before have it.
        "sogenactif_paylib" => Some("Paylib"),
        "sogenactif_bancontact" => Some("Bancontact"),
        "sogenactif_ideal" => Some("iDEAL | Wero"),
        "sogenactif_sepa" => Some(words.direct_debit),
        _ => None,
    }
}

/// The brand that a platform reports for a part, as the shopper knows it.
#[must_use]
pub fn reported<'a>(brand: &'a str, method: &'a str) -> &'a str {
    match (brand, method) {
        ("APETIZ", _) | (_, "apetiz") => "Bimpli",
        ("SODEXO", _) | (_, "sodexo") => "Pluxee",
        ("UPCHEQUDEJ", _) | (_, "upchequdej") => "UpDéjeuner",
        ("CVCONNECT", _) | (_, "cvconnect") => "Chèque-Vacances",
        _ => brand,
    }
}

/// A card's brand in the platform's words, as it stands on the card.
#[must_use]
pub fn card_brand(brand: &str) -> &str {
    match brand {
        "VISA" => "Visa",
        "MASTERCARD" => "Mastercard",
        _ => brand,
    }
}

/// What the shopper should know before choosing: what happens next.
#[must_use]
pub fn what_next(offer: &MethodOffer, brand: &Brand, words: &Words) -> String {
    let text = match offer.kind {
        _ if offer.embedded => words.next_embedded,
        MethodKind::Card => words.next_card,
        MethodKind::MealVoucher => words.next_meal,
        MethodKind::HolidayVoucher => words.next_holiday,
        MethodKind::Choice => words.next_choice,
        MethodKind::Wallet => words.next_wallet,
        MethodKind::CreditTransfer => words.next_transfer,
        MethodKind::DirectDebit => words.next_debit,
        MethodKind::Terminal => words.next_terminal,
    };
    fill(text, &[("brand", &brand.name)])
}

/// The part of the session that meal vouchers may pay by this method, when it is not all of it.
#[must_use]
pub fn eligible(offer: &MethodOffer, session: &CheckoutSession) -> Option<u64> {
    let declared = match offer.kind {
        MethodKind::MealVoucher => offer.eligible_amount.or(session.voucher_eligible_amount),
        MethodKind::Choice => offer.eligible_amount,
        MethodKind::Card
        | MethodKind::HolidayVoucher
        | MethodKind::Wallet
        | MethodKind::CreditTransfer
        | MethodKind::DirectDebit
        | MethodKind::Terminal => None,
    };
    declared.filter(|part| *part < session.amount)
}

/// The outline of a method's icon, on a grid of 24 units.
#[must_use]
pub fn icon(kind: MethodKind) -> &'static str {
    match kind {
        MethodKind::Card | MethodKind::Terminal => {
            "M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM3 10h18M6.5 \
             15h4"
        }
        MethodKind::MealVoucher => {
            "M7 3v5.5a2.5 2.5 0 0 0 5 0V3M9.5 3v18M17 13V3c-2 1-3 3.5-3 6.5V13zM17 13v8"
        }
        MethodKind::HolidayVoucher => {
            "M12 4a9 9 0 0 1 9 9H3a9 9 0 0 1 9-9zM12 2.5V4M12 13v6a2 2 0 0 0 4 0M8.5 13c0-4 \
             1.2-7.500 3.500-9 2.300 1.500 3.500 5 3.500 9"
        }
        MethodKind::Choice => {
            "M5 4h4a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM15 4h4a1 1 0 0 \
             1 1 1v4a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM5 14h4a1 1 0 0 1 1 1v4a1 1 0 \
             0 1-1 1H5a1 1 0 0 1-1-1v-4a1 1 0 0 1 1-1zM14 17h6M17 14v6"
        }
        MethodKind::CreditTransfer | MethodKind::DirectDebit => {
            "M3 9.500l9-5.500 9 5.500zM5.500 12.500v5M10 12.500v5M14 12.500v5M18.500 12.500v5 \
             M3.500 20.500h17"
        }
        MethodKind::Wallet => {
            "M4 7h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7zM4 7a2 2 0 0 1 2-2h10v2M20 \
             11h-4a2 2 0 0 0 0 4h4"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::offer;
    use crate::words::Lang;

    #[test]
    fn a_wallet_is_not_called_a_card() {
        for lang in Lang::ALL {
            let paypal = brand(
                &offer("sogenactif_paypal", MethodKind::Wallet),
                lang.words(),
            );
            assert_eq!(paypal.name, "PayPal");
        }
        assert_eq!(own_name("sogenactif_card", Lang::Fr.words()), None);
    }

    #[test]
    fn what_pays_from_an_account_has_its_own_name_and_says_what_comes_next() {
        let words = Lang::Fr.words();
        let ideal = offer("sogenactif_ideal", MethodKind::CreditTransfer);
        let named = brand(&ideal, words);
        assert_eq!(named.name, "iDEAL | Wero");
        assert_eq!(what_next(&ideal, &named, words), words.next_transfer);
        let sepa = offer("sogenactif_sepa", MethodKind::DirectDebit);
        let named = brand(&sepa, words);
        assert_eq!(named.name, "Prélèvement SEPA");
        assert_eq!(what_next(&sepa, &named, words), words.next_debit);
    }

    #[test]
    fn old_names_stand_beside_new_ones() {
        let words = Lang::Fr.words();
        let sodexo = brand(&offer("sodexo", MethodKind::MealVoucher), words);
        assert_eq!(sodexo.name, "Pluxee");
        assert_eq!(sodexo.beside.as_deref(), Some("ex-Sodexo Pass Restaurant"));
    }

    #[test]
    fn the_shops_label_wins_and_keeps_the_old_name() {
        let mut apetiz = offer("apetiz", MethodKind::MealVoucher);
        apetiz.label = Some("Swile".into());
        let named = brand(&apetiz, Lang::En.words());
        assert_eq!(named.name, "Swile");
        assert_eq!(named.beside.as_deref(), Some("formerly Apetiz"));
    }

    #[test]
    fn a_method_of_tomorrow_has_a_name_too() {
        let words = Lang::Fr.words();
        assert_eq!(
            known("newcard", MethodKind::Card, words).name,
            "Carte bancaire"
        );
        assert_eq!(
            known("edenred", MethodKind::MealVoucher, words).name,
            "edenred"
        );
    }

    #[test]
    fn what_is_typed_here_is_said_beforehand() {
        let words = Lang::Fr.words();
        let mut card = offer("sogenactif_card", MethodKind::Card);
        card.embedded = true;
        let named = brand(&card, words);
        assert_eq!(named.name, "Carte bancaire");
        assert_eq!(what_next(&card, &named, words), words.next_embedded);
    }

    #[test]
    fn reported_brands_follow_the_market() {
        assert_eq!(reported("APETIZ", "up2pay_choice"), "Bimpli");
        assert_eq!(reported("LIMONETIK", "sodexo"), "Pluxee");
        assert_eq!(reported("CB", "card"), "CB");
    }
}
