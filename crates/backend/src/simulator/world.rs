//! What is outside of the backend in a simulation: the platform, the shop's server, and what goes
//! wrong on the way there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use guichet_domain::id::{InstructionId, PaymentId};
use guichet_domain::operation::OperationKind;
use guichet_providers::contract::{CallAnswer, CallError, PlatformCall};
use reqwest::StatusCode;
use serde_json::Value;

use super::platform::{Known, Mishap};
use super::sogenactif::{self, Sogenactif};
use super::up2pay::{Transaction, Up2pay};
use crate::seam::{Dice, Outside};

/// What the shop has done with a payment's money.
#[derive(Clone, Debug)]
pub(super) struct Intent {
    pub(super) key: String,
    /// Which of the payments that were started.
    pub(super) payment: usize,
    pub(super) kind: OperationKind,
    pub(super) amount: Option<u64>,
    /// How often it is asked for again where it was refused.
    pub(super) patience: u32,
    /// It is not asked for before this Unix second.
    pub(super) from: i64,
}

/// Who comes later.
#[derive(Clone, Debug)]
pub(super) enum Later {
    /// The shop's server.
    Shop(Intent),
    /// The page of a card that was typed into it.
    Token(PaymentId),
    /// The browser, back from a page.
    Back(PaymentId),
}

/// A message of the platform's that is on its way.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// Which transaction it tells of.
    pub(super) transaction: usize,
    pub(super) text: String,
    /// Whether it is as the platform signed it.
    pub(super) genuine: bool,
    /// The browser brings it back, to this payment.
    pub(super) returned_to: Option<PaymentId>,
}

/// A payment whose shopper was led to the platform.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Led {
    pub(super) payment: PaymentId,
    pub(super) reference: String,
    pub(super) method: String,
}

/// What a shop's server was told, as often as it was.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Told {
    pub(super) kind: String,
    pub(super) payment: Option<String>,
    pub(super) attention: Option<String>,
    pub(super) operation: Option<String>,
}

/// All of it.
#[derive(Default)]
pub(super) struct World {
    pub(super) dice: Dice,
    /// Nothing goes wrong any more.
    pub(super) well: bool,
    pub(super) up2pay: Up2pay,
    pub(super) sogenactif: Sogenactif,
    pub(super) letters: Vec<Letter>,
    /// What the shop was told, by what told it apart, and the place in its session.
    pub(super) told: BTreeMap<Told, Vec<u64>>,
    /// The payments that were started, in their order.
    pub(super) payments: Vec<Led>,
    /// Who comes later: the shop that asks again, a browser that goes on.
    pub(super) later: Vec<Later>,
    /// The keys of what it has asked for.
    pub(super) asked: BTreeSet<String>,
    /// What was answered to what the shop asked for, by its key.
    pub(super) instructions: BTreeMap<String, InstructionId>,
    /// What happened, for whoever replays it.
    pub(super) log: Vec<String>,
}

/// The world, as all share it.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(super) fn new(dice: Dice) -> Self {
        Self(Arc::new(Mutex::new(World {
            dice,
            ..World::default()
        })))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    pub(super) fn note(&mut self, what: impl Into<String>) {
        self.log.push(what.into());
    }

    /// What the platforms have of all payments.
    pub(super) fn known(&self) -> Vec<Known> {
        let up2pay = self.up2pay.transactions.iter().map(Transaction::known);
        up2pay.chain(self.sogenactif.known()).collect()
    }

    /// A shopper pays at the platform's page, or is refused there. What the platform tells of it
    /// goes its way: no letter, one or two, as they are or altered, and perhaps with the browser.
    pub(super) fn pay(&mut self, new: Transaction, payment: &PaymentId) {
        let text = new.message();
        let altered = text.replace("Mt=", "Mt=1");
        self.note(format!("the platform: {new:?}"));
        let transaction = self.up2pay.pay(new);
        let genuine = Letter {
            transaction,
            text,
            genuine: true,
            returned_to: None,
        };
        let spoilt = Letter {
            text: altered,
            genuine: false,
            ..genuine.clone()
        };
        match self.dice.one_of(10) {
            0 | 1 => {}
            2 | 3 => self.letters.extend([genuine.clone(), genuine.clone()]),
            4 => self.letters.push(spoilt),
            5 => self.letters.extend([spoilt, genuine.clone()]),
            _ => self.letters.push(genuine.clone()),
        }
        if self.dice.percent(60) {
            self.letters.push(Letter {
                returned_to: Some(payment.clone()),
                ..genuine
            });
        }
    }

    fn mishap(&mut self) -> Option<Mishap> {
        if self.well {
            return Some(Mishap::None);
        }
        Some(match self.dice.one_of(100) {
            0..=7 => return None,
            8..=17 => Mishap::AnswerLost,
            18..=25 => Mishap::RequestLost,
            26..=29 => Mishap::Unwell,
            30..=32 => Mishap::Refused,
            _ => Mishap::None,
        })
    }

    fn call(&mut self, now: i64, call: &PlatformCall) -> Result<CallAnswer, CallError> {
        let mishap = self.mishap();
        let body = call.body.as_ref().map(|body| body.bytes.clone());
        let shown = String::from_utf8_lossy(body.as_deref().unwrap_or_default()).into_owned();
        self.note(format!(
            "a call, {mishap:?}: {} {}",
            call.note,
            &shown[..shown.len().min(90)]
        ));
        let mishap = mishap.ok_or(CallError::NotSent)?;
        if mishap == Mishap::RequestLost {
            return Err(CallError::NoAnswer);
        }
        let Some(body) = body else {
            // load.html
            let body = b"<div id=\"server_status\">OK</div>".to_vec();
            return Ok(CallAnswer { status: 200, body });
        };
        let body = if call.url.starts_with(sogenactif::HOST) {
            let message = (call.note.as_str(), &body[..]);
            let answer = self.sogenactif.answer(message, now, mishap, &mut self.dice);
            let told = String::from_utf8_lossy(&answer).into_owned();
            self.note(format!("{} is answered {told}", call.note));
            answer
        } else {
            self.up2pay.answer(&body, mishap)
        };
        if mishap == Mishap::AnswerLost {
            return Err(CallError::NoAnswer);
        }
        Ok(CallAnswer { status: 200, body })
    }

    /// Some shops capture, or give back, as soon as they are told.
    fn act_on(&mut self, told: &Told) {
        let (kind, often) = match told.kind.as_str() {
            "session.authorised" => (OperationKind::Capture, 30),
            "session.paid" => (OperationKind::Refund, 15),
            _ => return,
        };
        let own = |led: &Led| Some(led.payment.as_str()) == told.payment.as_deref();
        let Some(payment) = self.payments.iter().position(own) else {
            return;
        };
        if self.dice.percent(often) {
            self.later.push(Later::Shop(Intent {
                key: format!("{} {payment}", told.kind),
                payment,
                kind,
                amount: None,
                patience: 12,
                from: 0,
            }));
        }
    }

    fn tell(&mut self, body: &[u8]) -> Result<StatusCode, &'static str> {
        let mishap = if self.well {
            100
        } else {
            self.dice.one_of(100)
        };
        if mishap < 15 {
            return Err("can't be reached");
        }
        if mishap < 25 {
            return Ok(StatusCode::INTERNAL_SERVER_ERROR);
        }
        let message: Value = serde_json::from_slice(body).unwrap();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let data = &message["data"];
        let told = Told {
            kind: text(&message["type"]).unwrap_or_default(),
            payment: text(&data["payment"]["id"]),
            attention: text(&data["attention"]),
            operation: text(&data["operation"]["id"]),
        };
        self.note(format!("the shop is told: {told:?}"));
        let place = data["sequence"].as_u64().unwrap_or_default();
        self.act_on(&told);
        self.told.entry(told).or_default().push(place);
        if mishap < 35 {
            return Err("no answer within 10 seconds");
        }
        Ok(StatusCode::OK)
    }
}

impl Outside for Shared {
    fn call(&mut self, now: i64, call: &PlatformCall) -> Result<CallAnswer, CallError> {
        self.lock().call(now, call)
    }

    fn tell(&mut self, body: &[u8]) -> Result<StatusCode, &'static str> {
        self.lock().tell(body)
    }
}
