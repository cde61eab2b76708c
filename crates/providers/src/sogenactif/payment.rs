//! What all ways to pay have in common: the purchase, the way to another page and back, the end.

use std::net::IpAddr;

use guichet_domain::session::{Capture, Session};
use guichet_domain::{PartStatus, Refusal};
use guichet_wire::{FormField, NextAction};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::calls::{Calls, Halt, ours, unexpected};
use super::codes::AcquirerCode;
use super::config::Config;
use super::fact::{Verdict, answer_agrees, part, verdict};
use super::naming::{Name, New};
use super::office::OfficeRequest;
use super::office::parts::{
    PaymentAnswer, PaymentOptions, Purchase, RedirectionAnswer, RedirectionEcho,
};
use super::request::{Answer, currency_code};
use super::{shopper, vault};
use crate::contract::{Context, Failure, Proceeded};

/// What is kept while the browser is away.
#[derive(Deserialize, Serialize)]
pub(super) struct Away {
    /// Of the try that sent the browser away.
    #[serde(flatten)]
    pub(super) name: Name,
    redirection_data: String,
    message_version: String,
    /// The card is to be saved once it has paid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) save: bool,
    /// The saved card that pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) card: Option<String>,
}

/// The part of what is kept that says which transaction is meant.
#[derive(Deserialize, Serialize)]
struct Named {
    #[serde(flatten)]
    name: Name,
}

/// The transaction that was kept; none before one was opened.
pub(super) fn name_in(memo: Option<&str>) -> Option<Name> {
    let named: Option<Named> = memo.and_then(|text| serde_json::from_str(text).ok());
    named.map(|named| named.name)
}

/// A value of what is kept.
type Value = fn(&Away) -> &str;

/// The redirection's form: names and where their values come from. No public source shows the form
/// of the platform's present version; these two are what the second step echoes (D).
const FORM: [(&str, Value); 2] = [
    ("redirectionData", |away| &away.redirection_data),
    ("messageVersion", |away| &away.message_version),
];

impl Away {
    /// What the second step echoes.
    pub(super) fn echo(&self) -> RedirectionEcho {
        RedirectionEcho {
            redirection_data: self.redirection_data.clone(),
            message_version: self.message_version.clone(),
        }
    }

    /// The form that takes the browser away.
    fn form(&self) -> Vec<FormField> {
        FORM.iter()
            .map(|(name, value)| field(name, value(self)))
            .collect()
    }
}

fn field(name: &str, value: &str) -> FormField {
    FormField {
        name: name.into(),
        value: value.into(),
    }
}

/// Reads what was kept.
pub(super) fn read_memo<T: DeserializeOwned>(memo: Option<&str>) -> Result<T, Failure> {
    let read = memo.and_then(|text| serde_json::from_str(text).ok());
    read.ok_or_else(|| unexpected("nothing was kept that this step could go on with"))
}

/// Writes what is to be kept.
pub(super) fn write_memo<T: Serialize>(value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| unexpected(error.to_string()))
}

/// What came of opening a payment, or the signing of a mandate.
pub(super) enum Opening {
    /// It is open.
    Open(Open),
    /// It ended before it began.
    Over(End),
}

/// An open payment.
pub(super) struct Open {
    pub(super) away: Away,
    /// The page that the shopper has to see.
    pub(super) url: Option<String>,
    /// The first version of 3-D Secure, should the platform still speak it.
    pa_req: Option<String>,
}

/// How a payment ended.
pub(super) enum End {
    Over(Proceeded),
    /// Refused for lack of an authentication.
    SoftDecline(Proceeded),
}

impl End {
    /// Hands the backend something to be handed back.
    fn set_memo(&mut self, memo: String) {
        let (Self::Over(proceeded) | Self::SoftDecline(proceeded)) = self;
        proceeded.memo = Some(memo);
    }

    pub(super) fn into_inner(self) -> Proceeded {
        match self {
            Self::Over(proceeded) | Self::SoftDecline(proceeded) => proceeded,
        }
    }
}

/// Opens a payment.
pub(super) fn open<R: OfficeRequest<Answer = RedirectionAnswer>>(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    new: &New,
    request: &R,
) -> Result<Opening, Halt> {
    try_open(calls, context, new, request).map_err(|halt| new.after_failure(halt))
}

fn try_open<R: OfficeRequest<Answer = RedirectionAnswer>>(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    new: &New,
    request: &R,
) -> Result<Opening, Halt> {
    let answer = calls.ask(request)?;
    let read = answer.read::<R>();
    let read: RedirectionAnswer = read.map_err(|_| Failure::Unknown)?;
    let acquirer = read.acquirer_response_code.as_ref();
    let name = new.told_by(&answer.message);
    let name_or_unknown = || name.clone().ok_or(Failure::Unknown);
    match verdict(&answer.code, acquirer, None) {
        Verdict::Part(PartStatus::Accepted, _) => {}
        // What has this number is not this payment's: nothing was opened, and the next has another.
        Verdict::Unknown if answer.code.as_str() == "94" && matches!(new, New::Numbered(_)) => {
            let told = Verdict::Part(PartStatus::Refused, Some(Refusal::Technical));
            let end = ended(calls.config, context, None, &answer, None, told)?;
            return Ok(Opening::Over(end));
        }
        told => {
            let mut end = ended(calls.config, context, name.as_ref(), &answer, None, told)?;
            if told == Verdict::Part(PartStatus::Pending, None) {
                let name = name_or_unknown()?;
                end.set_memo(write_memo(&Named { name })?);
            }
            return Ok(Opening::Over(end));
        }
    }
    opened(name_or_unknown()?, read)
        .map(Opening::Open)
        .ok_or_else(|| Failure::Unknown.into())
}

/// The open payment that an accepted answer speaks of.
pub(super) fn opened(name: Name, answer: RedirectionAnswer) -> Option<Open> {
    let filled = |text: &String| !text.is_empty();
    Some(Open {
        away: Away {
            name,
            redirection_data: answer.redirection_data?,
            message_version: answer.message_version?,
            save: false,
            card: None,
        },
        url: answer.redirection_url.filter(filled),
        pa_req: answer.pa_req_message.filter(filled),
    })
}

impl Open {
    /// The form that takes the browser to the page. `Unknown` where there is none: the payment was
    /// opened, and can't go on.
    pub(super) fn leave(
        self,
        config: &Config,
        context: &Context<'_>,
    ) -> Result<NextAction, Failure> {
        let url = self.url.ok_or(Failure::Unknown)?;
        if !config.allows_page(&url) {
            return Err(unexpected("redirectionUrl is not https"));
        }
        let mut fields = self.away.form();
        if let Some(pa_req) = &self.pa_req {
            fields.push(field("PaReq", pa_req));
            fields.push(field("TermUrl", &context.addresses.back));
            fields.push(field("MD", &self.away.name.text()));
        }
        Ok(NextAction::FormPost { url, fields })
    }

    /// A step that ends with the transaction's being written down. Nothing is ordered before.
    pub(super) fn written_down(self) -> Result<Proceeded, Failure> {
        Ok(Proceeded {
            facts: Vec::new(),
            next_action: None,
            memo: Some(write_memo(&self.away)?),
            open: false,
            save: None,
            first: None,
        })
    }

    /// A step that ends with the browser's leaving.
    pub(super) fn proceeded(
        self,
        config: &Config,
        context: &Context<'_>,
    ) -> Result<Proceeded, Failure> {
        let memo = write_memo(&self.away)?;
        Ok(Proceeded {
            facts: Vec::new(),
            next_action: Some(self.leave(config, context)?),
            memo: Some(memo),
            open: false,
            save: None,
            first: None,
        })
    }
}

/// What asks for the end of a payment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asks<'a> {
    /// An order of ours. If it is refused, for whatever reason, nothing was taken.
    ToOrder(Pays<'a>),
    /// What the shopper confirmed elsewhere. An answer that speaks of our request alone says
    /// nothing of the money: a bank or a wallet may have moved it.
    WhatBecame,
}

/// What is to be done once an order has paid.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Pays<'a> {
    /// Nothing more.
    Once,
    /// The card that was typed is added to the shopper's.
    AndIsSaved,
    /// This saved card has paid, with the shopper.
    WithSaved(&'a str),
}

/// Asks for the end of a payment: its answer is the fact.
pub(super) fn settle<R: OfficeRequest<Answer = PaymentAnswer>>(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    name: &Name,
    request: &R,
    asks: Asks<'_>,
) -> Result<End, Halt> {
    let answer = calls.ask(request)?;
    let read = answer.read::<R>();
    let read: PaymentAnswer = read.map_err(|_| Failure::Unknown)?;
    if !answer_agrees(context, &read) {
        return Err(unexpected("the order's answer speaks of another amount or currency").into());
    }
    let (acquirer, holder) = (&read.acquirer_response_code, &read.holder_authent_status);
    let told = match asks {
        Asks::WhatBecame if !answer.code.is_the_payments() => Verdict::Unknown,
        _ => verdict(&answer.code, acquirer.as_ref(), holder.as_ref()),
    };
    let mut end = ended(
        calls.config,
        context,
        Some(name),
        &answer,
        Some(&read),
        told,
    )?;
    if let (End::Over(proceeded), Asks::ToOrder(pays)) = (&mut end, asks)
        && answer.sealed
        && answer.code.is_success()
    {
        match pays {
            Pays::Once => {}
            Pays::AndIsSaved => proceeded.save = vault::to_save(calls.config, &read),
            Pays::WithSaved(card) => proceeded.first = vault::first_of(card, &read),
        }
    }
    Ok(end)
}

/// The fact that a code tells. Without a name, the platform has no transaction of this payment.
pub(super) fn ended(
    config: &Config,
    context: &Context<'_>,
    name: Option<&Name>,
    answer: &Answer,
    order: Option<&PaymentAnswer>,
    told: Verdict,
) -> Result<End, Halt> {
    let Verdict::Part(status, refusal) = told else {
        return Err(Failure::Unknown.into());
    };
    let brand = order.and_then(|order| order.payment_mean_brand.as_deref());
    let fact = part(
        config,
        context,
        name,
        &answer.code,
        brand,
        (status, refusal),
    );
    // The platform owes a final word: it is asked for.
    let next_action = (status == PartStatus::Pending).then_some(NextAction::Wait);
    let proceeded = Proceeded {
        facts: vec![fact],
        next_action,
        memo: None,
        open: false,
        save: None,
        first: None,
    };
    let acquirer = order.and_then(|order| order.acquirer_response_code.as_ref());
    let soft =
        !answer.code.is_success() && acquirer.is_some_and(AcquirerCode::wants_authentication);
    Ok(if soft {
        End::SoftDecline(proceeded)
    } else {
        End::Over(proceeded)
    })
}

/// What is paid, as the session says.
pub(super) fn purchase(context: &Context<'_>) -> Result<Purchase, Failure> {
    let session = context.session;
    let amount = session.amount.minor().to_string();
    let currency = currency_code(session.currency);
    Ok(Purchase {
        amount: amount.try_into().map_err(ours)?,
        currency_code: currency.try_into().map_err(ours)?,
        order_channel: "INTERNET".to_owned().try_into().map_err(ours)?,
    })
}

/// What else is said of it.
pub(super) fn options(
    context: &Context<'_>,
    client: Option<IpAddr>,
) -> Result<PaymentOptions, Failure> {
    let session = context.session;
    let mode = match session.capture {
        Capture::Automatic => "AUTHOR_CAPTURE",
        Capture::Manual => "VALIDATION",
    };
    Ok(PaymentOptions {
        capture_mode: Some(mode.to_owned().try_into().map_err(ours)?),
        customer_contact: Some(shopper::reachable(&session.shopper)),
        customer_ip_address: client.map(customer_address),
        customer_language: customer_language(session),
        order_id: shopper::order_id(&session.reference),
        ..PaymentOptions::default()
    })
}

/// `customerLanguage`: two letters (ISO 639-1), left out for a language that has none.
pub(super) fn customer_language(session: &Session) -> Option<String> {
    let primary = session.locale.as_ref()?.primary();
    Some(primary.to_owned()).filter(|primary| primary.len() == 2)
}

/// `customerIpAddress`: who asks is a wish of the issuers' risk analysis (VTEX's connector, C).
pub(super) fn customer_address(client: IpAddr) -> String {
    client.to_canonical().to_string()
}
