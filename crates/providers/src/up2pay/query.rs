//! *Query*: PPPS, type 00017, the consultation of one transaction with our own site and key.
//!
//! Sources: the manual, §4.2 (ACQUEREUR) and §4.3.2 (the frame); Verifone "Paybox Direct" through
//! BenMorel/Paybox and nexylan/paybox-direct (types, STATUS, ISO-8859-1); Crédit Agricole's
//! WooCommerce module 3.0.5 (version 00104, the ten digits of MONTANT, the long DATEQ). The answer
//! is not signed: TLS, and the echo of what we asked, are what it stands on. A consultation moves
//! nothing, so an unanswered one may be repeated.

use std::time::Duration;

use guichet_domain::event::{Confirmation, Part, PaymentEvent, PlatformFact};
use guichet_domain::money::Currency;
use guichet_domain::{PartKind, PartStatus};
use jiff::tz::TimeZone;

use super::codes::{Ppps, ppps};
use super::config::{Config, Contract, Origin};
use super::numbers::{NumAppel, NumTrans};
use super::seal::Fields;
use super::signed::split_pairs;
use super::way::{LIMOCB, Way};
use crate::Verified;
use crate::contract::{Answered, Body, Exchange, Failure, HttpMethod, PlatformCall, Query, Step};

/// How long PPPS may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Most questions that are asked anew because their number was not good.
const NEW_QUESTIONS_MAX: usize = 3;

/// Greatest NUMQUESTION.
const QUESTION_MAX: u32 = 2_147_483_647;

/// What is asked about.
struct Subject<'a> {
    contract: &'a Contract,
    call: NumAppel,
    transaction: NumTrans,
    query: &'a Query<'a>,
    time_zone: &'a TimeZone,
}

pub(super) fn query(config: &Config, query: &Query<'_>, exchanges: &[Exchange]) -> Step<Answered> {
    let claim = query.claim;
    let numbers = NumAppel::parse(&claim.call).zip(NumTrans::parse(&claim.transaction));
    let Some((call, transaction)) = numbers.filter(|(_, transaction)| !transaction.is_none())
    else {
        return Step::Done(Answered::Disagreed("it names no transaction".into()));
    };
    let own = &config.contract;
    let contract = match claim.kind {
        PartKind::Complement => config.limocb.as_ref().unwrap_or(own),
        PartKind::Voucher | PartKind::Card | PartKind::Account => own,
    };
    let subject = Subject {
        contract,
        call,
        transaction,
        query,
        time_zone: &config.time_zone,
    };
    next(config, &subject, exchanges).unwrap_or_else(Step::Failed)
}

/// What the calls made so far lead to.
fn next(
    config: &Config,
    subject: &Subject<'_>,
    exchanges: &[Exchange],
) -> Result<Step<Answered>, Failure> {
    let mut host = 0;
    let mut new_questions = 0;
    for (index, exchange) in exchanges.iter().enumerate() {
        let last = index + 1 == exchanges.len();
        let answer = match &exchange.answer {
            Ok(answer) if answer.status == 200 => Frame::read(&answer.body),
            _ => None,
        };
        let code = answer.as_ref().and_then(|frame| frame.value("CODEREPONSE"));
        match (answer, code.as_deref().map(ppps)) {
            (Some(frame), Some(Ppps::NewQuestion)) => {
                subject.check_site(&frame)?;
                new_questions += 1;
            }
            // An answer that is not one, or from a platform that is not well.
            (None, _) | (_, None) | (_, Some(Ppps::OtherHost)) => host += 1,
            (Some(frame), Some(said)) if last => {
                subject.check_question(&frame, &exchange.call.note)?;
                return subject.answered(config, &frame, said).map(Step::Done);
            }
            _ => return Err(unexpected("an answer after the last one")),
        }
    }
    if new_questions > NEW_QUESTIONS_MAX {
        return Err(unexpected("no number of a question is good"));
    }
    let host = config.ppps_hosts.get(host).ok_or(Failure::Unreachable)?;
    subject.ask(host).map(Step::Call)
}

fn unexpected(what: &str) -> Failure {
    Failure::Unexpected(format!("PPPS: {what}"))
}

impl Subject<'_> {
    fn ask(&self, host: &Origin) -> Result<PlatformCall, Failure> {
        let question = self.query.sequence;
        if !(1..=QUESTION_MAX).contains(&question) {
            return Err(unexpected("NUMQUESTION must be from 1 to 2147483647"));
        }
        let question = format!("{question:010}");
        let claim = self.query.claim;
        let mut fields = Fields::default();
        fields.push("VERSION", "00104");
        fields.push("TYPE", "00017");
        fields.push("SITE", self.contract.site.as_str());
        fields.push("RANG", self.contract.rang.as_str());
        fields.push("NUMQUESTION", question.as_str());
        fields.push("MONTANT", format!("{:010}", claim.amount.minor()));
        fields.push("DEVISE", Currency::EUR.numeric().to_string());
        fields.push("REFERENCE", self.query.reference);
        fields.push("NUMAPPEL", self.call.as_str());
        fields.push("NUMTRANS", self.transaction.as_str());
        fields.push("ACTIVITE", "024");
        let now = self.query.now.to_zoned(self.time_zone.clone());
        fields.push("DATEQ", now.strftime("%d%m%Y%H%M%S").to_string());
        if let Some(acquirer) = acquirer(claim) {
            fields.push("ACQUEREUR", acquirer);
        }
        fields.push("HASH", "SHA512");
        let sealed = fields.seal("HMAC", &self.contract.hmac_key);
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(sealed.pairs());
        Ok(PlatformCall {
            method: HttpMethod::Post,
            url: host.join("/PPPS.php"),
            headers: Vec::new(),
            body: Some(Body {
                content_type: "application/x-www-form-urlencoded",
                bytes: body.finish().into_bytes(),
            }),
            timeout: TIMEOUT,
            cache_for: None,
            note: question,
        })
    }

    /// The answer must be to our question: number and site are echoed.
    fn check_question(&self, frame: &Frame, question: &str) -> Result<(), Failure> {
        let echoed = frame.number("NUMQUESTION");
        if echoed.is_none() || echoed != number(question) {
            return Err(unexpected(
                "the answer is not to our question (NUMQUESTION)",
            ));
        }
        self.check_site(frame)
    }

    fn check_site(&self, frame: &Frame) -> Result<(), Failure> {
        match frame.value("SITE") {
            Some(site) if site == self.contract.site.as_str() => Ok(()),
            _ => Err(unexpected("the answer is not about our site")),
        }
    }

    fn answered(&self, config: &Config, frame: &Frame, said: Ppps) -> Result<Answered, Failure> {
        match said {
            Ppps::Done => self.done(config, frame),
            Ppps::NotOurs(why) => Ok(Answered::Disagreed(format!(
                "PPPS {}: {why}",
                frame.value("CODEREPONSE").unwrap_or_default()
            ))),
            Ppps::Failed(why) => Err(unexpected(&format!(
                "{}: {why}",
                // Five letters or digits, or it is not shown.
                frame
                    .value("CODEREPONSE")
                    .filter(|code| is_code(code))
                    .unwrap_or_default()
            ))),
            Ppps::NewQuestion | Ppps::OtherHost => Err(unexpected("an answer that is none")),
        }
    }

    /// 00000: our account knows the transaction. Whether it is the one that was claimed?
    fn done(&self, config: &Config, frame: &Frame) -> Result<Answered, Failure> {
        let call = frame.value("NUMAPPEL").as_deref().and_then(NumAppel::parse);
        let transaction = frame.value("NUMTRANS").as_deref().and_then(NumTrans::parse);
        if call.as_ref() != Some(&self.call) || transaction.as_ref() != Some(&self.transaction) {
            return Err(unexpected("the answer is about another transaction"));
        }
        let claim = self.query.claim;
        let amount = frame.value("MONTANT").filter(|text| !is_unset(text));
        if amount.is_some_and(|text| number(&text) != Some(claim.amount.minor())) {
            return Ok(Answered::Disagreed("MONTANT differs".into()));
        }
        let reference = frame.value("REFERENCE").filter(|text| !is_unset(text));
        if reference.is_some_and(|text| text != self.query.reference) {
            return Ok(Answered::Disagreed("REFERENCE differs".into()));
        }
        let status = match frame.value("STATUS").as_deref() {
            Some("Autorisé" | "Capturé") => PartStatus::Accepted,
            Some("Refusé") => PartStatus::Refused,
            // Known to us, and no longer or never a payment: the operator must look.
            Some(
                undone @ ("Remboursé" | "Annulé" | "Crédit" | "Demande de solde" | "Rejet support"),
            ) => return Ok(Answered::Disagreed(format!("STATUS is {undone}"))),
            _ => return Err(unexpected("STATUS is missing or unknown")),
        };
        Ok(Answered::Agreed(Verified::new(self.fact(config, status))))
    }

    fn fact(&self, config: &Config, status: PartStatus) -> PlatformFact {
        let claim = self.query.claim;
        let word = match status {
            PartStatus::Accepted => "accepted",
            PartStatus::Refused => "refused",
            PartStatus::Pending => "pending",
        };
        PlatformFact {
            account: config.account.clone(),
            reference: self.query.reference.to_owned(),
            identity: format!(
                "confirmed|{}|{}|{}|{word}",
                self.call.as_str(),
                self.transaction.as_str(),
                claim.amount.minor()
            ),
            event: PaymentEvent::Confirmed(Confirmation {
                transaction: claim.transaction.clone(),
                call: claim.call.clone(),
                amount: claim.amount,
                status,
            }),
        }
    }
}

/// ACQUEREUR: letter C of what LIMONETIK took, nothing for other cards (the manual, §4.2).
fn acquirer(claim: &Part) -> Option<&'static str> {
    match claim.kind {
        PartKind::Complement => Some(LIMOCB),
        PartKind::Card | PartKind::Account => None,
        PartKind::Voucher => Way::of_voucher(&claim.brand)?
            .preset()
            .map(|(_, card)| card),
    }
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

fn is_code(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// PPPS writes `???` into what it has no value for.
fn is_unset(text: &str) -> bool {
    text.is_empty() || text.bytes().all(|b| b == b'?')
}

/// An answer of PPPS: `key=value&…` on one line, ISO-8859-1.
struct Frame(Vec<(String, String)>);

impl Frame {
    fn read(body: &[u8]) -> Option<Self> {
        let pairs = split_pairs(body.trim_ascii())?;
        let text = |raw: &[u8]| latin1(percent_encoding::percent_decode(raw).collect());
        let pairs: Vec<_> = pairs.into_iter().map(|(n, v)| (text(n), text(v))).collect();
        let doubled = pairs
            .iter()
            .enumerate()
            .any(|(at, (name, _))| pairs[..at].iter().any(|(before, _)| before == name));
        (!doubled).then_some(Self(pairs))
    }

    fn value(&self, name: &str) -> Option<String> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.value(name).as_deref().and_then(number)
    }
}

/// Every byte is the character of the same number.
fn latin1(bytes: Vec<u8>) -> String {
    bytes.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests;
