//! A command as it was sent, through the cloud or to the terminal itself, and what it starts.

use serde_json::Value;

use super::command;
use super::world::{Command, End, INTEGRATION, STORE, TOKEN, World};
use crate::ids::random_id;

/// What an action names: an order, an amount, the transaction that it follows; and whether somebody
/// has to present a card.
struct Action(&'static str, [bool; 4]);

/// What a terminal can be asked for.
const ACTIONS: [Action; 13] = [
    Action("purchase", [true, true, false, true]),
    Action("preAuthorization", [true, true, false, true]),
    Action("independentRefund", [true, true, false, true]),
    Action("cardVerification", [true, false, false, true]),
    Action("balanceInquiry", [false, false, false, true]),
    Action("completion", [true, true, true, false]),
    Action("refund", [true, true, true, false]),
    Action("void", [true, false, true, false]),
    Action("voidLast", [false, false, false, false]),
    Action("getDeviceInfo", [false, false, false, false]),
    Action("sync", [false, false, false, false]),
    Action("print", [false, false, false, false]),
    Action("cancel", [false, false, false, false]),
];

/// Where a command comes in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Door {
    Cloud,
    /// The line to this terminal, which wants the integration's code alone.
    Line(&'static str),
}

/// A command as it was sent.
pub(super) struct Asked {
    door: Door,
    pub(super) action: String,
    pub(super) key: String,
    pub(super) order: String,
    terminal: String,
    total: u64,
    /// The transaction that it follows.
    follows: Option<String>,
    pub(super) post_back: Option<String>,
    /// What is to be printed.
    prints: Option<String>,
    /// Whether what happens meanwhile is told.
    pub(super) progress: bool,
    card: bool,
}

/// Reads a command, or says by which code it is refused.
pub(super) fn read(door: Door, body: &[u8]) -> Result<Asked, &'static str> {
    let whole: Value = serde_json::from_slice(body).map_err(|_| "5900")?;
    let text = |of: &Value, name: &str| of[name].as_str().map(str::to_owned);
    let stored = whole["storeId"] == STORE && whole["apiToken"] == TOKEN;
    let known = whole["apiVersion"] == "3.0"
        && whole["istConfigCode"] == INTEGRATION
        && (stored || door != Door::Cloud);
    if !known {
        return Err("5902");
    }
    if text(&whole, "dataId").is_none_or(|id| id.is_empty() || id.len() > 50)
        || text(&whole, "dataTimestamp").is_none_or(|time| time.len() != 19)
    {
        return Err("5911");
    }
    let entry = whole.pointer("/data/request/0").ok_or("5913")?;
    let need = |name: &str, most: usize| {
        let given = text(entry, name).ok_or("5913")?;
        (1..=most)
            .contains(&given.len())
            .then_some(given)
            .ok_or("5911")
    };
    let action = need("action", 40)?;
    let known = ACTIONS.iter().find(|own| own.0 == action);
    let &Action(_, [ordered, valued, follows, card]) = known.ok_or("5901")?;
    let total = match valued {
        true => {
            let total = need("totalAmount", 9)?;
            let digits = total.bytes().all(|b| b.is_ascii_digit());
            let total = total.parse().ok().filter(|total| digits && *total > 0);
            total.ok_or("5912")?
        }
        false => 0,
    };
    if action == "sync" {
        need("merchantId", 13)?;
    }
    let prints = match action == "print" {
        true => Some(need("printData", 10_000)?),
        false => None,
    };
    let terminal = match door {
        Door::Cloud => need("terminalId", 8)?,
        Door::Line(own) => match text(entry, "terminalId") {
            Some(named) if named != own => return Err("5901"),
            Some(_) | None => own.to_owned(),
        },
    };
    Ok(Asked {
        door,
        key: need("idempotencyKey", 50)?,
        order: if ordered {
            need("orderId", 50)?
        } else {
            String::new()
        },
        terminal,
        total,
        follows: match follows {
            true => Some(need("transactionId", 50)?),
            false => None,
        },
        post_back: text(&whole, "postBackUrl"),
        prints,
        progress: entry["progressStatus"] == "true",
        card,
        action,
    })
}

/// Passes a command on to its terminal: the ticket, or why not. The same key comes to the same
/// command.
pub(super) fn pass_on(world: &mut World, asked: &Asked) -> Result<String, &'static str> {
    let there = |direct: bool| direct == matches!(asked.door, Door::Line(_));
    let terminal = world.terminal(&asked.terminal);
    if !terminal.is_some_and(|own| own.online && there(own.direct)) {
        return Err("5903");
    }
    if let Some(known) = world.remembered(&asked.terminal, &asked.key) {
        known.sent += 1;
        return Ok(known.ticket.clone());
    }
    let running = world.running(&asked.terminal).is_some();
    if running && asked.action != "cancel" {
        return Err("5904");
    }
    let again = world.commands.iter().any(|own| own.order == asked.order);
    if asked.card && !asked.order.is_empty() && again {
        return Err("5915");
    }
    let ticket = random_id();
    let mut follows = asked.follows.clone();
    let end = match asked.action.as_str() {
        _ if asked.card => None,
        "cancel" => Some(cancel(world, asked)?),
        "voidLast" => {
            follows = last_sale(world, &asked.terminal);
            Some(void_last(world, follows.as_deref()))
        }
        "getDeviceInfo" | "sync" | "print" => {
            if let (Some(text), Some(own)) = (&asked.prints, world.terminal(&asked.terminal)) {
                own.printed = Some(text.clone());
            }
            Some(command::ended(world, "5209", 0))
        }
        _ => Some(follow(world, asked)),
    };
    world.commands.push(Command {
        key: asked.key.clone(),
        action: asked.action.clone(),
        order: asked.order.clone(),
        terminal: asked.terminal.clone(),
        total: asked.total,
        ticket: ticket.clone(),
        follows,
        post_back: asked.post_back.clone(),
        end,
        sent: 1,
        reads: Vec::new(),
    });
    Ok(ticket)
}

/// Takes back what the terminal works on: by its own line alone (*cancel-api*).
fn cancel(world: &mut World, asked: &Asked) -> Result<End, &'static str> {
    if asked.door == Door::Cloud {
        return Err("5901");
    }
    let running = world.running(&asked.terminal).map(|own| own.ticket.clone());
    let Some(ticket) = running else {
        return Ok(command::ended(world, "5454", 0));
    };
    let ended = command::ended(world, "5455", 0);
    if let Some(own) = world.by_ticket(&ticket) {
        own.end = Some(ended);
    }
    Ok(command::ended(world, "5220", 0))
}

/// The transaction of a terminal's last sale, unless it is void.
fn last_sale(world: &World, terminal: &str) -> Option<String> {
    let mut own = world.commands.iter().rev();
    let last = own.find(|own| {
        let approved = own.end.as_ref().is_some_and(End::is_approved);
        own.terminal == terminal && own.action == "purchase" && approved
    });
    let transaction = last?.end.as_ref()?.transaction.clone();
    let void = world.commands.iter().any(|own| {
        let approved = own.end.as_ref().is_some_and(End::is_approved);
        own.action.starts_with("void") && own.follows == transaction && approved
    });
    transaction.filter(|_| !void)
}

fn void_last(world: &mut World, transaction: Option<&str>) -> End {
    let sale = world.commands.iter().find_map(|own| {
        let end = own.end.as_ref()?;
        (transaction.is_some() && end.transaction.as_deref() == transaction).then_some(end.approved)
    });
    match sale {
        Some(approved) => command::ended(world, "5207", approved),
        None => command::ended(world, "5454", 0),
    }
}

/// What nobody has to present a card for is over at once: by what became of the payment that it
/// follows.
fn follow(world: &mut World, asked: &Asked) -> End {
    let own = |command: &&Command| {
        let end = command.end.as_ref().filter(|end| end.is_approved());
        let transaction = end.and_then(|end| end.transaction.as_ref());
        command.order == asked.order
            && transaction.is_some()
            && transaction == asked.follows.as_ref()
    };
    let first = world.commands.iter().find(own).cloned();
    let Some((first, end)) = first.and_then(|own| own.end.clone().map(|end| (own, end))) else {
        return command::ended(world, "5454", 0);
    };
    let done = |action: &str| {
        let all = world.commands.iter().filter(|own| {
            let approved = own.end.as_ref().is_some_and(End::is_approved);
            own.action == action && own.follows == asked.follows && approved
        });
        all.map(|own| own.total.max(1)).sum::<u64>()
    };
    let voided = done("void") + done("voidLast");
    let (refunded, completed) = (done("refund"), done("completion"));
    let fits = match asked.action.as_str() {
        "completion" => {
            first.action == "preAuthorization" && completed == 0 && asked.total <= end.approved
        }
        "void" => first.action == "purchase" && voided == 0 && refunded == 0,
        // Credit cards alone: others are given back with the card.
        _ => {
            let paid = matches!(first.action.as_str(), "purchase" | "completion");
            paid && end.tender == "Credit" && voided == 0 && refunded + asked.total <= end.approved
        }
    };
    let approved = match asked.action.as_str() {
        "void" => end.approved,
        _ => asked.total,
    };
    let code = if fits { "5207" } else { "5454" };
    command::ended(world, code, approved)
}
