//! An order as it is asked for (DOC, *Process an order using a hosted page*; SDK, PHP and Java).

use std::net::IpAddr;

use guichet_domain::gate::plain;
use guichet_domain::session::Capture;
use serde_json::{Value, json};

use super::config::Config;
use crate::contract::Context;

/// The method of a card on a page of ours, whose form is posted straight to the platform: *Silent
/// Post*.
pub(super) const SILENT: &str = "netbanx_silent";

/// Longest description of a line of the cart (SDK).
const DESCRIPTION_MAX: usize = 50;

/// Ends of the page that send the browser back (SDK, PHP).
const REDIRECTS: [&str; 5] = [
    "on_success",
    "on_error",
    "on_decline",
    "on_timeout",
    "on_hold",
];

/// What the platform calls back for (SDK, Java). A payment that is pending is looked up.
const CALLBACKS: [&str; 3] = ["on_success", "on_decline", "on_hold"];

/// A line of the cart, or a fee.
pub(super) struct Line {
    /// Of one, in minor units. A fee may be negative.
    pub(super) amount: i64,
    pub(super) quantity: u32,
    pub(super) description: String,
}

/// The order that the hosted page is opened for; with a profile, of which a card pays or to which
/// one is added.
pub(super) fn order(
    config: &Config,
    context: &Context<'_>,
    client: Option<IpAddr>,
    profile: Option<Value>,
    silent: bool,
) -> Value {
    let session = context.session;
    let back = &context.addresses.back;
    // A token must not stand in an address, and what is asked for in a redirect does.
    let redirects = REDIRECTS
        .map(|rel| json!({"rel": rel, "uri": back, "returnKeys": ["id", "transaction.status"]}));
    let links = ["cancel_url", "return_url"]
        .map(|rel| json!({"rel": rel, "uri": back, "returnKeys": ["id"]}));
    let language = session
        .locale
        .as_ref()
        .map(|locale| String::from(locale.clone()));
    let language = language.as_deref().and_then(|tag| tag.get(..2));
    let page = json!({
        "customerIp": client.map(|address| address.to_canonical().to_string()),
        "locale": language.and_then(|language| config.locales.get(language)),
        "redirect": redirects,
        "link": links,
    });
    // The form of a page of ours is posted to the order's link (SDK, PHP; DOC, *Silent Post*).
    let silent = silent.then(|| json!({"key": "silentPost", "value": true}));
    let mut order = common(config, context, profile, silent);
    if let (Value::Object(order), Value::Object(page)) = (&mut order, page) {
        order.extend(page);
    }
    without_empty(order)
}

/// An order that nobody is there for: without a page, and without a way back from it (SDK, PHP: as
/// a rebilling has it).
pub(super) fn without_page(
    config: &Config,
    context: &Context<'_>,
    profile: Option<Value>,
) -> Value {
    let recurring = json!({"key": "recurringIndicator", "value": true});
    without_empty(common(config, context, profile, Some(recurring)))
}

/// What every order says.
fn common(
    config: &Config,
    context: &Context<'_>,
    profile: Option<Value>,
    option: Option<Value>,
) -> Value {
    let session = context.session;
    let callbacks = CALLBACKS.map(|rel| {
        json!({
            "rel": rel,
            "format": config.callback_format,
            "uri": context.addresses.callback,
            "retries": config.callback_retries,
            "returnKeys": ["id"],
            "synchronous": false,
        })
    });
    let authorise = session.capture == Capture::Manual;
    let authorise = authorise.then(|| json!({"key": "authType", "value": "auth"}));
    let options: Vec<Value> = authorise.into_iter().chain(option).collect();
    let total = session.amount.minor();
    let mut order = json!({
        "merchantRefNum": context.reference,
        "currencyCode": session.currency.code(),
        "totalAmount": total,
        "extendedOptions": options,
        "callback": callbacks,
        "billingDetails": billing(context),
        "profile": profile,
    });
    put_whole_cart(&mut order, total, &session.reference);
    order
}

/// Adds a cart of one line: the shop's order.
pub(super) fn put_whole_cart(order: &mut Value, total: u64, reference: &str) {
    let line = Line {
        amount: i64::try_from(total).unwrap_or(i64::MAX),
        quantity: 1,
        description: reference.to_owned(),
    };
    put_cart(order, total, &[line], &[]);
}

/// Where the card is billed to, where country and postal code are known: without them, the platform
/// takes none; for Canada and the United States it wants a region besides, which is not asked for
/// here (SDK, WC).
fn billing(context: &Context<'_>) -> Option<Value> {
    let shopper = &context.session.shopper;
    let address = &shopper.address;
    let country = String::from(address.country.clone()?);
    if matches!(country.as_str(), "CA" | "US") {
        return None;
    }
    let text = |text: &Option<String>, max| text.as_deref().and_then(|text| plain_text(text, max));
    Some(json!({
        "zip": text(&address.postal_code, 10)?,
        "country": country,
        "street": text(&address.line1, 50),
        "street2": text(&address.line2, 50),
        "city": text(&address.city, 40),
    }))
}

/// The text in signs that the platform takes: modules take a slash out (WC).
pub(super) fn plain_text(text: &str, max: usize) -> Option<String> {
    plain(&text.replace('/', " "), max)
}

/// Adds cart and fees, if they come to the total: otherwise the platform refuses the order (MAG:
/// 2520), and it is sent without.
pub(super) fn put_cart(order: &mut Value, total: u64, cart: &[Line], fees: &[Line]) {
    let sum = cart.iter().chain(fees).try_fold(0_i64, |sum, line| {
        let amount = line.amount.checked_mul(i64::from(line.quantity))?;
        sum.checked_add(amount)
    });
    if sum.and_then(|sum| u64::try_from(sum).ok()) != Some(total) {
        return;
    }
    let text = |line: &Line| plain_text(&line.description, DESCRIPTION_MAX);
    let lines = |line: &Line| {
        json!({
            "amount": line.amount,
            "quantity": line.quantity,
            "description": text(line),
        })
    };
    let fee = |line: &Line| json!({"amount": line.amount, "description": text(line)});
    if let Value::Object(members) = order {
        members.insert("shoppingCart".into(), cart.iter().map(lines).collect());
        members.insert("ancillaryFees".into(), fees.iter().map(fee).collect());
    }
}

/// The platform refuses members that are empty (WC): null, a text, a list or an object of nothing.
pub(super) fn without_empty(value: Value) -> Value {
    let filled = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    };
    match value {
        Value::Object(members) => {
            let members = members
                .into_iter()
                .map(|(name, value)| (name, without_empty(value)));
            members.filter(|(_, value)| filled(value)).collect()
        }
        Value::Array(items) => items
            .into_iter()
            .map(without_empty)
            .filter(filled)
            .collect(),
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests;
