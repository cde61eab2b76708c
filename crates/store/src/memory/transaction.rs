//! What one writing transaction finds and stores: requests, sessions, payments, events, messages
//! and the ledger.

use async_trait::async_trait;
use guichet_domain::event::PaymentEvent;
use guichet_domain::id::{PaymentId, SessionId, Slug};
use guichet_domain::ledger::Movement;
use guichet_domain::money::Currency;
use guichet_domain::session::Session;

use super::planted::Planted;
use super::tables::{
    AnswerRow, ConversationRow, EventRow, LedgerRow, MessageRow, PaymentRow, SessionRow, Tables,
    next,
};
use crate::error::StoreError;
use crate::transaction::{
    BookOf, Events, FirstSettled, Found, Ledger, ListedBook, Listing, Messages, NewEvent, Payments,
    Requests, Sessions, Standing,
};
use crate::types::{
    Advance, Conversation, Idempotency, Kept, KeptMessage, Message, Payment, SecretDigest,
};

fn gone(what: &str) -> StoreError {
    StoreError::Corrupt(format!("{what} is not there"))
}

#[async_trait]
impl Requests for Tables {
    async fn answer_to(&mut self, mark: &Idempotency) -> Result<Option<Kept>, StoreError> {
        let mut rows = self.answers.iter();
        let row = rows.find(|row| row.is_of(mark));
        Ok(row.map(|row| {
            if row.mark.fingerprint == mark.fingerprint {
                Kept::Replayed(row.body.clone())
            } else {
                Kept::OtherBody
            }
        }))
    }

    async fn add_answer(
        &mut self,
        mark: &Idempotency,
        body: &str,
        _: i64,
    ) -> Result<(), StoreError> {
        if self.answers.iter().any(|row| row.is_of(mark)) {
            return Err(StoreError::Corrupt("a second answer to one key".into()));
        }
        self.answers.push(AnswerRow {
            mark: mark.clone(),
            body: body.to_owned(),
        });
        Ok(())
    }

    async fn replace_answer(&mut self, mark: &Idempotency, body: &str) -> Result<bool, StoreError> {
        let mut rows = self.answers.iter_mut();
        let row = rows.find(|row| row.is_of(mark) && row.mark.fingerprint == mark.fingerprint);
        Ok(row.map(|row| body.clone_into(&mut row.body)).is_some())
    }
}

#[async_trait]
impl Sessions for Tables {
    async fn book(&mut self, of: BookOf<'_>) -> Result<Option<ListedBook>, StoreError> {
        Ok(self.load(of))
    }

    async fn order_key(&mut self, session: &SessionId) -> Result<String, StoreError> {
        Ok(self.session(session)?.order_key.clone())
    }

    async fn add_session(
        &mut self,
        session: &Session,
        order_key: &str,
        secret: &SecretDigest,
    ) -> Result<FirstSettled, StoreError> {
        let row = SessionRow {
            session: session.clone(),
            order_key: order_key.to_owned(),
            secret: secret.clone(),
            expiry_due: true,
        };
        self.sessions.push(row);
        Ok(FirstSettled(self.first_settled(&session.shop, order_key)))
    }

    async fn add_answered_session(
        &mut self,
        session: &Session,
        order_key: &str,
        secret: &SecretDigest,
        mark: &Idempotency,
    ) -> Result<Option<FirstSettled>, StoreError> {
        if self.answers.iter().any(|row| row.is_of(mark)) {
            return Ok(None);
        }
        self.add_answer(mark, session.id.as_str(), session.created_at)
            .await?;
        self.add_session(session, order_key, secret).await.map(Some)
    }

    async fn end_session(&mut self, session: &SessionId, at: i64) -> Result<(), StoreError> {
        self.session_mut(session)?.session.expires_at = at;
        Ok(())
    }

    async fn change_amount(&mut self, session: &Session) -> Result<(), StoreError> {
        self.session_mut(&session.id)?.session.amount = session.amount;
        Ok(())
    }

    async fn settle(&mut self, session: &SessionId, by: &PaymentId) -> Result<(), StoreError> {
        let row = self.session_mut(session)?;
        row.session.settled_by.get_or_insert_with(|| by.clone());
        Ok(())
    }

    async fn others_of_order(&mut self, session: &SessionId) -> Result<Vec<SessionId>, StoreError> {
        let told = |other: &&SessionRow| {
            self.payments.iter().any(|payment| {
                payment.payment.session == other.session.id
                    && self
                        .events
                        .iter()
                        .any(|event| event.payment.as_ref() == Some(&payment.payment.id))
            })
        };
        let others = self.others(self.session(session)?).filter(told);
        Ok(others.map(|other| other.session.id.clone()).collect())
    }
}

#[async_trait]
impl Payments for Tables {
    async fn standing(&mut self, session: &SessionId) -> Result<Standing, StoreError> {
        let row = self.session(session)?;
        let payments = self.payments.iter();
        let own = payments.filter(|payment| payment.payment.session == *session);
        Ok(Standing {
            any_settled: self
                .first_settled(&row.session.shop, &row.order_key)
                .is_some(),
            expires_at: row.session.expires_at,
            payments: own.count(),
        })
    }

    async fn add_payment(&mut self, payment: &Payment, _: usize) -> Result<(), StoreError> {
        let twice = |row: &PaymentRow| {
            (&row.payment.account, &row.payment.reference) == (&payment.account, &payment.reference)
        };
        if self.payments.iter().any(twice) {
            return Err(StoreError::Corrupt("a reference that is taken".into()));
        }
        self.payments.push(PaymentRow {
            payment: payment.clone(),
            listing: Listing {
                money: "pending".into(),
                attention: "[]".into(),
                handled: "[]".into(),
                deadline_passed: false,
            },
        });
        Ok(())
    }

    async fn add_conversation(
        &mut self,
        payment: &PaymentId,
        conversation: &Conversation,
        next_try_at: i64,
    ) -> Result<(), StoreError> {
        self.conversations.push(ConversationRow {
            payment: payment.clone(),
            conversation: conversation.clone(),
            next_try_at: Some(next_try_at),
        });
        Ok(())
    }

    async fn advance(
        &mut self,
        payment: &PaymentId,
        advance: &Advance<'_>,
    ) -> Result<bool, StoreError> {
        let at = |row: &&mut ConversationRow| {
            let due = advance
                .due
                .is_none_or(|due| row.next_try_at.is_some_and(|at| at <= due));
            row.payment == *payment && row.conversation.stage == advance.from && due
        };
        let Some(row) = self.conversations.iter_mut().find(at) else {
            return Ok(false);
        };
        row.next_try_at = advance.next_try_at;
        let kept = &mut row.conversation;
        kept.stage = advance.to;
        kept.tries += u32::from(advance.due.is_some());
        if let Some(memo) = advance.memo {
            kept.memo = Some(memo.to_owned());
        }
        if let Some(posted) = advance.posted {
            kept.posted = posted.to_vec();
        }
        Ok(true)
    }

    async fn list(&mut self, payment: &PaymentId, listing: &Listing) -> Result<(), StoreError> {
        let mut rows = self.payments.iter_mut();
        let row = rows.find(|row| row.payment.id == *payment);
        row.ok_or_else(|| gone(payment.as_str()))?.listing = listing.clone();
        Ok(())
    }

    async fn reference_of(
        &mut self,
        payment: &PaymentId,
    ) -> Result<Option<(String, String)>, StoreError> {
        let found = self.payment(payment).map(|row| &row.payment);
        Ok(found.map(|found| (found.account.to_string(), found.reference.clone())))
    }
}

#[async_trait]
impl Events for Tables {
    async fn find(&mut self, event: &NewEvent<'_>, content: &str) -> Result<Found, StoreError> {
        let mut payments = self.payments.iter().map(|row| &row.payment);
        let payment = payments.find(|payment| {
            payment.account.as_str() == event.account && payment.reference == event.reference
        });
        let same_identity =
            |row: &&EventRow| row.account == event.account && row.identity == event.identity;
        let told: Vec<_> = self.events.iter().filter(same_identity).collect();
        let same = told.iter().any(|row| row.content == content);
        let twice = self.planted == Some(Planted::AppliedTwice);
        let is_part = matches!(event.content, PaymentEvent::Part(_));
        Ok(Found {
            payment: payment.map(|payment| payment.id.clone()),
            told: !told.is_empty(),
            same: same && !(twice && is_part),
            ours: told.iter().any(|row| row.is_ours()),
        })
    }

    async fn bind(
        &mut self,
        account: &str,
        call: &str,
        transaction: &str,
        payment: &PaymentId,
    ) -> Result<PaymentId, StoreError> {
        let key = [account, call, transaction].map(str::to_owned);
        if let Some((_, bound)) = self.transactions.iter().find(|(of, _)| *of == key) {
            return Ok(bound.clone());
        }
        self.transactions.push((key, payment.clone()));
        Ok(payment.clone())
    }

    async fn add_event(
        &mut self,
        event: &NewEvent<'_>,
        payment: Option<&PaymentId>,
        content: &str,
    ) -> Result<i64, StoreError> {
        let seq = next(&self.events);
        let told = |row: &EventRow| row.account == event.account && row.identity == event.identity;
        if self.planted == Some(Planted::AppliedTwice)
            && matches!(event.content, PaymentEvent::Part(_))
            && self.events.iter().any(told)
        {
            // What it moved is written once more.
            let own = self
                .ledger
                .iter()
                .filter(|row| payment == Some(&row.payment));
            let own: Vec<_> = own.cloned().collect();
            for row in own {
                let of = (&row.shop, row.currency);
                self.post(of, &row.payment, &row.movement, event.now)
                    .await?;
            }
        }
        self.events.push(EventRow {
            seq,
            payment: payment.cloned(),
            account: event.account.to_owned(),
            reference: event.reference.to_owned(),
            identity: event.identity.to_owned(),
            content: content.to_owned(),
            event: event.content.clone(),
            at: event.now,
        });
        Ok(seq)
    }
}

#[async_trait]
impl Ledger for Tables {
    async fn post(
        &mut self,
        (shop, currency): (&Slug, Currency),
        payment: &PaymentId,
        movement: &Movement,
        now: i64,
    ) -> Result<(), StoreError> {
        let own = |row: &&LedgerRow| (&row.shop, row.currency) == (shop, currency);
        let last = self.ledger.iter().rfind(own);
        let (number, posted_at) =
            last.map_or((1, now), |last| (last.number + 1, last.posted_at.max(now)));
        self.ledger.push(LedgerRow {
            shop: shop.clone(),
            currency,
            number,
            payment: payment.clone(),
            movement: movement.clone(),
            posted_at,
        });
        Ok(())
    }

    async fn written(&mut self, payment: &PaymentId) -> Result<Vec<Movement>, StoreError> {
        let own = self.ledger.iter().filter(|row| row.payment == *payment);
        Ok(own.map(|row| row.movement.clone()).collect())
    }

    async fn ledger_due(&mut self, _: u32) -> Result<Vec<(PaymentId, i64)>, StoreError> {
        Ok(Vec::new())
    }

    async fn caught_up(&mut self, _: &PaymentId) -> Result<(), StoreError> {
        Ok(())
    }
}

#[async_trait]
impl Messages for Tables {
    async fn genuine_messages(&mut self, message: &Message<'_>) -> Result<(u32, bool), StoreError> {
        let account = message.account.as_str();
        let own = |row: &&MessageRow| row.message.account == account && row.message.genuine;
        let genuine: Vec<_> = self.messages.iter().filter(own).collect();
        let is_there = genuine.iter().any(|row| row.content == message.content);
        Ok((u32::try_from(genuine.len()).unwrap_or(u32::MAX), is_there))
    }

    async fn count_message(&mut self, message: &Message<'_>, now: i64) -> Result<u32, StoreError> {
        let same = |row: &&mut MessageRow| {
            let kept = (&*row.message.account, row.message.genuine, &*row.content);
            kept == (message.account.as_str(), message.genuine, message.content)
        };
        if let Some(row) = self.messages.iter_mut().find(same) {
            row.message.times += 1;
            row.message.last_at = now;
            message.why.clone_into(&mut row.message.why);
            return Ok(row.message.times);
        }
        let seq = self.messages.iter().map(|row| row.message.seq).max();
        self.messages.push(MessageRow {
            message: KeptMessage {
                seq: seq.unwrap_or_default() + 1,
                account: message.account.to_string(),
                genuine: message.genuine,
                why: message.why.to_owned(),
                bytes: u32::try_from(message.content.len()).unwrap_or(u32::MAX),
                times: 1,
                first_at: now,
                last_at: now,
            },
            content: message.content.to_vec(),
        });
        Ok(1)
    }

    async fn trim_messages(&mut self, account: &str, kept: u32) -> Result<(), StoreError> {
        let own = |row: &&MessageRow| row.message.account == account && !row.message.genuine;
        let mut rows: Vec<_> = self.messages.iter().filter(own).collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.message.last_at, row.message.seq)));
        let most = usize::try_from(kept).unwrap_or(usize::MAX);
        let rest: Vec<_> = rows.iter().skip(most).map(|row| row.message.seq).collect();
        self.messages.retain(|row| !rest.contains(&row.message.seq));
        Ok(())
    }
}
