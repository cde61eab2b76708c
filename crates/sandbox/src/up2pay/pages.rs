//! The payment pages: showing them, and what the shopper does on them.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::delivery::dispatch;
use super::flow::{self, Turn, Way};
use super::hosts::host_name;
use super::method::Method;
use super::numbers::{CHALLENGE_CODE, effect, family};
use super::views::{self, Frame};
use super::world::{CvSignIn, PageSession, Step, World};
use crate::app::{App, Shared};
use crate::clock;
use crate::pairs::{Pairs, parse_form, value};
use crate::web::views::{Notice, money, page};

/// `GET /php/p/{id}/{step}`.
pub(crate) async fn show(
    State(app): State<Shared>,
    Path((id, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let late = {
        let mut world = app.world();
        expire(&app, &mut world, &id)
    };
    if let Some(turn) = late {
        return conclude(&app, turn).await;
    }
    let world = app.world();
    let Some(session) = world.sessions.get(&id) else {
        return unknown();
    };
    match Step::from_path(&path).filter(|step| session.may_use(*step)) {
        Some(step) => render(&app, &world, session, &id, step, &headers),
        None if session.over => over(session),
        None => passed(&id, session.step),
    }
}

/// `POST /php/p/{id}/{step}`.
pub(crate) async fn act(
    State(app): State<Shared>,
    Path((id, path)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let form = parse_form(&body).unwrap_or_default();
    let turn = {
        let mut world = app.world();
        match expire(&app, &mut world, &id) {
            Some(turn) => Some(turn),
            None => decide(&app, &mut world, &id, &path, &form),
        }
    };
    match turn {
        Some(turn) => conclude(&app, turn).await,
        None => unknown(),
    }
}

/// Sends what the turn made, then answers the browser.
async fn conclude(app: &Shared, turn: Turn) -> Response {
    dispatch(app, turn.messages).await;
    Redirect::to(&turn.location).into_response()
}

/// Ends a session whose time is over.
fn expire(app: &App, world: &mut World, id: &str) -> Option<Turn> {
    let session = world.sessions.get(id)?;
    if session.over || session.exit.is_some() || !session.timed_out() {
        return None;
    }
    Some(flow::time_out(app, world, id))
}

/// What a posted page does. A page that is past leads to where the session stands.
fn decide(app: &App, world: &mut World, id: &str, path: &str, form: &Pairs) -> Option<Turn> {
    let session = world.sessions.get(id)?;
    if session.over {
        let location = session.exit.clone().unwrap_or_else(|| flow::end_page(id));
        return Some(Turn {
            location,
            messages: Vec::new(),
        });
    }
    let refused = session.refusals > 0;
    match path {
        "annuler" if session.exit.is_none() => {
            return Some(flow::leave(app, world, id, Way::Cancelled, "00001"));
        }
        "abandonner" if session.exit.is_none() && refused => {
            return Some(flow::leave(app, world, id, Way::Refused, "00001"));
        }
        _ => {}
    }
    let current = session.step;
    let Some(step) = Step::from_path(path).filter(|step| session.may_use(*step)) else {
        return Some(Turn {
            location: flow::page(id, current),
            messages: Vec::new(),
        });
    };
    Some(match step {
        Step::Choice => choose(world, id, form),
        Step::Card | Step::Complement => card(app, world, id, step, form),
        Step::ThreeDs => {
            flow::threeds_done(app, world, id, value(form, "result") == Some("confirm"))
        }
        Step::Voucher => voucher(app, world, id, form),
        Step::CvLogin => cv_login(world, id, form),
        Step::CvChallenge => cv_challenge(world, id, form),
        Step::CvAmount => cv_amount(app, world, id, form),
        Step::Ticket => flow::close(world, id),
    })
}

fn choose(world: &mut World, id: &str, form: &Pairs) -> Turn {
    let method = value(form, "method").and_then(Method::from_slug);
    let Some(session) = world.sessions.get_mut(id) else {
        return flow::go(world, id, Step::Choice);
    };
    let barred = session.call.vouchers_barred.is_some();
    let Some(method) = method.filter(|method| !(barred && method.is_voucher())) else {
        return flow::complain(world, id, Step::Choice, "Choisissez un moyen de paiement.");
    };
    session.method = Some(method);
    session.pending_card = None;
    session.sign_in = None;
    flow::go(world, id, Step::first_of(method))
}

/// A typed number without its spaces.
fn digits(form: &Pairs, name: &str) -> String {
    let text = value(form, name).unwrap_or_default();
    text.chars()
        .filter(|c| !matches!(c, ' ' | '\u{a0}' | '-'))
        .collect()
}

/// AAMM of a typed MM/AA in the future.
fn expiry(form: &Pairs) -> Option<String> {
    let text: String = value(form, "expiry")?
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let (month, year) = (text.get(..2)?, text.get(2..)?);
    let year = if year.len() == 4 {
        year.get(2..)?
    } else {
        year
    };
    let (month_number, year_number) = (month.parse::<i8>().ok()?, year.parse::<i16>().ok()?);
    let today = clock::in_paris(clock::now());
    let future = (2000 + year_number, month_number) >= (today.year(), today.month());
    ((1..=12).contains(&month_number) && year.len() == 2 && future)
        .then(|| format!("{year}{month}"))
}

/// The error line of a wrong expiry or cryptogram.
fn card_fault(form: &Pairs) -> Option<&'static str> {
    if expiry(form).is_none() {
        return Some("Date d'expiration incorrecte ou passée : MM/AA.");
    }
    let cvv = value(form, "cvv").unwrap_or_default();
    let fits = (3..=4).contains(&cvv.len()) && cvv.bytes().all(|byte| byte.is_ascii_digit());
    if fits {
        None
    } else {
        Some("Cryptogramme incorrect : 3 ou 4 chiffres.")
    }
}

const NOT_A_TEST_NUMBER: &str =
    "Ce numéro n'est pas dans la liste de test ci-dessous. N'entrez jamais un vrai numéro.";

fn card(app: &App, world: &mut World, id: &str, step: Step, form: &Pairs) -> Turn {
    if let Some(fault) = card_fault(form) {
        return flow::complain(world, id, step, fault);
    }
    let number = digits(form, "number");
    let Some(effect) = effect("card", &number) else {
        return flow::complain(world, id, step, NOT_A_TEST_NUMBER);
    };
    let facts = flow::card_facts(&number, &expiry(form).unwrap_or_default());
    flow::card_typed(app, world, id, effect, facts)
}

fn voucher(app: &App, world: &mut World, id: &str, form: &Pairs) -> Turn {
    if let Some(fault) = card_fault(form) {
        return flow::complain(world, id, Step::Voucher, fault);
    }
    let Some(effect) = effect("voucher", &digits(form, "number")) else {
        return flow::complain(world, id, Step::Voucher, NOT_A_TEST_NUMBER);
    };
    let total = world
        .sessions
        .get(id)
        .map_or(0, |session| session.call.total);
    flow::voucher_used(app, world, id, effect, flow::balance(effect, total))
}

fn cv_login(world: &mut World, id: &str, form: &Pairs) -> Turn {
    let typed = value(form, "identifier")
        .unwrap_or_default()
        .trim()
        .to_owned();
    let Some(effect) = effect("cvconnect", &typed) else {
        return flow::complain(world, id, Step::CvLogin, NOT_A_TEST_NUMBER);
    };
    if let Some(session) = world.sessions.get_mut(id) {
        session.sign_in = Some(CvSignIn {
            effect,
            challenged: false,
        });
    }
    flow::go(world, id, Step::CvChallenge)
}

fn cv_challenge(world: &mut World, id: &str, form: &Pairs) -> Turn {
    if value(form, "code") != Some(CHALLENGE_CODE) {
        return flow::complain(world, id, Step::CvChallenge, "Code incorrect.");
    }
    let sign_in = world
        .sessions
        .get_mut(id)
        .and_then(|session| session.sign_in.as_mut());
    if let Some(sign_in) = sign_in {
        sign_in.challenged = true;
    }
    flow::go(world, id, Step::CvAmount)
}

fn cv_amount(app: &App, world: &mut World, id: &str, form: &Pairs) -> Turn {
    let known = world
        .sessions
        .get(id)
        .and_then(|session| Some((session.sign_in.as_ref()?.effect, session.call.total)));
    let Some((effect, total)) = known else {
        return flow::go(world, id, Step::CvLogin);
    };
    let most = flow::balance(effect, total);
    let amount = euros(value(form, "amount").unwrap_or_default());
    match amount.filter(|cents| *cents <= most && (*cents > 0 || most == 0)) {
        Some(amount) => flow::voucher_used(app, world, id, effect, amount),
        None => flow::complain(
            world,
            id,
            Step::CvAmount,
            "Montant incorrect, ou au-dessus du solde.",
        ),
    }
}

/// Cents of a typed amount: `12`, `12,5`, `12.50`.
fn euros(text: &str) -> Option<u64> {
    let text = text.trim().trim_end_matches('€').trim().replace(',', ".");
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 8 || cents.len() > 2 || !plain(whole) || !plain(cents) {
        return None;
    }
    let cents = format!("{cents:0<2}").parse::<u64>().ok()?;
    Some(whole.parse::<u64>().ok()? * 100 + cents)
}

fn unknown() -> Response {
    let notice = Notice {
        page: "unknown",
        title: "Page inconnue".to_owned(),
        text: "Cette page de paiement n'existe pas, ou le bac à sable a redémarré.".to_owned(),
        rules: Vec::new(),
        link: None,
        link_text: "",
    };
    (StatusCode::NOT_FOUND, page(&notice)).into_response()
}

fn over(session: &PageSession) -> Response {
    let link = session.exit.clone().filter(|exit| exit.starts_with("http"));
    page(&Notice {
        page: "over",
        title: "Paiement terminé".to_owned(),
        text: "Cette page de paiement est terminée.".to_owned(),
        rules: Vec::new(),
        link,
        link_text: "Retour à la boutique",
    })
}

fn passed(id: &str, current: Step) -> Response {
    page(&Notice {
        page: "passed",
        title: "Étape passée".to_owned(),
        text: "Cette étape n'est pas celle du paiement en cours.".to_owned(),
        rules: Vec::new(),
        link: Some(flow::page(id, current)),
        link_text: "Reprendre le paiement",
    })
}

fn frame(app: &App, session: &PageSession, id: &str, step: Step, headers: &HeaderMap) -> Frame {
    let merchant = app
        .settings
        .accounts
        .get(session.account)
        .map(|account| account.name.clone());
    let label = session.method.map_or("", Method::label);
    let (page, title, numbers) = match step {
        Step::Choice => ("choice", "Moyen de paiement".to_owned(), ""),
        Step::Card => ("card", "Payer par carte bancaire".to_owned(), "card"),
        Step::ThreeDs => ("threeds", "Authentification 3-D Secure".to_owned(), ""),
        Step::Voucher => ("voucher", label.to_owned(), "voucher"),
        Step::CvLogin => ("cv-login", format!("{label} : connexion"), "cvconnect"),
        Step::CvChallenge => ("cv-challenge", format!("{label} : vérification"), ""),
        Step::CvAmount => ("cv-amount", format!("{label} : paiement"), ""),
        Step::Complement => (
            "complement",
            "Complément par carte bancaire".to_owned(),
            "card",
        ),
        Step::Ticket => ("ticket", "Ticket".to_owned(), ""),
    };
    Frame {
        page,
        title,
        merchant: merchant.unwrap_or_default(),
        total: money(session.call.total, &session.call.currency),
        reference: session.call.reference.clone(),
        host: host_name(headers),
        error: session.error.clone().filter(|_| session.step == step),
        refused_before: session.refusals > 0,
        cancellable: step != Step::Ticket,
        base: format!("/php/p/{id}"),
        action: flow::page(id, step),
        numbers: family(numbers),
    }
}

fn render(
    app: &App,
    world: &World,
    session: &PageSession,
    id: &str,
    step: Step,
    headers: &HeaderMap,
) -> Response {
    let frame = frame(app, session, id, step, headers);
    let currency = session.call.currency.as_str();
    let remaining = money(session.remaining(), currency);
    let mut answer = match step {
        Step::Choice => page(&views::Choice {
            frame,
            methods: choices(session),
            barred: session.call.vouchers_barred.clone(),
        }),
        Step::Card | Step::Complement => {
            let paid = session
                .voucher
                .as_ref()
                .map(|part| money(part.amount, currency));
            page(&views::Card {
                frame,
                voucher_paid: paid,
                remaining,
            })
        }
        Step::ThreeDs => {
            let card = session.pending_card.as_ref();
            let last2 = card.map_or_else(String::new, |card| card.facts.last2.clone());
            page(&views::ThreeDs {
                frame,
                remaining,
                last2,
            })
        }
        Step::Voucher => {
            let label = session.method.map_or("", Method::label);
            page(&views::Voucher {
                frame,
                label,
                remaining,
            })
        }
        Step::CvLogin => page(&views::CvLogin { frame }),
        Step::CvChallenge => page(&views::CvChallenge {
            frame,
            challenge: CHALLENGE_CODE,
        }),
        Step::CvAmount => cv_amount_page(frame, session),
        Step::Ticket => page(&views::Ticket {
            frame,
            lines: ticket_lines(world, session),
        }),
    };
    // The page leaves by itself when its time is over.
    let left = session
        .call
        .display
        .saturating_sub(session.opened.elapsed().as_secs());
    let refresh = format!("{}; url={}", left.saturating_add(1), flow::page(id, step));
    if let (Ok(value), None) = (HeaderValue::from_str(&refresh), &session.exit) {
        answer
            .headers_mut()
            .insert(HeaderName::from_static("refresh"), value);
    }
    answer
}

fn choices(session: &PageSession) -> Vec<Method> {
    let barred = session.call.vouchers_barred.is_some();
    Method::ALL
        .into_iter()
        .filter(|method| !(barred && method.is_voucher()))
        .collect()
}

fn cv_amount_page(frame: Frame, session: &PageSession) -> Response {
    let total = session.call.total;
    let most = session
        .sign_in
        .as_ref()
        .map_or(0, |cv| flow::balance(cv.effect, total));
    page(&views::CvAmount {
        frame,
        balance: money(most, &session.call.currency),
        usable: format!("{},{:02}", most / 100, most % 100),
    })
}

fn ticket_lines(world: &World, session: &PageSession) -> Vec<views::TicketLine> {
    let label = session.method.map_or("", Method::label);
    let of_session = |line: &&super::books::Transaction| {
        line.call_number == session.call_number && line.code == "00000"
    };
    world
        .books
        .transactions
        .iter()
        .filter(of_session)
        .map(|line| views::TicketLine {
            label: if line.mixed == Some("2-2") {
                "Complément carte"
            } else {
                label
            },
            number: line.number,
            amount: money(line.amount, &line.currency),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_amounts_are_cents() {
        assert_eq!(euros("12"), Some(1200));
        assert_eq!(euros("12,5"), Some(1250));
        assert_eq!(euros("12.05 €"), Some(1205));
        for bad in ["", "-1", "1,234", "x", "999999999"] {
            assert_eq!(euros(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_expiry_lies_in_the_future() {
        let typed = |text: &str| expiry(&vec![("expiry".to_owned(), text.to_owned())]);
        assert_eq!(typed("12/99").as_deref(), Some("9912"));
        assert_eq!(typed("1299").as_deref(), Some("9912"));
        assert_eq!(typed("12/2099").as_deref(), Some("9912"));
        for bad in ["12/20", "13/99", "12", "", "1/99"] {
            assert_eq!(typed(bad), None, "{bad}");
        }
    }
}
