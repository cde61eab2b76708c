//! Money that a person of the desk moves: what would be done, doing it once, and what became of it.
//!
//! The same use cases decide and do it as for shops' servers. What comes on top: it is written down
//! who does it before it is done; and it is done once for what a person has seen, since the key of
//! the instruction is how many of them the payment had then. So a form that is sent twice, the back
//! button and two people at once move money once.

use std::sync::Arc;
use std::time::Duration;

use guichet_desk::pages::act::{Line, Told};
use guichet_desk::words::Outcome;
use guichet_domain::desk::Act;
use guichet_domain::id::{InstructionId, PaymentId};
use guichet_domain::money::Amount;
use guichet_domain::operation::OperationKind;
use guichet_store::{AskedBy, Asking, Book, Deed, DeedLimit, Idempotency, People, Written};

use super::in_paris;
use crate::app::App;
use crate::digest::sha256;
use crate::payments::operations::ask::{Asked, Received};
use crate::payments::operations::error::OperationError;
use crate::payments::operations::find::{self, Whose};
use crate::payments::operations::left_out::LeftOut;
use crate::payments::operations::plan::{Plan, Wanted};
use crate::views::operations::{InstructionView, OperationStatus};

/// How long the second sending of a form waits for the first, and how often it looks.
const LOOKS: u32 = 80;
const PAUSE: Duration = Duration::from_millis(250);

/// What an act does with money.
pub(crate) fn kind(act: Act) -> Option<OperationKind> {
    match act {
        Act::Capture => Some(OperationKind::Capture),
        Act::Cancel => Some(OperationKind::Cancel),
        Act::Refund => Some(OperationKind::Refund),
        _ => None,
    }
}

/// A payment and what is to be done with its money.
pub(crate) struct Moving<'a> {
    pub(crate) app: &'a Arc<App>,
    pub(crate) book: &'a Book,
    pub(crate) payment: &'a PaymentId,
    pub(crate) kind: OperationKind,
    /// How many instructions the payment has.
    pub(crate) seen: usize,
}

/// What a person has confirmed.
pub(crate) struct Confirmed {
    /// Who, what, how much, why.
    pub(crate) deed: Deed,
    /// What they may do of it.
    pub(crate) limit: Option<DeedLimit>,
    /// How much can't be taken later, as they were told, in minor units.
    pub(crate) gives_up: u64,
    /// How many instructions the payment had when they looked.
    pub(crate) seen: usize,
}

/// Why nothing was done.
#[derive(Debug)]
pub(crate) enum Undone {
    /// It is more than the day leaves, which is so much in minor units.
    TooMuch(u64),
    /// Something else was done with the payment meanwhile.
    Meanwhile,
    /// The form was used before for something else.
    Stale,
    /// The platform or the books are against it.
    Against(String),
}

impl<'a> Moving<'a> {
    pub(crate) async fn of(
        app: &'a Arc<App>,
        book: &'a Book,
        payment: &'a PaymentId,
        kind: OperationKind,
    ) -> Result<Self, OperationError> {
        let seen = app.store.instructions_of(payment, None).await?.len();
        Ok(Self {
            app,
            book,
            payment,
            kind,
            seen,
        })
    }

    fn asked(&self) -> Asked<'a> {
        Asked {
            app: self.app,
            book: self.book,
            payment: self.payment,
            kind: self.kind,
        }
    }

    /// What would be done. Nothing is.
    pub(crate) fn preview(&self, amount: Option<Amount>) -> Result<Plan, OperationError> {
        let wanted = Wanted {
            amount,
            ..Wanted::default()
        };
        self.asked().preview(&wanted)
    }

    /// Asks another person to approve what was confirmed. Nothing is done.
    pub(crate) async fn ask(
        &self,
        people: &dyn People,
        confirmed: &Confirmed,
        expires_at: i64,
    ) -> Result<Result<(), Undone>, OperationError> {
        let minor = confirmed.deed.amount.map_or(0, |(minor, _)| minor);
        // What can't be done is not asked for.
        match self.preview(Some(Amount::parse("amount", minor)?)) {
            Ok(plan) if self.fits(confirmed, plan.gives_up()) => {}
            Ok(_) => return Ok(Err(Undone::Meanwhile)),
            Err(error) => return Ok(Err(Undone::try_from(error)?)),
        }
        let asking = Asking {
            gives_up: confirmed.gives_up,
            seen: u64::try_from(confirmed.seen).unwrap_or(u64::MAX),
            expires_at,
        };
        let written = people
            .ask_approval(&confirmed.deed, confirmed.limit, &asking)
            .await?;
        Ok(is_new(written).map(drop))
    }

    /// Whether the payment is as the person has seen it.
    fn fits(&self, confirmed: &Confirmed, gives_up: u64) -> bool {
        confirmed.seen == self.seen && gives_up <= confirmed.gives_up
    }

    /// Does what was asked for and approved, once. Where nothing can be done any more, neither is
    /// what was asked for, nor `approval`, the key of the deed that approved it.
    pub(crate) async fn approved(
        &self,
        people: &dyn People,
        confirmed: &Confirmed,
        approval: Option<&str>,
    ) -> Result<Result<InstructionId, Undone>, OperationError> {
        let undone = match self.instruct(confirmed, false).await {
            Ok(id) => return Ok(Ok(id)),
            Err(error) => Undone::try_from(error)?,
        };
        let why = undone.why();
        people.undo_deed(&confirmed.deed.key, why).await?;
        if let Some(key) = approval {
            people.undo_deed(key, why).await?;
        }
        Ok(Err(undone))
    }

    /// Does what was confirmed, once.
    pub(crate) async fn go(
        &self,
        people: &dyn People,
        confirmed: &Confirmed,
    ) -> Result<Result<InstructionId, Undone>, OperationError> {
        let deed = &confirmed.deed;
        let is_new = match is_new(people.write_deed(deed, confirmed.limit).await?) {
            Ok(is_new) => is_new,
            Err(undone) => return Ok(Err(undone)),
        };
        let undone = match self.instruct(confirmed, is_new).await {
            Ok(id) => return Ok(Ok(id)),
            Err(error) => Undone::try_from(error)?,
        };
        if is_new {
            people.undo_deed(&deed.key, undone.why()).await?;
        }
        Ok(Err(undone))
    }

    async fn instruct(
        &self,
        confirmed: &Confirmed,
        is_new: bool,
    ) -> Result<InstructionId, OperationError> {
        let deed = &confirmed.deed;
        let minor = deed.amount.map_or(0, |(minor, _)| minor);
        let wanted = Wanted {
            amount: Some(Amount::parse("amount", minor)?),
            parts: Vec::new(),
            give_up: confirmed.gives_up > 0,
            reason: Some(deed.reason.clone()).filter(|reason| !reason.is_empty()),
        };
        let mark = Idempotency {
            scope: format!("desk/payment/{}", self.payment),
            key: confirmed.seen.to_string(),
            fingerprint: sha256(deed.key.as_bytes()).to_vec(),
        };
        for _ in 0..LOOKS {
            match self.asked().take(AskedBy::Operator, &mark).await {
                Ok(Received::Before(id)) => return Ok(id),
                Ok(Received::New(asking)) => {
                    let gives_up = self.preview(wanted.amount)?.gives_up();
                    if !self.fits(confirmed, gives_up) {
                        return Err(OperationError::KeyReused);
                    }
                    return asking.run(&wanted).await;
                }
                // The same form, which was sent twice: the first sending tells what becomes of it.
                Err(OperationError::RequestInFlight) if !is_new => {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
        Err(OperationError::RequestInFlight)
    }
}

/// Whether a deed is written down for the first time; or why it is not to be done.
pub(crate) fn is_new(written: Written) -> Result<bool, Undone> {
    match written {
        Written::New => Ok(true),
        Written::Before(None) => Ok(false),
        Written::Before(Some(why)) => Err(Undone::Against(why)),
        Written::Other => Err(Undone::Stale),
        Written::TooMuch(left) => Err(Undone::TooMuch(left)),
    }
}

impl Undone {
    /// As the books keep it.
    fn why(&self) -> &str {
        match self {
            Self::Against(why) => why,
            _ => "something else was done with this payment meanwhile",
        }
    }
}

impl TryFrom<OperationError> for Undone {
    type Error = OperationError;

    /// What is ours or the books' fault is no answer.
    fn try_from(error: OperationError) -> Result<Self, OperationError> {
        match error {
            OperationError::RequestInFlight
            | OperationError::KeyReused
            | OperationError::InFlight(_) => Ok(Self::Meanwhile),
            OperationError::Books(_) | OperationError::Failed(_) => Err(error),
            error => Ok(Self::Against(error.to_string())),
        }
    }
}

/// What of a payment nothing is done to.
pub(crate) fn left_out(left_out: Vec<LeftOut>) -> Vec<Line> {
    let lines = left_out.into_iter().map(|one| Line {
        part: one.part,
        brand: one.brand,
        amount: one.amount,
        why: one.why,
    });
    lines.collect()
}

/// What became of an instruction, as it stands now.
pub(crate) async fn told(
    app: &App,
    payment: &PaymentId,
    act: Act,
    id: &InstructionId,
    base: &str,
) -> Result<Told, OperationError> {
    let kind = kind(act).ok_or(OperationError::Unknown)?;
    let book = find::book(app, Whose::Anybodys, payment).await?;
    let standing = find::instruction(app, &book, payment, kind, id).await?;
    let view = InstructionView::from(standing);
    let lines = view.operations.into_iter().map(|one| {
        let line = Line {
            part: one.part,
            brand: one.brand,
            amount: one.amount,
            why: one.why.unwrap_or_default(),
        };
        (outcome(one.status), line)
    });
    let payment = format!("{base}/payments/{payment}");
    Ok(Told {
        act,
        here: format!("{payment}/{}/{id}", act.path()),
        payment,
        at: in_paris(view.created_at),
        currency: book.session.currency,
        amount: view.amount,
        outcome: outcome(view.status),
        reason: view.reason.unwrap_or_default(),
        lines: lines.collect(),
    })
}

fn outcome(status: OperationStatus) -> Outcome {
    match status {
        OperationStatus::Pending => Outcome::Pending,
        OperationStatus::Unknown => Outcome::Unknown,
        OperationStatus::Undecided => Outcome::Undecided,
        OperationStatus::PartlyDone => Outcome::PartlyDone,
        OperationStatus::Done => Outcome::Done,
        OperationStatus::Refused => Outcome::Refused,
    }
}

#[cfg(test)]
mod tests {
    use guichet_desk::Lang;
    use guichet_desk::words::said;
    use guichet_domain::id::OperationId;
    use guichet_providers::contract::Objection;

    use super::*;
    use crate::payments::review::ReviewError;

    /// What a French page would show as a platform's words is none of ours.
    #[test]
    fn what_we_word_ourselves_has_a_french_text() {
        let kind = OperationKind::Refund;
        let objections = [
            Objection::NotPaid(kind),
            Objection::Unnamed,
            Objection::Never {
                kind,
                source_of: "no document knows what paid",
                remedy: "look for the order in the back office",
            },
            Objection::NotEnabled {
                setting: "a = true",
            },
            Objection::Cancelled,
            Objection::OnlyReserved,
            Objection::TakenBefore,
            Objection::GivenBackBefore,
            Objection::WholeOnly(5),
            Objection::TooMuch { left: 5 },
        ];
        let mut texts: Vec<_> = objections.iter().map(ToString::to_string).collect();
        let operations = [
            OperationError::PaymentUnknown,
            OperationError::NotOffered,
            OperationError::InFlight(OperationId::from_random([1; 16])),
            OperationError::NotPossible(Vec::new()),
        ];
        texts.extend(operations.iter().map(ToString::to_string));
        let reviews = [
            ReviewError::Unknown,
            ReviewError::NotHeld,
            ReviewError::Otherwise("accepted"),
            ReviewError::Otherwise("refused"),
        ];
        texts.extend(reviews.iter().map(ToString::to_string));
        for undone in [
            Undone::Meanwhile,
            Undone::Against("no part of this payment has paid".into()),
        ] {
            texts.push(undone.why().to_owned());
        }
        for text in texts {
            let french = said(Lang::Fr, &text);
            assert!(!french.contains("la plateforme dit"), "{french}");
            assert_eq!(said(Lang::En, &text), text);
        }
        let theirs = said(Lang::Fr, "Do not honor");
        assert_eq!(theirs, "la plateforme dit : «\u{a0}Do not honor\u{a0}»");
    }
}
