//! What becomes of a card: by its number, which is the sandbox's, or by the amount (Cards API,
//! *Simulating card payments*; that it holds for hosted orders is derived).

/// What becomes of a try to pay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Effect {
    Success,
    /// Held for the shop to look at.
    Held,
    /// Of a means that takes its time.
    Pending,
    Declined(u16),
    Errored(u16),
}

/// A number that can be typed.
pub(super) struct Number {
    pub(super) digits: &'static str,
    pub(super) effect: Effect,
    /// The bank's page comes first.
    pub(super) threeds: bool,
    pub(super) outcome: &'static str,
}

/// The first and the third are the platform's own test cards.
pub(super) const NUMBERS: &[Number] = &[
    number("4530910000012345", Effect::Success, false, "accepted"),
    number("4000000000000002", Effect::Success, false, "accepted"),
    number(
        "4444333322221111",
        Effect::Success,
        true,
        "3-D Secure, then accepted",
    ),
    number(
        "4000000000003009",
        Effect::Declined(3009),
        false,
        "declined by the issuer",
    ),
    number(
        "4000000000003022",
        Effect::Declined(3022),
        false,
        "not enough money",
    ),
    number(
        "4000000000003007",
        Effect::Declined(3007),
        false,
        "address mismatch: held by the bank",
    ),
    number(
        "4000000000003019",
        Effect::Declined(3019),
        false,
        "code mismatch: held by the bank",
    ),
    number(
        "4000000000000010",
        Effect::Held,
        false,
        "held for review by the shop",
    ),
    number("4000000000000028", Effect::Pending, false, "pending"),
    number(
        "4000000000000036",
        Effect::Errored(1007),
        false,
        "processing error",
    ),
];

const fn number(
    digits: &'static str,
    effect: Effect,
    threeds: bool,
    outcome: &'static str,
) -> Number {
    Number {
        digits,
        effect,
        threeds,
        outcome,
    }
}

pub(super) fn find(typed: &str) -> Option<&'static Number> {
    let digits: String = typed
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '\u{a0}'))
        .collect();
    NUMBERS.iter().find(|number| number.digits == digits)
}

/// What an amount alone brings about, whatever the card.
pub(super) fn by_amount(minor: u64) -> Option<Effect> {
    let code = match minor {
        4 => 3015,
        5 => 3009,
        6 | 20 | 96 => 1007,
        11 => 3022,
        12 => 3023,
        13 => 3024,
        23 => 4002,
        24 => 3007,
        25 => 4001,
        77 => 3060,
        _ => return None,
    };
    Some(if code == 1007 {
        Effect::Errored(code)
    } else {
        Effect::Declined(code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_numbers_bring_about_what_the_platforms_page_lists() {
        assert_eq!(by_amount(11), Some(Effect::Declined(3022)));
        assert_eq!(by_amount(96), Some(Effect::Errored(1007)));
        assert_eq!(by_amount(100), None);
        assert_eq!(find("4530 9100 0001 2345").unwrap().effect, Effect::Success);
        assert!(find("4000000000003009").is_some() && find("1").is_none());
    }
}
