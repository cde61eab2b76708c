//! The books in memory, for simulations: the same rules over plain rows. Nothing of it outlives the
//! process.
//!
//! It offers what payments, operations and notices need. Searching, links and saved cards are not
//! here: who asks is told so.
//!
//! Longer than others: it is one trait, method by method.

use async_trait::async_trait;
use guichet_domain::event::{PaymentEvent, PlatformFact};
use guichet_domain::id::{InstructionId, OperationId, PaymentId, SessionId, Slug};
use guichet_domain::money::Currency;
use guichet_domain::operation::{OperationKind, OperationStage};
use guichet_domain::session::Session;
use guichet_domain::shopper::ShopperId;
use tokio::sync::Mutex;

use self::tables::{NoticeRow, Tables};
use crate::rules::questions::Ask;
use crate::rules::{self, record::record};
use crate::transaction::{BookOf, NewEvent, Requests as _};
use crate::types::{
    AddedPayment, Advance, Attended, AttentionCounts, Audited, Book, CardName, Closed,
    Conversation, Figures, FoundPayment, Idempotency, Instructed, Instruction, Instructions, Kept,
    KeptCard, KeptMessage, LedgerEntry, LeftBehind, Link, LinkState, Message, NewOperation,
    OpenAccount, Operation, OperationAdvance, Payment, Question, Recorded, Search, SecretDigest,
    Source, Unconfirmed, UnmatchedEvent,
};
use crate::{Store, StoreError};

mod erasing;
mod lists;
mod matters;
mod outbox;
mod planted;
mod reading;
mod tables;
mod transaction;
mod waits;
mod work;

pub use self::planted::Planted;

/// The books in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
    /// Notices that a process holds to write later, which is a bug.
    held: Mutex<Vec<NoticeRow>>,
}

impl MemoryStore {
    /// Empty books, with a bug in them if one is given.
    #[must_use]
    pub fn with(planted: Option<Planted>) -> Self {
        let tables = Tables {
            planted,
            ..Tables::default()
        };
        Self {
            tables: Mutex::new(tables),
            ..Self::default()
        }
    }

    /// The process ends in this moment. What it held is lost.
    pub async fn kill(&self) {
        self.held.lock().await.clear();
    }

    /// Does this work in one transaction: where it gives an error, what it wrote is taken back.
    async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&mut Tables) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut kept = self.tables.lock().await;
        let mut changed = kept.clone();
        let mut held = self.held.lock().await;
        changed.notices.append(&mut held);
        let there = changed.notices.len();
        let answer = work(&mut changed).await?;
        if changed.planted == Some(Planted::ToldApart) {
            held.extend(changed.notices.drain(there..));
        }
        *kept = changed;
        Ok(answer)
    }

    async fn load(&self, of: BookOf<'_>) -> Result<Option<Book>, StoreError> {
        Ok(self.tables.lock().await.load(of).map(|(book, _)| book))
    }

    /// Those rows that are due, in the order of `key`.
    fn due<R, T, K: Ord>(
        rows: impl Iterator<Item = R>,
        key: impl Fn(&R) -> Option<K>,
        limit: u32,
        give: impl Fn(R) -> T,
    ) -> Vec<T> {
        let mut due: Vec<_> = rows.filter_map(|row| Some((key(&row)?, row))).collect();
        due.sort_by(|(one, _), (other, _)| one.cmp(other));
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let rows = due.into_iter().take(most);
        rows.map(|(_, row)| give(row)).collect()
    }
}

fn not_here<T>() -> Result<T, StoreError> {
    Err(StoreError::Absent(
        "books in memory have no such thing".into(),
    ))
}

#[async_trait]
impl Store for MemoryStore {
    async fn add_session(
        &self,
        session: &mut Session,
        secret: &SecretDigest,
        mark: &Idempotency,
    ) -> Result<Kept, StoreError> {
        self.write(async |tx| rules::sessions::add(tx, session, secret, mark).await)
            .await
    }

    async fn expire_session(&self, id: &SessionId, now: i64) -> Result<Closed, StoreError> {
        self.write(async |tx| rules::sessions::close(tx, id, now).await)
            .await
    }

    async fn search_sessions(
        &self,
        _: &Search,
        _: Option<&SessionId>,
        _: u32,
    ) -> Result<Vec<Book>, StoreError> {
        not_here()
    }

    async fn search_payments(
        &self,
        _: &Search,
        _: Option<&PaymentId>,
        _: u32,
    ) -> Result<Vec<FoundPayment>, StoreError> {
        not_here()
    }

    async fn rebillings(&self, _: &Slug, _: u32) -> Result<Vec<FoundPayment>, StoreError> {
        not_here()
    }

    async fn recall(&self, mark: &Idempotency) -> Result<Option<Kept>, StoreError> {
        self.tables.lock().await.answer_to(mark).await
    }

    async fn book(&self, id: &SessionId) -> Result<Option<Book>, StoreError> {
        self.load(BookOf::Session(id)).await
    }

    async fn secret_digest(&self, id: &SessionId) -> Result<Option<SecretDigest>, StoreError> {
        let tables = self.tables.lock().await;
        Ok(tables.session(id).ok().map(|row| row.secret.clone()))
    }

    async fn book_by_secret(&self, secret_hash: &[u8]) -> Result<Option<Book>, StoreError> {
        self.load(BookOf::Secret(secret_hash)).await
    }

    async fn add_payment(
        &self,
        payment: &Payment,
        conversation: Option<&Conversation>,
        mark: &Idempotency,
        body: &str,
    ) -> Result<AddedPayment, StoreError> {
        self.write(async |tx| rules::payments::add(tx, payment, conversation, mark, body).await)
            .await
    }

    async fn conversation(&self, payment: &PaymentId) -> Result<Option<Conversation>, StoreError> {
        let tables = self.tables.lock().await;
        let mut rows = tables.conversations.iter();
        let row = rows.find(|row| row.payment == *payment);
        Ok(row.map(|row| row.conversation.clone()))
    }

    async fn advance(
        &self,
        payment: &PaymentId,
        advance: &Advance<'_>,
        now: i64,
    ) -> Result<bool, StoreError> {
        self.write(async |tx| rules::payments::advance(tx, payment, advance, now).await)
            .await
    }

    async fn due_conversations(&self, now: i64, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
        let tables = self.tables.lock().await;
        let rows = tables.conversations.iter();
        let rows = rows.filter(|row| row.next_try_at.is_some_and(|at| at <= now));
        let key = |row: &&tables::ConversationRow| {
            Some((!row.conversation.stage.is_urgent(), row.next_try_at))
        };
        Ok(Self::due(rows, key, limit, |row| row.payment.clone()))
    }

    async fn payment_named(
        &self,
        account: &Slug,
        reference: &str,
    ) -> Result<Option<PaymentId>, StoreError> {
        let tables = self.tables.lock().await;
        let mut payments = tables.payments.iter().map(|row| &row.payment);
        let found = payments.find(|own| own.account == *account && own.reference == reference);
        Ok(found.map(|own| own.id.clone()))
    }

    async fn payment(&self, id: &PaymentId) -> Result<Option<(Payment, Book)>, StoreError> {
        let book = self.load(BookOf::Payment(id)).await?;
        Ok(book.and_then(|book| Some((book.entry(id)?.payment.clone(), book))))
    }

    async fn record_fact(
        &self,
        fact: &PlatformFact,
        source: Source,
        raw: Option<&[u8]>,
        now: i64,
    ) -> Result<Recorded, StoreError> {
        let event = NewEvent::of(fact, source, raw, now);
        self.write(async |tx| Ok(record(tx, &event, Ask::Later).await?.recorded))
            .await
    }

    async fn record_claim(
        &self,
        fact: &PlatformFact,
        source: Source,
        raw: Option<&[u8]>,
        now: i64,
    ) -> Result<(Recorded, Option<Question>), StoreError> {
        let event = NewEvent::of(fact, source, raw, now);
        let outcome = self
            .write(async |tx| record(tx, &event, Ask::Now).await)
            .await?;
        Ok((outcome.recorded, outcome.question))
    }

    async fn record_answer(
        &self,
        fact: &PlatformFact,
        event_seq: i64,
        now: i64,
    ) -> Result<Recorded, StoreError> {
        let event = NewEvent::of(fact, Source::Query, None, now);
        self.write(async |tx| rules::record::answer(tx, &event, event_seq).await)
            .await
    }

    async fn keep_message(&self, message: &Message<'_>, now: i64) -> Result<u32, StoreError> {
        self.write(async |tx| rules::messages::keep(tx, message, now).await)
            .await
    }

    async fn messages(&self, limit: u32) -> Result<Vec<KeptMessage>, StoreError> {
        let tables = self.tables.lock().await;
        let key = |row: &&tables::MessageRow| Some((!row.message.genuine, -row.message.last_at));
        let give = |row: &tables::MessageRow| row.message.clone();
        Ok(Self::due(tables.messages.iter(), key, limit, give))
    }

    async fn message(&self, seq: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let tables = self.tables.lock().await;
        let mut rows = tables.messages.iter();
        let row = rows.find(|row| row.message.seq == seq);
        Ok(row.map(|row| row.content.clone()))
    }

    async fn record_hint(
        &self,
        payment: &PaymentId,
        hint: &PaymentEvent,
        source: Source,
        now: i64,
    ) -> Result<Recorded, StoreError> {
        self.write(async |tx| rules::record::hint(tx, payment, hint, source, now).await)
            .await
    }

    async fn due_deadlines(&self, now: i64, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
        let tables = self.tables.lock().await;
        let key = |row: &&tables::PaymentRow| {
            let due = !row.listing.deadline_passed && row.payment.deadline_at <= now;
            due.then_some(row.payment.deadline_at)
        };
        let give = |row: &tables::PaymentRow| row.payment.id.clone();
        Ok(Self::due(tables.payments.iter(), key, limit, give))
    }

    async fn due_questions(&self, now: i64, limit: u32) -> Result<Vec<Question>, StoreError> {
        let tables = self.tables.lock().await;
        let key = |row: &&tables::QuestionRow| {
            let at = row.next_try_at.filter(|at| *at <= now)?;
            Some((row.tries.min(rules::questions::LEAST_ASKED), at))
        };
        let give = |row: &tables::QuestionRow| tables.question(row);
        let due = Self::due(tables.questions.iter(), key, limit, give);
        Ok(due.into_iter().flatten().collect())
    }

    async fn put_off_question(
        &self,
        event_seq: i64,
        next_try_at: Option<i64>,
        came: Unconfirmed<'_>,
    ) -> Result<(), StoreError> {
        self.write(async |tx| rules::questions::put_off(tx, event_seq, next_try_at, came).await)
            .await
    }

    async fn take_questions(&self, event_seqs: &[i64], now: i64) -> Result<Vec<i64>, StoreError> {
        self.write(async |tx| rules::questions::take(tx, event_seqs, now).await)
            .await
    }

    async fn bound_waits(&self, now: i64, deadline_max: i64) -> Result<(), StoreError> {
        let bounds = rules::waits::Bounds::at(now, deadline_max);
        self.write(async |tx| rules::waits::bound(tx, &bounds).await)
            .await
    }

    async fn keep_first_payment(
        &self,
        _: &CardName<'_>,
        _: &str,
        _: i64,
    ) -> Result<(), StoreError> {
        not_here()
    }

    async fn first_payment(&self, _: &CardName<'_>) -> Result<Option<String>, StoreError> {
        not_here()
    }

    async fn first_payments(
        &self,
        _: &Slug,
        _: Option<(&Slug, &ShopperId)>,
    ) -> Result<Vec<KeptCard>, StoreError> {
        not_here()
    }

    async fn renew_first_payment(
        &self,
        _: &CardName<'_>,
        _: &str,
        _: i64,
    ) -> Result<(), StoreError> {
        not_here()
    }

    async fn forget_first_payment(&self, _: &CardName<'_>) -> Result<(), StoreError> {
        not_here()
    }

    async fn instruct(
        &self,
        instruction: &Instruction,
        operations: &[NewOperation],
        mark: &Idempotency,
    ) -> Result<Instructed, StoreError> {
        self.write(async |tx| rules::operations::instruct(tx, instruction, operations, mark).await)
            .await
    }

    async fn instruction(&self, id: &InstructionId) -> Result<Option<Instruction>, StoreError> {
        let tables = self.tables.lock().await;
        Ok(tables
            .instructions
            .iter()
            .find(|row| row.id == *id)
            .cloned())
    }

    async fn instructions_of(
        &self,
        payment: &PaymentId,
        kind: Option<OperationKind>,
    ) -> Result<Vec<Instructions>, StoreError> {
        Ok(self.tables.lock().await.instructions_of(payment, kind))
    }

    async fn undecided_operations(&self, limit: u32) -> Result<Vec<Operation>, StoreError> {
        let tables = self.tables.lock().await;
        let rows = tables.operations.iter().map(|row| &row.operation);
        let key = |operation: &&Operation| {
            let undecided = operation.stage == OperationStage::Undecided;
            undecided.then_some(operation.created_at)
        };
        Ok(Self::due(rows, key, limit, Operation::clone))
    }

    async fn operations_of(&self, id: &InstructionId) -> Result<Vec<Operation>, StoreError> {
        let tables = self.tables.lock().await;
        let rows = tables.operations.iter().map(|row| &row.operation);
        let own = rows.filter(|operation| operation.instruction == *id);
        Ok(own.cloned().collect())
    }

    async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError> {
        let tables = self.tables.lock().await;
        let mut rows = tables.operations.iter().map(|row| &row.operation);
        Ok(rows.find(|operation| operation.id == *id).cloned())
    }

    async fn advance_operation(&self, advance: &OperationAdvance<'_>) -> Result<bool, StoreError> {
        self.write(async |tx| rules::operations::advance(tx, advance).await)
            .await
    }

    async fn due_operations(&self, now: i64, limit: u32) -> Result<Vec<OperationId>, StoreError> {
        let tables = self.tables.lock().await;
        let key = |row: &&tables::OperationRow| row.next_try_at.filter(|at| *at <= now);
        let give = |row: &tables::OperationRow| row.operation.id.clone();
        Ok(Self::due(tables.operations.iter(), key, limit, give))
    }

    async fn take_over(&self, now: i64) -> Result<LeftBehind, StoreError> {
        Ok(self.tables.lock().await.release(now))
    }

    async fn add_link(&self, _: &Link<'_>) -> Result<(), StoreError> {
        not_here()
    }

    async fn link(&self, _: &[u8], _: &SessionId, _: i64) -> Result<Option<LinkState>, StoreError> {
        not_here()
    }

    async fn use_link(
        &self,
        _: &[u8],
        _: &SessionId,
        _: &[u8],
        _: i64,
    ) -> Result<bool, StoreError> {
        not_here()
    }

    async fn next_number(&self, scope: &str, day: &str) -> Result<u32, StoreError> {
        let counters = &mut self.tables.lock().await.counters;
        let key = (scope.to_owned(), day.to_owned());
        if let Some((_, value)) = counters.iter_mut().find(|(of, _)| *of == key) {
            *value += 1;
            return Ok(*value);
        }
        counters.push((key, 1));
        Ok(1)
    }

    async fn question_number(&self, scope: &str, day: &str) -> Result<u32, StoreError> {
        self.next_number(scope, day).await
    }

    async fn attention(&self, limit: u32) -> Result<Vec<Attended>, StoreError> {
        self.tables.lock().await.attention(limit)
    }

    async fn unmatched(&self, limit: u32) -> Result<Vec<UnmatchedEvent>, StoreError> {
        let tables = self.tables.lock().await;
        let rows = tables.events.iter().filter(|row| row.payment.is_none());
        let give = |row: &tables::EventRow| UnmatchedEvent {
            seq: row.seq,
            account: row.account.clone(),
            reference: row.reference.clone(),
            content: row.content.clone(),
            received_at: row.at,
        };
        Ok(Self::due(rows, |row| Some(row.seq), limit, give))
    }

    async fn attention_counts(&self) -> Result<AttentionCounts, StoreError> {
        let payments = self.attention(u32::MAX).await?.len();
        let unmatched = self.unmatched(u32::MAX).await?.len();
        let tables = self.tables.lock().await;
        let unreadable = tables.messages.iter().filter(|row| row.message.genuine);
        Ok(AttentionCounts {
            payments: payments as u64,
            unmatched: unmatched as u64,
            unreadable: unreadable.count() as u64,
        })
    }

    async fn open_accounts(&self) -> Result<Vec<OpenAccount>, StoreError> {
        not_here()
    }

    async fn ledger(
        &self,
        shop: &Slug,
        currency: Currency,
        after: i64,
        limit: u32,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        self.tables
            .lock()
            .await
            .entries((shop, currency), after, limit)
    }

    async fn audit(&self) -> Result<Audited, StoreError> {
        Ok(self.tables.lock().await.audit())
    }

    async fn figures(&self, _: &[&Slug], _: i64) -> Result<Figures, StoreError> {
        not_here()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
