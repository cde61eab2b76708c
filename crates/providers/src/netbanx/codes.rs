//! Error codes. MAG, `data/optimal_setup/csv/*.csv` (two files, overlapping); for the simulation's
//! amounts: DOC, *Simulating card payments*.

use guichet_domain::Refusal;

/// What a code means, and what of it the shopper can act on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Meaning {
    /// In words, for the operator.
    pub text: &'static str,
    /// For the shopper; none where the request is at fault, and not the card.
    pub refusal: Option<Refusal>,
}

const fn shopper(text: &'static str, refusal: Refusal) -> Meaning {
    Meaning {
        text,
        refusal: Some(refusal),
    }
}

const fn ours(text: &'static str) -> Meaning {
    Meaning {
        text,
        refusal: None,
    }
}

/// By code; what stands alone comes before its family.
const CODES: &[(u16, u16, Meaning)] = &[
    (
        400,
        400,
        ours("the request is refused; of an order: the reference was used before"),
    ),
    (
        1000,
        1007,
        shopper("internal error of the platform", Refusal::Technical),
    ),
    (
        2505,
        2505,
        ours("the key has no merchant account for this currency"),
    ),
    (
        2506,
        2506,
        ours("the key has several merchant accounts for this currency"),
    ),
    (2519, 2519, ours("the shop is disabled")),
    (2520, 2520, ours("cart and fees do not sum to the total")),
    (2525, 2525, ours("the payment token is not known")),
    (
        2527,
        2527,
        ours("the page does not speak this language: see locales"),
    ),
    (2528, 2528, ours("the payment token is another profile's")),
    (2531, 2531, ours("the shopper has a profile already")),
    (2534, 2534, ours("the profile is not active")),
    (2540, 2540, ours("the reference was used before")),
    (
        2500,
        2523,
        ours("shop, account or key are not set up for this"),
    ),
    (2532, 2533, ours("the method is not enabled for the shop")),
    (2524, 2603, ours("profile or payment token are refused")),
    (
        3002,
        3002,
        shopper("the card number is wrong", Refusal::CardData),
    ),
    (
        3005,
        3005,
        shopper("the security code has a wrong form", Refusal::CardData),
    ),
    (
        3006,
        3006,
        shopper("the card has expired", Refusal::CardData),
    ),
    (
        3007,
        3007,
        shopper(
            "the address does not match: the bank may hold the amount for days",
            Refusal::Held,
        ),
    ),
    (3009, 3009, shopper("the issuer declined", Refusal::Issuer)),
    (
        3011,
        3011,
        shopper("the card is restricted", Refusal::Issuer),
    ),
    (
        3015,
        3015,
        shopper("the issuer wants to be called", Refusal::Issuer),
    ),
    (
        3016,
        3016,
        shopper("the card is to be picked up", Refusal::Issuer),
    ),
    (3018, 3018, shopper("try again", Refusal::Technical)),
    (
        3019,
        3019,
        shopper(
            "the security code does not match: the bank may hold the amount for days",
            Refusal::Held,
        ),
    ),
    (3020, 3020, shopper("try again", Refusal::Technical)),
    (3022, 3022, shopper("not enough money", Refusal::Funds)),
    (
        3023,
        3023,
        shopper("a limit of the card is reached", Refusal::Funds),
    ),
    (3031, 3031, ours("the transaction is not on hold")),
    (3001, 3099, shopper("the issuer declined", Refusal::Issuer)),
    (3202, 3202, ours("too many settlements")),
    (3203, 3203, ours("settled or cancelled before")),
    (3204, 3204, ours("more than is left to settle")),
    (3205, 3205, ours("the authorisation has expired")),
    (3200, 3206, ours("the settlement is refused")),
    (3402, 3402, ours("more than is left to refund")),
    (
        3406,
        3406,
        ours("the settlement was not batched yet: cancel it instead"),
    ),
    (3412, 3412, ours("the merchant account is overdrawn")),
    (3415, 3415, ours("it can't be cancelled")),
    (3416, 3416, ours("no partial settlement is possible")),
    (3402, 3416, ours("the refund is refused")),
    (3502, 3502, ours("settled before: it can't be reversed")),
    (3504, 3504, ours("it can't be reversed in part")),
    (3500, 3506, ours("the reversal is refused")),
    (
        3604,
        3604,
        shopper(
            "the authentication took longer than 60 minutes",
            Refusal::Authentication,
        ),
    ),
    (
        3601,
        3605,
        shopper("the authentication failed", Refusal::Authentication),
    ),
    (
        4001,
        4001,
        shopper(
            "the card is on the shop's list of those refused",
            Refusal::NotAccepted,
        ),
    ),
    (
        4002,
        4002,
        shopper("the risk rules refuse it", Refusal::NotAccepted),
    ),
    (5000, 5000, ours("the key is refused")),
    (5003, 5003, ours("the amount is refused")),
    (5015, 5015, ours("a field is too long")),
    (5016, 5016, ours("there is no such merchant account")),
    (5018, 5018, ours("a field is missing")),
    (5031, 5031, ours("the reference was used before")),
    (5000, 5099, ours("the request is refused")),
];

/// What a code means. None where nobody has told.
#[must_use]
pub fn meaning(code: &str) -> Option<Meaning> {
    let number: u16 = code.parse().ok()?;
    let found = CODES
        .iter()
        .find(|(from, to, _)| (*from..=*to).contains(&number));
    found.map(|(_, _, meaning)| *meaning)
}

/// Whether a code tells of an outage: what was asked for may have been done.
pub(super) fn is_passing(code: &str) -> bool {
    matches!(code, "1000" | "1001" | "1002" | "1007")
}

/// Whether the platform says that a reference was used before. As HTTP 400 it comes with the code
/// `400` (OMNI), which other refusals may have too: the report tells.
pub(super) fn may_be_duplicate(code: &str) -> bool {
    matches!(code, "400" | "2540" | "5031")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_alone_comes_before_its_family() {
        let told = |code: &str| meaning(code).map(|meaning| (meaning.refusal, meaning.text));
        assert_eq!(
            told("3022"),
            Some((Some(Refusal::Funds), "not enough money"))
        );
        assert_eq!(told("3009").unwrap().0, Some(Refusal::Issuer));
        assert_eq!(told("3060").unwrap().0, Some(Refusal::Issuer));
        assert_eq!(
            told("2520"),
            Some((None, "cart and fees do not sum to the total"))
        );
        for unknown in ["", "9999", "x", "-1", "30220"] {
            assert_eq!(told(unknown), None, "{unknown}");
        }
        for (at, (from, to, _)) in CODES.iter().enumerate() {
            assert!(from <= to);
            let hidden = CODES[..at]
                .iter()
                .any(|(first, last, _)| first <= from && to <= last);
            assert!(!hidden, "{from} is never found");
        }
    }

    #[test]
    fn what_leaves_a_hold_on_the_card_says_so() {
        for code in ["3007", "3019"] {
            let meaning = meaning(code).unwrap();
            assert_eq!(meaning.refusal, Some(Refusal::Held));
            assert!(meaning.text.contains("for days"), "{}", meaning.text);
        }
    }
}
