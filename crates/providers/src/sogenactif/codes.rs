//! The platform's codes. An unknown code is an unknown outcome, never a success.
//!
//! Sources: VTEX's connector (`constants.ts`), eopayment `sips2.py`,
//! worldline/sips-sdk-java and sips-sdk-nodejs (confidence C); Sips documentation, pages on
//! validation, refund and crediting (B); Sogenactif documentation, connector Office, release 24.2,
//! for the codes named with a method (A).

use guichet_domain::Refusal;
use serde::{Deserialize, Serialize};

/// What a `responseCode` says of what was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Exactly 00: done.
    Accepted,
    /// Accepted, and the final answer comes later.
    Pending,
    /// Refused: nothing was done, and why.
    Refused(Refusal),
    /// The platform was asked wrongly, or its contract does not allow it: nothing was done.
    /// Somebody has to change something.
    Misconfigured,
    /// It does not tell what became of it: ask getTransactionData.
    Unknown,
}

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The code as it came.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(code: &str) -> Self {
                Self(code.to_owned())
            }
        }
    )*};
}

codes! {
    /// `responseCode`, and the code fields of other families that hold the same values.
    ResponseCode
    /// `acquirerResponseCode`: what the card's issuer said.
    AcquirerCode
    /// `redirectionStatusCode`.
    RedirectionCode
    /// `transactionStatus`: a word, such as `TO_CAPTURE`.
    TransactionStatus
    /// `holderAuthentStatus`: what came of the strong authentication.
    HolderStatus
}

impl ResponseCode {
    /// What it says.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        find(RESPONSE, &self.0).map_or(Outcome::Unknown, |(.., outcome)| *outcome)
    }

    /// What it means, for a person.
    #[must_use]
    pub fn meaning(&self) -> Option<&'static str> {
        find(RESPONSE, &self.0).map(|(_, meaning, _)| *meaning)
    }

    /// Whether it speaks of the payment: one that says that we asked wrongly, or too late, does
    /// not.
    #[must_use]
    pub fn is_the_payments(&self) -> bool {
        self.outcome() != Outcome::Misconfigured && self.as_str() != "97"
    }

    /// Whether it is exactly 00.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.outcome() == Outcome::Accepted
    }
}

impl AcquirerCode {
    /// Whether the issuer wants the strong authentication that was left out ("soft decline").
    #[must_use]
    pub fn wants_authentication(&self) -> bool {
        self.0 == "A1"
    }

    /// Why it refuses. Nothing for 00, for no code, and for one that is not known.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        find(ACQUIRER, &self.0).and_then(|(.., refusal)| *refusal)
    }

    /// What it means, for a person.
    #[must_use]
    pub fn meaning(&self) -> Option<&'static str> {
        find(ACQUIRER, &self.0).map(|(_, meaning, _)| *meaning)
    }
}

impl RedirectionCode {
    /// What it means, for a person. Whether there is a redirection is decided by the presence of
    /// `redirectionUrl`: no source has the whole list for Office.
    #[must_use]
    pub fn meaning(&self) -> Option<&'static str> {
        find(REDIRECTION, &self.0).map(|(_, meaning, ())| *meaning)
    }
}

/// Where the money of a transaction is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Reserved; the shop has to validate it.
    Authorised,
    /// It is taken, or will be at the next remittance.
    Taken,
    /// The platform will tell later.
    Open,
    /// The platform waits for another's word itself, for up to 30 days: it looks at it once a day
    /// (Sips release notes 22.4 and 25.4).
    Waiting,
    /// Nothing was taken, or all of it was given back before the remittance.
    Gone,
    /// Given back, or on its way back.
    Credited,
    /// A word that is not known.
    Unknown,
}

impl TransactionStatus {
    /// Where the money is.
    #[must_use]
    pub fn standing(&self) -> Standing {
        find(STATUS, &self.0).map_or(Standing::Unknown, |(.., standing)| *standing)
    }
}

impl HolderStatus {
    /// Whether the shopper failed or gave up the authentication. Both spellings of the
    /// documentation, with and without `3D_` (worldline/sips-sdk-java, C).
    #[must_use]
    pub fn has_failed(&self) -> bool {
        matches!(self.word(), "FAILURE" | "CANCEL" | "ABORT")
    }

    /// Whether the shopper was authenticated, with a challenge or without one. An attempt is none:
    /// the issuer had no part in it.
    #[must_use]
    pub fn has_succeeded(&self) -> bool {
        self.word() == "SUCCESS"
    }

    fn word(&self) -> &str {
        self.0.strip_prefix("3D_").unwrap_or(&self.0)
    }
}

type Table<T> = &'static [(&'static str, &'static str, T)];

fn find<T>(table: Table<T>, code: &str) -> Option<&'static (&'static str, &'static str, T)> {
    table.iter().find(|(known, ..)| *known == code)
}

const RESPONSE: Table<Outcome> = &[
    ("00", "done", Outcome::Accepted),
    (
        "01",
        "done in part, or no such wallet or means of payment",
        Outcome::Misconfigured,
    ),
    (
        "02",
        "the issuer wants a call: limit exceeded",
        Outcome::Refused(Refusal::Funds),
    ),
    (
        "03",
        "the merchant's contract does not have this",
        Outcome::Misconfigured,
    ),
    ("05", "refused", Outcome::Refused(Refusal::Issuer)),
    (
        "11",
        "the card is on a list of blocked cards",
        Outcome::Refused(Refusal::Issuer),
    ),
    (
        "12",
        "the request is invalid: see errorFieldName",
        Outcome::Misconfigured,
    ),
    (
        "14",
        "the card's or bank's data is wrong",
        Outcome::Refused(Refusal::CardData),
    ),
    (
        "17",
        "cancelled by the shopper",
        Outcome::Refused(Refusal::Authentication),
    ),
    (
        "24",
        "impossible in this state, or done before",
        Outcome::Unknown,
    ),
    ("25", "no such transaction", Outcome::Misconfigured),
    (
        "30",
        "a field has the wrong format: see errorFieldName",
        Outcome::Misconfigured,
    ),
    (
        "34",
        "the seal or keyVersion is wrong, or fraud is suspected",
        Outcome::Misconfigured,
    ),
    (
        "40",
        "this function is not activated on the contract",
        Outcome::Misconfigured,
    ),
    (
        "51",
        "the amount is too high",
        Outcome::Refused(Refusal::Funds),
    ),
    (
        "54",
        "the card has expired",
        Outcome::Refused(Refusal::CardData),
    ),
    (
        "55",
        "prepaid cards are not taken",
        Outcome::Refused(Refusal::NotAccepted),
    ),
    (
        "57",
        "the refund is refused: the original was not paid",
        Outcome::Misconfigured,
    ),
    ("60", "pending", Outcome::Pending),
    ("62", "waits for a confirmation", Outcome::Pending),
    (
        "63",
        "security rules are not met",
        Outcome::Refused(Refusal::Authentication),
    ),
    ("75", "too many tries", Outcome::Refused(Refusal::Issuer)),
    ("90", "the service is not available", Outcome::Unknown),
    ("94", "this reference exists already", Outcome::Unknown),
    (
        "97",
        "the session has run out of time",
        Outcome::Refused(Refusal::TimedOut),
    ),
    (
        "99",
        "a problem of the platform, for the moment",
        Outcome::Unknown,
    ),
];

const ACQUIRER: Table<Option<Refusal>> = &[
    ("00", "accepted", None),
    ("02", "the issuer wants a call", Some(Refusal::Issuer)),
    ("03", "invalid acceptor", Some(Refusal::Technical)),
    ("04", "keep the card", Some(Refusal::Issuer)),
    ("05", "do not honour", Some(Refusal::Issuer)),
    (
        "07",
        "keep the card, special conditions",
        Some(Refusal::Issuer),
    ),
    ("08", "accept after identification", None),
    ("12", "invalid transaction", Some(Refusal::Technical)),
    ("13", "invalid amount", Some(Refusal::Technical)),
    ("14", "invalid card number", Some(Refusal::CardData)),
    ("15", "unknown issuer", Some(Refusal::CardData)),
    (
        "17",
        "cancelled by the shopper",
        Some(Refusal::Authentication),
    ),
    ("24", "impossible operation", Some(Refusal::Technical)),
    ("25", "transaction not found", Some(Refusal::Technical)),
    ("30", "format error", Some(Refusal::Technical)),
    ("31", "unknown acquirer", Some(Refusal::Technical)),
    ("33", "card expired", Some(Refusal::CardData)),
    ("34", "suspected fraud", Some(Refusal::Issuer)),
    ("40", "function not supported", Some(Refusal::Technical)),
    ("41", "card lost", Some(Refusal::Issuer)),
    ("43", "card stolen", Some(Refusal::Issuer)),
    ("51", "insufficient funds", Some(Refusal::Funds)),
    ("54", "card expired", Some(Refusal::CardData)),
    ("56", "card not on file", Some(Refusal::CardData)),
    (
        "57",
        "not permitted to the holder",
        Some(Refusal::NotAccepted),
    ),
    (
        "58",
        "not permitted to the terminal",
        Some(Refusal::NotAccepted),
    ),
    ("59", "suspected fraud", Some(Refusal::Issuer)),
    (
        "60",
        "the acceptor must call the acquirer",
        Some(Refusal::Technical),
    ),
    ("61", "limit exceeded", Some(Refusal::Funds)),
    ("62", "waits for a confirmation", None),
    ("63", "security rules not met", Some(Refusal::Issuer)),
    ("65", "too many uses", Some(Refusal::Funds)),
    ("68", "no answer, or too late", Some(Refusal::Technical)),
    ("75", "too many tries", Some(Refusal::Issuer)),
    ("87", "unknown terminal", Some(Refusal::Technical)),
    ("90", "system halted", Some(Refusal::Technical)),
    ("91", "issuer unreachable", Some(Refusal::Technical)),
    ("92", "unknown transaction", Some(Refusal::Technical)),
    ("94", "duplicate", Some(Refusal::Technical)),
    ("96", "system failing", Some(Refusal::Technical)),
    ("97", "time out", Some(Refusal::Technical)),
    ("98", "server unreachable", Some(Refusal::Technical)),
    ("99", "incident", Some(Refusal::Technical)),
    (
        "A1",
        "authentication data is missing",
        Some(Refusal::Authentication),
    ),
];

const REDIRECTION: Table<()> = &[
    ("00", "redirect the browser", ()),
    ("01", "the card is not enrolled in 3-D Secure", ()),
    ("03", "the merchant's contract does not have this", ()),
    ("10", "authentication is not possible", ()),
    ("12", "the request is invalid", ()),
    ("30", "a field has the wrong format", ()),
    ("34", "the seal or keyVersion is wrong", ()),
    ("80", "technical problem of the authentication", ()),
    ("94", "this reference exists already", ()),
    ("99", "a problem of the platform, for the moment", ()),
];

/// With a source: TO_VALIDATE, TO_CAPTURE, CAPTURED, TO_CREDIT, CREDITED (Sips documentation, pages
/// on validation and refund, B; warehousenantes/sips-office-sdk-php, C); TO_CONFIRM_… and PENDING
/// (Sips release notes 22.4 and 25.4, B). The others are generally
/// known, without a source that could be read.
const STATUS: Table<Standing> = &[
    (
        "TO_VALIDATE",
        "the shop has to validate it",
        Standing::Authorised,
    ),
    (
        "TO_CAPTURE",
        "goes with the next remittance",
        Standing::Taken,
    ),
    ("CAPTURED", "remitted", Standing::Taken),
    ("TO_CREDIT", "will be credited", Standing::Credited),
    ("CREDITED", "credited", Standing::Credited),
    ("TO_AUTHORIZE", "will be authorised later", Standing::Open),
    (
        "TO_CHALLENGE",
        "the shop has to decide on a fraud score",
        Standing::Open,
    ),
    ("TO_REPLAY", "will be authorised anew", Standing::Open),
    (
        "TO_CONFIRM_AUTHOR",
        "the authorisation waits for a confirmation",
        Standing::Waiting,
    ),
    (
        "TO_CONFIRM_CAPTURE",
        "the capture waits for a confirmation",
        Standing::Waiting,
    ),
    (
        "TO_CONFIRM_CREDIT",
        "the crediting waits for a confirmation",
        Standing::Waiting,
    ),
    ("PENDING", "waits for another's word", Standing::Waiting),
    ("REFUSED", "refused", Standing::Gone),
    ("CANCELLED", "cancelled", Standing::Gone),
    ("EXPIRED", "not validated in time", Standing::Gone),
    ("ABORTED", "abandoned", Standing::Gone),
    (
        "UNPAID",
        "taken back by the shopper's bank",
        Standing::Unknown,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_zeros_are_accepted() {
        let accepted: Vec<_> = (0..=99)
            .map(|code| format!("{code:02}"))
            .filter(|code| ResponseCode::from(code.as_str()).is_success())
            .collect();
        assert_eq!(accepted, ["00"]);
        for code in ["", "0", "000", " 00", "0O", "OK", "é"] {
            assert_eq!(
                ResponseCode::from(code).outcome(),
                Outcome::Unknown,
                "{code}"
            );
        }
    }

    #[test]
    fn a_code_that_says_nothing_of_the_money_is_unknown() {
        for code in ["04", "24", "90", "94", "99", "77"] {
            assert_eq!(
                ResponseCode::from(code).outcome(),
                Outcome::Unknown,
                "{code}"
            );
        }
    }

    #[test]
    fn a1_asks_for_authentication() {
        assert!(AcquirerCode::from("A1").wants_authentication());
        assert_eq!(
            AcquirerCode::from("A1").refusal(),
            Some(Refusal::Authentication)
        );
        assert_eq!(AcquirerCode::from("00").refusal(), None);
        assert_eq!(AcquirerCode::from("ZZ").refusal(), None);
        assert!(!AcquirerCode::default().wants_authentication());
    }

    #[test]
    fn an_unknown_status_is_no_money() {
        assert_eq!(
            TransactionStatus::from("TO_CAPTURE").standing(),
            Standing::Taken
        );
        assert_eq!(
            TransactionStatus::from("TO_VALIDATE").standing(),
            Standing::Authorised
        );
        assert_eq!(
            TransactionStatus::from("PAID").standing(),
            Standing::Unknown
        );
        assert_eq!(TransactionStatus::from("").standing(), Standing::Unknown);
    }

    #[test]
    fn both_spellings_of_a_failed_authentication_are_read() {
        for word in ["FAILURE", "3D_FAILURE", "CANCEL", "3D_ABORT"] {
            assert!(HolderStatus::from(word).has_failed(), "{word}");
        }
        for word in ["SUCCESS", "3D_ATTEMPT", "", "BYPASS"] {
            assert!(!HolderStatus::from(word).has_failed(), "{word}");
        }
        for word in ["SUCCESS", "3D_SUCCESS"] {
            assert!(HolderStatus::from(word).has_succeeded(), "{word}");
        }
        for word in [
            "FAILURE",
            "ATTEMPT",
            "3D_ATTEMPT",
            "NOT_ENROLLED",
            "BYPASS",
            "",
        ] {
            assert!(!HolderStatus::from(word).has_succeeded(), "{word}");
        }
    }

    #[test]
    fn no_code_stands_twice() {
        fn unique<T>(table: Table<T>) {
            let mut seen: Vec<_> = table.iter().map(|(code, ..)| *code).collect();
            seen.sort_unstable();
            assert!(seen.windows(2).all(|pair| pair[0] != pair[1]));
        }
        unique(RESPONSE);
        unique(ACQUIRER);
        unique(REDIRECTION);
        unique(STATUS);
    }
}
