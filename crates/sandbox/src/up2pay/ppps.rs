//! PPPS: the calls of a merchant's server. Consultation (TYPE 00017) from the same books.
//!
//! Source: Gestion Automatisée des Encaissements; Up2pay e-Transactions, manuel d'intégration
//! CONECS / CV-CONNECT, 01/03/2021, §4.2 (ACQUEREUR) and §4.3.2 (the frame).

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::books::Transaction;
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
    let text = answer(&app, &body, faults.ppps_padded);
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
    match consult(&mut world, &app.settings.accounts, &pairs) {
        Ok(number) => {
            let found = world.books.find(number);
            frame(
                &pairs,
                found,
                "00000",
                "Demande traitée avec succès",
                padded,
            )
        }
        Err((code, comment)) => frame(&pairs, None, code, &comment, padded),
    }
}

/// Checks the frame, then finds the transaction it asks about.
fn consult(world: &mut World, accounts: &[Account], pairs: &Pairs) -> Result<u64, Refused> {
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
    if text("TYPE") != "00017" {
        return refuse("00009", "Type d'opération non joué par le bac à sable");
    }
    find(world, account, pairs)
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
        .and_then(|number| world.books.find(number))
        .filter(|transaction| transaction.site == account.site && transaction.rang == account.rang);
    let Some(transaction) = found else {
        return not_found("NUMTRANS inconnu de ce commerçant");
    };
    if number(text("NUMAPPEL")) != Some(transaction.call_number) {
        return not_found("NUMAPPEL ne va pas avec NUMTRANS");
    }
    if !text("MONTANT").is_empty() && number(text("MONTANT")) != Some(transaction.amount) {
        return not_found("MONTANT différent");
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

/// One line, fields in the platform's order; what was not asked for is left out.
fn frame(
    pairs: &Pairs,
    found: Option<&Transaction>,
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
    let trans = found.map_or_else(|| "0000000000".to_owned(), |line| digits(line.number));
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
    if let Some(line) = found {
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
