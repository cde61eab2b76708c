//! A command on its terminal: what the shopper does there, and what is told of it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::world::{Command, End, World};

/// What somebody does at a terminal.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Act {
    /// One of [`ACTS`].
    #[serde(rename = "do")]
    pub(super) what: String,
    /// Minor units that are added for the staff.
    pub(super) tip: u64,
    /// Minor units that are given out in cash.
    pub(super) cash_back: u64,
    /// Minor units that the bank approves, where that is not all.
    pub(super) partial: Option<u64>,
}

/// What can be done, and what it is called on the page.
pub(super) const ACTS: [(&str, &str); 8] = [
    ("tap", "Présenter la carte"),
    ("insert", "Insérer la carte"),
    ("interac", "Carte de débit Interac"),
    ("no_funds", "Carte sans provision"),
    ("decline", "Carte refusée"),
    ("offline", "Approuver hors ligne"),
    ("cancel", "Touche rouge : annuler"),
    ("timeout", "Laisser passer le temps"),
];

/// Has the running command of a terminal end so. The command, or why it does not end.
pub(super) fn act(world: &mut World, terminal: &str, act: &Act) -> Result<Command, &'static str> {
    let running = world.running(terminal).cloned();
    let command = running.ok_or("this terminal works on nothing")?;
    let end = end(world, &command, act)?;
    let receipt = receipt_text(&command, &end);
    if let Some(own) = world.terminal(terminal) {
        own.printed = end.is_approved().then_some(receipt);
    }
    let ended = world.by_ticket(&command.ticket).ok_or("it is gone")?;
    ended.end = Some(end);
    Ok(ended.clone())
}

fn end(world: &mut World, command: &Command, act: &Act) -> Result<End, &'static str> {
    let partial = act.partial.filter(|approved| *approved < command.total);
    let base = partial.unwrap_or(command.total);
    // (code of the terminal, of the bank, ISO, kind of card, how it was read)
    let approved = if partial.is_some() { "5210" } else { "5207" };
    let (code, response_code, iso, tender, form_factor) = match act.what.as_str() {
        "tap" => (approved, Some("027"), Some("01"), "Credit", "01"),
        "insert" => (approved, Some("025"), Some("00"), "Credit", "00"),
        "interac" if command.action == "preAuthorization" => ("5454", None, None, "Debit", "00"),
        "interac" => (approved, Some("000"), Some("00"), "Debit", "00"),
        "offline" => (approved, None, None, "Credit", "01"),
        "no_funds" => ("5450", Some("481"), Some("51"), "Credit", "00"),
        "decline" => ("5450", Some("050"), Some("05"), "Credit", "00"),
        "cancel" => ("5451", None, None, "Credit", "00"),
        "timeout" => ("5452", None, None, "Credit", "00"),
        _ => {
            return Err(
                "do must be one of tap, insert, interac, offline, no_funds, decline, \
                         cancel, timeout",
            );
        }
    };
    let is_approved = matches!(code, "5207" | "5210");
    let asked = matches!(code, "5207" | "5210" | "5450");
    let (transaction, sequence) = world.new_transaction();
    let beside = act.tip + act.cash_back;
    Ok(End {
        code,
        response_code,
        iso,
        approved: if is_approved { base + beside } else { 0 },
        tip: if is_approved { act.tip } else { 0 },
        cash_back: if is_approved { act.cash_back } else { 0 },
        offline: act.what == "offline",
        tender,
        form_factor,
        transaction: asked.then_some(transaction),
        sequence,
        at: world.now(),
    })
}

/// How a command ends that nobody has to present a card for.
pub(super) fn ended(world: &mut World, code: &'static str, approved: u64) -> End {
    let is_approved = code == "5207";
    let (transaction, sequence) = world.new_transaction();
    End {
        code,
        response_code: is_approved.then_some("027"),
        iso: is_approved.then_some("01"),
        approved: if is_approved { approved } else { 0 },
        tip: 0,
        cash_back: 0,
        offline: false,
        tender: "Credit",
        form_factor: "00",
        transaction: is_approved.then_some(transaction),
        sequence,
        at: world.now(),
    }
}

/// The answer about a command, as the cloud wraps it. Every value is text.
pub(super) fn told(world: &World, command: &Command, receipt_url: Option<&str>) -> Value {
    let faults = &world.faults;
    let code = match (&command.end, receipt_url) {
        (_, Some(_)) => "5201",
        (None, _) => "5206",
        (Some(_), _) if !faults.receipt_code.is_empty() => faults.receipt_code.as_str(),
        (Some(end), _) => end.code,
    };
    let order = match faults.altered_order {
        true => format!("{}X", command.order),
        false => command.order.clone(),
    };
    let completed = command.end.is_some() && receipt_url.is_none();
    let mut entry = Map::new();
    let mut put = |name: &str, value: String| entry.insert(name.to_owned(), value.into());
    put("idempotencyKey", command.key.clone());
    put("orderId", order);
    put("action", command.action.clone());
    put("terminalId", command.terminal.clone());
    put("cloudTicket", command.ticket.clone());
    put("completed", completed.to_string());
    put("statusCode", code.to_owned());
    if let Some(url) = receipt_url {
        put("receiptUrl", url.to_owned());
    }
    // A terminal that was lost in the middle tells nothing more.
    let end = command.end.as_ref().filter(|_| completed);
    if let Some(end) = end.filter(|_| !code.starts_with("590")) {
        let total = command.total + u64::from(faults.altered_amount);
        entry.extend(outcome(command, end, total));
    }
    json!({
        "receipt": {
            "apiVersion": "3.0",
            "dataId": command.ticket,
            "dataTimestamp": world.now().strftime("%Y-%m-%d %H:%M:%S").to_string(),
            "statusCode": code,
            "status": "see the entry",
            "data": { "response": [entry] },
            // As recorded: it says so beside an approved sale too.
            "Error": "true",
            "TxnName": command.action,
            "CloudTicket": command.ticket,
            "Completed": command.end.is_some().to_string(),
        }
    })
}

/// What the entry of a command that is over tells beside its code.
fn outcome(command: &Command, end: &End, total: u64) -> Map<String, Value> {
    let mut entry = Map::new();
    let mut put = |name: &str, value: String| entry.insert(name.to_owned(), value.into());
    put("totalAmount", total.to_string());
    put("approvedAmount", end.approved.to_string());
    put("tipAmount", end.tip.to_string());
    put("cashback", end.cash_back.to_string());
    put("saf", end.offline.to_string());
    put("tenderType", end.tender.to_owned());
    put("formFactor", end.form_factor.to_owned());
    put("sequenceNum", format!("{:03}", end.sequence));
    put("receiptChoice", "NONE".into());
    put("receipt", receipt_text(command, end));
    if let (Some(code), Some(iso)) = (end.response_code, end.iso) {
        put("responseCode", code.to_owned());
        put("iso", iso.to_owned());
    }
    if let Some(number) = &end.transaction {
        let (kind, name) = match end.tender {
            "Debit" => ("P", "INTERAC"),
            _ => ("V", "VISA"),
        };
        let unique = command.ticket.to_uppercase();
        put("transactionId", number.clone());
        put(
            "realTimeUniqueId",
            format!("0S{}", unique.get(..13).unwrap_or_default()),
        );
        put("cardType", kind.to_owned());
        put("cardName", name.to_owned());
        put("maskedPan", "************4242".to_owned());
    }
    if end.is_approved() {
        put("authCode", format!("B{:05}", 41_000 + end.sequence));
    }
    entry
}

/// What the terminal gives to be printed: 42 columns, CR LF.
fn receipt_text(command: &Command, end: &End) -> String {
    let line = |name: &str, value: &str| format!("{name:<21}{value:>21}\r\n");
    let money = |minor: u64| format!("{}.{:02}", minor / 100, minor % 100);
    let mut text = format!("{:^42}\r\n\r\n", "LA HALLE DU TILLEUL");
    let transaction = end.transaction.clone().unwrap_or_default();
    text += &line("TERMINAL", &command.terminal);
    text += &line("TRANSACTION", &transaction);
    text += &line("MONTANT", &money(command.total));
    if end.tip > 0 {
        text += &line("POURBOIRE", &money(end.tip));
    }
    text += &line("TOTAL CAD", &money(end.approved));
    text += &line("CARTE", "************4242");
    let word = if end.is_approved() {
        "APPROUVEE"
    } else {
        "NON APPROUVEE"
    };
    text + &format!("\r\n{word:^42}\r\n")
}
