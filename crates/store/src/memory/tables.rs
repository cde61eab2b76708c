//! What the books hold, as plain rows.

use std::collections::BTreeSet;

use guichet_domain::event::{PaymentEvent, Trust};
use guichet_domain::id::{PaymentId, SessionId, Slug};
use guichet_domain::ledger::Movement;
use guichet_domain::money::Currency;
use guichet_domain::notice::{NoticeContent, NoticeKind};
use guichet_domain::session::Session;
use guichet_domain::stage::Stage;

use super::planted::Planted;
use crate::error::StoreError;
use crate::transaction::{BookOf, ListedBook, Listing};
use crate::types::{
    Book, Conversation, Dated, Entry, Idempotency, Instruction, KeptMessage, Operation, Payment,
    Question, QuestionState, SecretDigest,
};

#[derive(Clone, Debug)]
pub(super) struct SessionRow {
    /// With what changes of it: when it expires, and what settled it.
    pub(super) session: Session,
    pub(super) order_key: String,
    pub(super) secret: SecretDigest,
    pub(super) expiry_due: bool,
}

#[derive(Clone, Debug)]
pub(super) struct PaymentRow {
    pub(super) payment: Payment,
    pub(super) listing: Listing,
}

#[derive(Clone, Debug)]
pub(super) struct ConversationRow {
    pub(super) payment: PaymentId,
    pub(super) conversation: Conversation,
    pub(super) next_try_at: Option<i64>,
}

#[derive(Clone, Debug)]
pub(super) struct EventRow {
    pub(super) seq: i64,
    pub(super) payment: Option<PaymentId>,
    pub(super) account: String,
    pub(super) reference: String,
    pub(super) identity: String,
    pub(super) content: String,
    pub(super) event: PaymentEvent,
    pub(super) at: i64,
}

impl EventRow {
    pub(super) fn is_ours(&self) -> bool {
        matches!(&self.event, PaymentEvent::Part(part) if part.trust == Trust::Ours)
    }

    /// The call and the transaction that a claim names.
    pub(super) fn numbers(&self) -> Option<(&str, &str)> {
        match &self.event {
            PaymentEvent::Part(part) => Some((&part.call, &part.transaction)),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct QuestionRow {
    pub(super) event_seq: i64,
    pub(super) payment: PaymentId,
    pub(super) next_try_at: Option<i64>,
    pub(super) tries: u32,
    pub(super) state: QuestionState,
    pub(super) answer: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct OperationRow {
    pub(super) operation: Operation,
    pub(super) next_try_at: Option<i64>,
}

#[derive(Clone, Debug)]
pub(super) struct NoticeRow {
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) session: SessionId,
    pub(super) shop: Slug,
    pub(super) place: u32,
    pub(super) kind: NoticeKind,
    pub(super) subject: String,
    pub(super) content: NoticeContent,
    pub(super) created_at: i64,
    pub(super) next_try_at: Option<i64>,
    pub(super) first_try_at: Option<i64>,
    pub(super) delivered_at: Option<i64>,
    pub(super) tries: u32,
    pub(super) taken: bool,
    pub(super) answer: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct EndpointRow {
    pub(super) shop: Slug,
    pub(super) url: String,
    pub(super) failures: u32,
    pub(super) failing_since: Option<i64>,
    pub(super) disabled: Option<(i64, String)>,
}

#[derive(Clone, Debug)]
pub(super) struct LedgerRow {
    pub(super) shop: Slug,
    pub(super) currency: Currency,
    pub(super) number: i64,
    pub(super) payment: PaymentId,
    pub(super) movement: Movement,
    pub(super) posted_at: i64,
}

#[derive(Clone, Debug)]
pub(super) struct MessageRow {
    pub(super) message: KeptMessage,
    pub(super) content: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(super) struct AnswerRow {
    pub(super) mark: Idempotency,
    pub(super) body: String,
}

impl AnswerRow {
    pub(super) fn is_of(&self, mark: &Idempotency) -> bool {
        (&self.mark.scope, &self.mark.key) == (&mark.scope, &mark.key)
    }
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// The bug that is planted, if one is.
    pub(super) planted: Option<Planted>,
    pub(super) answers: Vec<AnswerRow>,
    pub(super) sessions: Vec<SessionRow>,
    pub(super) payments: Vec<PaymentRow>,
    pub(super) conversations: Vec<ConversationRow>,
    /// Account, call and transaction, and the payment that they are bound to.
    pub(super) transactions: Vec<([String; 3], PaymentId)>,
    pub(super) events: Vec<EventRow>,
    pub(super) questions: Vec<QuestionRow>,
    pub(super) instructions: Vec<Instruction>,
    pub(super) operations: Vec<OperationRow>,
    pub(super) notices: Vec<NoticeRow>,
    pub(super) endpoints: Vec<EndpointRow>,
    pub(super) ledger: Vec<LedgerRow>,
    pub(super) messages: Vec<MessageRow>,
    pub(super) counters: Vec<((String, String), u32)>,
}

impl Tables {
    pub(super) fn session(&self, id: &SessionId) -> Result<&SessionRow, StoreError> {
        let mut rows = self.sessions.iter();
        rows.find(|row| row.session.id == *id)
            .ok_or_else(|| missing(id))
    }

    pub(super) fn session_mut(&mut self, id: &SessionId) -> Result<&mut SessionRow, StoreError> {
        let mut rows = self.sessions.iter_mut();
        rows.find(|row| row.session.id == *id)
            .ok_or_else(|| missing(id))
    }

    pub(super) fn payment(&self, id: &PaymentId) -> Option<&PaymentRow> {
        self.payments.iter().find(|row| row.payment.id == *id)
    }

    /// Other sessions of the same order, in the order of their making.
    pub(super) fn others(&self, of: &SessionRow) -> impl Iterator<Item = &SessionRow> {
        self.sessions.iter().filter(move |other| {
            let same = (&other.session.shop, &other.order_key);
            same == (&of.session.shop, &of.order_key) && other.session.id != of.session.id
        })
    }

    /// The first session of an order that is settled.
    pub(super) fn first_settled(&self, shop: &Slug, order_key: &str) -> Option<SessionId> {
        let mut settled = self.sessions.iter().filter(|row| {
            let own = row.session.shop == *shop && row.order_key == order_key;
            own && row.session.settled_by.is_some()
        });
        settled.next().map(|row| row.session.id.clone())
    }

    pub(super) fn load(&self, of: BookOf<'_>) -> Option<ListedBook> {
        let row = match of {
            BookOf::Session(id) => self.session(id).ok()?,
            BookOf::Payment(id) => self.session(&self.payment(id)?.payment.session).ok()?,
            BookOf::Secret(hash) => self.sessions.iter().find(|row| row.secret.hash == hash)?,
        };
        let mut session = row.session.clone();
        session.know_order(self.first_settled(&session.shop, &row.order_key));
        let own = |payment: &&PaymentRow| payment.payment.session == session.id;
        let rows: Vec<_> = self.payments.iter().filter(own).collect();
        let payments = rows.iter().map(|row| self.entry(&row.payment)).collect();
        let listings = rows.iter().map(|row| row.listing.clone()).collect();
        let book = Book {
            payments,
            expired: !row.expiry_due,
            session,
        };
        Some((book, listings))
    }

    fn entry(&self, payment: &Payment) -> Entry {
        let own = |row: &&EventRow| row.payment.as_ref() == Some(&payment.id);
        let events = self.events.iter().filter(own).map(|row| Dated {
            at: row.at,
            event: row.event.clone(),
        });
        let mut events: Vec<_> = events.collect();
        if let Some(planted) = self.planted {
            planted.read(&mut events);
        }
        Entry {
            events,
            stage: self.stage(&payment.id),
            handled: BTreeSet::new(),
            payment: payment.clone(),
        }
    }

    fn stage(&self, payment: &PaymentId) -> Option<Stage> {
        let mut rows = self.conversations.iter();
        let row = rows.find(|row| row.payment == *payment)?;
        Some(row.conversation.stage)
    }

    /// A question as whoever asks it needs it.
    pub(super) fn question(&self, row: &QuestionRow) -> Option<Question> {
        let event = self.events.iter().find(|event| event.seq == row.event_seq);
        let PaymentEvent::Part(claim) = &event?.event else {
            return None;
        };
        let payment = &self.payment(&row.payment)?.payment;
        Some(Question {
            event_seq: row.event_seq,
            payment: payment.clone(),
            session: self.session(&payment.session).ok()?.session.clone(),
            claim: claim.clone(),
            tries: row.tries,
        })
    }

    pub(super) fn endpoint(&mut self, shop: &Slug) -> Option<&mut EndpointRow> {
        self.endpoints.iter_mut().find(|row| row.shop == *shop)
    }
}

/// The number of a new row after so many others.
pub(super) fn next<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).map_or(i64::MAX, |rows| rows + 1)
}

fn missing(id: &SessionId) -> StoreError {
    StoreError::Corrupt(format!("{id} is not there"))
}
