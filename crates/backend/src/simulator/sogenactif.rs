//! Sogenactif as a model: the messages of its connector Office that a card and a wallet take, what
//! is done with their money, and when it does not do that yet.
//!
//! It writes a payment down some time after it (25 until then), takes nothing while it is busy with
//! the remittance, from 22:00 to 23:00 in Paris, gives back only what was remitted, and lets an
//! authorisation expire: 24 with `newStatus`. A refund it makes however often it is asked for one,
//! and of whatever amount.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use guichet_domain::operation::OperationKind;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::platform::{Act, Known, Mishap};
use crate::clock;
use crate::seam::Dice;

/// Where it is.
pub(super) const HOST: &str = "http://127.0.0.1:8604";
pub(super) const KEY: &str = "k3y-of-the-simulation_nobody-else-has-it-01";
pub(super) const MERCHANT: &str = "002001000000001";

/// How long a wallet's page is good for, in seconds.
const PAGE: i64 = 900;

/// A transaction of its books.
#[derive(Clone, Debug)]
struct Transaction {
    /// Its `transactionReference`.
    name: String,
    /// That of the one that it reserves anew.
    from: Option<String>,
    amount: u64,
    reserved_only: bool,
    /// What became of it; none: it was opened, and that is all.
    code: Option<&'static str>,
    /// How often it was ordered.
    orders: u32,
    opened_at: i64,
    /// How long it is not found yet after it was ordered, in seconds, and from when on it is.
    written_in: i64,
    written_at: i64,
    /// From when on its authorisation is good for nothing.
    expires_at: i64,
    /// From when on what was taken is remitted.
    remitted_at: i64,
    acts: Vec<Act>,
}

impl Transaction {
    fn sum(&self, kind: OperationKind) -> u64 {
        let acts = self.acts.iter().filter(|(own, _)| *own == kind);
        acts.map(|(_, amount)| *amount).sum()
    }

    fn has(&self, kind: OperationKind) -> bool {
        self.acts.iter().any(|(own, _)| *own == kind)
    }

    fn current(&self) -> u64 {
        match self.has(OperationKind::Capture) {
            true => self.sum(OperationKind::Capture),
            false => self.amount,
        }
    }

    fn status(&self, now: i64) -> &'static str {
        let waits = self.reserved_only && !self.has(OperationKind::Capture);
        if self.code != Some("00") {
            "REFUSED"
        } else if self.has(OperationKind::Cancel) {
            "CANCELLED"
        } else if waits && now >= self.expires_at {
            "EXPIRED"
        } else if waits {
            "TO_VALIDATE"
        } else if self.has(OperationKind::Refund) {
            "TO_CREDIT"
        } else if now >= self.remitted_at {
            "CAPTURED"
        } else {
            "TO_CAPTURE"
        }
    }
}

/// What came of an operation.
type Came = Result<(), &'static str>;

/// The platform's books.
#[derive(Debug, Default)]
pub(super) struct Sogenactif {
    transactions: Vec<Transaction>,
    /// What must never happen, if it did.
    pub(super) wrong: Option<String>,
}

impl Sogenactif {
    /// What it has of each payment: a transaction, with those that reserve it anew.
    pub(super) fn known(&self) -> Vec<Known> {
        let first = self.transactions.iter().filter(|own| own.from.is_none());
        first.map(|first| self.known_of(first)).collect()
    }

    fn known_of(&self, first: &Transaction) -> Known {
        let mut acts = first.acts.clone();
        let mut last = first;
        let next = |last: &Transaction| {
            let mut all = self.transactions.iter();
            all.find(|own| own.from.as_ref() == Some(&last.name) && own.code == Some("00"))
        };
        while let Some(again) = next(last) {
            acts.push((OperationKind::Duplicate, again.amount));
            acts.extend(again.acts.iter().copied());
            last = again;
        }
        let accepted = first.code == Some("00");
        Known {
            name: first.name.clone(),
            reference: first.name.trim_end_matches("A1").to_owned(),
            amount: first.amount,
            accepted,
            reserved_only: first.reserved_only,
            // What had expired before anybody asked is a payment that came to nothing.
            told: accepted && first.status(clock::unix_now()) != "EXPIRED",
            acts,
        }
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.transactions.iter().position(|own| own.name == name)
    }

    /// A shopper is on the page of a wallet, and pays there, or does not.
    pub(super) fn visit(&mut self, reference: &str, dice: &mut Dice) {
        if let Some(place) = self.place(reference) {
            let own = &mut self.transactions[place];
            let came = ["00", "00", "00", "05"][dice.one_of(4)];
            let runs_out = own.opened_at + PAGE;
            own.code = own.code.or(Some(match clock::unix_now() < runs_out {
                true => came,
                false => "97",
            }));
        }
    }

    /// Does what a message asks for, and gives the answer, sealed.
    pub(super) fn answer(
        &mut self,
        (method, body): (&str, &[u8]),
        now: i64,
        mishap: Mishap,
        dice: &mut Dice,
    ) -> Vec<u8> {
        let request: Value = serde_json::from_slice(body).unwrap();
        let answer = match (mishap, method) {
            (Mishap::Unwell, "getTransactionData") => json!({"getTransDataResponseCode": "99"}),
            (Mishap::Unwell, _) => json!({"responseCode": "99"}),
            _ => self.treat(method, &request, now, mishap, dice),
        };
        seal(answer.as_object().unwrap().clone())
    }

    fn treat(
        &mut self,
        method: &str,
        request: &Value,
        now: i64,
        mishap: Mishap,
        dice: &mut Dice,
    ) -> Value {
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        let number = |name: &str| text(name).parse::<u64>().unwrap_or_default();
        let name = text("transactionReference");
        let refused = mishap == Mishap::Refused;
        match method {
            "hostedFieldsInitialize" => json!({
                "responseCode": "00",
                "merchantSessionToken": "token",
                "sdkUrl": "https://sdk.sogenactif.com/fields.js",
            }),
            "cardCheckEnrollment" | "paymentProviderInitialize" => {
                if refused {
                    return json!({"responseCode": "05", "acquirerResponseCode": "05"});
                }
                let reserved_only = text("captureMode") == "VALIDATION";
                let wallet = method == "paymentProviderInitialize";
                let new = (name, None, number("amount"), reserved_only);
                self.open(new, now, dice, wallet)
            }
            "cardValidateAuthenticationAndOrder" => self.order(name, now, refused, dice),
            "paymentProviderFinalize" => match self.place(name) {
                Some(place) => told(&self.transactions[place]),
                None => json!({"responseCode": "25"}),
            },
            "getTransactionData" => self.look(name, now),
            "duplicate" => {
                let from = text("fromTransactionReference");
                self.duplicate((name, from, number("amount")), now, refused, dice)
            }
            "validate" | "cancel" | "refund" => {
                let kind = match method {
                    "validate" => OperationKind::Capture,
                    "cancel" => OperationKind::Cancel,
                    _ => OperationKind::Refund,
                };
                match self.act(name, (kind, number("operationAmount")), now, refused) {
                    Ok(()) => json!({"responseCode": "00", "transactionReference": name}),
                    Err(code @ ("25" | "99" | "05")) => json!({"responseCode": code}),
                    Err(status) => json!({"responseCode": "24", "newStatus": status}),
                }
            }
            other => panic!("{other} is not played"),
        }
    }

    /// A new transaction.
    fn open(
        &mut self,
        (name, from, amount, reserved_only): (&str, Option<&str>, u64, bool),
        now: i64,
        dice: &mut Dice,
        away: bool,
    ) -> Value {
        if self.place(name).is_some() {
            return json!({"responseCode": "94"});
        }
        // Some live for longer than a plan takes.
        let lives = [5 * 3600, 30 * 3600, 9 * 24 * 3600][dice.one_of(3)];
        let written_in = [0, dice.between(1, 3600)][dice.one_of(2)];
        self.transactions.push(Transaction {
            name: name.to_owned(),
            from: from.map(str::to_owned),
            amount,
            reserved_only,
            code: None,
            orders: 0,
            opened_at: now,
            written_in,
            // A wallet's page writes sooner than it runs out.
            written_at: now + written_in.min(600),
            expires_at: now + lives,
            remitted_at: next_remittance(now),
            acts: Vec::new(),
        });
        let mut answer = json!({
            "responseCode": "00",
            "redirectionData": "D",
            "messageVersion": "2.2",
            "transactionReference": name,
        });
        if away || dice.percent(60) {
            answer["redirectionUrl"] = json!("https://acs.example/challenge");
        }
        answer
    }

    /// Orders what was opened: once.
    fn order(&mut self, name: &str, now: i64, refused: bool, dice: &mut Dice) -> Value {
        let Some(place) = self.place(name) else {
            return json!({"responseCode": "25"});
        };
        let own = &mut self.transactions[place];
        own.orders += 1;
        if own.orders > 1 {
            self.wrong = Some(format!("{name} was ordered twice"));
            return json!({"responseCode": "24"});
        }
        own.code = Some(match (refused, dice.one_of(10)) {
            (true, _) | (_, 0) => "05",
            (_, 1) if !name.ends_with("A1") => "A1",
            _ => "00",
        });
        own.written_at = now + own.written_in;
        own.remitted_at = next_remittance(now);
        told(own)
    }

    fn look(&self, name: &str, now: i64) -> Value {
        let found = self.place(name).map(|place| &self.transactions[place]);
        let found = found.filter(|own| own.code.is_some() && own.written_at <= now);
        let Some(own) = found else {
            return json!({"getTransDataResponseCode": "25"});
        };
        let mut answer = told(own);
        let left = own.current().saturating_sub(own.sum(OperationKind::Refund));
        let more = json!({
            "getTransDataResponseCode": "00",
            "transactionStatus": own.status(now),
            "originAmount": own.amount.to_string(),
            "currentAmount": own.current().to_string(),
            "remainingAmount": left.to_string(),
        });
        answer.as_object_mut().unwrap().remove("amount");
        answer
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        answer
    }

    /// Captures, cancels or gives back.
    fn act(&mut self, name: &str, (kind, amount): Act, now: i64, refused: bool) -> Came {
        if is_remittance(now) {
            return Err("99");
        }
        if refused {
            return Err("05");
        }
        let place = self.place(name).ok_or("25")?;
        let own = &mut self.transactions[place];
        if own.code.is_none() || own.written_at > now {
            return Err("25");
        }
        let status = own.status(now);
        let may: &[&str] = match kind {
            OperationKind::Capture => &["TO_VALIDATE"],
            OperationKind::Cancel => &["TO_VALIDATE", "TO_CAPTURE"],
            OperationKind::Refund | OperationKind::Duplicate => {
                &["CAPTURED", "TO_CREDIT", "CREDITED"]
            }
        };
        if !may.contains(&status) {
            return Err(status);
        }
        own.acts.push((kind, amount));
        if kind == OperationKind::Capture {
            own.remitted_at = next_remittance(now);
        }
        Ok(())
    }

    /// Reserves anew what has expired.
    fn duplicate(
        &mut self,
        (name, from, amount): (&str, &str, u64),
        now: i64,
        refused: bool,
        dice: &mut Dice,
    ) -> Value {
        let Some(place) = self.place(from) else {
            return json!({"responseCode": "25"});
        };
        let expired = self.transactions[place].status(now) == "EXPIRED";
        let mut again = self.transactions.iter();
        let again = again.any(|own| {
            own.from.as_deref() == Some(from) && own.code == Some("00") && own.name != name
        });
        if !expired || again {
            self.wrong = Some(format!("{from} is reserved twice"));
        }
        let opened = self.open((name, Some(from), amount, true), now, dice, false);
        if opened["responseCode"] != "00" {
            return opened;
        }
        let own = self.transactions.last_mut().unwrap();
        own.code = Some(if refused { "05" } else { "00" });
        told(own)
    }
}

/// What is told of a transaction that was ordered.
fn told(own: &Transaction) -> Value {
    let (code, acquirer) = match own.code {
        // Nobody has decided yet.
        None => ("60", ""),
        Some("A1") => ("05", "A1"),
        Some(code) => (code, code),
    };
    json!({
        "responseCode": code,
        "acquirerResponseCode": acquirer,
        "amount": own.amount.to_string(),
        "currencyCode": "978",
        "paymentMeanBrand": "CB",
        "transactionReference": own.name,
    })
}

fn paris(now: i64) -> jiff::Zoned {
    let zone = TimeZone::get("Europe/Paris").unwrap();
    Timestamp::from_second(now).unwrap().to_zoned(zone)
}

fn is_remittance(now: i64) -> bool {
    paris(now).hour() == 22
}

/// When the next remittance is over.
fn next_remittance(now: i64) -> i64 {
    let mut hours = now - now.rem_euclid(3600) + 3600;
    while paris(hours).hour() != 23 {
        hours += 3600;
    }
    hours
}

/// The values joined by the order of their names, under the account's key.
fn seal(mut message: Map<String, Value>) -> Vec<u8> {
    message.insert("merchantId".into(), json!(MERCHANT));
    let sorted: BTreeMap<_, _> = message.iter().collect();
    let values = sorted.values().map(|value| value.as_str().unwrap());
    let key = hmac::Key::new(hmac::HMAC_SHA256, KEY.as_bytes());
    let tag = hmac::sign(&key, values.collect::<String>().as_bytes());
    message.insert("keyVersion".into(), json!("1"));
    message.insert("seal".into(), json!(hex::encode(tag)));
    Value::Object(message).to_string().into_bytes()
}
