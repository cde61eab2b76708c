//! The test cards: one table that decides, and that pages and docs list.
//!
//! First six digits and last two: the rules of the platform's simulation server (PrestaShop help
//! center, "Simulation environment"). Digits 7 and 8, which those rules leave free, are the
//! sandbox's own: they choose what 3-D Secure does. So is the brand of 111122.

use sha2::{Digest, Sha256};

/// One line of the table.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct TestCardRule {
    /// Which digits of the number: `1-6`, `7-8` or `last 2`.
    pub digits: &'static str,
    /// Their value.
    pub value: &'static str,
    /// What it means.
    pub meaning: &'static str,
    #[serde(skip)]
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Brands(&'static [&'static str]),
    Authentication(Behaviour),
    Code,
}

/// What 3-D Secure and the fraud score do with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Challenge,
    Frictionless,
    Attempt,
    NotEnrolled,
    /// Authorised without authentication, which the issuer refuses with A1; a challenge if asked.
    SoftDecline,
    RefusedAtOnce,
    /// The ACS sends the shopper back at once, given up.
    Abandoned,
    /// The ACS sends the shopper back at once, too late.
    TimedOut,
    /// Authenticated without challenge; the fraud score is orange.
    Orange,
}

const fn brands(
    value: &'static str,
    meaning: &'static str,
    list: &'static [&'static str],
) -> TestCardRule {
    TestCardRule {
        digits: "1-6",
        value,
        meaning,
        what: What::Brands(list),
    }
}

const fn middle(value: &'static str, meaning: &'static str, behaviour: Behaviour) -> TestCardRule {
    TestCardRule {
        digits: "7-8",
        value,
        meaning,
        what: What::Authentication(behaviour),
    }
}

const fn code(value: &'static str, meaning: &'static str) -> TestCardRule {
    TestCardRule {
        digits: "last 2",
        value,
        meaning,
        what: What::Code,
    }
}

const TABLE: &[TestCardRule] = &[
    // Up2pay's test cards, so that one number will do for both platforms.
    brands("111122", "CB", &["CB"]),
    brands("340000", "AMEX", &["AMEX"]),
    brands("400000", "VPAY", &["VPAY"]),
    brands("410000", "VISA", &["VISA"]),
    brands("420000", "CB", &["CB"]),
    brands("430000", "CB + VISA", &["CB", "VISA"]),
    brands("440000", "CB + VPAY", &["CB", "VPAY"]),
    brands("450000", "CB + VISA_ELECTRON", &["CB", "VISA_ELECTRON"]),
    brands("460000", "VISA + MASTERCARD", &["VISA", "MASTERCARD"]),
    brands("500000", "MAESTRO", &["MAESTRO"]),
    brands("510000", "MASTERCARD", &["MASTERCARD"]),
    brands("520000", "CB + MASTERCARD", &["CB", "MASTERCARD"]),
    brands("530000", "CB + MAESTRO", &["CB", "MAESTRO"]),
    middle(
        "00",
        "3-D Secure avec la page de la banque",
        Behaviour::Challenge,
    ),
    middle(
        "10",
        "authentifiée sans page (frictionless)",
        Behaviour::Frictionless,
    ),
    middle(
        "11",
        "tentative d'authentification, sans page",
        Behaviour::Attempt,
    ),
    middle(
        "12",
        "carte non inscrite à 3-D Secure",
        Behaviour::NotEnrolled,
    ),
    middle(
        "13",
        "sans page, puis refus A1 ; page si challengeMode3DS la demande",
        Behaviour::SoftDecline,
    ),
    middle(
        "20",
        "authentification refusée, sans page",
        Behaviour::RefusedAtOnce,
    ),
    middle(
        "30",
        "la banque renvoie aussitôt : abandon",
        Behaviour::Abandoned,
    ),
    middle(
        "40",
        "la banque renvoie aussitôt : délai dépassé",
        Behaviour::TimedOut,
    ),
    middle(
        "60",
        "authentifiée sans page, score de fraude orange",
        Behaviour::Orange,
    ),
    code("00", "acceptée (tout code absent de la table aussi)"),
    code("02", "refusée, appeler l'émetteur"),
    code("03", "contrat commerçant invalide"),
    code("05", "refusée"),
    code("11", "carte en opposition chez le commerçant"),
    code("14", "numéro ou cryptogramme incorrect"),
    code("34", "suspicion de fraude"),
    code("51", "montant trop élevé"),
    code("54", "carte expirée"),
    code("60", "en attente, rendue définitive par l'API"),
    code(
        "62",
        "en attente de confirmation, rendue définitive par l'API",
    ),
    code("63", "règles de sécurité non respectées"),
    code("75", "trop de tentatives"),
    code("90", "service indisponible"),
    code("99", "incident temporaire"),
];

/// The whole table.
#[must_use]
pub fn test_card_rules() -> &'static [TestCardRule] {
    TABLE
}

/// A test card: a number that follows the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    number: String,
    /// YYYYMM.
    pub(crate) expiry: String,
}

impl Card {
    /// `None` when the number is not one of the table: never a real one, then.
    pub(crate) fn new(number: &str, expiry: &str) -> Option<Self> {
        let digits =
            (15..=19).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        (digits && brands_of(number).is_some()).then(|| Self {
            number: number.to_owned(),
            expiry: expiry.to_owned(),
        })
    }

    pub(crate) fn brands(&self) -> &'static [&'static str] {
        brands_of(&self.number).unwrap_or_default()
    }

    pub(crate) fn behaviour(&self) -> Behaviour {
        let middle = self.number.get(6..8).unwrap_or_default();
        TABLE
            .iter()
            .find_map(|rule| match rule.what {
                What::Authentication(behaviour) if rule.value == middle => Some(behaviour),
                _ => None,
            })
            .unwrap_or(Behaviour::Challenge)
    }

    /// The response code that the last two digits choose.
    pub(crate) fn code(&self) -> &'static str {
        let last = self.number.get(self.number.len() - 2..).unwrap_or_default();
        known_code(last).unwrap_or("00")
    }

    /// First four and last two digits, as the platform shows a number.
    pub(crate) fn masked(&self) -> String {
        mask(&self.number)
    }

    /// `tokenPan`: the same card always has the same one in a shop.
    pub(crate) fn token_pan(&self, merchant: &str) -> String {
        let digest = Sha256::new()
            .chain_update(merchant)
            .chain_update("|")
            .chain_update(&self.number)
            .finalize();
        format!(
            "TP{}",
            hex::encode_upper(digest).get(..20).unwrap_or_default()
        )
    }
}

/// A response code of the table.
fn known_code(last: &str) -> Option<&'static str> {
    let mut codes = TABLE.iter().filter(|rule| matches!(rule.what, What::Code));
    codes.find(|rule| rule.value == last).map(|rule| rule.value)
}

/// The response code that an account chooses for its debits (ours): 00 and a code of the table as
/// its last four digits. Accounts of other examples end otherwise, and are accepted.
pub(crate) fn account_code(iban: &str) -> &'static str {
    let last = iban.get(iban.len().saturating_sub(4)..).unwrap_or_default();
    last.strip_prefix("00").and_then(known_code).unwrap_or("00")
}

/// Accounts to try a direct debit with: IBAN and what becomes of the debit.
pub(crate) const TEST_ACCOUNTS: [(&str, &str); 5] = [
    ("FR7630006000011234567890189", "acceptée"),
    ("FR7630006000011234568310005", "refusée"),
    (
        "FR7630006000011234568300014",
        "coordonnées bancaires incorrectes",
    ),
    ("FR7630006000011234568690051", "montant trop élevé"),
    (
        "FR7630006000011234568680060",
        "en attente, rendue définitive par l'API",
    ),
];

/// First four and last two characters.
pub(crate) fn mask(number: &str) -> String {
    let hidden = "#".repeat(number.len().saturating_sub(6));
    let first = number.get(..4).unwrap_or_default();
    let last = number
        .get(number.len().saturating_sub(2)..)
        .unwrap_or_default();
    format!("{first}{hidden}{last}")
}

/// The brands of a number, or of its first digits, from six on.
pub(crate) fn brands_of(number: &str) -> Option<&'static [&'static str]> {
    let first = number.get(..6)?;
    TABLE.iter().find_map(|rule| match rule.what {
        What::Brands(list) if rule.value == first => Some(list),
        _ => None,
    })
}

/// First six digits and brands, for the frames: `420000=CB;430000=CB,VISA;…`.
pub(crate) fn brand_table() -> String {
    let mut lines = Vec::new();
    for rule in TABLE {
        if let What::Brands(list) = rule.what {
            lines.push(format!("{}={}", rule.value, list.join(",")));
        }
    }
    lines.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_says_everything() {
        let card = Card::new("4300001000000005", "203012").unwrap();
        assert_eq!(card.brands(), ["CB", "VISA"]);
        assert_eq!(card.behaviour(), Behaviour::Frictionless);
        assert_eq!(card.code(), "05");
        assert_eq!(card.masked(), "4300##########05");
        let usual = Card::new("4200000000000001", "203012").unwrap();
        assert_eq!(
            (usual.behaviour(), usual.code()),
            (Behaviour::Challenge, "00")
        );
        let up2pay = Card::new("1111222233334444", "203012").unwrap();
        assert_eq!((up2pay.brands(), up2pay.code()), (["CB"].as_slice(), "00"));
        assert!(Card::new("4970101234567890", "203012").is_none());
        assert!(Card::new("42000000000000", "203012").is_none());
    }

    #[test]
    fn an_account_says_what_becomes_of_its_debits() {
        let docs = include_str!("../../../../docs/sandbox.md");
        let codes = ["00", "05", "14", "51", "60"];
        for ((iban, meaning), code) in TEST_ACCOUNTS.into_iter().zip(codes) {
            assert_eq!(account_code(iban), code, "{iban}");
            let row = format!("| `{iban}` | {meaning} |");
            assert!(docs.contains(&row), "docs/sandbox.md lacks the line\n{row}");
        }
        for iban in ["BE68539007547034", "DE89370400440532013000", "", "05"] {
            assert_eq!(account_code(iban), "00", "{iban}");
        }
    }

    #[test]
    fn the_docs_list_the_same_rules() {
        let docs = include_str!("../../../../docs/sandbox.md");
        for rule in test_card_rules() {
            let row = format!("| {} | `{}` | {} |", rule.digits, rule.value, rule.meaning);
            assert!(docs.contains(&row), "docs/sandbox.md lacks the line\n{row}");
        }
        let listed = docs
            .lines()
            .filter(|line| {
                ["| 1-6 | `", "| 7-8 | `", "| last 2 | `"]
                    .iter()
                    .any(|start| line.starts_with(start))
            })
            .count();
        assert_eq!(listed, test_card_rules().len());
    }
}
