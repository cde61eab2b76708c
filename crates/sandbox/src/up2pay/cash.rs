//! PPPS, what moves money: TYPE 00002 (capture), 00005 (cancel) and 00014 (refund).
//!
//! Source: Up2pay e-Transactions, manuel d'intégration CONECS / CV-CONNECT, 01/03/2021: §2.1.2.2
//! (the rest of a partial capture is let go), §2.2.2.1 and §4.2 (what may be done with a voucher),
//! §4.3.1 (a refund from the next day, several of one transaction). Which code the platform refuses
//! with is told by no source: these are the ones whose meaning comes nearest.

use jiff::Timestamp;

use super::books::{Done, Part, Transaction};
use super::world::World;
use crate::clock;

/// What is done to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Capture,
    Cancel,
    Refund,
}

impl Act {
    pub(crate) fn of_type(text: &str) -> Option<Self> {
        match text {
            "00002" => Some(Self::Capture),
            "00005" => Some(Self::Cancel),
            "00014" => Some(Self::Refund),
            _ => None,
        }
    }
}

/// An answer's code and comment.
type Refused = (&'static str, String);

fn refuse<T>(code: &'static str, comment: &str) -> Result<T, Refused> {
    Err((code, comment.to_owned()))
}

/// Does it, and gives the act's own number.
pub(crate) fn act(
    world: &mut World,
    number: u64,
    act: Act,
    amount: Option<u64>,
) -> Result<u64, Refused> {
    let own = world.books.draw_transaction_number();
    let Some(line) = world.books.find_mut(number) else {
        return refuse("00018", "Transaction non trouvée");
    };
    let Some(amount) = amount.filter(|amount| *amount > 0) else {
        return refuse("00011", "Montant incorrect");
    };
    let now = clock::now();
    may(line, act, amount, now)?;
    let (kind, status) = match act {
        Act::Capture => ("00002", "Capturé"),
        Act::Cancel => ("00005", "Annulé"),
        Act::Refund => ("00014", "Remboursé"),
    };
    line.status = status;
    line.acts.push(Done {
        kind,
        numtrans: own,
        amount,
        at: now,
    });
    Ok(own)
}

fn may(line: &Transaction, act: Act, amount: u64, now: Timestamp) -> Result<(), Refused> {
    if line.code != "00000" {
        return refuse(
            "00018",
            "Transaction non trouvée : elle n'a pas été acceptée",
        );
    }
    let never = match (line.part, line.card.as_str(), act) {
        (Part::Voucher, _, Act::Cancel) => true,
        (Part::Voucher, card, Act::Refund) => card == "CVCONNECT",
        _ => false,
    };
    if never {
        return refuse("00009", "Type d'opération impossible avec ce titre (§4.2)");
    }
    let day = |time| clock::in_paris(time).date();
    let taken = line.taken();
    match act {
        Act::Capture if line.status != "Autorisé" => refuse(
            "00018",
            "Transaction non trouvée : rien n'attend d'être capturé",
        ),
        Act::Capture if amount > line.amount => refuse("00011", "Montant supérieur"),
        Act::Capture => Ok(()),
        Act::Cancel => match (line.status, taken) {
            ("Autorisé", _) if amount == line.amount => Ok(()),
            ("Capturé", Some((_, at))) if day(at) < day(now) => {
                refuse("00018", "Transaction non trouvée : déjà remise en banque")
            }
            ("Capturé", Some((taken, _))) if amount == taken => Ok(()),
            ("Autorisé" | "Capturé", _) => refuse("00011", "Montant différent"),
            _ => refuse("00018", "Transaction non trouvée : rien à annuler"),
        },
        Act::Refund => match taken {
            Some((_, at)) if day(at) >= day(now) => {
                refuse("00015", "Remboursement possible à partir de J+1 (§4.3.1)")
            }
            Some((taken, _)) if amount + line.refunded() > taken => {
                refuse("00011", "Montant supérieur à ce qui reste")
            }
            Some(_) => Ok(()),
            None => refuse("00018", "Transaction non trouvée : rien n'a été capturé"),
        },
    }
}
