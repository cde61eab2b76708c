//! Bugs that are planted to see whether a simulation finds them. Each does in the books what the
//! bug in a rule would do; the rules themselves stay as they are.

use guichet_domain::event::PaymentEvent;
use guichet_domain::operation::OperationStage;
use guichet_domain::{PartKind, PartStatus};

use crate::types::{Dated, OperationAdvance};

/// A bug.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Planted {
    /// What got no answer is sent again at once, and not looked up.
    SentTwice,
    /// A refusal that comes late undoes what was accepted before it.
    RefusalUndoes,
    /// What may be given back is counted without what is under way.
    UnderWayNotCounted,
    /// The shop is told in a transaction of its own, after that of the event.
    ToldApart,
    /// A notification that comes again counts again.
    AppliedTwice,
}

impl Planted {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::SentTwice,
        Self::RefusalUndoes,
        Self::UnderWayNotCounted,
        Self::ToldApart,
        Self::AppliedTwice,
    ];

    /// What a book's events look like to whoever folds them.
    pub(super) fn read(self, events: &mut Vec<Dated>) {
        match self {
            Self::RefusalUndoes => {
                let refused = |dated: &Dated| {
                    matches!(&dated.event, PaymentEvent::Part(part)
                        if part.status == PartStatus::Refused)
                };
                if let Some(last) = events.iter().rposition(refused) {
                    let mut place = 0;
                    events.retain(|dated| {
                        place += 1;
                        let accepted = matches!(&dated.event, PaymentEvent::Part(part)
                            if part.status == PartStatus::Accepted
                                && part.kind != PartKind::Complement);
                        place > last || !accepted
                    });
                }
            }
            Self::UnderWayNotCounted => events.retain(|dated| {
                !matches!(&dated.event, PaymentEvent::Operation(event)
                    if !event.progress.is_over())
            }),
            Self::SentTwice | Self::ToldApart | Self::AppliedTwice => {}
        }
    }

    /// Where an operation goes.
    pub(super) fn moved(self, to: &mut OperationStage, advance: &OperationAdvance<'_>) {
        let lost = advance.from == Some(OperationStage::Sending);
        if self == Self::SentTwice && lost && *to == OperationStage::Unknown {
            *to = OperationStage::Waiting;
        }
    }
}
