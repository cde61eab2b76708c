//! What the codes of a Go terminal mean (GO, *transaction-response-codes*, *error-response-codes*).

use guichet_domain::Refusal;

/// Codes of the bank below this one approve; this one and those above do not.
const APPROVED_BELOW: u32 = 50;

/// What became of a command, by its entry's code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Meaning {
    /// Taken by the cloud, or running on the terminal.
    GoesOn,
    /// Approved; perhaps without the cash-back that was asked for.
    Approved,
    /// Approved in part: a person decides about the rest.
    Partial,
    /// A command without money is done.
    Done,
    /// Nothing was taken.
    Refused(Refusal),
    /// It was not started: something in it, or in the configuration, is wrong.
    Rejected(Refusal),
    /// The terminal or the cloud was lost in the middle: nobody knows.
    Unknown,
}

/// Every code, in words.
#[must_use]
pub fn meaning(code: &str) -> Option<(Meaning, &'static str)> {
    use Meaning::{Approved, Done, GoesOn, Partial, Refused, Rejected, Unknown};
    Some(match code {
        "5201" => (GoesOn, "accepted by the cloud"),
        "5202" => (
            GoesOn,
            "forwarded to the terminal, or the same command still runs",
        ),
        "5206" => (GoesOn, "in progress"),
        "5207" => (Approved, "approved"),
        "5209" => (Done, "done"),
        "5210" => (Partial, "approved in part"),
        "5211" => (Approved, "approved without cash-back"),
        "5220" | "5455" => (Refused(Refusal::Cancelled), "cancelled by the till"),
        "5450" => (Refused(Refusal::Issuer), "declined"),
        "5451" => (Refused(Refusal::Cancelled), "cancelled on the terminal"),
        "5452" => (
            Refused(Refusal::TimedOut),
            "nobody acted on the terminal in time",
        ),
        "5453" => (Refused(Refusal::Technical), "not completed"),
        "5454" => (
            Refused(Refusal::NotAccepted),
            "not allowed with this card or terminal",
        ),
        "5900" => (
            Rejected(Refusal::Technical),
            "the request's structure is wrong",
        ),
        "5901" => (
            Rejected(Refusal::Technical),
            "a value of the request is wrong",
        ),
        "5902" => (
            Rejected(Refusal::Technical),
            "a parameter of the request is wrong",
        ),
        "5903" => (
            Rejected(Refusal::Technical),
            "the terminal is not known, or is offline",
        ),
        "5904" => (Rejected(Refusal::Busy), "the terminal is busy"),
        "5905" => (
            Rejected(Refusal::Technical),
            "the post-back address was refused",
        ),
        "5906" => (Unknown, "the terminal did not answer in time"),
        "5907" => (Unknown, "the connection broke in the middle"),
        "5908" => (Unknown, "the cloud can't be reached"),
        "5909" => (Unknown, "the gateway can't be reached"),
        "5911" => (
            Rejected(Refusal::Technical),
            "a value of the request is too long",
        ),
        "5912" => (
            Rejected(Refusal::Technical),
            "a value of the request has a wrong format",
        ),
        "5913" | "5914" => (
            Rejected(Refusal::Technical),
            "a value of the request is missing",
        ),
        "5915" => (
            Rejected(Refusal::Technical),
            "a value of the request is there twice",
        ),
        _ => return None,
    })
}

/// Whether the bank approved: a number below 050. None where it is no number, as where the bank was
/// never asked.
#[must_use]
pub fn approves(response_code: &str) -> Option<bool> {
    let digits = !response_code.is_empty() && response_code.bytes().all(|b| b.is_ascii_digit());
    let code: u32 = response_code.parse().ok().filter(|_| digits)?;
    Some(code < APPROVED_BELOW)
}

/// Why a bank declined, as far as its ISO code tells. For words alone: it decides nothing.
#[must_use]
pub fn declined(iso: &str) -> Refusal {
    match iso {
        "51" | "61" | "65" => Refusal::Funds,
        "14" | "54" | "55" => Refusal::CardData,
        "41" | "43" | "57" | "62" => Refusal::NotAccepted,
        "68" | "91" | "96" => Refusal::Technical,
        _ => Refusal::Issuer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_approves_below_050_and_by_a_number_alone() {
        for (code, expected) in [
            ("000", Some(true)),
            ("004", Some(true)),
            ("025", Some(true)),
            ("027", Some(true)),
            ("049", Some(true)),
            ("050", Some(false)),
            ("055", Some(false)),
            ("481", Some(false)),
            ("", None),
            ("null", None),
            ("+27", None),
            (" 27", None),
        ] {
            assert_eq!(approves(code), expected, "{code:?}");
        }
    }

    #[test]
    fn only_three_codes_approve_and_only_four_leave_it_open() {
        let (mut approving, mut unknown) = (Vec::new(), Vec::new());
        for code in 0..=9999 {
            let code = format!("{code:04}");
            match meaning(&code).map(|(meaning, _)| meaning) {
                Some(Meaning::Approved | Meaning::Partial) => approving.push(code),
                Some(Meaning::Unknown) => unknown.push(code),
                _ => {}
            }
        }
        assert_eq!(approving, ["5207", "5210", "5211"]);
        assert_eq!(unknown, ["5906", "5907", "5908", "5909"]);
    }
}
