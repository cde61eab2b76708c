//! Payments as a spreadsheet reads them: RFC 4180, UTF-8, a line for each payment.
//!
//! Amounts are integers of the currency's minor unit, and their columns say so: `1234`, `EUR`, `2`
//! are 12.34 EUR, however the reader writes decimals.

use std::borrow::Cow;
use std::sync::Arc;

use csv::{Terminator, WriterBuilder};
use guichet_domain::id::PaymentId;
use guichet_store::{FoundPayment, Search, Store, StoreError};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::clock;
use crate::sessions::folded::Folded;
use crate::views::shop::{ListedPayment, ShopPart, listed};

/// Payments that are read at a time.
const BATCH: u32 = 500;

/// A column: its name, and what is in it.
type Column = (&'static str, fn(&ListedPayment) -> String);

const COLUMNS: [Column; 20] = [
    ("created_at", |p| moment(p.payment.created_at)),
    ("payment", |p| p.payment.id.clone()),
    ("session", |p| p.session.clone()),
    ("reference", |p| p.reference.clone()),
    ("method", |p| p.payment.method.clone()),
    ("provider", |p| p.payment.provider.clone()),
    ("account", |p| p.account.clone()),
    ("platform_reference", |p| {
        p.payment.platform_reference.clone()
    }),
    ("status", |p| word(&p.payment.status)),
    ("money", |p| word(&p.payment.money)),
    ("surplus", |p| p.payment.surplus.to_string()),
    ("amount_minor_units", |p| p.amount.to_string()),
    ("accepted_minor_units", |p| p.payment.accepted.to_string()),
    ("taken_minor_units", |p| p.payment.balance.taken.to_string()),
    ("given_back_minor_units", |p| {
        p.payment.balance.given_back.to_string()
    }),
    ("currency", |p| p.currency.clone()),
    ("currency_decimals", |p| p.currency_decimals.to_string()),
    ("calls", |p| numbers(&p.payment.parts, |part| &part.call)),
    ("transactions", |p| {
        numbers(&p.payment.parts, |part| &part.transaction)
    }),
    ("attention", |p| {
        let words: Vec<_> = p.payment.attention.iter().map(word).collect();
        words.join(" ")
    }),
];

/// A shop's payments, one after the other, of which few are in memory at a time.
pub(crate) struct Spreadsheet {
    store: Arc<dyn Store>,
    search: Search,
    older_than: Option<PaymentId>,
    state: State,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    Beginning,
    GoingOn,
    Over,
}

impl Spreadsheet {
    pub(crate) fn new(store: Arc<dyn Store>, search: Search) -> Self {
        Self {
            store,
            search,
            older_than: None,
            state: State::Beginning,
        }
    }

    /// The next lines; none once there are no more. The first one has the columns' names.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.state == State::Over {
            return Ok(None);
        }
        let after = self.older_than.as_ref();
        let found = self.store.search_payments(&self.search, after, BATCH);
        let found = found.await?;
        let names = self.state == State::Beginning;
        let bytes = lines(&found, names, clock::unix_now());
        let bytes = bytes.map_err(|error| StoreError::Corrupt(error.to_string()))?;
        self.older_than = found.last().map(|payment| payment.id.clone());
        let full = found.len() >= usize::try_from(BATCH).unwrap_or(usize::MAX);
        self.state = if full { State::GoingOn } else { State::Over };
        Ok(Some(bytes))
    }
}

fn lines(found: &[FoundPayment], names: bool, now: i64) -> anyhow::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    if names {
        writer.write_record(COLUMNS.map(|(name, _)| name))?;
    }
    for payment in found {
        let listed = listed(&Folded::new(&payment.book, now), &payment.id);
        let listed = listed.ok_or_else(|| anyhow::anyhow!("{} is in no book", payment.id))?;
        let cells = COLUMNS.map(|(_, cell)| cell(&listed));
        writer.write_record(cells.iter().map(|cell| defused(cell).into_owned()))?;
    }
    Ok(writer.into_inner()?)
}

fn moment(unix: i64) -> String {
    let moment = Timestamp::from_second(unix);
    moment.map(|at| at.to_string()).unwrap_or_default()
}

pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

fn numbers<'a>(parts: &'a [ShopPart], number: impl Fn(&'a ShopPart) -> &'a String) -> String {
    let mut numbers: Vec<&str> = Vec::new();
    for number in parts.iter().map(|part| number(part).as_str()) {
        if !number.is_empty() && !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers.join(" ")
}

/// A cell that no spreadsheet takes for a formula. One that begins with `=`, `+`, `-` or `@` (also
/// in their wide forms) is run as a formula, and may fetch or send what is in the sheet; an
/// apostrophe before it makes it text. A reader that divides lines at another mark than ours sees
/// cells begin in the middle of a text: there too.
fn defused(text: &str) -> Cow<'_, str> {
    const RUN: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    const DIVIDES: [char; 8] = [',', ';', '\t', '|', '"', '\'', '\r', '\n'];
    if !text.contains(RUN) {
        return Cow::Borrowed(text);
    }
    let mut defused = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for c in text.chars() {
        if begins && RUN.contains(&c) {
            defused.push('\'');
        }
        begins = DIVIDES.contains(&c) || (begins && c.is_whitespace());
        defused.push(c);
    }
    Cow::Owned(defused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_wherever_a_reader_divides_the_line() {
        for (text, told) in [
            ("order 7", "order 7"),
            ("7-2=5", "7-2=5"),
            ("=1+1", "'=1+1"),
            ("+33612345678", "'+33612345678"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "  '=1"),
            ("＝1", "'＝1"),
            ("a;=1", "a;'=1"),
            ("a,\"=1", "a,\"'=1"),
            ("a\t=1", "a\t'=1"),
            ("'=1", "''=1"),
            ("", ""),
        ] {
            assert_eq!(defused(text), told, "{text}");
        }
    }

    #[test]
    fn a_line_is_rfc_4180_and_its_amounts_say_what_they_are() {
        let names = lines(&[], true, 0).unwrap();
        let names = String::from_utf8(names).unwrap();
        assert_eq!(
            names,
            "created_at,payment,session,reference,method,provider,account,platform_reference,\
             status,money,surplus,amount_minor_units,accepted_minor_units,\
             taken_minor_units,given_back_minor_units,currency,\
             currency_decimals,calls,transactions,attention\r\n"
        );
        assert_eq!(lines(&[], false, 0).unwrap(), b"");
    }
}
