//! What each operation of the API does.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::refusal::{Outcome, Refusal, refuse};
use super::world::{CURRENCIES, Moved, Order, World, new_id};
use super::{page, vault};
use crate::ids::random_id;

/// Members that are empty, at any depth: refused, and named.
fn empty_member(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Null => Some(path.to_owned()),
        Value::String(text) if text.is_empty() => Some(path.to_owned()),
        Value::Object(members) if members.is_empty() => Some(path.to_owned()),
        Value::Object(members) => members
            .iter()
            .find_map(|(name, value)| empty_member(value, &format!("{path}.{name}"))),
        Value::Array(items) => items.iter().find_map(|item| empty_member(item, path)),
        _ => None,
    }
}

fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// `POST /orders`.
pub(super) fn create(world: &mut World, request: Map<String, Value>) -> Outcome<String> {
    make(world, request, None)
}

/// `POST /orders/{id}`: charges the card of an order that was accepted anew, at once or on the day
/// that it names.
pub(super) fn rebill(world: &mut World, id: &str, request: Map<String, Value>) -> Outcome<String> {
    let order = world.find(id).ok_or_else(not_found)?;
    let paid = order.transaction.as_ref();
    let paid = paid.is_some_and(|paid| paid.status == "success" || paid.reversed);
    let digits = order.paid_with.filter(|_| paid);
    let digits = digits.ok_or_else(|| refuse(400, "3402", "the order was not accepted"))?;
    for no in ["redirect", "link"] {
        if request.contains_key(no) {
            return Err(refuse(400, "5023", format!("{no} is not for a rebilling")));
        }
    }
    make(world, request, Some(digits))
}

fn make(
    world: &mut World,
    request: Map<String, Value>,
    on_file: Option<&'static str>,
) -> Outcome<String> {
    if let Some(path) = empty_member(&Value::Object(request.clone()), "order") {
        return Err(refuse(400, "5018", format!("{path} is empty")));
    }
    let text = |name: &str| request.get(name).and_then(Value::as_str).map(str::to_owned);
    let missing = |name: &str| refuse(400, "5018", format!("{name} is missing"));
    let reference = text("merchantRefNum").ok_or_else(|| missing("merchantRefNum"))?;
    let currency = text("currencyCode").ok_or_else(|| missing("currencyCode"))?;
    let total = total_of(&request)?;
    if world
        .orders
        .iter()
        .any(|order| order.reference == reference)
    {
        return Err(refuse(400, "400", "Duplicate merchant reference"));
    }
    if !CURRENCIES.contains(&currency.as_str()) {
        return Err(refuse(400, "2505", "no merchant account for the currency"));
    }
    let locale = text("locale");
    if locale.is_some_and(|locale| !["en_GB", "en_US", "fr_CA"].contains(&locale.as_str())) {
        return Err(refuse(400, "2527", "locale"));
    }
    sums_up(&request, total)?;
    let (id, token) = (new_id(), random_id());
    let at = world.now();
    let profile = vault::profile_of(world, request.get("profile"))?;
    let of_token = profile
        .as_ref()
        .and_then(|it| Some(it.card.as_ref()?.digits));
    due_of(&request)?;
    world.orders.push(Order {
        id: id.clone(),
        token,
        reference,
        currency,
        total,
        request,
        profile,
        on_file: on_file.or(of_token),
        transaction: None,
        settlements: Vec::new(),
        refunds: Vec::new(),
        paid_with: None,
        waiting: None,
        at,
    });
    charge(world, &id)
}

/// An order that a card on file pays and nobody is led to a page for is paid at once, or refused;
/// one that names a day to come, on that day.
fn charge(world: &mut World, id: &str) -> Outcome<String> {
    let (as_402, at_once) = (world.faults.decline_as_402, world.faults.token_at_once);
    let today = world.today();
    let order = world.find(id).ok_or_else(not_found)?;
    let waits = order.due().is_some_and(|due| due > today);
    if waits || !(order.is_to_run() || (at_once && order.on_file.is_some())) {
        return Ok(id.to_owned());
    }
    run(world, id);
    let order = world.find(id).ok_or_else(not_found)?;
    let refused = order.transaction.as_ref().and_then(|paid| paid.error);
    match refused.filter(|_| as_402) {
        Some(code) => Err(refuse(402, &code.to_string(), "the payment is refused")),
        None => Ok(id.to_owned()),
    }
}

fn run(world: &mut World, id: &str) {
    let now = world.now();
    if let Some(order) = world.find(id)
        && let Some(digits) = order.on_file
    {
        page::charge(order, digits, now);
    }
}

/// Runs what is due; gives the orders.
pub(super) fn run_due(world: &mut World) -> Vec<Order> {
    let today = world.today();
    let due = world.orders.iter().filter(|order| order.is_to_run());
    let due = due.filter(|order| order.due().is_none_or(|due| due <= today));
    let due: Vec<String> = due.map(|order| order.id.clone()).collect();
    for id in &due {
        run(world, id);
    }
    let ran = |order: &&Order| due.contains(&order.id);
    world.orders.iter().filter(ran).cloned().collect()
}

fn total_of(request: &Map<String, Value>) -> Outcome<u64> {
    let total = request.get("totalAmount").and_then(whole);
    let total = total.and_then(|total| u64::try_from(total).ok());
    total.ok_or_else(|| refuse(400, "5003", "totalAmount"))
}

/// The day on which it is to run, if it names one.
fn due_of(request: &Map<String, Value>) -> Outcome<Option<Date>> {
    let Some(due) = request.get("dueDate") else {
        return Ok(None);
    };
    let read = due.as_str().and_then(|due| due.parse().ok());
    read.map(Some).ok_or_else(|| refuse(400, "5023", "dueDate"))
}

/// Cart and fees, if either is sent, come to the total.
fn sums_up(request: &Map<String, Value>, total: u64) -> Outcome<()> {
    let lines = |name: &str| request.get(name).and_then(Value::as_array);
    let (cart, fees) = (lines("shoppingCart"), lines("ancillaryFees"));
    if cart.is_none() && fees.is_none() {
        return Ok(());
    }
    let amount = |line: &Value| {
        let quantity = line.get("quantity").map_or(Some(1), whole).unwrap_or(0);
        whole(&line["amount"]).unwrap_or(0) * quantity
    };
    let lines = cart.into_iter().chain(fees).flatten();
    let sum: i64 = lines.map(amount).sum();
    if u64::try_from(sum) == Ok(total) {
        return Ok(());
    }
    Err(refuse(400, "2520", "cart and fees do not sum to the total"))
}

fn not_found() -> Refusal {
    refuse(404, "404", "no such order")
}

/// `DELETE /orders/{id}`: of an order that nobody paid, of money that was not batched yet, or of a
/// settlement that was not.
pub(super) fn cancel(world: &mut World, id: &str) -> Outcome<String> {
    if let Some(order) = owner_of_settlement(world, id) {
        return cancel_settlement(world, &order, id);
    }
    let now = world.now();
    let at = world
        .find(id)
        .map(|order| (order.at, order.transaction.clone()));
    let (_, transaction) = at.ok_or_else(not_found)?;
    let batched = transaction.as_ref().is_some_and(|t| world.is_batched(t.at));
    let order = world.find(id).ok_or_else(not_found)?;
    let (settled, refunded) = (order.settled(), order.refunded());
    match &mut order.transaction {
        None => {
            order.transaction = Some(page::transaction(order, "cancelled", None, "", now));
            Ok(id.to_owned())
        }
        Some(paid) => {
            let lets_go = match (paid.status, paid.auth_type) {
                ("success", "auth") => settled == 0,
                ("success", _) => !batched && refunded == 0,
                ("declined" | "errored" | "held", _) => true,
                _ => false,
            };
            if !lets_go {
                return Err(refuse(409, "3415", "it can not be cancelled"));
            }
            paid.reversed = paid.status == "success";
            paid.status = "cancelled";
            Ok(id.to_owned())
        }
    }
}

fn owner_of_settlement(world: &World, id: &str) -> Option<String> {
    let owns = |order: &&Order| order.settlements.iter().any(|moved| moved.id == id);
    world.orders.iter().find(owns).map(|order| order.id.clone())
}

fn cancel_settlement(world: &mut World, order: &str, id: &str) -> Outcome<String> {
    let at = |world: &mut World| {
        let order = world.find(order)?;
        let moved = order.settlements.iter().find(|moved| moved.id == id)?;
        Some((moved.at, moved.cancelled))
    };
    let (at, cancelled) = at(world).ok_or_else(not_found)?;
    if cancelled || world.is_batched(at) {
        return Err(refuse(409, "3203", "settled or cancelled before"));
    }
    let order = world.find(order).ok_or_else(not_found)?;
    for moved in order.settlements.iter_mut().filter(|moved| moved.id == id) {
        moved.cancelled = true;
    }
    Ok(order.id.clone())
}

/// `PUT /orders/{id}`: of a held order, accepted or refused by the shop; of a rebilling that has
/// not run, another day or another amount.
pub(super) fn update(world: &mut World, id: &str, request: &Map<String, Value>) -> Outcome<String> {
    let wanted = request
        .get("transaction")
        .map(|transaction| &transaction["status"]);
    let wanted = wanted.and_then(Value::as_str).unwrap_or_default();
    let now = world.now();
    let order = world.find(id).ok_or_else(not_found)?;
    let amends = ["dueDate", "totalAmount", "shoppingCart"];
    if order.is_to_run() && amends.iter().any(|name| request.contains_key(*name)) {
        return amend(order, request).map(|()| id.to_owned());
    }
    let Some(paid) = order
        .transaction
        .as_mut()
        .filter(|paid| paid.status == "held")
    else {
        return Err(refuse(400, "3031", "the transaction is not on hold"));
    };
    paid.status = match wanted {
        "success" => "success",
        "cancelled" => "cancelled",
        _ => return Err(refuse(400, "5023", "transaction.status")),
    };
    paid.at = now;
    Ok(id.to_owned())
}

/// Of a rebilling that has not run, another day or another amount.
fn amend(order: &mut Order, request: &Map<String, Value>) -> Outcome<()> {
    if let Some(path) = empty_member(&Value::Object(request.clone()), "order") {
        return Err(refuse(400, "5018", format!("{path} is empty")));
    }
    let mut changed = order.request.clone();
    changed.extend(request.clone());
    let total = total_of(&changed)?;
    sums_up(&changed, total)?;
    due_of(&changed)?;
    (order.request, order.total) = (changed, total);
    Ok(())
}

/// The amount of a request; all that is left where it names none.
fn amount(request: &Map<String, Value>, left: u64) -> Outcome<u64> {
    let Some(told) = request.get("amount") else {
        return Ok(left);
    };
    let told = whole(told).and_then(|told| u64::try_from(told).ok());
    told.filter(|told| *told > 0)
        .ok_or_else(|| refuse(400, "5003", "amount"))
}

fn moved(request: &Map<String, Value>, amount: u64, at: jiff::Timestamp) -> Moved {
    let reference = request.get("merchantRefNum").and_then(Value::as_str);
    Moved {
        id: new_id(),
        amount,
        reference: reference.map(str::to_owned),
        at,
        cancelled: false,
    }
}

/// `POST /orders/{id}/settlement`.
pub(super) fn settle(world: &mut World, id: &str, request: &Map<String, Value>) -> Outcome<Value> {
    let now = world.now();
    let order = world.find(id).ok_or_else(not_found)?;
    let paid = order.transaction.as_ref();
    if !paid.is_some_and(|paid| paid.status == "success" && paid.auth_type == "auth") {
        return Err(refuse(400, "3203", "settled or cancelled before"));
    }
    let left = order.total - order.settled();
    let amount = amount(request, left)?;
    if amount > left || left == 0 {
        return Err(refuse(400, "3204", "more than is left to settle"));
    }
    let one = moved(request, amount, now);
    let told = told("settlement", order, &one);
    order.settlements.push(one);
    Ok(told)
}

/// `POST /orders/{id}/refund`.
pub(super) fn refund(world: &mut World, id: &str, request: &Map<String, Value>) -> Outcome<Value> {
    let now = world.now();
    let order = world.find(id).ok_or_else(not_found)?.clone();
    let Some(paid) = order
        .transaction
        .as_ref()
        .filter(|paid| paid.status == "success")
    else {
        return Err(refuse(400, "3402", "nothing was taken"));
    };
    let batched = |moved: &&Moved| !moved.cancelled && world.is_batched(moved.at);
    let taken = match paid.auth_type {
        "auth" => order
            .settlements
            .iter()
            .filter(batched)
            .map(|moved| moved.amount)
            .sum(),
        _ if world.is_batched(paid.at) => order.total,
        _ => 0,
    };
    if taken == 0 {
        return Err(refuse(400, "3406", "the settlement was not batched yet"));
    }
    let left = taken - order.refunded().min(taken);
    let amount = amount(request, left)?;
    if amount > left || left == 0 {
        return Err(refuse(400, "3402", "more than is left to refund"));
    }
    let one = moved(request, amount, now);
    let told = told("refund", &order, &one);
    world.find(id).ok_or_else(not_found)?.refunds.push(one);
    Ok(told)
}

fn told(kind: &str, order: &Order, moved: &Moved) -> Value {
    json!({
        "id": moved.id,
        "authType": kind,
        "amount": moved.amount.to_string(),
        "currencyCode": order.currency,
        "confirmationNumber": moved.id,
        "originalMerchantRefNum": order.reference,
        "merchantRefNum": moved.reference,
        "mode": "live",
    })
}
