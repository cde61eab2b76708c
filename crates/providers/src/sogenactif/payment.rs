//! *Proceed* and *finalise*: a card's payment with 3-D Secure, from the token to the order.
//!
//! `cardCheckEnrollment` opens the transaction with the token of the hosted fields. With a
//! `redirectionUrl` the browser leaves for it by a form, and `cardValidateAuthenticationAndOrder`
//! follows its return; without one it follows at once (Sogenactif documentation, connector Office,
//! release 24.2, confidence A; the fields C, VTEX's connector).
//!
//! An issuer that was asked without a challenge may want one: acquirerResponseCode A1, the soft
//! decline. Then the payment is opened once more, with a challenge asked for, and a reference of
//! its own: a reference can't be used again even after a failure (Sips documentation, migration
//! pages, B).

use guichet_domain::session::{Capture, Session};
use guichet_domain::{FieldError, PartStatus};
use guichet_wire::{FormField, NextAction};
use serde::{Deserialize, Serialize};

use super::codes::AcquirerCode;
use super::config::Config;
use super::conversation::{Halt, Talk, step, unexpected};
use super::fact::{Verdict, answer_agrees, part, verdict};
use super::method::Way;
use super::office::OfficeRequest;
use super::office::checkout::{
    CardByToken, CardCheckEnrollment, CardValidateAuthenticationAndOrder, PaymentProviderFinalize,
};
use super::office::parts::{
    Contact, FraudData, PaymentAnswer, PaymentOptions, Purchase, RedirectionAnswer,
    RedirectionEcho, TransactionId,
};
use super::request::{Answer, currency_code};
use super::types::{NotThat, PaymentToken, TransactionReference};
use crate::contract::{Begin, Exchange, Failure, Finalise, Given, Proceed, Proceeded, Step};

/// What a second try's reference ends in.
pub(super) const SECOND: &str = "A1";

/// The wish of a second try: the issuer has to see the shopper (warehousenantes/sips-sdk-php, C).
const CHALLENGE: &str = "CHALLENGE_MANDATE";

/// A value of what was kept.
type Kept = fn(&Keep) -> &str;

/// The redirection's form: names and where their values come from. No public source shows the form
/// of the platform's present version; these two are what the second step echoes (D).
const FORM: [(&str, Kept); 2] = [
    ("redirectionData", |keep| &keep.redirection_data),
    ("messageVersion", |keep| &keep.message_version),
];

/// Longest `PaRes` of the first version of 3-D Secure that is passed on.
const PA_RES_MAX: usize = 100_000;

/// What is kept while the browser is away.
#[derive(Deserialize, Serialize)]
pub(super) struct Keep {
    pub(super) reference: String,
    pub(super) redirection_data: String,
    pub(super) message_version: String,
}

impl Keep {
    /// What the second step echoes.
    fn echo(&self) -> RedirectionEcho {
        RedirectionEcho {
            redirection_data: self.redirection_data.clone(),
            message_version: self.message_version.clone(),
        }
    }

    /// The fields of the form that takes the browser away.
    pub(super) fn form(&self) -> Vec<FormField> {
        FORM.iter()
            .map(|(name, value)| field(name, value(self)))
            .collect()
    }

    /// As it is kept.
    pub(super) fn to_text(&self) -> Result<String, Failure> {
        serde_json::to_string(self).map_err(|error| unexpected(error.to_string()))
    }
}

fn field(name: &str, value: &str) -> FormField {
    FormField {
        name: name.into(),
        value: value.into(),
    }
}

pub(super) fn proceed(
    config: &Config,
    proceed: &Proceed<'_>,
    exchanges: &[Exchange],
) -> Step<Proceeded> {
    let mut talk = Talk::new(config, exchanges);
    step(pay(&mut talk, proceed))
}

pub(super) fn finalise(
    config: &Config,
    finalise: &Finalise<'_>,
    exchanges: &[Exchange],
) -> Step<Proceeded> {
    let mut talk = Talk::new(config, exchanges);
    step(come_back(&mut talk, finalise))
}

fn come_back(talk: &mut Talk<'_>, finalise: &Finalise<'_>) -> Result<Proceeded, Halt> {
    let keep = finalise
        .keep
        .and_then(|text| serde_json::from_str::<Keep>(text).ok());
    let keep = keep.ok_or_else(|| unexpected("nothing was kept of the redirection"))?;
    let way = Way::parse(finalise.begin.method.as_str());
    if way.is_some_and(|way| way.external().is_some()) {
        let request = PaymentProviderFinalize {
            transaction: reference_of(&keep.reference)?.into(),
            echo: keep.echo(),
        };
        return settle(talk, &finalise.begin, &keep.reference, &request).map(End::into_inner);
    }
    let pa_res = finalise
        .posted
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("PaRes"));
    let pa_res = pa_res
        .map(|(_, value)| value.clone())
        .filter(|text| text.len() <= PA_RES_MAX);
    order(talk, &finalise.begin, &keep, pa_res).map(End::into_inner)
}

/// How an order ended.
enum End {
    Over(Proceeded),
    /// Refused for lack of an authentication.
    SoftDecline(Proceeded),
}

impl End {
    fn into_inner(self) -> Proceeded {
        match self {
            Self::Over(proceeded) | Self::SoftDecline(proceeded) => proceeded,
        }
    }
}

fn pay(talk: &mut Talk<'_>, proceed: &Proceed<'_>) -> Result<Proceeded, Halt> {
    let reference = proceed.begin.reference;
    match attempt(talk, proceed, reference, None)? {
        End::Over(proceeded) => Ok(proceeded),
        End::SoftDecline(_) => {
            let second = format!("{reference}{SECOND}");
            attempt(talk, proceed, &second, Some(CHALLENGE)).map(End::into_inner)
        }
    }
}

/// Opens a transaction, and orders it if the browser need not leave.
fn attempt(
    talk: &mut Talk<'_>,
    proceed: &Proceed<'_>,
    reference: &str,
    challenge: Option<&str>,
) -> Result<End, Halt> {
    let request = enrollment(talk.config, proceed, reference, challenge)?;
    let answer = talk.ask(&request)?;
    let read = answer.read::<CardCheckEnrollment>();
    let read: RedirectionAnswer = read.map_err(|_| Failure::Unknown)?;
    let acquirer = read.acquirer_response_code.as_ref();
    match verdict(&answer.code, acquirer, None) {
        Verdict::Part(PartStatus::Accepted, _) => {}
        told => return ended(talk.config, &proceed.begin, reference, &answer, None, told),
    }
    let (Some(redirection_data), Some(message_version)) =
        (read.redirection_data, read.message_version)
    else {
        return Err(Failure::Unknown.into());
    };
    let keep = Keep {
        reference: reference.to_owned(),
        redirection_data,
        message_version,
    };
    match read.redirection_url.filter(|url| !url.is_empty()) {
        Some(url) => leave(talk.config, &keep, url, proceed, read.pa_req_message).map(End::Over),
        None => order(talk, &proceed.begin, &keep, None),
    }
}

/// The form that takes the browser to the issuer.
fn leave(
    config: &Config,
    keep: &Keep,
    url: String,
    proceed: &Proceed<'_>,
    pa_req: Option<String>,
) -> Result<Proceeded, Halt> {
    if !config.allows_page(&url) {
        return Err(unexpected("cardCheckEnrollment: redirectionUrl is not https").into());
    }
    let mut fields = keep.form();
    // The first version of 3-D Secure, should the platform still speak it.
    if let Some(pa_req) = pa_req.filter(|text| !text.is_empty()) {
        fields.push(field("PaReq", &pa_req));
        fields.push(field("TermUrl", &proceed.begin.addresses.back));
        fields.push(field("MD", &keep.reference));
    }
    Ok(Proceeded {
        facts: Vec::new(),
        next_action: Some(NextAction::FormPost { url, fields }),
        keep: Some(keep.to_text()?),
        save: None,
    })
}

/// Reads the authentication and orders the payment: its answer is the fact.
fn order(
    talk: &mut Talk<'_>,
    begin: &Begin<'_>,
    keep: &Keep,
    pa_res_message: Option<String>,
) -> Result<End, Halt> {
    let request = CardValidateAuthenticationAndOrder {
        transaction: reference_of(&keep.reference)?.into(),
        echo: keep.echo(),
        pa_res_message,
    };
    settle(talk, begin, &keep.reference, &request)
}

/// Asks for the end of a payment: its answer is the fact.
fn settle<R: OfficeRequest<Answer = PaymentAnswer>>(
    talk: &mut Talk<'_>,
    begin: &Begin<'_>,
    reference: &str,
    request: &R,
) -> Result<End, Halt> {
    let answer = talk.ask(request)?;
    let read = answer.read::<R>();
    let read: PaymentAnswer = read.map_err(|_| Failure::Unknown)?;
    if !answer_agrees(begin, &read) {
        return Err(unexpected("the order's answer speaks of another amount or currency").into());
    }
    let (acquirer, holder) = (&read.acquirer_response_code, &read.holder_authent_status);
    let told = verdict(&answer.code, acquirer.as_ref(), holder.as_ref());
    ended(talk.config, begin, reference, &answer, Some(&read), told)
}

fn ended(
    config: &Config,
    begin: &Begin<'_>,
    reference: &str,
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
        begin,
        reference,
        &answer.code,
        brand,
        (status, refusal),
    );
    // The platform owes a final word: it is asked for.
    let next_action = (status == PartStatus::Pending).then_some(NextAction::Wait);
    let proceeded = Proceeded {
        facts: vec![fact],
        next_action,
        keep: None,
        save: None,
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

pub(super) fn reference_of(text: &str) -> Result<TransactionReference, Failure> {
    TransactionReference::try_from(text.to_owned())
        .map_err(|error| unexpected(format!("transactionReference {error}")))
}

fn enrollment(
    config: &Config,
    proceed: &Proceed<'_>,
    reference: &str,
    challenge: Option<&str>,
) -> Result<CardCheckEnrollment, Failure> {
    let addresses = proceed.begin.addresses;
    let ours = |error: NotThat| unexpected(format!("cardCheckEnrollment: {error}"));
    let Given::Token { token, brand, .. } = proceed.given else {
        return Err(unexpected("a card's payment goes on with a token"));
    };
    let token = PaymentToken::try_from(token.to_owned());
    let token = token.map_err(|error| unsuitable("token", error.to_string()))?;
    let brand = match brand {
        Some(brand) if !config.brands.iter().any(|known| known == brand) => {
            let detail = format!("must be one of {}", config.brands.join(", "));
            return Err(unsuitable("brand", detail));
        }
        brand => brand.map(str::to_owned),
    };
    Ok(CardCheckEnrollment {
        purchase: purchase(&proceed.begin).map_err(ours)?,
        transaction: TransactionId::from(reference_of(reference)?),
        merchant_return_url: addresses.back.clone().try_into().map_err(ours)?,
        card: CardByToken {
            payment_token: Some(token),
            payment_mean_brand: brand.clone(),
            ..CardByToken::default()
        },
        merchant_name: None,
        customer_account_historic: None,
        options: PaymentOptions {
            fraud_data: challenge.map(|mode| FraudData {
                challenge_mode_3ds: Some(mode.to_owned()),
                ..FraudData::default()
            }),
            payment_mean_brand_selection_status: brand.map(|_| "APPLIED_HOLDER".to_owned()),
            ..options(proceed.begin.session).map_err(ours)?
        },
    })
}

/// What is paid, as the session says.
pub(super) fn purchase(begin: &Begin<'_>) -> Result<Purchase, NotThat> {
    let session = begin.session;
    Ok(Purchase {
        amount: session.amount.minor().to_string().try_into()?,
        currency_code: currency_code(session.currency).try_into()?,
        order_channel: "INTERNET".to_owned().try_into()?,
    })
}

/// What the session says beside it.
pub(super) fn options(session: &Session) -> Result<PaymentOptions, NotThat> {
    let shopper = &session.shopper;
    let mode = match session.capture {
        Capture::Automatic => "AUTHOR_CAPTURE",
        Capture::Manual => "VALIDATION",
    };
    // An order's number of another shape is left out: the platform would refuse the payment.
    let plain = |text: &String| {
        (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let contact = Contact {
        email: Some(shopper.email.as_str().to_owned()),
        ..Contact::default()
    };
    Ok(PaymentOptions {
        capture_mode: Some(mode.to_owned().try_into()?),
        customer_contact: Some(contact),
        customer_language: session.locale.get(..2).map(str::to_owned),
        order_id: Some(session.reference.clone()).filter(plain),
        ..PaymentOptions::default()
    })
}

fn unsuitable(field: &str, detail: String) -> Failure {
    Failure::Unsuitable(FieldError::new(field, detail))
}

#[cfg(test)]
mod tests;
