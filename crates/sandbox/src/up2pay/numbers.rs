//! The test numbers: one table that decides the outcome, and that pages and docs list.

/// One line of the table.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct TestNumber {
    /// `card`, `voucher` (the three meal vouchers) or `cvconnect`.
    pub family: &'static str,
    /// What to type. `NNN` stands for the missing euros, 001 to 499.
    pub number: &'static str,
    /// What happens.
    pub outcome: &'static str,
    #[serde(skip)]
    effect: Effect,
}

/// What a number does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The whole amount is taken.
    Accept,
    /// The whole amount is taken, without a 3-D Secure page.
    AcceptAtOnce,
    /// Refused with this code, after 3-D Secure when the card has it.
    Refuse(&'static str),
    /// Refused with this code before any 3-D Secure page.
    RefuseAtOnce(&'static str),
    /// Answered 99999: final later.
    Pending,
    /// The page's time is over at once: 00030.
    TimeOut,
    /// The balance is the total less these euros.
    Short {
        euros: u64,
        complement_refused: bool,
    },
}

const fn line(
    family: &'static str,
    number: &'static str,
    outcome: &'static str,
    effect: Effect,
) -> TestNumber {
    TestNumber {
        family,
        number,
        outcome,
        effect,
    }
}

const SHORT: Effect = Effect::Short {
    euros: 0,
    complement_refused: false,
};
const SHORT_THEN_REFUSED: Effect = Effect::Short {
    euros: 0,
    complement_refused: true,
};

const TABLE: &[TestNumber] = &[
    line(
        "card",
        "1111222233334444",
        "acceptée après 3-D Secure",
        Effect::Accept,
    ),
    line(
        "card",
        "1111222233330000",
        "acceptée sans 3-D Secure",
        Effect::AcceptAtOnce,
    ),
    line(
        "card",
        "1111222233330105",
        "refusée 00105",
        Effect::Refuse("00105"),
    ),
    line(
        "card",
        "1111222233330151",
        "refusée 00151, provision",
        Effect::Refuse("00151"),
    ),
    line(
        "card",
        "1111222233330159",
        "refusée 00159, fraude",
        Effect::Refuse("00159"),
    ),
    line(
        "card",
        "1111222233330171",
        "refusée 001A1, à authentifier",
        Effect::Refuse("001A1"),
    ),
    line(
        "card",
        "1111222233330003",
        "refusée 00003, plateforme",
        Effect::Refuse("00003"),
    ),
    line(
        "card",
        "1111222233330777",
        "code inconnu 00777",
        Effect::Refuse("00777"),
    ),
    line(
        "card",
        "1111222233335555",
        "refusée 00004, sans 3DS",
        Effect::RefuseAtOnce("00004"),
    ),
    line(
        "card",
        "1111222233330021",
        "refusée 00021, sans 3DS",
        Effect::RefuseAtOnce("00021"),
    ),
    line(
        "card",
        "1111222233330040",
        "refusée 00040, filtre 3DS",
        Effect::RefuseAtOnce("00040"),
    ),
    line(
        "card",
        "1111222233339999",
        "en attente 99999",
        Effect::Pending,
    ),
    line(
        "card",
        "1111222233330030",
        "délai dépassé 00030",
        Effect::TimeOut,
    ),
    line(
        "voucher",
        "9999000000000000",
        "le solde couvre tout",
        Effect::Accept,
    ),
    line("voucher", "9999000000000NNN", "il manque NNN euros", SHORT),
    line(
        "voucher",
        "9999000000001NNN",
        "il manque NNN euros, complément refusé 00105",
        SHORT_THEN_REFUSED,
    ),
    line(
        "voucher",
        "9999000000000505",
        "refusé 00105",
        Effect::RefuseAtOnce("00105"),
    ),
    line(
        "voucher",
        "9999000000000551",
        "refusé 00151",
        Effect::RefuseAtOnce("00151"),
    ),
    line(
        "voucher",
        "9999000000000599",
        "en attente 99999",
        Effect::Pending,
    ),
    line(
        "voucher",
        "9999000000000530",
        "délai dépassé 00030",
        Effect::TimeOut,
    ),
    line(
        "cvconnect",
        "90000000000",
        "le solde couvre tout",
        Effect::Accept,
    ),
    line("cvconnect", "90000000NNN", "il manque NNN euros", SHORT),
    line(
        "cvconnect",
        "90000001NNN",
        "il manque NNN euros, complément refusé 00105",
        SHORT_THEN_REFUSED,
    ),
    line(
        "cvconnect",
        "90000000505",
        "refusé 00105",
        Effect::RefuseAtOnce("00105"),
    ),
    line(
        "cvconnect",
        "90000000551",
        "refusé 00151",
        Effect::RefuseAtOnce("00151"),
    ),
    line(
        "cvconnect",
        "90000000599",
        "en attente 99999",
        Effect::Pending,
    ),
    line(
        "cvconnect",
        "90000000530",
        "délai dépassé 00030",
        Effect::TimeOut,
    ),
    line(
        "cvconnect",
        "camille@example.com",
        "le solde couvre tout",
        Effect::Accept,
    ),
];

/// The code that the challenge of CV-Connect accepts.
pub(crate) const CHALLENGE_CODE: &str = "123456";

/// The whole table.
#[must_use]
pub fn test_numbers() -> &'static [TestNumber] {
    TABLE
}

/// The lines of one family.
pub(crate) fn family(name: &str) -> Vec<TestNumber> {
    TABLE
        .iter()
        .filter(|line| line.family == name)
        .copied()
        .collect()
}

/// What a typed number does; `None` when it is no test number of this family.
pub(crate) fn effect(family: &str, typed: &str) -> Option<Effect> {
    let plain = |line: &&TestNumber| line.family == family && line.number == typed;
    if let Some(line) = TABLE.iter().find(plain) {
        return Some(line.effect);
    }
    TABLE.iter().find_map(|line| {
        let stem = line.number.strip_suffix("NNN")?;
        let rest = typed.strip_prefix(stem)?;
        let Effect::Short {
            complement_refused, ..
        } = line.effect
        else {
            return None;
        };
        let digits = rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
        let euros: u64 = rest.parse().ok()?;
        let fits = line.family == family && digits && (1..500).contains(&euros);
        fits.then_some(Effect::Short {
            euros,
            complement_refused,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digits_say_how_many_euros_are_missing() {
        let short = Effect::Short {
            euros: 3,
            complement_refused: false,
        };
        assert_eq!(effect("voucher", "9999000000000003"), Some(short));
        let refused = Effect::Short {
            euros: 12,
            complement_refused: true,
        };
        assert_eq!(effect("cvconnect", "90000001012"), Some(refused));
        assert_eq!(
            effect("voucher", "9999000000000505"),
            Some(Effect::RefuseAtOnce("00105"))
        );
        assert_eq!(effect("voucher", "9999000000000500"), None);
        assert_eq!(effect("card", "9999000000000003"), None);
        assert_eq!(effect("card", "4970101234567890"), None);
    }

    #[test]
    fn the_docs_list_the_same_numbers() {
        let docs = include_str!("../../../../docs/sandbox.md");
        for line in test_numbers() {
            let row = format!("| {} | `{}` | {} |", line.family, line.number, line.outcome);
            assert!(docs.contains(&row), "docs/sandbox.md lacks the line\n{row}");
        }
        let rows = |text: &str| text.matches("| `").count();
        let listed: usize = docs
            .lines()
            .filter(|line| {
                ["| card |", "| voucher |", "| cvconnect |"]
                    .iter()
                    .any(|start| line.starts_with(start))
            })
            .map(rows)
            .sum();
        assert_eq!(listed, test_numbers().len());
    }
}
