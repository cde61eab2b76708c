//! `PBX_RETOUR`: the letters a call asks for, and the value of each.

use super::books::{Part, Transaction};
use super::call::Call;
use crate::clock;
use crate::pairs::{platform_value, strict_value};

/// Letters that the sandbox knows.
const KNOWN: &str = "MRTABCEPSWQYZFGODNJIHKUVvoc";

/// Reads `name:letter;name:letter`, a trailing `;` allowed.
pub(crate) fn parse_wanted(text: &str) -> Result<Vec<(String, char)>, String> {
    let text = text.strip_suffix(';').unwrap_or(text);
    let mut wanted: Vec<(String, char)> = Vec::new();
    for item in text.split(';') {
        let Some((name, letter)) = item.split_once(':') else {
            return Err(format!("« {item} » n'est pas de la forme nom:lettre"));
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(format!(
                "le nom « {name} » a d'autres signes que lettres, chiffres, - et _"
            ));
        }
        let mut letters = letter.chars();
        let (Some(letter), None) = (letters.next(), letters.next()) else {
            return Err(format!("« {letter} » n'est pas une lettre seule"));
        };
        if !KNOWN.contains(letter) {
            return Err(format!("la lettre {letter} n'existe pas"));
        }
        if wanted.iter().any(|(before, _)| before == name) {
            return Err(format!("le nom {name} figure deux fois"));
        }
        wanted.push((name.to_owned(), letter));
    }
    let seal = wanted.iter().position(|(_, letter)| *letter == 'K');
    if seal.is_some_and(|place| place + 1 != wanted.len()) {
        return Err("K doit être la dernière lettre".to_owned());
    }
    Ok(wanted)
}

/// What a message tells about: one transaction, or a page left without any.
pub(crate) struct Subject<'a> {
    pub(crate) call: &'a Call,
    pub(crate) call_number: u64,
    pub(crate) transaction: Option<&'a Transaction>,
    /// E when there is no transaction.
    pub(crate) bare_code: &'a str,
    /// P when there is no transaction.
    pub(crate) bare_payment: &'a str,
}

/// The value of one letter as it is signed and sent; `None` leaves the pair out.
///
/// Letter Q is encoded (`10%3A25%3A00`): the platform's own WooCommerce module 3.0.9 and eopayment
/// 3.15 encode what they were given before they verify, and both can verify only this. In R and C,
/// `: / @ ,` are literal: seen in signed messages of 2012 and 2022.
pub(crate) fn wire_value(letter: char, subject: &Subject<'_>) -> Option<String> {
    let value = letter_value(letter, subject)?;
    Some(if letter == 'Q' {
        strict_value(&value)
    } else {
        platform_value(&value)
    })
}

/// The plain value of one letter.
fn letter_value(letter: char, subject: &Subject<'_>) -> Option<String> {
    let call = subject.call;
    let Some(transaction) = subject.transaction else {
        return match letter {
            'M' => Some(call.total.to_string()),
            'R' => Some(call.reference.clone()),
            'T' => Some(subject.call_number.to_string()),
            'B' | 'S' => Some("0".to_owned()),
            'E' => Some(subject.bare_code.to_owned()),
            'P' => Some(subject.bare_payment.to_owned()),
            // There, and empty: a signed return of 2022 from a page that was left.
            'N' => Some(String::new()),
            _ => None,
        };
    };
    match letter {
        'M' => Some(transaction.amount.to_string()),
        'R' => Some(transaction.reference.clone()),
        'T' => Some(transaction.call_number.to_string()),
        'A' => transaction.authorisation.map(str::to_owned),
        'B' => Some("0".to_owned()),
        'C' => Some(transaction.card.clone()),
        'E' => Some(transaction.code.clone()),
        'P' => Some(transaction.payment.clone()),
        'S' => Some(transaction.number.to_string()),
        'W' => Some(paris(transaction, "%d%m%Y")),
        'Q' => Some(paris(transaction, "%H:%M:%S")),
        // Both countries have three letters.
        'Y' | 'I' => Some("FRA".to_owned()),
        'Z' => transaction.mixed.map(str::to_owned),
        _ => card_value(letter, transaction),
    }
}

/// Letters that only a card has.
fn card_value(letter: char, transaction: &Transaction) -> Option<String> {
    if transaction.part == Part::Voucher {
        return None;
    }
    let card = transaction.facts.as_ref()?;
    let accepted = transaction.code == "00000";
    match letter {
        'D' => Some(card.expiry.clone()),
        'N' => Some(card.first6.clone()),
        'J' => Some(card.last2.clone()),
        'H' => Some(card.imprint.clone()),
        'F' => Some(if card.authenticated { "Y" } else { "N" }.to_owned()),
        'G' => Some(
            if card.authenticated && accepted {
                "O"
            } else {
                "N"
            }
            .to_owned(),
        ),
        'O' => Some("Y".to_owned()),
        'v' => Some("2.1.0".to_owned()),
        // How 3-D Secure went. No source has its values: C for a challenge, F for none, are ours.
        'c' => Some(if card.authenticated { "C" } else { "F" }.to_owned()),
        'U' if accepted => {
            let handle = card.imprint.get(..16).unwrap_or_default();
            Some(format!("{handle}  {}  ---", card.expiry))
        }
        _ => None,
    }
}

fn paris(transaction: &Transaction, format: &str) -> String {
    clock::in_paris(transaction.at).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::parse_wanted;

    #[test]
    fn the_list_is_read_in_order() {
        let wanted = parse_wanted("Mt:M;Ref:R;Signature:K;").unwrap();
        let letters: String = wanted.iter().map(|(_, letter)| *letter).collect();
        assert_eq!(letters, "MRK");
    }

    #[test]
    fn what_can_not_be_served_is_refused() {
        let bad = [
            "",
            "Mt",
            "Mt:M; Ref:R",
            "Mt:MM",
            "Mt:X",
            "Mt:M;Mt:R",
            "K:K;Mt:M",
            "sign=K",
        ];
        for text in bad {
            assert!(parse_wanted(text).is_err(), "{text}");
        }
    }
}
