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
use guichet_store::{AskedBy, Book, Deed, DeedLimit, Idempotency, People, Written};

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

    /// Does what was confirmed, once.
    pub(crate) async fn go(
        &self,
        people: &dyn People,
        confirmed: &Confirmed,
    ) -> Result<Result<InstructionId, Undone>, OperationError> {
        let deed = &confirmed.deed;
        let is_new = match people.write_deed(deed, confirmed.limit).await? {
            Written::New => true,
            Written::Before(None) => false,
            Written::Before(Some(why)) => return Ok(Err(Undone::Against(why))),
            Written::Other => return Ok(Err(Undone::Stale)),
            Written::TooMuch(left) => return Ok(Err(Undone::TooMuch(left))),
        };
        let undone = match self.instruct(confirmed, is_new).await {
            Ok(id) => return Ok(Ok(id)),
            Err(error) => Undone::try_from(error)?,
        };
        if is_new {
            let why = match &undone {
                Undone::Against(why) => why,
                _ => "something else was done with this payment meanwhile",
            };
            people.undo_deed(&deed.key, why).await?;
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
                    if confirmed.seen != self.seen || gives_up > confirmed.gives_up {
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
