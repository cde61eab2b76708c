//! Notifications: built, signed, spoilt when a fault says so, and sent.

use axum::http::header::CONTENT_TYPE;

use super::books::Transaction;
use super::faults::Faults;
use super::letters::{Subject, wire_value};
use super::message::{Delivery, Message};
use super::world::World;
use crate::app::{App, Shared};
use crate::pairs::{Pairs, joined, strict_value};
use crate::seal::PlatformSigner;

/// A list of pairs and the name of its signature.
pub(crate) struct Unsigned {
    /// Values as they are signed and sent, encoded.
    pub(crate) pairs: Pairs,
    pub(crate) signature_name: Option<String>,
}

/// The pairs that a call asked for, each with its value; a pair without value is left out.
pub(crate) fn wanted_pairs(wanted: &[(String, char)], subject: &Subject<'_>) -> Unsigned {
    let mut unsigned = Unsigned {
        pairs: Vec::new(),
        signature_name: None,
    };
    for (name, letter) in wanted {
        if *letter == 'K' {
            unsigned.signature_name = Some(name.clone());
        } else if let Some(value) = wire_value(*letter, subject) {
            unsigned.pairs.push((name.clone(), value));
        }
    }
    unsigned
}

/// Signs `prefix` and the pairs as one text; gives the pairs with their signature.
///
/// `prefix` is what else is signed: the merchant's own parameters on a browser's return, nothing on
/// a notification to `PBX_REPONDRE_A`.
pub(crate) fn signed(signer: &PlatformSigner, prefix: &str, unsigned: &Unsigned) -> String {
    let query = joined(&unsigned.pairs);
    let Some(name) = &unsigned.signature_name else {
        return query;
    };
    let data = if prefix.is_empty() {
        query.clone()
    } else {
        format!("{prefix}&{query}")
    };
    let signature = strict_value(&signer.sign(data.as_bytes()));
    format!("{query}&{name}={signature}")
}

/// `address` with the query added after its own.
pub(crate) fn with_query(address: &str, query: &str) -> String {
    let joint = match address.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{address}{joint}{query}")
}

/// The browser's way back: signed over everything after `?`, the merchant's own parameters too.
pub(crate) fn return_address(
    signer: &PlatformSigner,
    address: &str,
    unsigned: &Unsigned,
) -> String {
    let own = address.split_once('?').map_or("", |(_, own)| own);
    with_query(address, &signed(signer, own, unsigned))
}

/// Names of the other merchant's pairs, with the `other_merchant_renamed` switch.
fn other_name(letter: char) -> String {
    match letter {
        'M' => "Mt".to_owned(),
        'R' => "Ref".to_owned(),
        'T' => "Appel".to_owned(),
        'A' => "Auto".to_owned(),
        'P' => "ChoixPaiement".to_owned(),
        'C' => "ChoixCarte".to_owned(),
        'E' => "Erreur".to_owned(),
        'S' => "Transaction".to_owned(),
        'K' => "Signature".to_owned(),
        other => format!("x{other}"),
    }
}

/// The notification of one transaction; `None` when no address is known.
pub(crate) fn message_for(app: &App, world: &World, number: u64) -> Option<Message> {
    let transaction = world.books.find(number)?;
    let session = world.sessions.get(transaction.session.as_ref()?)?;
    let account = app.settings.accounts.get(session.account)?;
    let from_call = session.call.addresses.notification.clone();
    let in_call = from_call.is_some();
    let to = from_call.or_else(|| account.notification_url.clone())?;
    let faults = &world.faults;
    let mut wanted = session.call.wanted.clone();
    if faults.other_merchant && faults.other_merchant_renamed {
        for (name, letter) in &mut wanted {
            *name = other_name(*letter);
        }
    }
    let subject = Subject {
        call: &session.call,
        call_number: session.call_number,
        transaction: Some(transaction),
        bare_code: "",
        bare_payment: "",
    };
    let unsigned = wanted_pairs(&wanted, &subject);
    // An address of the back office has all its parameters signed.
    let own = if in_call {
        ""
    } else {
        to.split_once('?').map_or("", |(_, own)| own)
    };
    let query = seal(app, faults, own, unsigned)?;
    Some(Message {
        numtrans: Some(number),
        reference: transaction.reference.clone(),
        kind: kind(faults),
        post: session.call.notify_by_post,
        to,
        query,
    })
}

fn kind(faults: &Faults) -> &'static str {
    if faults.forged {
        "forged"
    } else if faults.altered {
        "altered"
    } else if faults.other_merchant {
        "other_merchant"
    } else {
        "genuine"
    }
}

/// Signs, with the faults that spoil a signature.
fn seal(app: &App, faults: &Faults, prefix: &str, unsigned: Unsigned) -> Option<String> {
    let signer = if faults.forged {
        app.forger().ok()?
    } else {
        &app.signer
    };
    let query = signed(signer, prefix, &unsigned);
    if !faults.altered {
        return Some(query);
    }
    // The first pair (by custom the amount) gets one more digit after signing.
    let (first, rest) = query.split_once('&').unwrap_or((&query, ""));
    Some(format!("{first}0&{rest}"))
}

/// A message that the control page asked for.
pub(crate) fn extra_message(
    app: &App,
    transaction: &Transaction,
    to: String,
    post: bool,
    unsigned: Unsigned,
    faults: &Faults,
) -> Option<Message> {
    let query = seal(app, faults, "", unsigned)?;
    Some(Message {
        numtrans: Some(transaction.number),
        reference: transaction.reference.clone(),
        kind: kind(faults),
        post,
        to,
        query,
    })
}

/// Sends what a turn made, as the switches say; waits for it unless it is to be late.
pub(crate) async fn dispatch(app: &Shared, messages: Vec<Message>) {
    if messages.is_empty() {
        return;
    }
    let faults = app.world().faults.clone();
    if faults.lost {
        for message in messages {
            log(app, message, "lost", None, None);
        }
    } else if faults.hold {
        for message in messages {
            log(app, message.clone(), "held", None, None);
            app.world().held.push(message);
        }
    } else if faults.late_ms > 0 {
        let app = Shared::clone(app);
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(faults.late_ms)).await;
            send_all(&app, messages, &faults).await;
        });
    } else {
        send_all(app, messages, &faults).await;
    }
}

/// Sends now, whatever the timing switches; gives the log's new lines.
pub(crate) async fn send_all(
    app: &Shared,
    messages: Vec<Message>,
    faults: &Faults,
) -> Vec<Delivery> {
    let copies = if faults.twice { 2 } else { 1 };
    let all: Vec<Message> = messages
        .into_iter()
        .flat_map(|message| std::iter::repeat_n(message, copies))
        .collect();
    let mut done = Vec::new();
    if faults.parallel {
        let mut tasks = tokio::task::JoinSet::new();
        for message in all {
            let app = Shared::clone(app);
            tasks.spawn(async move { send(&app, message).await });
        }
        done = tasks.join_all().await;
    } else {
        for message in all {
            done.push(send(app, message).await);
        }
    }
    done
}

/// Sends one message; an address that the configuration does not name is refused.
pub(crate) async fn send(app: &App, message: Message) -> Delivery {
    if !app.settings.may_notify(&message.to) {
        let why =
            "not an address of --backend, --notify or an account's notification_url".to_owned();
        return log(app, message, "refused", None, Some(why));
    }
    let request = if message.post {
        app.http
            .post(&message.to)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(message.query.clone())
    } else {
        app.http.get(with_query(&message.to, &message.query))
    };
    match request.send().await {
        Ok(answer) => {
            let status = answer.status();
            let outcome = if status.is_success() {
                "delivered"
            } else {
                "failed"
            };
            log(app, message, outcome, Some(status.as_u16()), None)
        }
        Err(error) => {
            let reason = error.without_url().to_string();
            log(app, message, "failed", None, Some(reason))
        }
    }
}

fn log(
    app: &App,
    message: Message,
    outcome: &'static str,
    status: Option<u16>,
    error: Option<String>,
) -> Delivery {
    let mut world = app.world();
    let id = world.deliveries.len() + 1;
    let line = Delivery::new(id, message, outcome, status, error);
    world.deliveries.push(line.clone());
    line
}
