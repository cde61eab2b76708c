//! *Query*: PPPS, type 00017, the consultation of one transaction with our own site and key.
//! Sources as in `ppps.rs`, and STATUS. A consultation moves nothing, so an unanswered one may be
//! repeated.

use std::time::Duration;

use guichet_domain::PartStatus;
use guichet_domain::event::{Confirmed, PaymentEvent, PlatformFact};

use super::codes::Ppps;
use super::config::Config;
use super::ppps::{
    CONSULT, Frame, Heard, Question, is_code, is_unset, number, numbers_of, unexpected,
};
use crate::Verified;
use crate::contract::{Answered, Exchange, Failure, Query, Step};

/// How long PPPS may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What is asked about.
struct Subject<'a> {
    query: &'a Query<'a>,
    question: Question<'a>,
}

pub(super) fn query(config: &Config, query: &Query<'_>, exchanges: &[Exchange]) -> Step<Answered> {
    let Some((call, transaction)) = numbers_of(query.claim) else {
        return Step::Done(Answered::Disagreed("it names no transaction".into()));
    };
    let question = Question {
        config,
        kind: CONSULT,
        part: query.claim,
        call,
        transaction,
        amount: query.claim.amount,
        reference: query.reference,
        sequence: query.sequence,
        now: query.now,
        timeout: TIMEOUT,
    };
    let subject = Subject { query, question };
    let heard = subject.question.consult(exchanges);
    let next = heard.and_then(|heard| match heard {
        Heard::Call(call) => Ok(Step::Call(call)),
        Heard::Answer(frame, said) => subject.answered(&frame, said).map(Step::Done),
    });
    next.unwrap_or_else(Step::Failed)
}

impl Subject<'_> {
    fn answered(&self, frame: &Frame, said: Ppps) -> Result<Answered, Failure> {
        match said {
            Ppps::Done => self.done(frame),
            Ppps::NotOurs(why) => Ok(Answered::Disagreed(format!(
                "PPPS {}: {why}",
                frame.value("CODEREPONSE").unwrap_or_default()
            ))),
            Ppps::Failed(why) => Err(failed(frame, why)),
            Ppps::Unknown => Err(failed(frame, "code without a known meaning")),
            Ppps::NewQuestion | Ppps::OtherHost => Err(unexpected("an answer that is none")),
        }
    }

    /// 00000: our account knows the transaction. Whether it is the one that was claimed?
    fn done(&self, frame: &Frame) -> Result<Answered, Failure> {
        self.question.check_numbers(frame)?;
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
        Ok(Answered::Agreed(Verified::new(self.fact(status))))
    }

    fn fact(&self, status: PartStatus) -> PlatformFact {
        let claim = self.query.claim;
        let word = match status {
            PartStatus::Accepted => "accepted",
            PartStatus::Refused => "refused",
            PartStatus::Pending => "pending",
        };
        PlatformFact {
            account: self.question.config.account.clone(),
            reference: self.query.reference.to_owned(),
            identity: format!(
                "confirmed|{}|{}|{}|{word}",
                self.question.call.as_str(),
                self.question.transaction.as_str(),
                claim.amount.minor()
            ),
            event: PaymentEvent::Confirmed(Confirmed {
                transaction: claim.transaction.clone(),
                call: claim.call.clone(),
                amount: claim.amount,
                status,
            }),
        }
    }
}

/// A code that says nothing of the transaction. It is five letters or digits, or it is not shown.
fn failed(frame: &Frame, why: &str) -> Failure {
    let code = frame.value("CODEREPONSE").filter(|code| is_code(code));
    unexpected(&format!("{}: {why}", code.unwrap_or_default()))
}

#[cfg(test)]
mod tests;
