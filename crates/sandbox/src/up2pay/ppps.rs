//! PPPS: the calls of a merchant's server. Consultation (TYPE 00017) from the same books that
//! `cash.rs` changes.
//!
//! Source: Gestion Automatisée des Encaissements; Up2pay e-Transactions, manuel d'intégration
//! CONECS / CV-CONNECT, 01/03/2021, §4.2 (ACQUEREUR) and §4.3.2 (the frame).

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::books::Transaction;
use super::cash::{self, Act};
use super::world::World;
use crate::accounts::Account;
use crate::app::{App, Shared};
use crate::clock;
use crate::pairs::{Pairs, parse_form, sealed_message, value};
use crate::seal::hmac_matches;
use crate::web::cut::CutBody;

/// An answer's code and comment.
type Refused = (&'static str, String);

/// `POST /PPPS.php`.
pub(crate) async fn ppps(State(app): State<Shared>, body: Bytes) -> Response {
    let faults = app.world().faults.clone();
    if faults.ppps_down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if faults.ppps_request_lost {
        return Response::new(Body::new(CutBody));
    }
    let text = answer(&app, &body, faults.ppps_padded);
    tokio::time::sleep(Duration::from_millis(faults.ppps_answer_late_ms)).await;
    if faults.ppps_answer_lost {
        return Response::new(Body::new(CutBody));
    }
    let latin1: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(c).unwrap_or(b'?'))
        .collect();
    ([(CONTENT_TYPE, "text/plain; charset=ISO-8859-1")], latin1).into_response()
}

fn answer(app: &App, body: &[u8], padded: bool) -> String {
    let Some(pairs) = parse_form(body) else {
        return frame(&Pairs::new(), None, "00014", "Trame illisible", padded);
    };
    let mut world = app.world();
    match treat(&mut world, &app.settings.accounts, &pairs) {
        Ok(treated) => {
            let found = world.books.find(treated.number);
            let told = found.map(|line| (line, treated.act));
            frame(&pairs, told, "00000", "Demande traitée avec succès", padded)
        }
        Err((code, comment)) => frame(&pairs, None, code, &comment, padded),
    }
}

/// What a question came to.
struct Treated {
    /// The transaction.
    number: u64,
    /// The number of what was done with it, if anything was.
    act: Option<u64>,
}

/// Checks the frame, then finds the transaction that it names, and does what it asks for.
fn treat(world: &mut World, accounts: &[Account], pairs: &Pairs) -> Result<Treated, Refused> {
    let text = |name| value(pairs, name).unwrap_or_default();
    let refuse = |code, comment: &str| Err((code, comment.to_owned()));
    let Some(account) = accounts
        .iter()
        .find(|account| account.site == text("SITE") && account.has_rank(text("RANG")))
    else {
        return refuse("00006", "Accès refusé ou site/rang incorrect");
    };
    check_seal(account, pairs)?;
    if !matches!(text("VERSION"), "00103" | "00104") {
        return refuse("00013", "Version non supportée");
    }
    draw_question(world, account, text("NUMQUESTION"))?;
    let date = text("DATEQ");
    let digits = date.bytes().all(|byte| byte.is_ascii_digit());
    if !(matches!(date.len(), 8 | 14) && digits) {
        return refuse("00007", "Date invalide (DATEQ)");
    }
    let act = Act::of_type(text("TYPE"));
    if act.is_none() && text("TYPE") != "00017" {
        return refuse("00009", "Type d'opération non joué par le bac à sable");
    }
    let found = find(world, account, pairs)?;
    let amount = number(text("MONTANT"));
    match act {
        Some(act) => {
            let own = cash::act(world, found, act, amount)?;
            Ok(Treated {
                number: found,
                act: Some(own),
            })
        }
        None => {
            let line = world.books.find(found);
            let same = line
                .zip(amount)
                .is_some_and(|(line, amount)| line.is_of(amount));
            if !text("MONTANT").is_empty() && !same {
                return refuse("00018", "Transaction non trouvée : MONTANT différent");
            }
            Ok(Treated {
                number: found,
                act: None,
            })
        }
    }
}

fn check_seal(account: &Account, pairs: &Pairs) -> Result<(), Refused> {
    let last_is_hmac = pairs.last().is_some_and(|(name, _)| name == "HMAC");
    let hash = value(pairs, "HASH").unwrap_or_default();
    let given = value(pairs, "HMAC").unwrap_or_default();
    if !last_is_hmac || hash != "SHA512" {
        return Err((
            "00014",
            "Trame incohérente : HASH=SHA512, puis HMAC en dernier".to_owned(),
        ));
    }
    let names: std::collections::HashSet<&str> =
        pairs.iter().map(|(name, _)| name.as_str()).collect();
    if names.len() != pairs.len() {
        return Err((
            "00014",
            "Trame incohérente : un nom figure deux fois".to_owned(),
        ));
    }
    if hmac_matches(
        account.key.bytes(),
        sealed_message(pairs, "HMAC").as_bytes(),
        given,
    ) {
        return Ok(());
    }
    Err(("00006", "Accès refusé : HMAC incorrect".to_owned()))
}

/// NUMQUESTION is unique for each site and day.
fn draw_question(world: &mut World, account: &Account, text: &str) -> Result<(), Refused> {
    let digits = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let number = text
        .parse::<u64>()
        .ok()
        .filter(|n| digits && (1..=2_147_483_647).contains(n));
    let Some(number) = number else {
        return Err(("00005", "Numéro de question incorrect".to_owned()));
    };
    let day = clock::in_paris(clock::now()).date().to_string();
    if world.questions.insert((account.site.clone(), day, number)) {
        return Ok(());
    }
    Err(("00039", "Numéro de question déjà utilisé".to_owned()))
}

fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

fn find(world: &World, account: &Account, pairs: &Pairs) -> Result<u64, Refused> {
    let text = |name| value(pairs, name).unwrap_or_default();
    let not_found = |why: &str| Err(("00018", format!("Transaction non trouvée : {why}")));
    let found = number(text("NUMTRANS"))
        .and_then(|number| {
            let mut lines = world.books.transactions.iter();
            lines.find(|line| line.has_number(number))
        })
        .filter(|transaction| transaction.site == account.site && transaction.rang == account.rang);
    let Some(transaction) = found else {
        return not_found("NUMTRANS inconnu de ce commerçant");
    };
    if number(text("NUMAPPEL")) != Some(transaction.call_number) {
        return not_found("NUMAPPEL ne va pas avec NUMTRANS");
    }
    if !text("REFERENCE").is_empty() && text("REFERENCE") != transaction.reference {
        return not_found("REFERENCE différente");
    }
    if !text("DEVISE").is_empty() && text("DEVISE") != transaction.currency {
        return not_found("DEVISE différente");
    }
    let given = Some(text("ACQUEREUR")).filter(|text| !text.is_empty());
    if given != transaction.acquirer() {
        return not_found("ACQUEREUR ne va pas avec cette transaction");
    }
    Ok(transaction.number)
}

/// One line, fields in the platform's order; what was not asked for is left out. What was done with
/// a transaction has a number of its own.
fn frame(
    pairs: &Pairs,
    told: Option<(&Transaction, Option<u64>)>,
    code: &str,
    comment: &str,
    padded: bool,
) -> String {
    let text = |name| value(pairs, name).unwrap_or_default();
    let digits = |number: u64| {
        if padded {
            format!("{number:010}")
        } else {
            number.to_string()
        }
    };
    let found = told.map(|(line, _)| line);
    let act = told.and_then(|(_, act)| act);
    let named = found.and_then(|_| number(text("NUMTRANS")));
    let trans = act.or(named);
    let trans = trans.map_or_else(|| "0000000000".to_owned(), digits);
    let call = found.map_or_else(|| "0000000000".to_owned(), |line| digits(line.call_number));
    let authorisation = found
        .and_then(|line| line.authorisation)
        .unwrap_or_default();
    let mut answer = format!(
        "NUMTRANS={trans}&NUMAPPEL={call}&NUMQUESTION={}&SITE={}&RANG={}\
         &AUTORISATION={authorisation}&CODEREPONSE={code}&COMMENTAIRE={comment}\
         &REFABONNE=&PORTEUR=",
        plain(text("NUMQUESTION")),
        plain(text("SITE")),
        plain(text("RANG")),
    );
    if let (Some(line), None) = (found, act) {
        answer.push_str(&format!("&STATUS={}", line.status));
    }
    for (name, given) in [
        ("PAYS", "FRA"),
        ("TYPECARTE", ""),
        ("SHA-1", ""),
        ("REMISE", ""),
    ] {
        if pairs.iter().any(|(asked, _)| asked == name) {
            let card = found.map_or("", |line| line.card.as_str());
            let given = if name == "TYPECARTE" { card } else { given };
            answer.push_str(&format!("&{name}={given}"));
        }
    }
    answer
}

/// Echoed text can't add pairs of its own.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}
