//! Who may do what at the desk: roles, acts, and the one table of both.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::FieldError;
use crate::money::{AMOUNT_MAX, Currency};

/// What a person of the desk may do. Each role may do all that the one before it may.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Role {
    /// Looks, and changes nothing.
    Look,
    /// Gives money back as well, up to so much a day.
    Refund(Limits),
    /// Does everything.
    All,
}

impl Role {
    /// The words by which roles are chosen and kept, in their order.
    pub const WORDS: [&'static str; 3] = ["look", "refund", "all"];

    /// Its word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Refund(_) => "refund",
            Self::All => "all",
        }
    }

    /// What it may give back a day, if that has limits.
    #[must_use]
    pub fn limits(&self) -> Option<&Limits> {
        match self {
            Self::Refund(limits) => Some(limits),
            Self::Look | Self::All => None,
        }
    }

    /// The role of that word; `limits` are those of `refund`, and of no other.
    pub fn parse(word: &str, limits: Option<Limits>) -> Result<Self, FieldError> {
        match (word, limits) {
            ("look", None) => Ok(Self::Look),
            ("refund", Some(limits)) => Ok(Self::Refund(limits)),
            ("all", None) => Ok(Self::All),
            ("refund", None) => Err(FieldError::new(
                "refund-limit",
                "is missing: the role refund needs what may be given back a day, such as \
                 EUR=500.00",
            )),
            ("look" | "all", Some(_)) => Err(FieldError::new(
                "refund-limit",
                format!("is of the role refund alone, and the role is {word}"),
            )),
            _ => Err(FieldError::new(
                "role",
                format!("is not one; must be one of {}", Self::WORDS.join(", ")),
            )),
        }
    }

    /// It may do something that moves money.
    #[must_use]
    pub fn moves_money(&self) -> bool {
        let mut moving = Act::ALL.into_iter().filter(|act| act.moves_money());
        moving.any(|act| !matches!(may(self, act), May::Refused(_)))
    }
}

/// What may be given back on one day of Paris, in minor units of each currency; at least one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits(BTreeMap<Currency, u64>);

impl Limits {
    /// What may still be given back in a currency where so much was given back today, in minor
    /// units; nothing in a currency that has no limit.
    #[must_use]
    pub fn left(&self, currency: Currency, given_today: u64) -> u64 {
        let most = self.0.get(&currency).copied().unwrap_or_default();
        most.saturating_sub(given_today)
    }

    /// Whether so much is more than what is set for its currency; nothing is, where none is set.
    #[must_use]
    pub fn is_passed(&self, currency: Currency, minor: u64) -> bool {
        self.0.get(&currency).is_some_and(|most| minor > *most)
    }

    /// The limits of each currency, in minor units.
    pub fn each(&self) -> impl Iterator<Item = (Currency, u64)> {
        self.0.iter().map(|(currency, most)| (*currency, *most))
    }
}

impl FromStr for Limits {
    type Err = FieldError;

    /// Takes `EUR=500.00`, and several of them divided by spaces: with all the decimals of the
    /// currency, so that nobody takes cents for euros.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let wrong = |what: &str, how: String| {
            let detail = format!("`{what}` {how}; write such as EUR=500.00");
            FieldError::new("refund-limit", detail)
        };
        let mut limits = BTreeMap::new();
        for one in text.split_ascii_whitespace() {
            let parts = one.split_once('=');
            let (code, sum) = parts.ok_or_else(|| wrong(one, "has no `=`".into()))?;
            let currency = Currency::try_from(code.to_owned());
            let currency = currency.map_err(|error| wrong(code, error.detail))?;
            let minor = minor(sum, currency.exponent()).ok_or_else(|| {
                let decimals = currency.exponent();
                wrong(sum, format!("is no sum of {code} with {decimals} decimals"))
            })?;
            if limits.insert(currency, minor).is_some() {
                return Err(wrong(code, "is there twice".into()));
            }
        }
        if limits.is_empty() {
            return Err(wrong(text, "names no currency".into()));
        }
        Ok(Self(limits))
    }
}

/// Minor units of a sum written with exactly so many decimals.
fn minor(sum: &str, decimals: u8) -> Option<u64> {
    let (whole, part) = match decimals {
        0 => (sum, ""),
        _ => sum.split_once('.')?,
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let written = !whole.is_empty() && part.len() == usize::from(decimals);
    let minor = (written && digits(whole) && digits(part)).then(|| format!("{whole}{part}"));
    let minor = minor?.parse().ok()?;
    (1..=AMOUNT_MAX).contains(&minor).then_some(minor)
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.each().map(|(currency, minor)| {
            let (code, decimals) = (currency.code(), usize::from(currency.exponent()));
            match decimals {
                0 => format!("{code}={minor}"),
                _ => {
                    let digits = format!("{minor:0>width$}", width = decimals + 1);
                    let (whole, part) = digits.split_at(digits.len() - decimals);
                    format!("{code}={whole}.{part}")
                }
            }
        });
        f.write_str(&each.collect::<Vec<_>>().join(" "))
    }
}

/// What can be done at the desk besides looking at payments.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Act {
    /// Takes what is reserved.
    Capture,
    /// Lets go what is reserved, or takes back what was taken today.
    Cancel,
    /// Gives money back.
    Refund,
    /// Accepts what the platform holds.
    Accept,
    /// Refuses it.
    Refuse,
    /// Approves, as a second person, what another one has asked for.
    Approve,
    /// Declines it.
    Decline,
    /// Closes the session.
    Expire,
    /// Asks the platform.
    Ask,
    /// Has a rebilling that did not run yet run on another day, or charge another amount.
    Amend,
    /// Calls it off.
    CallOff,
    /// Has a webhook sent again.
    Replay,
    /// Asks a terminal how it is, or has the installation checked: neither moves anything.
    Check,
    /// Says of what needs a person: I look after it.
    TakeAttention,
    /// Says that it was looked after, with a note.
    EndAttention,
    /// Takes payments away as a spreadsheet.
    Export,
    /// Takes the accountant's journal away.
    ExportJournal,
    /// Sees who did what.
    SeeAudit,
    /// Sees the settings.
    SeeSettings,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Accept,
        Self::Refuse,
        Self::Capture,
        Self::Refund,
        Self::Cancel,
        Self::Ask,
        Self::Amend,
        Self::CallOff,
        Self::Expire,
        Self::Approve,
        Self::Decline,
        Self::Replay,
        Self::Check,
        Self::TakeAttention,
        Self::EndAttention,
        Self::Export,
        Self::ExportJournal,
        Self::SeeAudit,
        Self::SeeSettings,
    ];

    /// Those that are done with a payment, in the order in which they are offered.
    pub const OF_PAYMENT: [Self; 9] = [
        Self::Accept,
        Self::Refuse,
        Self::Capture,
        Self::Refund,
        Self::Cancel,
        Self::Ask,
        Self::Amend,
        Self::CallOff,
        Self::Expire,
    ];

    /// The last part of its page's address; of those of a payment, below the payment's.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Cancel => "cancel",
            Self::Refund => "refund",
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Expire => "expire",
            Self::Ask => "ask",
            Self::Amend => "amend",
            Self::CallOff => "call-off",
            Self::Replay => "replay",
            Self::Check => "check",
            Self::TakeAttention => "take",
            Self::EndAttention => "done",
            Self::Export => "export",
            Self::ExportJournal => "journal",
            Self::SeeAudit => "audit",
            Self::SeeSettings => "settings",
        }
    }

    /// It moves money, or decides that money moves: for those the password is asked for again.
    #[must_use]
    pub fn moves_money(self) -> bool {
        match self {
            Self::Capture
            | Self::Cancel
            | Self::Refund
            | Self::Accept
            | Self::Refuse
            | Self::Amend
            | Self::CallOff
            | Self::Approve => true,
            Self::Decline
            | Self::Expire
            | Self::Ask
            | Self::Replay
            | Self::Check
            | Self::TakeAttention
            | Self::EndAttention
            | Self::Export
            | Self::ExportJournal
            | Self::SeeAudit
            | Self::SeeSettings => false,
        }
    }
}

/// Whether a role may do something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum May<'a> {
    /// It may.
    Allowed,
    /// It may, up to what these leave of the day.
    UpTo(&'a Limits),
    /// It may not.
    Refused(Why),
}

/// Why a role may not do something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Why {
    /// It looks, and changes nothing.
    Looks,
    /// Of what changes something, it gives money back and looks after what needs a person.
    GivesBack,
}

/// The table of roles by acts.
#[must_use]
pub fn may(role: &Role, act: Act) -> May<'_> {
    match (act, role) {
        // Who looks sees all that is in them.
        (Act::Export | Act::ExportJournal, _) | (_, Role::All) => May::Allowed,
        (_, Role::Look) => May::Refused(Why::Looks),
        (Act::Refund, Role::Refund(limits)) => May::UpTo(limits),
        (Act::Ask | Act::Check | Act::TakeAttention | Act::EndAttention, Role::Refund(_)) => {
            May::Allowed
        }
        (
            Act::Capture
            | Act::Cancel
            | Act::Accept
            | Act::Refuse
            | Act::Approve
            | Act::Decline
            | Act::Amend
            | Act::CallOff
            | Act::Expire
            | Act::Replay
            | Act::SeeAudit
            | Act::SeeSettings,
            Role::Refund(_),
        ) => May::Refused(Why::GivesBack),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(text: &str) -> Limits {
        text.parse().unwrap()
    }

    /// The table as people were told it: yes, no, or up to the limit; by look, refund, all.
    fn cell(act: Act) -> &'static str {
        match act {
            Act::Capture
            | Act::Cancel
            | Act::Accept
            | Act::Refuse
            | Act::Approve
            | Act::Decline
            | Act::Amend
            | Act::CallOff
            | Act::Expire
            | Act::Replay
            | Act::SeeAudit
            | Act::SeeSettings => "nny",
            Act::Refund => "nly",
            Act::Ask | Act::Check | Act::TakeAttention | Act::EndAttention => "nyy",
            Act::Export | Act::ExportJournal => "yyy",
        }
    }

    #[test]
    fn each_role_may_do_what_the_table_says_and_nothing_else() {
        let limits = limits("EUR=500.00");
        let roles = [Role::Look, Role::Refund(limits.clone()), Role::All];
        for act in Act::ALL {
            for (role, wanted) in roles.iter().zip(cell(act).chars()) {
                let told = match may(role, act) {
                    May::Allowed => 'y',
                    May::UpTo(most) => {
                        assert_eq!(*most, limits);
                        'l'
                    }
                    May::Refused(why) => {
                        let looks = *role == Role::Look;
                        assert_eq!(why == Why::Looks, looks, "{act:?}");
                        'n'
                    }
                };
                assert_eq!(told, wanted, "{} {act:?}", role.word());
            }
        }
    }

    #[test]
    fn every_act_is_listed_once_and_has_an_address_of_its_own() {
        let mut paths: Vec<_> = Act::ALL.iter().map(|act| act.path()).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), Act::ALL.len());
        assert_eq!(Act::ALL[..Act::OF_PAYMENT.len()], Act::OF_PAYMENT);
    }

    #[test]
    fn whoever_may_move_money_is_told_apart_from_who_may_not() {
        let refund = Role::Refund(limits("EUR=500.00"));
        let roles = [Role::Look, refund, Role::All];
        let moving = roles.map(|role| role.moves_money());
        assert_eq!(moving, [false, true, true]);
    }

    #[test]
    fn a_limit_is_of_its_currency_and_what_was_given_back_counts() {
        let limits = limits("EUR=500.00 XPF=1000");
        let xpf = Currency::try_from("XPF".to_owned()).unwrap();
        let usd = Currency::try_from("USD".to_owned()).unwrap();
        for (currency, given, left) in [
            (Currency::EUR, 0, 50_000),
            (Currency::EUR, 49_999, 1),
            (Currency::EUR, 50_001, 0),
            (xpf, 0, 1_000),
            (usd, 0, 0),
        ] {
            assert_eq!(limits.left(currency, given), left, "{}", currency.code());
        }
    }

    #[test]
    fn a_limit_is_passed_by_more_than_it_and_in_its_currency_alone() {
        let limits = limits("EUR=500.00");
        let usd = Currency::try_from("USD".to_owned()).unwrap();
        for (currency, minor, passed) in [
            (Currency::EUR, 50_000, false),
            (Currency::EUR, 50_001, true),
            (usd, 50_001, false),
        ] {
            assert_eq!(limits.is_passed(currency, minor), passed, "{minor}");
        }
    }

    #[test]
    fn limits_are_read_as_they_are_written_and_a_sum_that_may_be_mistaken_is_refused() {
        for text in ["EUR=500.00", "EUR=0.05", "EUR=12.30 CHF=99999999.99 XPF=7"] {
            assert_eq!(limits(text).to_string(), text);
        }
        for text in [
            "",
            " ",
            "EUR",
            "EUR=",
            "EUR=500",
            "EUR=500.0",
            "EUR=500.000",
            "EUR=.50",
            "EUR=0.00",
            "EUR=-1.00",
            "EUR=1 000.00",
            "EUR=1,00",
            "eur=1.00",
            "XPF=1.00",
            "EUR=100000000.00",
            "EUR=1.00 EUR=2.00",
        ] {
            let error = text.parse::<Limits>().unwrap_err();
            assert!(error.to_string().contains("EUR=500.00"), "{text}: {error}");
        }
    }

    #[test]
    fn a_role_has_limits_if_it_is_the_one_that_needs_them() {
        let some = || Some(limits("EUR=500.00"));
        for word in Role::WORDS {
            let of_refund = word == "refund";
            assert_eq!(Role::parse(word, some()).is_ok(), of_refund, "{word}");
            assert_eq!(Role::parse(word, None).is_ok(), !of_refund, "{word}");
        }
        let unknown = Role::parse("boss", None).unwrap_err().to_string();
        assert!(unknown.contains("look, refund, all"), "{unknown}");
    }
}
