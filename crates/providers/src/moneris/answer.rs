//! Answers of the cloud: an acknowledgement, or a receipt.
//!
//! Fields that are not known are passed over, and no order is relied on (GO,
//! *merchantintegration*). Values are texts, and nothing has three spellings: absent, null, the
//! text `null`.

use guichet_domain::money::AMOUNT_MAX;
use serde_json::Value;

use super::codes::{Meaning, meaning};
use crate::contract::Failure;
use crate::halt::unexpected;

/// Most characters of what a terminal shows that are passed on.
const SHOWN_MAX: usize = 60;

/// What an answer tells of one command.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// The entry's own code; that of the whole answer where there is no entry.
    pub(super) code: String,
    /// The bank's code; empty where it was not asked.
    pub(super) response_code: String,
    pub(super) iso: String,
    /// Whether the entry says that it is complete; none where it says neither.
    pub(super) completed: Option<bool>,
    pub(super) order_id: Option<String>,
    pub(super) key: Option<String>,
    pub(super) terminal_id: Option<String>,
    pub(super) action: Option<String>,
    pub(super) transaction_id: Option<String>,
    pub(super) unique_id: Option<String>,
    /// Minor units: what was asked for.
    pub(super) total: Option<u64>,
    /// Minor units: what the bank approved, with what is beside the order.
    pub(super) approved: Option<u64>,
    /// Minor units.
    pub(super) tip: u64,
    /// Minor units.
    pub(super) cash_back: u64,
    pub(super) brand: String,
    pub(super) tender: String,
    /// Approved without asking the bank.
    pub(super) offline: bool,
    pub(super) receipt: String,
    pub(super) ticket: Option<String>,
    pub(super) receipt_url: Option<String>,
    /// What the terminal shows, in its own words and one line.
    pub(super) says: Option<String>,
    /// All of the entry.
    pub(super) entry: Value,
}

/// Reads an answer, whatever its HTTP status was: a status other than 200 may carry the same.
/// None where it is no such JSON.
pub(super) fn read(body: &[u8]) -> Option<Told> {
    let whole: Value = serde_json::from_slice(body).ok()?;
    // The cloud wraps it, a terminal on the shop's own network does not.
    let outer = whole.get("receipt").filter(|outer| outer.is_object());
    let outer = outer.unwrap_or(&whole);
    let entry = outer.pointer("/data/response/0").unwrap_or(&Value::Null);
    let code = text(entry, "statusCode").or_else(|| text(outer, "statusCode"));
    let told = |name: &str| text(entry, name);
    let either = |name: &str| text(entry, name).or_else(|| text(outer, name));
    let cash_back = told("cashback").or_else(|| told("cashBack"));
    Some(Told {
        code: code?,
        response_code: told("responseCode").unwrap_or_default(),
        iso: told("iso").unwrap_or_default(),
        completed: told("completed").map(|word| word.eq_ignore_ascii_case("true")),
        order_id: told("orderId"),
        key: told("idempotencyKey"),
        terminal_id: told("terminalId"),
        action: told("action"),
        transaction_id: told("transactionId"),
        unique_id: told("realTimeUniqueId"),
        total: told("totalAmount").as_deref().and_then(cents),
        approved: told("approvedAmount").as_deref().and_then(cents),
        tip: told("tipAmount").as_deref().and_then(cents).unwrap_or(0),
        cash_back: cash_back.as_deref().and_then(cents).unwrap_or(0),
        brand: told("cardName")
            .or_else(|| told("cardType"))
            .unwrap_or_default(),
        tender: told("tenderType").unwrap_or_default(),
        offline: told("saf").is_some_and(|word| word.eq_ignore_ascii_case("true")),
        receipt: told("receipt").unwrap_or_default(),
        ticket: either("cloudTicket").or_else(|| text(outer, "CloudTicket")),
        receipt_url: either("receiptUrl"),
        says: either("status").map(|says| shown(&says)),
        entry: entry.clone(),
    })
}

/// What an answer's own code means. An entry that says so of itself is not the last word.
pub(super) fn means(told: &Told) -> Result<Meaning, Failure> {
    let Some((means, _)) = meaning(&told.code) else {
        return Err(unexpected("an answer with a code that nobody knows"));
    };
    let last = told.completed != Some(false);
    Ok(match means {
        Meaning::Unknown | Meaning::Rejected(_) => means,
        _ if !last => Meaning::GoesOn,
        means => means,
    })
}

/// What may be shown of a text: one line, and not more than a screen has.
fn shown(text: &str) -> String {
    let plain = text.split(char::is_control).flat_map(str::split_whitespace);
    let line = plain.collect::<Vec<_>>().join(" ");
    line.chars().take(SHOWN_MAX).collect()
}

/// A value as text; none where it is one of the three spellings of nothing, or no single value.
fn text(of: &Value, name: &str) -> Option<String> {
    let told = match of.get(name)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!told.is_empty() && !told.eq_ignore_ascii_case("null")).then_some(told)
}

/// An amount: cents, as digits alone.
fn cents(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let minor: u64 = text.parse().ok().filter(|_| digits)?;
    (minor <= AMOUNT_MAX).then_some(minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(fields: &str) -> Told {
        let body = format!(r#"{{"receipt":{{"data":{{"response":[{fields}]}}}}}}"#);
        read(body.as_bytes()).unwrap()
    }

    #[test]
    fn nothing_has_three_spellings_and_values_may_be_numbers_or_flags() {
        for nothing in ["", r#","transactionId":null"#, r#","transactionId":"null""#] {
            let told = entry(&format!(
                r#"{{"statusCode":5451{nothing},"completed":true}}"#
            ));
            assert_eq!(told.transaction_id, None, "{nothing}");
            assert_eq!((told.code.as_str(), told.completed), ("5451", Some(true)));
        }
    }

    #[test]
    fn an_amount_is_cents_and_nothing_else() {
        for (told, expected) in [
            ("1388", Some(1388)),
            ("0", Some(0)),
            ("13.88", None),
            ("-5", None),
            ("+5", None),
            ("99999999999", None),
        ] {
            assert_eq!(cents(told), expected, "{told}");
        }
    }

    #[test]
    fn the_entry_decides_and_the_answer_stands_in_where_there_is_none() {
        let body = br#"{"receipt":{"statusCode":"200","Error":"true","Completed":"false",
            "data":{"response":[{"statusCode":"5207"}]}}}"#;
        assert_eq!(read(body).unwrap().code, "5207");
        let bare = br#"{"receipt":{"statusCode":"5903"}}"#;
        assert_eq!(read(bare).unwrap().code, "5903");
        for nothing in [&b"{}"[..], b"[]", b"<html>", b"{\"receipt\":7}", b""] {
            assert!(read(nothing).is_none());
        }
    }
}
