//! What each attempt does: the books, the notifications, the next page.

use sha2::{Digest, Sha256};

use super::books::{CardFacts, Part};
use super::call::Addresses;
use super::delivery::{message_for, return_address, wanted_pairs};
use super::letters::Subject;
use super::message::Message;
use super::method::Method;
use super::numbers::Effect;
use super::world::{Attempt, PageSession, PendingCard, Step, VoucherTaken, World};
use crate::app::App;

/// What a shopper's action leads to.
pub(crate) struct Turn {
    pub(crate) location: String,
    pub(crate) messages: Vec<Message>,
}

/// Refused attempts before the page gives up (the manual's three card attempts).
const MOST_REFUSALS: u32 = 3;

/// How a page is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Done,
    Refused,
    Cancelled,
    Waiting,
}

impl Way {
    fn address(self, addresses: &Addresses) -> Option<&String> {
        match self {
            Self::Done => addresses.done.as_ref(),
            Self::Refused => addresses.refused.as_ref(),
            Self::Cancelled => addresses.cancelled.as_ref(),
            Self::Waiting => addresses.waiting.as_ref(),
        }
    }
}

/// The address of a page.
pub(crate) fn page(id: &str, step: Step) -> String {
    format!("/php/p/{id}/{}", step.path())
}

/// The address of the page that says that all is over.
pub(crate) fn end_page(id: &str) -> String {
    format!("/php/p/{id}/fin")
}

/// Goes to a page and forgets the error line.
pub(crate) fn go(world: &mut World, id: &str, step: Step) -> Turn {
    if let Some(session) = world.sessions.get_mut(id) {
        session.step = step;
        session.error = None;
    }
    Turn {
        location: page(id, step),
        messages: Vec::new(),
    }
}

/// Shows an error line on a page.
pub(crate) fn complain(world: &mut World, id: &str, step: Step, error: &str) -> Turn {
    let turn = go(world, id, step);
    if let Some(session) = world.sessions.get_mut(id) {
        session.error = Some(error.to_owned());
    }
    turn
}

/// Prepares the browser's way back; `code` is E when no transaction is told about.
fn set_exit(app: &App, world: &mut World, id: &str, way: Way, bare_code: &str) {
    let Some(session) = world.sessions.get(id) else {
        return;
    };
    let told = if way == Way::Cancelled {
        None
    } else {
        session.last
    };
    let subject = Subject {
        call: &session.call,
        call_number: session.call_number,
        transaction: told.and_then(|number| world.books.find(number)),
        bare_code,
        bare_payment: session.call.payment_type(session.method),
    };
    let unsigned = wanted_pairs(&session.call.wanted, &subject);
    let location = way.address(&session.call.addresses).map_or_else(
        || end_page(id),
        |to| return_address(&app.signer, to, &unsigned),
    );
    if let Some(session) = world.sessions.get_mut(id) {
        session.exit = Some(location);
    }
}

/// Leaves the pages: the browser goes back, and what was queued is sent.
pub(crate) fn leave(app: &App, world: &mut World, id: &str, way: Way, bare_code: &str) -> Turn {
    set_exit(app, world, id, way, bare_code);
    close(world, id)
}

/// Ends a session whose way back is set.
pub(crate) fn close(world: &mut World, id: &str) -> Turn {
    let Some(session) = world.sessions.get_mut(id) else {
        return Turn {
            location: end_page(id),
            messages: Vec::new(),
        };
    };
    session.over = true;
    session.error = None;
    let location = session.exit.clone().unwrap_or_else(|| end_page(id));
    Turn {
        location,
        messages: std::mem::take(&mut session.queued),
    }
}

/// The page's time is over: an attempt under way is refused with 00030.
pub(crate) fn time_out(app: &App, world: &mut World, id: &str) -> Turn {
    let attempt = world.sessions.get(id).and_then(|session| {
        let part = match (session.method?, &session.voucher) {
            (_, Some(_)) => Part::Complement,
            (Method::Card, None) => Part::Card,
            (_, None) => Part::Voucher,
        };
        let amount = session.remaining();
        Some(Attempt {
            part,
            amount,
            code: "00030",
            facts: None,
        })
    });
    let Some(attempt) = attempt else {
        return leave(app, world, id, Way::Refused, "00030");
    };
    settle(app, world, id, attempt)
}

/// Books an attempt, and decides what comes next.
pub(crate) fn settle(app: &App, world: &mut World, id: &str, attempt: Attempt) -> Turn {
    let (part, amount) = (attempt.part, attempt.amount);
    let booked = world.book(id, attempt, &app.settings.accounts);
    let message = booked.and_then(|number| message_for(app, world, number));
    let code = booked
        .and_then(|number| world.books.find(number))
        .map_or_else(String::new, |transaction| transaction.code.clone());
    let keep_first = world.faults.swapped || world.faults.parallel;
    let swapped = world.faults.swapped;
    let Some(session) = world.sessions.get_mut(id) else {
        return Turn {
            location: end_page(id),
            messages: Vec::new(),
        };
    };
    session.pending_card = None;
    let short = part == Part::Voucher && code == "00000" && amount < session.call.total;
    if short && keep_first {
        session.queued.extend(message);
        return go(world, id, Step::Complement);
    }
    let mut messages = std::mem::take(&mut session.queued);
    let place = if swapped { 0 } else { messages.len() };
    if let Some(message) = message {
        messages.insert(place, message);
    }
    let mut turn = next_page(app, world, id, part, &code, short);
    messages.append(&mut turn.messages);
    Turn {
        location: turn.location,
        messages,
    }
}

fn next_page(app: &App, world: &mut World, id: &str, part: Part, code: &str, short: bool) -> Turn {
    match code {
        "00000" if short => go(world, id, Step::Complement),
        "00000" => accepted(app, world, id),
        "99999" => leave(app, world, id, Way::Waiting, code),
        "00030" => leave(app, world, id, Way::Refused, code),
        _ => refused(app, world, id, part, code),
    }
}

fn accepted(app: &App, world: &mut World, id: &str) -> Turn {
    set_exit(app, world, id, Way::Done, "00000");
    let ticket = world.sessions.get(id).is_some_and(|session| {
        let voucher = session.method.is_some_and(Method::is_voucher);
        let shown = app
            .settings
            .accounts
            .get(session.account)
            .is_some_and(|a| a.show_ticket);
        voucher && shown && !world.faults.no_ticket
    });
    if ticket {
        go(world, id, Step::Ticket)
    } else {
        close(world, id)
    }
}

fn refused(app: &App, world: &mut World, id: &str, part: Part, code: &str) -> Turn {
    let Some(session) = world.sessions.get_mut(id) else {
        return Turn {
            location: end_page(id),
            messages: Vec::new(),
        };
    };
    session.refusals += 1;
    session.sign_in = None;
    if session.refusals >= MOST_REFUSALS {
        return leave(app, world, id, Way::Refused, code);
    }
    let step = match (part, session.method) {
        (Part::Complement, _) => Step::Complement,
        (_, method) => method.map_or(Step::Choice, Step::first_of),
    };
    let left = MOST_REFUSALS - session.refusals;
    let plural = if left > 1 { "s" } else { "" };
    let error = format!("Paiement refusé (code {code}). Il vous reste {left} essai{plural}.");
    complain(world, id, step, &error)
}

/// A card was typed: 3-D Secure, or the outcome at once.
pub(crate) fn card_typed(
    app: &App,
    world: &mut World,
    id: &str,
    effect: Effect,
    facts: CardFacts,
) -> Turn {
    let Some(session) = world.sessions.get_mut(id) else {
        return Turn {
            location: end_page(id),
            messages: Vec::new(),
        };
    };
    let effect = match &session.voucher {
        Some(voucher) if voucher.complement_refused => Effect::Refuse("00105"),
        _ => effect,
    };
    let code = match effect {
        Effect::AcceptAtOnce => "00000",
        Effect::RefuseAtOnce(code) => code,
        Effect::TimeOut => "00030",
        Effect::Accept | Effect::Refuse(_) | Effect::Pending | Effect::Short { .. } => {
            session.pending_card = Some(PendingCard { effect, facts });
            return go(world, id, Step::ThreeDs);
        }
    };
    let attempt = card_attempt(session, code, facts);
    settle(app, world, id, attempt)
}

/// 3-D Secure was confirmed, or failed.
pub(crate) fn threeds_done(app: &App, world: &mut World, id: &str, confirmed: bool) -> Turn {
    let Some(session) = world.sessions.get_mut(id) else {
        return Turn {
            location: end_page(id),
            messages: Vec::new(),
        };
    };
    let Some(mut card) = session.pending_card.take() else {
        let step = session.step;
        return Turn {
            location: page(id, step),
            messages: Vec::new(),
        };
    };
    card.facts.authenticated = confirmed;
    let code = match card.effect {
        _ if !confirmed => "00189",
        Effect::Refuse(code) | Effect::RefuseAtOnce(code) => code,
        Effect::Pending => "99999",
        Effect::TimeOut => "00030",
        Effect::Accept | Effect::AcceptAtOnce | Effect::Short { .. } => "00000",
    };
    let attempt = card_attempt(session, code, card.facts);
    settle(app, world, id, attempt)
}

fn card_attempt(session: &PageSession, code: &'static str, facts: CardFacts) -> Attempt {
    let part = if session.voucher.is_some() {
        Part::Complement
    } else {
        Part::Card
    };
    Attempt {
        part,
        amount: session.remaining(),
        code,
        facts: Some(facts),
    }
}

/// What a voucher's balance can pay of a total.
pub(crate) fn balance(effect: Effect, total: u64) -> u64 {
    match effect {
        Effect::Short { euros, .. } => total.saturating_sub(euros.saturating_mul(100)),
        _ => total,
    }
}

/// A voucher is used for an amount.
pub(crate) fn voucher_used(
    app: &App,
    world: &mut World,
    id: &str,
    effect: Effect,
    amount: u64,
) -> Turn {
    let Some(session) = world.sessions.get_mut(id) else {
        return Turn {
            location: end_page(id),
            messages: Vec::new(),
        };
    };
    let total = session.call.total;
    let code = match effect {
        Effect::Refuse(code) | Effect::RefuseAtOnce(code) => code,
        Effect::Pending => "99999",
        Effect::TimeOut => "00030",
        _ if amount == 0 => "00151",
        _ => "00000",
    };
    let forced = session.call.forced_code.as_deref().unwrap_or("00000");
    let taken = if code == "00000" { amount } else { total };
    if code == "00000" && forced == "00000" && amount < total {
        let complement_refused = matches!(
            effect,
            Effect::Short {
                complement_refused: true,
                ..
            }
        );
        session.voucher = Some(VoucherTaken {
            amount,
            complement_refused,
        });
    }
    let attempt = Attempt {
        part: Part::Voucher,
        amount: taken,
        code,
        facts: None,
    };
    settle(app, world, id, attempt)
}

/// What is kept of a typed test card.
pub(crate) fn card_facts(number: &str, expiry: &str) -> CardFacts {
    let last = number
        .get(number.len().saturating_sub(2)..)
        .unwrap_or_default();
    CardFacts {
        expiry: expiry.to_owned(),
        first6: number.get(..6).unwrap_or_default().to_owned(),
        last2: last.to_owned(),
        imprint: hex::encode_upper(Sha256::digest(format!("guichet-sandbox {number}"))),
        authenticated: false,
    }
}
