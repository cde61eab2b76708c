//! A shop's chart of accounts, as far as its journal needs it, and what the journal is called.

use std::collections::BTreeMap;

use guichet_domain::ledger::Transit;
use serde::Deserialize;

/// What the account of what the customers paid is called in [`Journal::accounts`].
const CUSTOMERS: &str = "customers";

/// A number of an account where the shop names none, and what it is called.
type Account = (&'static str, &'static str);

const CUSTOMERS_DEFAULT: Account = ("411000", "Clients, ventes en ligne");

/// By means. Practice differs, so each is a setting: 511 is what is in hand and not at the bank
/// yet, 467 what others owe.
const DEFAULTS: [(&str, Account); 7] = [
    ("card", ("511500", "Cartes bancaires à encaisser")),
    ("amex", ("511510", "Cartes American Express à encaisser")),
    (
        "complement",
        ("511520", "Cartes en complément de titres à encaisser"),
    ),
    ("apetiz", ("467100", "Bimpli (Apetiz), titres à recevoir")),
    ("sodexo", ("467200", "Pluxee (Sodexo), titres à recevoir")),
    (
        "upchequdej",
        ("467300", "Up (Chèque Déjeuner), titres à recevoir"),
    ),
    (
        "cvconnect",
        ("467400", "ANCV (Chèque-Vacances Connect) à recevoir"),
    ),
];

/// Of what none of these is.
const OTHER_DEFAULT: Account = ("511900", "Autres encaissements en ligne à recevoir");

/// `[shops.ledger]`: how a shop's journal is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journal {
    /// The company's number; the file is called by it.
    pub(crate) siren: Siren,
    /// Code of the journal.
    #[serde(default = "code")]
    pub(crate) code: Word,
    /// Its name.
    #[serde(default = "label")]
    pub(crate) label: Word,
    /// Numbers of accounts: of `customers`, of a means (`card`), or of a means at one account at a
    /// platform (`main/card`).
    #[serde(default)]
    pub(crate) accounts: BTreeMap<String, Number>,
    /// What stands in the bank's line of a remittance, such as the contract's number: of a means,
    /// or of a means at one account at a platform.
    #[serde(default)]
    pub(crate) remittances: BTreeMap<String, String>,
}

fn code() -> Word {
    Word("GU".into())
}

fn label() -> Word {
    Word("Encaissements en ligne".into())
}

impl Journal {
    /// Number and name of the account of what the customers paid.
    pub(crate) fn customers(&self) -> (&str, &str) {
        self.named(&[CUSTOMERS], CUSTOMERS_DEFAULT)
    }

    /// Number and name of the account where money waits.
    pub(crate) fn transit(&self, transit: &Transit) -> (&str, &str) {
        let means = transit.means.as_str();
        let default = DEFAULTS.iter().find(|(known, _)| *known == means);
        let default = default.map_or(OTHER_DEFAULT, |(_, account)| *account);
        self.named(&[&transit.to_string(), means], default)
    }

    /// What stands in the bank's line of a remittance, if the shop says.
    pub(crate) fn remittance(&self, transit: &Transit) -> Option<&str> {
        let keys = [transit.to_string(), transit.means.to_string()];
        let mut set = keys.iter().filter_map(|key| self.remittances.get(key));
        set.next().map(String::as_str)
    }

    fn named(&self, keys: &[&str], (number, label): Account) -> (&str, &'static str) {
        let set = keys.iter().find_map(|key| self.accounts.get(*key));
        (set.map_or(number, |set| &set.0), label)
    }
}

/// A SIREN: nine digits, the last of which checks the others (Luhn).
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Siren(String);

impl Siren {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Siren {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
        if digits.len() != 9 || text.len() != 9 {
            return Err("must be the company's SIREN: nine digits and nothing else");
        }
        let weighed = digits.iter().rev().enumerate().map(|(place, digit)| {
            let twice = digit * (1 + u32::from(place % 2 == 1));
            twice / 10 + twice % 10
        });
        if weighed.sum::<u32>() % 10 != 0 {
            return Err("is no SIREN: its last digit does not fit the others; look for a slip");
        }
        Ok(Self(text))
    }
}

/// The number of an account: three digits and more, by the French chart.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Number(String);

impl TryFrom<String> for Number {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let begins = text.len() >= 3 && text.bytes().take(3).all(|b| b.is_ascii_digit());
        if begins && text.len() <= 20 && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self(text))
        } else {
            Err("must be an account's number: three digits, then digits or letters, 20 at most")
        }
    }
}

/// A word of the journal: one line without what divides its columns.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Word(String);

impl Word {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Word {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = text.trim().to_owned();
        if text.is_empty() || text.contains(|c: char| c.is_control() || c == '|') {
            Err("must be one line of text without tabs and without |")
        } else {
            Ok(Self(text))
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The journal of a shop with this table.
    pub(crate) fn journal(table: &str) -> Result<Journal, String> {
        toml::from_str(table).map_err(|error: toml::de::Error| error.message().to_owned())
    }

    fn transit(text: &str) -> Transit {
        Transit::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn each_contract_and_means_has_an_account_that_the_shop_can_set() {
        let plain = journal("siren = '732829320'").unwrap();
        let number = |transit_: &str| plain.transit(&transit(transit_)).0.to_owned();
        assert_eq!(number("main/card"), "511500");
        assert_eq!(number("main/complement"), "511520");
        assert_eq!(number("main/cvconnect"), "467400");
        assert_eq!(number("sg/sogenactif_paypal"), "511900");
        assert_eq!(plain.customers().0, "411000");
        let set = journal(
            "siren = '732829320'\naccounts = { customers = '4110WEB', card = '511501', \
             'second/card' = '511502' }",
        );
        let set = set.unwrap();
        assert_eq!(set.customers().0, "4110WEB");
        assert_eq!(set.transit(&transit("main/card")).0, "511501");
        assert_eq!(set.transit(&transit("second/card")).0, "511502");
        assert_eq!(set.transit(&transit("second/amex")).0, "511510");
    }

    #[test]
    fn what_the_tax_office_would_refuse_is_refused_at_the_start() {
        for (table, told) in [
            ("", "siren"),
            ("siren = '732829321'", "is no SIREN"),
            ("siren = '73282932'", "nine digits"),
            ("siren = '732 829 320'", "nine digits"),
            ("siren = '732829320'\ncode = 'a\tb'", "without tabs"),
            ("siren = '732829320'\nlabel = 'a|b'", "without tabs"),
            (
                "siren = '732829320'\naccounts = { card = '51' }",
                "an account's number",
            ),
            (
                "siren = '732829320'\naccounts = { card = 'abc' }",
                "an account's number",
            ),
        ] {
            let refused = journal(table).unwrap_err();
            assert!(refused.contains(told), "{table}: {refused}");
        }
    }
}
