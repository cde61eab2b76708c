//! What one writing transaction finds and stores of work that is due: questions, operations and
//! notices.

use async_trait::async_trait;
use guichet_domain::id::SessionId;
use guichet_domain::id::{PaymentId, Slug};
use guichet_domain::notice::NoticeKind;
use guichet_domain::operation::OperationStage;
use guichet_domain::session::Session;
use guichet_domain::stage::Stage;

use super::planted::Planted;
use super::tables::{EndpointRow, EventRow, NoticeRow, OperationRow, QuestionRow, Tables, next};
use crate::error::StoreError;
use crate::transaction::{NewQuestion, NoticeUpdate, Notices, Operations, Questions, TakeNotices};
use crate::types::{
    Instruction, LeftBehind, NewOperation, Operation, OperationAdvance, OutgoingNotice,
    QuestionState,
};

impl Tables {
    fn told_by(&self, account: &str, identity: &str) -> Vec<i64> {
        let rows = self.events.iter();
        let rows = rows.filter(|row| row.account == account && row.identity == identity);
        rows.map(|row| row.seq).collect()
    }
}

#[async_trait]
impl Questions for Tables {
    async fn open_claims(
        &mut self,
        payment: &PaymentId,
        call: &str,
        transaction: &str,
        states: &[QuestionState],
    ) -> Result<u32, StoreError> {
        let named = |seq| {
            let mut events = self.events.iter();
            let event = events.find(|event| event.seq == seq);
            event.and_then(EventRow::numbers) == Some((call, transaction))
        };
        let open = self.questions.iter().filter(|row| {
            row.payment == *payment
                && row.next_try_at.is_some()
                && states.contains(&row.state)
                && named(row.event_seq)
        });
        Ok(u32::try_from(open.count()).unwrap_or(u32::MAX))
    }

    async fn add_question(&mut self, question: &NewQuestion<'_>) -> Result<(), StoreError> {
        self.questions.push(QuestionRow {
            event_seq: question.event_seq,
            payment: question.payment.clone(),
            next_try_at: Some(question.next_try_at),
            tries: question.tries,
            state: question.state,
            answer: None,
        });
        Ok(())
    }

    async fn end_questions(
        &mut self,
        account: &str,
        identity: &str,
        state: QuestionState,
    ) -> Result<(), StoreError> {
        let told = self.told_by(account, identity);
        let rows = self.questions.iter_mut();
        for row in rows.filter(|row| told.contains(&row.event_seq)) {
            row.next_try_at = None;
            row.state = state;
        }
        Ok(())
    }

    async fn hasten_questions(
        &mut self,
        account: &str,
        identity: &str,
        next_try_at: i64,
        states: &[QuestionState],
    ) -> Result<(), StoreError> {
        let told = self.told_by(account, identity);
        for row in &mut self.questions {
            let later = row.next_try_at.is_none_or(|at| at > next_try_at);
            if told.contains(&row.event_seq) && states.contains(&row.state) && later {
                row.next_try_at = Some(next_try_at);
            }
        }
        Ok(())
    }

    async fn beside_question(
        &mut self,
        event_seq: i64,
        state: QuestionState,
    ) -> Result<Option<(u32, u32)>, StoreError> {
        let mut rows = self.questions.iter();
        let Some(row) = rows.find(|row| row.event_seq == event_seq) else {
            return Ok(None);
        };
        let others = self.questions.iter().filter(|other| {
            other.payment == row.payment && other.event_seq != event_seq && other.state == state
        });
        let others = u32::try_from(others.count()).unwrap_or(u32::MAX);
        Ok(Some((row.tries, others)))
    }

    async fn set_question(
        &mut self,
        event_seq: i64,
        next_try_at: Option<i64>,
        state: QuestionState,
        answer: Option<&str>,
    ) -> Result<(), StoreError> {
        let rows = self.questions.iter_mut();
        for row in rows.filter(|row| row.event_seq == event_seq) {
            row.next_try_at = next_try_at;
            row.state = state;
            row.answer = answer.map(str::to_owned).or(row.answer.take());
        }
        Ok(())
    }

    async fn take_questions(
        &mut self,
        event_seqs: &[i64],
        now: i64,
        next_try_at: i64,
        state: QuestionState,
    ) -> Result<Vec<i64>, StoreError> {
        let due = |row: &&mut QuestionRow| {
            event_seqs.contains(&row.event_seq) && row.next_try_at.is_some_and(|at| at <= now)
        };
        let mut taken = Vec::new();
        for row in self.questions.iter_mut().filter(due) {
            row.next_try_at = Some(next_try_at);
            row.tries += 1;
            row.state = state;
            taken.push(row.event_seq);
        }
        Ok(taken)
    }
}

#[async_trait]
impl Operations for Tables {
    async fn add_instruction(&mut self, instruction: &Instruction) -> Result<(), StoreError> {
        self.instructions.push(instruction.clone());
        Ok(())
    }

    async fn add_operation(
        &mut self,
        instruction: &Instruction,
        operation: &NewOperation,
        _: usize,
    ) -> Result<(), StoreError> {
        let open = |row: &OperationRow| {
            let other = &row.operation;
            let same = (&other.payment, &other.part) == (&instruction.payment, &operation.part);
            same && other.stage != OperationStage::Over
        };
        let counted = self.planted != Some(Planted::UnderWayNotCounted);
        if counted && self.operations.iter().any(open) {
            return Err(StoreError::Corrupt("two open operations on a part".into()));
        }
        self.operations.push(OperationRow {
            operation: Operation {
                id: operation.id.clone(),
                instruction: instruction.id.clone(),
                payment: instruction.payment.clone(),
                kind: instruction.kind,
                part: operation.part.clone(),
                amount: operation.amount,
                currency: instruction.currency,
                stage: OperationStage::Waiting,
                tries: 0,
                last_answer: None,
                next_try_at: Some(operation.next_try_at),
                created_at: instruction.created_at,
            },
            next_try_at: Some(operation.next_try_at),
        });
        Ok(())
    }

    async fn advance_operation(
        &mut self,
        advance: &OperationAdvance<'_>,
    ) -> Result<Option<PaymentId>, StoreError> {
        let at = |row: &&mut OperationRow| {
            let stage = row.operation.stage;
            let due = advance
                .due
                .is_none_or(|due| row.next_try_at.is_some_and(|at| at <= due));
            row.operation.id == *advance.id
                && stage != OperationStage::Over
                && advance.from.is_none_or(|from| from == stage)
                && due
        };
        let planted = self.planted;
        let Some(row) = self.operations.iter_mut().find(at) else {
            return Ok(None);
        };
        let mut to = advance.to;
        if let Some(planted) = planted {
            planted.moved(&mut to, advance);
        }
        row.operation.stage = to;
        row.next_try_at = advance.next_try_at;
        row.operation.next_try_at = advance.next_try_at;
        row.operation.tries = advance.tries;
        if let Some(answer) = advance.answer {
            row.operation.last_answer = Some(answer.to_owned());
        }
        Ok(Some(row.operation.payment.clone()))
    }
}

#[async_trait]
impl Notices for Tables {
    async fn add_notice(
        &mut self,
        session: &Session,
        kind: NoticeKind,
        subject: &str,
        content: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let own = |row: &&NoticeRow| row.session == session.id;
        let there = |row: &NoticeRow| row.kind == kind && row.subject == subject;
        let endpoint = self.endpoint(&session.shop).is_some();
        if !endpoint || self.notices.iter().filter(own).any(there) {
            return Ok(());
        }
        let place = u32::try_from(self.notices.iter().filter(own).count()).unwrap_or(u32::MAX) + 1;
        let random = session.id.as_str().get(3..).unwrap_or_default();
        self.notices.push(NoticeRow {
            seq: next(&self.notices),
            id: format!("msg_{random}_{place}"),
            session: session.id.clone(),
            shop: session.shop.clone(),
            place,
            kind,
            subject: subject.to_owned(),
            content: serde_json::from_str(content)?,
            created_at: now,
            next_try_at: Some(now),
            first_try_at: None,
            delivered_at: None,
            tries: 0,
            taken: false,
            answer: None,
        });
        Ok(())
    }

    async fn end_expiry(&mut self, session: &SessionId) -> Result<bool, StoreError> {
        let row = self.session_mut(session)?;
        row.expiry_due = false;
        let shop = row.session.shop.clone();
        Ok(self.endpoint(&shop).is_some())
    }

    async fn take_notices(
        &mut self,
        take: &TakeNotices<'_>,
    ) -> Result<Vec<OutgoingNotice>, StoreError> {
        let of_shop = |row: &&NoticeRow| row.shop == *take.shop;
        let waits = |row: &NoticeRow| {
            self.notices.iter().any(|before| {
                before.session == row.session
                    && before.place < row.place
                    && before.next_try_at.is_some()
                    && before.tries < take.ordered_tries
            })
        };
        let under_way = self
            .notices
            .iter()
            .filter(of_shop)
            .filter(|row| row.taken && row.next_try_at.is_some_and(|at| at > take.now));
        let under_way = u32::try_from(under_way.count()).unwrap_or(u32::MAX);
        let most = take.most.min(take.under_way.saturating_sub(under_way));
        let due = self.notices.iter().filter(of_shop);
        let due = due.filter(|row| row.next_try_at.is_some_and(|at| at <= take.now));
        let mut due: Vec<_> = due.filter(|row| !waits(row)).collect();
        due.sort_by_key(|row| (row.next_try_at, row.seq));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let seqs: Vec<_> = due.iter().take(most).map(|row| row.seq).collect();
        let mut taken = Vec::new();
        for row in self
            .notices
            .iter_mut()
            .filter(|row| seqs.contains(&row.seq))
        {
            row.taken = true;
            row.tries += 1;
            row.next_try_at = Some(take.until);
            row.first_try_at.get_or_insert(take.now);
            taken.push(OutgoingNotice {
                seq: row.seq,
                id: row.id.clone(),
                shop: row.shop.clone(),
                place: row.place,
                kind: row.kind,
                content: row.content.clone(),
                created_at: row.created_at,
                tries: row.tries,
            });
        }
        Ok(taken)
    }

    async fn first_try_of(&mut self, seq: i64) -> Result<Option<i64>, StoreError> {
        let mut rows = self.notices.iter();
        let row = rows.find(|row| row.seq == seq);
        Ok(row.and_then(|row| row.first_try_at))
    }

    async fn update_notice(
        &mut self,
        seq: i64,
        update: &NoticeUpdate<'_>,
    ) -> Result<(), StoreError> {
        for row in self.notices.iter_mut().filter(|row| row.seq == seq) {
            row.taken = false;
            row.next_try_at = update.next_try_at;
            row.answer = Some(update.answer.to_owned());
            row.delivered_at = update.delivered_at.or(row.delivered_at);
        }
        Ok(())
    }

    async fn endpoint_worked(&mut self, shop: &Slug) -> Result<u32, StoreError> {
        let Some(row) = self.endpoint(shop) else {
            return Ok(0);
        };
        row.failing_since = None;
        Ok(std::mem::take(&mut row.failures))
    }

    async fn endpoint_failed(&mut self, shop: &Slug, now: i64) -> Result<Option<i64>, StoreError> {
        Ok(self.endpoint(shop).map(|row| {
            row.failures += 1;
            *row.failing_since.get_or_insert(now)
        }))
    }

    async fn disable_endpoint(
        &mut self,
        shop: &Slug,
        now: i64,
        why: &str,
    ) -> Result<bool, StoreError> {
        let row = self.endpoint(shop);
        Ok(row
            .map(|row| row.disabled = Some((now, why.to_owned())))
            .is_some())
    }

    async fn enable_endpoint(&mut self, shop: &Slug) -> Result<bool, StoreError> {
        let row = self.endpoint(shop);
        Ok(row
            .map(|row| {
                row.disabled = None;
                row.failing_since = None;
                row.failures = 0;
            })
            .is_some())
    }

    async fn hasten_notices(&mut self, shop: &Slug, now: i64) -> Result<(), StoreError> {
        let rows = self.notices.iter_mut();
        for row in rows.filter(|row| row.shop == *shop && !row.taken) {
            row.next_try_at = row.next_try_at.map(|at| at.min(now));
        }
        Ok(())
    }

    async fn renew_notices(&mut self, shop: &Slug, now: i64) -> Result<(), StoreError> {
        let rows = self.notices.iter_mut();
        for row in rows.filter(|row| row.shop == *shop && row.next_try_at.is_some()) {
            row.next_try_at = Some(now);
            row.tries = 0;
            row.first_try_at = None;
            row.taken = false;
        }
        Ok(())
    }

    async fn set_endpoint(&mut self, shop: &Slug, url: &str) -> Result<bool, StoreError> {
        let new = EndpointRow {
            shop: shop.clone(),
            url: url.to_owned(),
            failures: 0,
            failing_since: None,
            disabled: None,
        };
        match self.endpoint(shop) {
            Some(row) if row.url == url => return Ok(false),
            Some(row) => *row = new,
            None => self.endpoints.push(new),
        }
        Ok(true)
    }

    async fn keep_endpoints(&mut self, shops: &[&str]) -> Result<(), StoreError> {
        self.endpoints
            .retain(|row| shops.contains(&row.shop.as_str()));
        Ok(())
    }
}

impl Tables {
    /// Makes due what a process had taken that is dead, and gives what it talked about.
    pub(super) fn release(&mut self, now: i64) -> LeftBehind {
        let questions = self.questions.iter_mut();
        for row in questions.filter(|row| row.state == QuestionState::Asking) {
            row.next_try_at = row.next_try_at.map(|_| now);
        }
        for row in self.notices.iter_mut().filter(|row| row.taken) {
            row.taken = false;
            row.next_try_at = Some(now);
        }
        for row in &mut self.operations {
            row.next_try_at = row.next_try_at.map(|at| at.min(now));
        }
        let talking = self
            .conversations
            .iter()
            .filter(|row| row.conversation.stage == Stage::Talking && row.next_try_at.is_some());
        LeftBehind {
            payments: talking.map(|row| row.payment.clone()).collect(),
            operations: Vec::new(),
        }
    }
}
