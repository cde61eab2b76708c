//! Transactions that move money: charges of the vault's cards, and what follows them.

use super::read::Asked;
use super::world::{Receipt, Transaction};
use crate::moneris::penny;
use crate::moneris::world::World;

/// Elements by which the bank is asked about a card of the vault.
pub(super) const CHARGES: [&str; 4] = [
    "res_purchase_cc",
    "res_preauth_cc",
    "res_ind_refund_cc",
    "res_card_verification_cc",
];

const NOTHING_THERE: &str =
    "No Pre-auth corresponds to the store Id and order Id and transaction Id entered";

/// What it is called in an answer.
fn type_of(name: &str) -> &'static str {
    match name {
        "res_preauth_cc" | "reauth" => "01",
        "completion" => "02",
        "refund" | "res_ind_refund_cc" => "04",
        "res_card_verification_cc" => "06",
        "purchasecorrection" => "11",
        _ => "00",
    }
}

/// What became of the same before: the last transaction of that order and that element.
pub(super) fn found(world: &World, asked: &Asked) -> Receipt {
    let order = asked.text("order_id").unwrap_or_default();
    let mut all = world.gateway.transactions.iter().rev();
    let found = all.find(|own| own.order == order && own.name == asked.name && own.approved);
    match found {
        Some(own) => own
            .receipt
            .clone()
            .with("StatusCode", "027")
            .with("StatusMessage", "Found"),
        None => Receipt::refused("null")
            .with("StatusCode", "961")
            .with("StatusMessage", "Not Found"),
    }
}

pub(super) fn answer(world: &mut World, asked: &Asked) -> Receipt {
    let Some(order) = asked.text("order_id").map(str::to_owned) else {
        return Receipt::refused("Missing order_id");
    };
    match asked.name.as_str() {
        name if CHARGES.contains(&name) => charge(world, asked, order),
        "reauth" => reauth(world, asked, order),
        _ => follow(world, asked, order),
    }
}

fn charge(world: &mut World, asked: &Asked, order: String) -> Receipt {
    let key = asked.text("data_key");
    let profile = world.gateway.profiles.iter();
    let profile = profile
        .clone()
        .find(|own| Some(own.key.as_str()) == key)
        .cloned();
    let Some(profile) = profile else {
        return Receipt::refused("Invalid data key");
    };
    let verifies = asked.name == "res_card_verification_cc";
    let amount = asked.amount("amount").filter(|amount| *amount > 0);
    let Some(amount) = amount.or_else(|| verifies.then_some(0)) else {
        return Receipt::refused("Invalid amount");
    };
    if asked.text("crypt_type").is_none() {
        return Receipt::refused("Invalid crypt_type");
    }
    if !asked.has_whole_address() {
        return Receipt::refused("Invalid AVS data");
    }
    let again = |own: &Transaction| own.order == order && own.profile.is_some();
    if world.gateway.transactions.iter().any(again) {
        let why = "The transaction was not sent to the host because of a duplicate order id";
        return Receipt::refused(why);
    }
    let (iso, code) = match expired(world, &profile.expires) {
        true => ("54", "482"),
        // Giving money back depends on no amount.
        false if asked.name == "res_ind_refund_cc" => ("01", "027"),
        false => penny::bank(amount),
    };
    let mut receipt = approved_or_not(world, asked, &order, amount, (iso, code), "V")
        .with("IssuerId", &profile.issuer);
    if let (true, Some(result)) = (asked.has_address(), penny::address(amount)) {
        receipt = receipt.with("AvsResultCode", result);
    }
    if verifies && asked.has_address() {
        receipt = receipt.with("AvsResultCode", "Y");
    }
    record(world, asked, order, amount, Some(profile.key), receipt)
}

fn expired(world: &World, expires: &str) -> bool {
    let month = world.now().strftime("%y%m").to_string();
    expires < month.as_str()
}

/// The receipt of what the bank was asked about, with a number of its own.
fn approved_or_not(
    world: &mut World,
    asked: &Asked,
    order: &str,
    amount: u64,
    (iso, code): (&str, &str),
    brand: &str,
) -> Receipt {
    let (_, sequence) = world.new_transaction();
    let (batch, now) = (world.gateway.batch + 1, world.now());
    let is_approved = is_approved(code);
    let number = match is_approved {
        true => format!("{sequence}-0_{batch}"),
        // As recorded: of another shape.
        false => format!("{sequence}-{batch}-0"),
    };
    let message = match is_approved {
        true => "APPROVED           *                    =",
        false => "DECLINED           *                    =",
    };
    Receipt::refused("")
        .with("ReceiptId", order)
        .with(
            "ReferenceNum",
            &format!("66122105001{batch:03}{sequence:03}0"),
        )
        .with("ResponseCode", code)
        .with("ISO", iso)
        .with("AuthCode", if is_approved { "013511" } else { "000000" })
        .with("TransTime", &now.strftime("%H:%M:%S").to_string())
        .with("TransDate", &now.strftime("%Y-%m-%d").to_string())
        .with("TransType", type_of(&asked.name))
        .with("Complete", "true")
        .with("Message", message)
        .with(
            "TransAmount",
            &format!("{}.{:02}", amount / 100, amount % 100),
        )
        .with("CardType", brand)
        .with("TransID", &number)
}

fn is_approved(code: &str) -> bool {
    code.parse::<u32>().is_ok_and(|code| code < 50)
}

fn record(
    world: &mut World,
    asked: &Asked,
    order: String,
    amount: u64,
    profile: Option<String>,
    receipt: Receipt,
) -> Receipt {
    let told = |name: &str| receipt.field(name).to_owned();
    let transaction = Transaction {
        order,
        name: asked.name.clone(),
        id: told("TransID"),
        follows: asked.text("txn_number").map(str::to_owned),
        amount,
        approved: is_approved(&told("ResponseCode")),
        batch: world.gateway.batch,
        profile,
        on_file: asked.on_file.clone(),
        address: asked.address.clone(),
        receipt: receipt.clone(),
    };
    world.gateway.transactions.push(transaction);
    receipt
}

/// What is followed: a transaction of the gateway, or what a terminal reserved (*Guide
/// d'intégration*, 8). Its element, its amount, and its batch.
fn followed(world: &World, order: &str, number: &str) -> Option<(String, u64, u32)> {
    let mut own = world.gateway.transactions.iter();
    let own = own.find(|own| own.order == order && own.id == number && own.approved);
    if let Some(own) = own {
        return Some((own.name.clone(), own.amount, own.batch));
    }
    let mut commands = world.commands.iter();
    commands.find_map(|own| {
        let end = own.end.as_ref().filter(|end| end.is_approved())?;
        let is_it = own.order == order && end.transaction.as_deref() == Some(number);
        let reserves = own.action == "preAuthorization";
        let name = "res_preauth_cc".to_owned();
        (is_it && reserves).then_some((name, end.approved, world.gateway.batch))
    })
}

/// Reserves anew what a completion left.
fn reauth(world: &mut World, asked: &Asked, order: String) -> Receipt {
    let original = asked.text("orig_order_id").unwrap_or_default();
    let number = asked.text("txn_number").unwrap_or_default();
    let first = followed(world, original, number).filter(|(name, ..)| name == "res_preauth_cc");
    let mut all = world.gateway.transactions.iter();
    let follows = |own: &&Transaction| own.approved && own.follows.as_deref() == Some(number);
    let completed = all.clone().filter(|own| own.name == "completion");
    let completed = completed.filter(follows).map(|own| own.amount).max();
    let again = all.any(|own| own.order == order || (own.name == "reauth" && follows(&own)));
    let left = first
        .zip(completed)
        .map(|((_, amount, _), taken)| amount - taken);
    let amount = asked.amount("amount").filter(|amount| *amount > 0);
    match (amount, left) {
        (Some(amount), Some(left)) if amount <= left && !again => {
            let receipt = approved_or_not(world, asked, &order, amount, ("01", "027"), "V");
            record(world, asked, order, amount, None, receipt)
        }
        _ => Receipt::refused(NOTHING_THERE),
    }
}

/// What follows a transaction: by its order and its number.
fn follow(world: &mut World, asked: &Asked, order: String) -> Receipt {
    let of = asked.text("txn_number").unwrap_or_default().to_owned();
    let all = &world.gateway.transactions;
    let Some((first, whole, batch)) = followed(world, &order, &of) else {
        return Receipt::refused(NOTHING_THERE);
    };
    // Of what a terminal reserved, the terminal may have completed it.
    let at_terminal = world.commands.iter().any(|own| {
        let approved = own
            .end
            .as_ref()
            .is_some_and(crate::moneris::world::End::is_approved);
        own.action == "completion" && own.follows.as_deref() == Some(of.as_str()) && approved
    });
    let done = |name: &str| {
        let own = all
            .iter()
            .filter(|own| own.name == name && own.approved && own.follows.as_deref() == Some(&of));
        own.map(|own| own.amount)
            .fold((0_u64, 0_usize), |(sum, n), amount| (sum + amount, n + 1))
    };
    let ((refunded, refunds), (_, completions), (_, corrections)) = (
        done("refund"),
        done("completion"),
        done("purchasecorrection"),
    );
    let (amount, fits) = match asked.name.as_str() {
        "completion" => {
            let amount = asked.amount("comp_amount");
            let within = amount.is_some_and(|amount| amount <= whole);
            let reserved = matches!(first.as_str(), "res_preauth_cc" | "reauth");
            let fresh = completions == 0 && !at_terminal;
            (amount, reserved && fresh && within)
        }
        "purchasecorrection" => {
            let open = batch == world.gateway.batch;
            let fresh = corrections == 0 && refunds == 0;
            (Some(whole), first == "res_purchase_cc" && open && fresh)
        }
        "refund" => {
            let amount = asked.amount("amount").filter(|amount| *amount > 0);
            let taken = matches!(first.as_str(), "res_purchase_cc" | "completion");
            let within = amount.is_some_and(|amount| refunded + amount <= whole);
            (amount, taken && corrections == 0 && within)
        }
        _ => return Receipt::refused("Invalid transaction type"),
    };
    let (Some(amount), true) = (amount, fits) else {
        return Receipt::refused(NOTHING_THERE);
    };
    let receipt = approved_or_not(world, asked, &order, amount, ("01", "027"), "V");
    record(world, asked, order, amount, None, receipt)
}
