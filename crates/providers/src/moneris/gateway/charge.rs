//! A payment with a card of the vault.

use guichet_domain::event::{Part, PaymentEvent, PlatformFact, Trust};
use guichet_domain::session::Capture;
use guichet_domain::{FieldError, PartKind, PartStatus, Refusal};
use serde::{Deserialize, Serialize};

use super::answer::{self, Receipt, Verdict};
use super::request::{self, Address, Charge, Transaction};
use super::vault::{Proof, customer};
use crate::Verified;
use crate::contract::{
    Begin, Begun, CallError, Context, Exchange, Failure, First, LookUp, LookedUp, Next, Owner,
    Proceed, Proceeded, Step,
};
use crate::halt::unexpected;
use crate::moneris::codes::declined;
use crate::moneris::config::{Config, Gateway};

/// What is kept of one that is going to be ordered.
#[derive(Deserialize, Serialize)]
struct Chosen {
    card: String,
    proof: Proof,
    by_shop: bool,
}

fn unsuitable(detail: &str) -> Failure {
    Failure::Unsuitable(FieldError::new("card", detail))
}

fn done<T>(end: Result<Step<T>, Failure>) -> Step<T> {
    end.unwrap_or_else(Step::Failed)
}

fn gateway(config: &Config) -> Result<&Gateway, Failure> {
    let gateway = config.gateway.as_ref();
    gateway.ok_or_else(|| unexpected("saved_cards is not on any more"))
}

/// Begins with a saved card: one of which the books keep what pays with it.
pub(in crate::moneris) fn begin(begin: &Begin<'_>, (card, by_shop): (&str, bool)) -> Step<Begun> {
    let proof = begin.first.and_then(Proof::read);
    let gone = || unsuitable("is none of the shopper's saved cards; it may have been removed");
    done(proof.ok_or_else(gone).and_then(|proof| {
        let chosen = Chosen {
            card: card.to_owned(),
            proof,
            by_shop,
        };
        let memo = serde_json::to_string(&chosen).map_err(|error| unexpected(error.to_string()))?;
        Ok(Step::Done(Begun {
            next: Next::Proceed,
            memo: Some(memo),
        }))
    }))
}

/// By this method nothing but a saved card pays.
pub(in crate::moneris) fn without_card() -> Step<Begun> {
    Step::Failed(unsuitable(
        "is missing: only a saved card pays by this method",
    ))
}

/// One order of a payment: what it was asked, and its answers.
struct Order<'a> {
    config: &'a Config,
    gateway: &'a Gateway,
    context: &'a Context<'a>,
    chosen: Chosen,
}

impl<'a> Order<'a> {
    fn of(
        config: &'a Config,
        context: &'a Context<'a>,
        memo: Option<&str>,
    ) -> Result<Self, Failure> {
        let chosen = memo.and_then(|memo| serde_json::from_str(memo).ok());
        Ok(Self {
            config,
            gateway: gateway(config)?,
            context,
            chosen: chosen.ok_or_else(|| unexpected("no card is kept"))?,
        })
    }

    /// The order; or the question what became of it.
    fn call<T>(&self, asks: bool) -> Result<Step<T>, Failure> {
        let session = self.context.session;
        let owner = Owner::of(session).ok_or_else(|| unexpected("a saved card, of nobody"))?;
        let address = Some(&session.shopper.address).filter(|_| self.gateway.compare_address);
        let address = address.and_then(Address::of_shopper);
        let charge = Charge {
            data_key: &self.chosen.proof.key,
            order_id: self.context.reference,
            cust_id: &customer(&owner),
            amount: session.amount.minor(),
            by_shop: self.chosen.by_shop,
            issuer_id: self.chosen.proof.issuer.as_deref(),
            address: address.as_ref(),
        };
        let transaction = match session.capture {
            Capture::Automatic => Transaction::ResPurchaseCc(charge),
            Capture::Manual => Transaction::ResPreauthCc(charge),
        };
        let call = request::call(self.gateway, &transaction, Some(asks));
        Ok(Step::Call(call))
    }

    /// What an answer tells of it; none where the bank said nothing. Of what is not this payment's
    /// nothing is believed.
    fn standing(&self, receipt: &Receipt) -> Result<Option<Verified<PlatformFact>>, Failure> {
        let verdict = receipt.verdict();
        if verdict == Verdict::None {
            return Ok(None);
        }
        if receipt.text("ReceiptId") != Some(self.context.reference) {
            return Err(unexpected("the answer to another order"));
        }
        let expected = match self.context.session.capture {
            Capture::Automatic => "00",
            Capture::Manual => "01",
        };
        if receipt.text("TransType").is_some_and(|own| own != expected) {
            return Err(unexpected("the answer to another transaction"));
        }
        let amount = receipt.amount();
        let own = self.context.session.amount.minor();
        if verdict == Verdict::Approved && amount != Some(own) {
            return Err(unexpected(
                "approved, and the amount is another one or none",
            ));
        }
        let refusal = match verdict {
            Verdict::Approved => None,
            _ => Some(declined(receipt.text("ISO").unwrap_or_default())),
        };
        self.fact(receipt, refusal).map(Some)
    }

    fn fact(
        &self,
        receipt: &Receipt,
        refusal: Option<Refusal>,
    ) -> Result<Verified<PlatformFact>, Failure> {
        let reference = self.context.reference;
        let code = receipt.text("ResponseCode").unwrap_or("null");
        let transaction = match (receipt.text("TransID"), refusal) {
            (Some(id), _) => id.to_owned(),
            (None, Some(_)) => format!("{reference}/{code}"),
            (None, None) => return Err(unexpected("approved without a transaction's number")),
        };
        let status = match refusal {
            Some(_) => PartStatus::Refused,
            None => PartStatus::Accepted,
        };
        Ok(Verified::new(PlatformFact {
            account: self.config.account.clone(),
            reference: reference.to_owned(),
            identity: format!("{transaction}/{code}"),
            event: PaymentEvent::Part(Part {
                transaction,
                call: receipt.text("ReferenceNum").unwrap_or_default().to_owned(),
                kind: PartKind::Card,
                method: Some(self.context.method.clone()),
                brand: brand(receipt.text("CardType").unwrap_or_default()),
                amount: self.context.session.amount,
                status,
                code: with_address(code, receipt),
                refusal,
                parts_expected: None,
                trust: Trust::Ours,
                fingerprint: String::new(),
                at_terminal: None,
            }),
        }))
    }

    /// What later payments without the shopper stand on: the issuer's own name of the first one.
    fn first(&self, receipt: &Receipt) -> Option<First> {
        let issuer = receipt.text("IssuerId")?.to_owned();
        let proof = Proof {
            issuer: Some(issuer),
            ..self.chosen.proof.clone()
        };
        let new = self.chosen.proof.issuer.is_none() && receipt.verdict() == Verdict::Approved;
        new.then(|| proof.left_with(&self.chosen.card)).flatten()
    }
}

/// The bank's code, with what it said of the address where that was compared. It decides nothing.
fn with_address(code: &str, receipt: &Receipt) -> String {
    let result = receipt.text("AvsResultCode");
    let letter =
        result.filter(|text| text.len() == 1 && text.bytes().all(|b| b.is_ascii_alphabetic()));
    letter.map_or_else(|| code.to_owned(), |letter| format!("{code}/AVS {letter}"))
}

/// What CardType means (SDK).
fn brand(code: &str) -> String {
    let brand = match code {
        "V" => "VISA",
        "M" => "MASTERCARD",
        "AX" => "AMEX",
        "DC" => "DINERS",
        "NO" | "DS" => "DISCOVER",
        "SE" => "SEARS",
        "D" | "P" => "INTERAC",
        "C1" => "JCB",
        other => other,
    };
    brand.to_ascii_uppercase()
}

/// Orders, once.
pub(in crate::moneris) fn proceed(
    config: &Config,
    proceed: &Proceed<'_>,
    exchanges: &[Exchange],
) -> Step<Proceeded> {
    done(order(config, &proceed.context, proceed.memo, exchanges))
}

fn order(
    config: &Config,
    context: &Context<'_>,
    memo: Option<&str>,
    exchanges: &[Exchange],
) -> Result<Step<Proceeded>, Failure> {
    let order = Order::of(config, context, memo)?;
    let Some(ordered) = exchanges.first() else {
        return order.call(false);
    };
    let answer = match &ordered.answer {
        Err(CallError::NotSent) => return Err(Failure::Unreachable),
        Err(CallError::NoAnswer) => return Err(Failure::Unknown),
        Ok(answer) => answer,
    };
    // From here on it was sent.
    let unknown = |_| Failure::Unknown;
    let receipt = answer::read(&answer.body).ok_or(Failure::Unknown)?;
    if let Some(fact) = order.standing(&receipt).map_err(unknown)? {
        let first = order.first(&receipt);
        return Ok(Step::Done(over(fact, first)));
    }
    if !receipt.is_refused_before() {
        return Err(Failure::Unknown);
    }
    // The gateway says that it did nothing: it is asked before that is believed.
    let Some(asked) = exchanges.get(1) else {
        return order.call(true);
    };
    let answer = asked.answer.as_ref().map_err(|_| Failure::Unknown)?;
    let again = answer::read(&answer.body).ok_or(Failure::Unknown)?;
    if let Some(fact) = order.standing(&again).map_err(unknown)? {
        let first = order.first(&again);
        return Ok(Step::Done(over(fact, first)));
    }
    if !again.is_not_found() {
        return Err(Failure::Unknown);
    }
    let refused = order.fact(&receipt, Some(Refusal::Technical));
    Ok(Step::Done(over(refused.map_err(unknown)?, None)))
}

/// It is over; what pays with the card is not kept with it any longer.
fn over(fact: Verified<PlatformFact>, first: Option<First>) -> Proceeded {
    Proceeded {
        facts: vec![fact],
        next_action: None,
        memo: Some("{}".to_owned()),
        open: false,
        save: None,
        first,
    }
}

/// Asks what became of the order, which moves nothing.
pub(in crate::moneris) fn look_up(
    config: &Config,
    look_up: &LookUp<'_>,
    exchanges: &[Exchange],
) -> Step<LookedUp> {
    done(ask(config, &look_up.context, look_up.memo, exchanges))
}

fn ask(
    config: &Config,
    context: &Context<'_>,
    memo: Option<&str>,
    exchanges: &[Exchange],
) -> Result<Step<LookedUp>, Failure> {
    let order = Order::of(config, context, memo)?;
    let Some(asked) = exchanges.last() else {
        return order.call(true);
    };
    let answer = asked.answer.as_ref().map_err(|_| Failure::Unreachable)?;
    let receipt = answer::read(&answer.body);
    let receipt = receipt.ok_or_else(|| unexpected("an answer that can't be read"))?;
    Ok(Step::Done(match order.standing(&receipt)? {
        Some(fact) => LookedUp::Facts(vec![fact]),
        None if receipt.is_not_found() => LookedUp::Nothing,
        None => LookedUp::NotYet,
    }))
}
