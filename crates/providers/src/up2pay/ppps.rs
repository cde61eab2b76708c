//! PPPS (also called GAE): how a question is put and an answer read, whatever is asked.
//!
//! Sources: the manual, §4.2 (ACQUEREUR) and §4.3.2 (the frame); Verifone "Paybox Direct" through
//! BenMorel/Paybox and nexylan/paybox-direct (types, ISO-8859-1); Crédit Agricole's WooCommerce
//! module 3.0.5 (version 00104, the ten digits of MONTANT, the long DATEQ). The answer is not
//! signed: TLS, and the echo of what we asked, are what it stands on.

use std::time::Duration;

use guichet_domain::PartKind;
use guichet_domain::event::Part;
use guichet_domain::money::{Amount, Currency};

use super::codes::{Ppps, ppps};
use super::config::{Config, Origin};
use super::numbers::{NumAppel, NumTrans};
use super::seal::Fields;
use super::signed::split_pairs;
use super::way::{LIMOCB, Way};
use crate::contract::{Body, Exchange, Failure, HttpMethod, PlatformCall};

/// Most questions that are asked anew because their number was not good.
pub(super) const NEW_QUESTIONS_MAX: usize = 3;

/// Greatest NUMQUESTION.
pub(super) const QUESTION_MAX: u32 = 2_147_483_647;

/// TYPE of a consultation.
pub(super) const CONSULT: &str = "00017";

/// A question about one transaction.
pub(super) struct Question<'a> {
    pub(super) config: &'a Config,
    /// TYPE.
    pub(super) kind: &'static str,
    /// Of the part that it is about.
    pub(super) part: &'a Part,
    pub(super) call: NumAppel,
    pub(super) transaction: NumTrans,
    pub(super) amount: Amount,
    pub(super) reference: &'a str,
    pub(super) sequence: u32,
    pub(super) now: jiff::Timestamp,
    /// How long PPPS may take.
    pub(super) timeout: Duration,
}

/// What a consultation comes to with the calls made so far.
pub(super) enum Heard {
    /// This call is next.
    Call(PlatformCall),
    /// This was answered.
    Answer(Frame, Ppps),
}

pub(super) fn unexpected(what: &str) -> Failure {
    Failure::Unexpected(format!("PPPS: {what}"))
}

/// Call and transaction number of a part; none where no transaction was made.
pub(super) fn numbers_of(part: &Part) -> Option<(NumAppel, NumTrans)> {
    let numbers = NumAppel::parse(&part.call).zip(NumTrans::parse(&part.transaction));
    numbers.filter(|(_, transaction)| !transaction.is_none())
}

impl Question<'_> {
    pub(super) fn ask(&self, host: &Origin) -> Result<PlatformCall, Failure> {
        if !(1..=QUESTION_MAX).contains(&self.sequence) {
            return Err(unexpected("NUMQUESTION must be from 1 to 2147483647"));
        }
        let question = format!("{:010}", self.sequence);
        let contract = self.config.contract_of(self.part.kind);
        let mut fields = Fields::default();
        fields.push("VERSION", "00104");
        fields.push("TYPE", self.kind);
        fields.push("SITE", contract.site.as_str());
        fields.push("RANG", contract.rang.as_str());
        fields.push("NUMQUESTION", question.as_str());
        fields.push("MONTANT", format!("{:010}", self.amount.minor()));
        fields.push("DEVISE", Currency::EUR.numeric().to_string());
        fields.push("REFERENCE", self.reference);
        fields.push("NUMAPPEL", self.call.as_str());
        fields.push("NUMTRANS", self.transaction.as_str());
        fields.push("ACTIVITE", "024");
        let now = self.now.to_zoned(self.config.time_zone.clone());
        fields.push("DATEQ", now.strftime("%d%m%Y%H%M%S").to_string());
        if let Some(acquirer) = acquirer(self.part) {
            fields.push("ACQUEREUR", acquirer);
        }
        fields.push("HASH", "SHA512");
        let sealed = fields.seal("HMAC", &contract.hmac_key);
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
            timeout: self.timeout,
            after: Duration::ZERO,
            cache_for: None,
            line: None,
            note: question,
        })
    }

    /// The answer must be to our question: number and site are echoed.
    pub(super) fn check_question(&self, frame: &Frame, question: &str) -> Result<(), Failure> {
        let echoed = frame.number("NUMQUESTION");
        if echoed.is_none() || echoed != number(question) {
            return Err(unexpected(
                "the answer is not to our question (NUMQUESTION)",
            ));
        }
        self.check_site(frame)
    }

    pub(super) fn check_site(&self, frame: &Frame) -> Result<(), Failure> {
        let own = &self.config.contract_of(self.part.kind).site;
        match frame.value("SITE") {
            Some(site) if site == own.as_str() => Ok(()),
            _ => Err(unexpected("the answer is not about our site")),
        }
    }

    /// The answer must be about the transaction that was asked about.
    pub(super) fn check_numbers(&self, frame: &Frame) -> Result<(), Failure> {
        let call = frame.value("NUMAPPEL").as_deref().and_then(NumAppel::parse);
        let transaction = frame.value("NUMTRANS").as_deref().and_then(NumTrans::parse);
        if call.as_ref() == Some(&self.call) && transaction.as_ref() == Some(&self.transaction) {
            Ok(())
        } else {
            Err(unexpected("the answer is about another transaction"))
        }
    }

    /// For a question that moves nothing: one that was not answered is asked at the other host, and
    /// one whose number was not good with another.
    pub(super) fn consult(&self, exchanges: &[Exchange]) -> Result<Heard, Failure> {
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
                    self.check_site(&frame)?;
                    new_questions += 1;
                }
                // An answer that is not one, or from a platform that is not well.
                (None, _) | (_, None) | (_, Some(Ppps::OtherHost)) => host += 1,
                (Some(frame), Some(said)) if last => {
                    self.check_question(&frame, &exchange.call.note)?;
                    return Ok(Heard::Answer(frame, said));
                }
                _ => return Err(unexpected("an answer after the last one")),
            }
        }
        if new_questions > NEW_QUESTIONS_MAX {
            return Err(unexpected("no number of a question is good"));
        }
        let host = self
            .config
            .ppps_hosts
            .get(host)
            .ok_or(Failure::Unreachable)?;
        self.ask(host).map(Heard::Call)
    }
}

/// ACQUEREUR: letter C of what LIMONETIK took, nothing for other cards (the manual, §4.2).
pub(super) fn acquirer(part: &Part) -> Option<&'static str> {
    match part.kind {
        PartKind::Complement => Some(LIMOCB),
        PartKind::Card | PartKind::Account => None,
        PartKind::Voucher => Way::of_voucher(&part.brand)?.preset().map(|(_, card)| card),
    }
}

pub(super) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

pub(super) fn is_code(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// PPPS writes `???` into what it has no value for.
pub(super) fn is_unset(text: &str) -> bool {
    text.is_empty() || text.bytes().all(|b| b == b'?')
}

/// An answer of PPPS: `key=value&…` on one line, ISO-8859-1.
pub(super) struct Frame(Vec<(String, String)>);

impl Frame {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let pairs = split_pairs(body.trim_ascii())?;
        let text = |raw: &[u8]| latin1(percent_encoding::percent_decode(raw).collect());
        let pairs: Vec<_> = pairs.into_iter().map(|(n, v)| (text(n), text(v))).collect();
        let doubled = pairs
            .iter()
            .enumerate()
            .any(|(at, (name, _))| pairs[..at].iter().any(|(before, _)| before == name));
        (!doubled).then_some(Self(pairs))
    }

    /// The value of that name.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }

    /// The same as a number, whatever zeros stand before it.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.value(name).as_deref().and_then(number)
    }
}

/// Every byte is the character of the same number.
fn latin1(bytes: Vec<u8>) -> String {
    bytes.into_iter().map(char::from).collect()
}
