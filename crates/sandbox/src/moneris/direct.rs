//! The line to a terminal on the shop's own network: plain TCP, each message with the count of its
//! bytes before it, frames until the command is complete (*direct-integration*).
//!
//! What a hasty client gets wrong happens here each time: a length that comes in two pieces, texts
//! with more bytes than characters, two frames at once.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use super::asked::{Asked, Door, pass_on, read};
use super::cloud::log;
use super::command::told;
use super::faults::strikes;
use super::world::DIRECT;
use crate::app::{App, Shared};

/// How often a terminal looks what became of its command.
const LOOKS: Duration = Duration::from_millis(50);

/// What the terminal shows while it waits for a card, and once it has one.
const ASKS: &str = "Présentez, insérez ou glissez la carte";
const ASKED: &str = "Communication avec la banque… ne retirez pas la carte";

/// Takes connections until the sandbox stops.
pub(crate) async fn serve(listener: TcpListener, app: Shared, mut stopped: watch::Receiver<bool>) {
    loop {
        let taken = tokio::select! {
            taken = listener.accept() => taken,
            _ = stopped.wait_for(|stop| *stop) => return,
        };
        if let Ok((stream, _)) = taken {
            let (app, mut stopped) = (Shared::clone(&app), stopped.clone());
            tokio::spawn(async move {
                tokio::select! {
                    _ = talk(&app, stream) => {}
                    _ = stopped.wait_for(|stop| *stop) => {}
                }
            });
        }
    }
}

/// One connection. Nothing is left of it where it ends: the command goes on by itself.
async fn talk(app: &App, stream: TcpStream) -> Option<()> {
    if !app.moneris().terminal(DIRECT)?.online {
        return None;
    }
    let (mut from, mut to) = stream.into_split();
    let first = message(&mut from).await?;
    if strikes(&mut app.moneris().faults.line_lost) {
        log(app, "?", "?", "", Some("line_lost"));
        return None;
    }
    let (asked, ticket) = take(app, &mut to, &first).await?;
    let (mut cut, mut cut_at_end) = (false, false);
    if asked.action != "cancel" {
        let faults = &mut app.moneris().faults;
        cut = strikes(&mut faults.line_cut);
        cut_at_end = !cut && strikes(&mut faults.line_cut_at_end);
    }
    if cut {
        return None;
    }
    let end = follow(app, &asked, &ticket, from, &mut to, cut_at_end).await?;
    write(app, &mut to, &end).await
}

/// Takes a command; a refusal is told at once and has no entry.
async fn take(app: &App, to: &mut OwnedWriteHalf, body: &[u8]) -> Option<(Asked, String)> {
    let asked = read(Door::Line(DIRECT), body);
    let taken = asked.and_then(|asked| {
        let ticket = pass_on(&mut app.moneris(), &asked);
        ticket.map(|ticket| (asked, ticket))
    });
    match taken {
        Ok((asked, ticket)) => {
            log(app, &asked.action, &asked.key, "5206", None);
            Some((asked, ticket))
        }
        Err(code) => {
            log(app, "?", "?", code, None);
            let status = if code == "5904" {
                "Terminal busy"
            } else {
                "refused"
            };
            let refused = json!({ "apiVersion": "3.0", "statusCode": code, "status": status });
            write(app, to, &framed(&refused)).await;
            None
        }
    }
}

/// Tells how it goes, and takes what else is said meanwhile, until the command is over; what is to
/// be told then.
async fn follow(
    app: &App,
    asked: &Asked,
    ticket: &str,
    mut from: OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    cut_at_end: bool,
) -> Option<Vec<u8>> {
    let (heard, mut others) = mpsc::channel(4);
    tokio::spawn(async move {
        while let Some(message) = message(&mut from).await {
            if heard.send(message).await.is_err() {
                return;
            }
        }
    });
    let mut said = false;
    loop {
        let (is_over, now) = {
            let mut world = app.moneris();
            let own = world.by_ticket(ticket)?.clone();
            (own.end.is_some(), told(&world, &own, None))
        };
        if is_over {
            if cut_at_end {
                return None;
            }
            let mut end = Vec::new();
            if said {
                // As it was a moment ago: both at once.
                let mut before = bare(now.clone(), ASKED);
                before["data"]["response"][0] = running(&now);
                end = framed(&before);
            }
            end.extend(framed(&bare(now, "complete")));
            return Some(end);
        }
        if asked.progress && !said {
            write(app, to, &framed(&bare(now, ASKS))).await?;
            said = true;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOKS) => {}
            // A cancel over the same line; its own answer comes before the end of what it ends.
            Some(message) = others.recv() => {
                if let Some((_, ticket)) = take(app, to, &message).await {
                    let told = {
                        let mut world = app.moneris();
                        let own = world.by_ticket(&ticket)?.clone();
                        told(&world, &own, None)
                    };
                    write(app, to, &framed(&bare(told, "cancelled"))).await?;
                }
            }
        }
    }
}

/// What is told of a command through the cloud, as a terminal tells it itself: without the wrapper,
/// and without what is the cloud's own.
fn bare(told: Value, status: &str) -> Value {
    let mut bare = told["receipt"].clone();
    for name in ["Error", "TxnName", "CloudTicket", "Completed"] {
        if let Some(all) = bare.as_object_mut() {
            all.remove(name);
        }
    }
    if let Some(entry) = bare["data"]["response"][0].as_object_mut() {
        entry.remove("cloudTicket");
        entry.insert("status".to_owned(), status.into());
    }
    bare
}

/// The entry of a command that is over, as it was before.
fn running(told: &Value) -> Value {
    let entry = &told["receipt"]["data"]["response"][0];
    json!({
        "idempotencyKey": entry["idempotencyKey"],
        "orderId": entry["orderId"],
        "action": entry["action"],
        "statusCode": "5206",
        "status": ASKED,
        "completed": "false",
    })
}

fn framed(message: &Value) -> Vec<u8> {
    let text = message.to_string();
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    let mut framed = vec![(length >> 8) as u8, (length & 0xff) as u8];
    framed.extend(text.as_bytes());
    framed
}

/// Reads one message; none where the other side has gone.
async fn message(from: &mut OwnedReadHalf) -> Option<Vec<u8>> {
    let length = from.read_u16().await.ok()?;
    let mut message = vec![0; usize::from(length)];
    from.read_exact(&mut message).await.ok()?;
    Some(message)
}

/// Writes in two pieces, the first of which ends within the length; or byte by byte.
async fn write(app: &App, to: &mut OwnedWriteHalf, bytes: &[u8]) -> Option<()> {
    let piece = match app.moneris().faults.line_dribbles {
        true => 1,
        false => bytes.len(),
    };
    let (first, rest) = bytes.split_first()?;
    to.write_all(&[*first]).await.ok()?;
    to.flush().await.ok()?;
    tokio::time::sleep(Duration::from_millis(2)).await;
    for piece in rest.chunks(piece) {
        to.write_all(piece).await.ok()?;
        to.flush().await.ok()?;
    }
    Some(())
}
