//! The platform's codes: letter E of the payment page, CODEREPONSE of PPPS.
//!
//! Sources: Verifone "Paybox System" V8.0; www1.paybox.com, "Codes réponses"; Verifone's PrestaShop
//! module 3.2.0. Codes are text: 001A1 is one. An unknown code is an unknown outcome.

use guichet_domain::Refusal;

/// Letter E: five letters or digits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Code(String);

impl Code {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 5 && text.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What became of the transaction.
    pub(super) fn outcome(&self) -> Outcome {
        match self.0.as_str() {
            "00000" => Outcome::Accepted,
            "99999" => Outcome::Pending,
            code => explain(code)
                .and_then(|(_, refusal)| refusal)
                .map_or(Outcome::Unknown, Outcome::Refused),
        }
    }
}

/// What a code of the payment page says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    /// Exactly 00000.
    Accepted,
    /// 99999: the method's final answer comes later.
    Pending,
    /// A code that is documented as a refusal.
    Refused(Refusal),
    /// Anything else.
    Unknown,
}

/// The meaning of letter E, and why it refuses if it does.
pub(super) fn explain(code: &str) -> Option<(&'static str, Option<Refusal>)> {
    if let Some(xx) = code
        .strip_prefix("001")
        .filter(|_| code != "00100" && code != "00108")
    {
        return explain_centre(xx).map(|(text, refusal)| (text, Some(refusal)));
    }
    let refused = |text, refusal| Some((text, Some(refusal)));
    match code {
        "00000" => Some(("accepted", None)),
        // Our reference is new for every payment: if it was paid, then by this very payment, and
        // its notification is late or lost. Not a refusal, then, and not proof either.
        "00015" => Some(("this reference was paid before", None)),
        "99999" => Some(("pending: the method's final answer comes later", None)),
        "00001" => refused(
            "authorisation centre unreachable, or cancelled",
            Refusal::Technical,
        ),
        "00003" => refused("platform error", Refusal::Technical),
        "00004" => refused("card number or security code invalid", Refusal::CardData),
        "00006" => refused("access refused: site, rank, id or seal", Refusal::Technical),
        "00008" => refused("expiry date wrong", Refusal::CardData),
        "00009" => refused(
            "subscriber creation or behavioural check failed",
            Refusal::Technical,
        ),
        "00010" => refused("unknown currency", Refusal::Technical),
        "00011" => refused("wrong amount", Refusal::Technical),
        "00016" => refused("subscriber exists already", Refusal::Technical),
        "00021" => refused("card not allowed", Refusal::NotAccepted),
        "00022" => refused("ceiling reached", Refusal::Funds),
        "00029" => refused("not the card that was expected", Refusal::CardData),
        "00030" => refused("the page timed out", Refusal::TimedOut),
        "00033" => refused("country of the address not allowed", Refusal::NotAccepted),
        "00040" => refused("no 3-D Secure authentication", Refusal::Authentication),
        _ => None,
    }
}

/// Codes of the authorisation centre: the last two characters of 001xx. All of them refuse; 00
/// (approved) and 08 (approved after identification) are no refusals and are left out.
fn explain_centre(xx: &str) -> Option<(&'static str, Refusal)> {
    let known = match xx {
        "01" | "02" => ("call the issuer", Refusal::Issuer),
        "03" => ("invalid acceptor", Refusal::Technical),
        "04" | "07" => ("keep the card", Refusal::Issuer),
        "05" => ("do not honour", Refusal::Issuer),
        "12" => ("invalid transaction", Refusal::Technical),
        "13" => ("invalid amount", Refusal::Technical),
        "14" => ("invalid card number", Refusal::CardData),
        "15" => ("unknown issuer", Refusal::CardData),
        "17" => ("cancelled by the customer", Refusal::Issuer),
        "19" => ("retry later", Refusal::Technical),
        "20" => ("bad answer", Refusal::Technical),
        "24" | "25" | "26" | "27" | "28" | "29" => ("file update error", Refusal::Technical),
        "30" => ("format error", Refusal::Technical),
        "31" => ("unknown acquirer", Refusal::Technical),
        "33" | "54" => ("card expired", Refusal::CardData),
        "34" | "59" => ("suspected fraud", Refusal::Issuer),
        "38" | "75" => ("too many PIN tries", Refusal::Issuer),
        "41" => ("card lost", Refusal::Issuer),
        "43" => ("card stolen", Refusal::Issuer),
        "51" => ("insufficient funds", Refusal::Funds),
        "55" => ("wrong PIN", Refusal::CardData),
        "56" => ("card not on file", Refusal::CardData),
        "57" => ("not permitted to the holder", Refusal::NotAccepted),
        "58" => ("forbidden to the terminal", Refusal::NotAccepted),
        "60" => ("the acceptor must call the acquirer", Refusal::Technical),
        "61" => ("withdrawal limit", Refusal::Funds),
        "63" => ("security rules", Refusal::Issuer),
        "68" => ("no answer, or too late", Refusal::Technical),
        "76" => ("holder blocked before", Refusal::Issuer),
        "89" => ("authentication failed", Refusal::Authentication),
        "90" | "96" => ("system halted or failing", Refusal::Technical),
        "91" => ("issuer unreachable", Refusal::Technical),
        "94" => ("duplicate", Refusal::Technical),
        "97" | "98" | "99" => (
            "time out, server unreachable or incident",
            Refusal::Technical,
        ),
        "A1" => ("authentication required", Refusal::Authentication),
        "A4" => (
            "exemption from authentication misused",
            Refusal::Authentication,
        ),
        "R1" | "R3" => ("mandate revoked", Refusal::Issuer),
        digits if digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()) => {
            ("refused by the authorisation centre", Refusal::Issuer)
        }
        _ => return None,
    };
    Some(known)
}

/// What a CODEREPONSE of PPPS means for a question about a transaction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ppps {
    /// 00000: read STATUS.
    Done,
    /// The number of the question is not good: ask again with another.
    NewQuestion,
    /// The platform is not well: the other host may be.
    OtherHost,
    /// Our account does not know the transaction as we told it.
    NotOurs(&'static str),
    /// Our own question is wrong: it tells nothing of the transaction.
    Failed(&'static str),
    /// The code is unknown: it tells nothing at all.
    Unknown,
}

/// What a CODEREPONSE of PPPS means for an operation that may have moved money.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Moved {
    /// 00000: it was done.
    Done,
    /// The number of the question was not taken, and so the question was not: ask with another.
    NewQuestion,
    /// It was refused: nothing was done.
    Refused(&'static str),
    /// It may have been done.
    Unknown,
}

/// Reads CODEREPONSE of an operation. What the platform could not say because it was not well, and
/// what it says of no question of ours, may have been done all the same.
pub(super) fn moved(code: &str) -> Moved {
    match explain(code) {
        // The authorisation centre's own word. What failed on the way to it may have been done.
        Some((_, Some(Refusal::Technical))) if code.starts_with("001") => return Moved::Unknown,
        Some((why, Some(_))) if code.starts_with("001") => return Moved::Refused(why),
        _ => {}
    }
    match (code, ppps(code)) {
        (_, Ppps::Done) => Moved::Done,
        ("00005" | "00039", _) => Moved::NewQuestion,
        (_, Ppps::NotOurs(why) | Ppps::Failed(why)) => Moved::Refused(why),
        (_, Ppps::NewQuestion | Ppps::OtherHost | Ppps::Unknown) => Moved::Unknown,
    }
}

/// Reads CODEREPONSE (Verifone "Paybox Direct", through BenMorel/Paybox, nexylan/paybox-direct and
/// juspay/hyperswitch).
pub(super) fn ppps(code: &str) -> Ppps {
    match code {
        "00000" => Ppps::Done,
        "00005" | "00039" | "00099" => Ppps::NewQuestion,
        "00001" | "00003" | "00097" | "00098" => Ppps::OtherHost,
        "00010" => Ppps::NotOurs("currency unknown"),
        "00011" => Ppps::NotOurs("amount wrong"),
        "00012" => Ppps::NotOurs("reference wrong"),
        "00015" => Ppps::NotOurs("earlier data not accessible"),
        "00018" => Ppps::NotOurs("transaction not found"),
        "00002" => Ppps::Failed("incoherent"),
        "00006" => Ppps::Failed("access refused: site, rank or key"),
        "00007" => Ppps::Failed("date invalid"),
        "00009" => Ppps::Failed("operation type invalid"),
        "00013" => Ppps::Failed("version not supported"),
        "00014" => Ppps::Failed("incoherent frame"),
        "00037" => Ppps::Failed("seal invalid"),
        _ => Ppps::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(code: &str) -> Outcome {
        Code::parse(code).unwrap().outcome()
    }

    #[test]
    fn only_five_zeros_are_accepted() {
        assert_eq!(outcome("00000"), Outcome::Accepted);
        for code in [
            "00015", "00100", "00108", "0000O", "00200", "00201", "00300", "00303",
        ] {
            assert_eq!(outcome(code), Outcome::Unknown, "{code}");
        }
        for code in ["0000", "000000", "", " 0000", "-0000", "0000é"] {
            assert!(Code::parse(code).is_none(), "{code}");
        }
    }

    #[test]
    fn five_nines_are_pending() {
        assert_eq!(outcome("99999"), Outcome::Pending);
    }

    #[test]
    fn a_code_with_letters_is_read_as_text() {
        assert_eq!(outcome("001A1"), Outcome::Refused(Refusal::Authentication));
        assert_eq!(outcome("001R3"), Outcome::Refused(Refusal::Issuer));
        assert_eq!(outcome("001Z9"), Outcome::Unknown);
    }

    #[test]
    fn a_refusal_has_a_class_that_the_shopper_understands() {
        for (code, class) in [
            ("00151", Refusal::Funds),
            ("00105", Refusal::Issuer),
            ("00154", Refusal::CardData),
            ("00030", Refusal::TimedOut),
            ("00040", Refusal::Authentication),
            ("00021", Refusal::NotAccepted),
            ("00001", Refusal::Technical),
            ("00162", Refusal::Issuer),
        ] {
            assert_eq!(outcome(code), Outcome::Refused(class), "{code}");
        }
    }

    #[test]
    fn an_unknown_code_of_ppps_tells_nothing_of_the_transaction() {
        assert_eq!(ppps("00777"), Ppps::Unknown);
        assert!(matches!(ppps("00006"), Ppps::Failed(_)));
        assert!(matches!(ppps("00018"), Ppps::NotOurs(_)));
        assert_eq!(ppps("00039"), Ppps::NewQuestion);
        assert_eq!(ppps("00000"), Ppps::Done);
    }

    #[test]
    fn only_a_refusal_that_is_known_says_that_an_operation_was_not_done() {
        assert_eq!(moved("00000"), Moved::Done);
        assert_eq!(moved("00005"), Moved::NewQuestion);
        assert!(matches!(moved("00018"), Moved::Refused(_)));
        assert!(matches!(moved("00105"), Moved::Refused(_)));
        // Approved by the centre, lost on the way to it, not well, unknown.
        for code in ["00100", "00108", "00168", "00001", "00099", "00777", ""] {
            assert_eq!(moved(code), Moved::Unknown, "{code}");
        }
    }
}
