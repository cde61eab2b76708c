//! Books at which a process may end before and after each call, and others may come first.

use std::sync::Arc;

use async_trait::async_trait;
use guichet_domain::event::{PaymentEvent, PlatformFact};
use guichet_domain::id::{InstructionId, OperationId, PaymentId, SessionId, Slug};
use guichet_domain::money::Currency;
use guichet_domain::operation::OperationKind;
use guichet_domain::session::Session;
use guichet_domain::shopper::ShopperId;
use guichet_store::{
    AddedPayment, Advance, Arrived, Attended, AttentionCounts, Audited, Book, CardName, Closed,
    Conversation, Endpoint, Erased, Erasing, Figures, Followed, FoundPayment, Idempotency,
    Instructed, Instruction, Instructions, Kept, KeptCard, KeptMessage, KeptNotice, LedgerEntry,
    LeftBehind, Link, LinkState, Message, NewOperation, OpenAccount, Operation, OperationAdvance,
    Outbox, OutgoingNotice, Payment, Question, Reading, Recorded, Replay, Search, SecretDigest,
    Sent, Source, Store, StoreError, Taking, Unconfirmed, UnmatchedEvent,
};

use crate::seam::step;

/// These books, with a step before and after each call.
pub(super) struct Stepped(pub(super) Arc<dyn Store>);

macro_rules! delegate {
    ($trait:ident $($name:ident($($argument:ident),*) [$($parameters:tt)*] -> $answer:ty;)+) => {
        #[async_trait]
        impl $trait for Stepped {
            $(
                async fn $name(&self, $($parameters)*) -> Result<$answer, StoreError> {
                    step().await;
                    let answer = self.0.$name($($argument),*).await;
                    step().await;
                    answer
                }
            )+
        }
    };
}

delegate! { Store
    add_session(session, secret, mark)
        [session: &mut Session, secret: &SecretDigest, mark: &Idempotency] -> Kept;
    expire_session(id, now) [id: &SessionId, now: i64] -> Closed;
    search_sessions(search, older_than, limit)
        [search: &Search, older_than: Option<&SessionId>, limit: u32] -> Vec<Book>;
    search_payments(search, older_than, limit)
        [search: &Search, older_than: Option<&PaymentId>, limit: u32] -> Vec<FoundPayment>;
    rebillings(shop, limit) [shop: &Slug, limit: u32] -> Vec<FoundPayment>;
    recall(mark) [mark: &Idempotency] -> Option<Kept>;
    book(id) [id: &SessionId] -> Option<Book>;
    secret_digest(id) [id: &SessionId] -> Option<SecretDigest>;
    book_by_secret(secret_hash) [secret_hash: &[u8]] -> Option<Book>;
    add_payment(payment, conversation, mark, body)
        [
            payment: &Payment,
            conversation: Option<&Conversation>,
            mark: &Idempotency,
            body: &str,
        ] -> AddedPayment;
    conversation(payment) [payment: &PaymentId] -> Option<Conversation>;
    advance(payment, advance, now) [payment: &PaymentId, advance: &Advance<'_>, now: i64] -> bool;
    due_conversations(now, limit) [now: i64, limit: u32] -> Vec<PaymentId>;
    payment_named(account, reference)
        [account: &Slug, reference: &str] -> Option<PaymentId>;
    payment(id) [id: &PaymentId] -> Option<(Payment, Book)>;
    record_fact(fact, source, raw, now)
        [fact: &PlatformFact, source: Source, raw: Option<&[u8]>, now: i64] -> Recorded;
    record_claim(fact, source, raw, now)
        [
            fact: &PlatformFact,
            source: Source,
            raw: Option<&[u8]>,
            now: i64,
        ] -> (Recorded, Option<Question>);
    record_answer(fact, event_seq, now) [fact: &PlatformFact, event_seq: i64, now: i64] -> Recorded;
    keep_message(message, now) [message: &Message<'_>, now: i64] -> u32;
    messages(limit) [limit: u32] -> Vec<KeptMessage>;
    message(seq) [seq: i64] -> Option<Vec<u8>>;
    record_hint(payment, hint, source, now)
        [payment: &PaymentId, hint: &PaymentEvent, source: Source, now: i64] -> Recorded;
    due_deadlines(now, limit) [now: i64, limit: u32] -> Vec<PaymentId>;
    due_questions(now, limit) [now: i64, limit: u32] -> Vec<Question>;
    take_questions(event_seqs, now) [event_seqs: &[i64], now: i64] -> Vec<i64>;
    bound_waits(now, deadline_max) [now: i64, deadline_max: i64] -> ();
    put_off_question(event_seq, next_try_at, came)
        [event_seq: i64, next_try_at: Option<i64>, came: Unconfirmed<'_>] -> ();
    keep_first_payment(card, proof, now) [card: &CardName<'_>, proof: &str, now: i64] -> ();
    first_payment(card) [card: &CardName<'_>] -> Option<String>;
    first_payments(account, owner)
        [account: &Slug, owner: Option<(&Slug, &ShopperId)>] -> Vec<KeptCard>;
    renew_first_payment(card, proof, now) [card: &CardName<'_>, proof: &str, now: i64] -> ();
    forget_first_payment(card) [card: &CardName<'_>] -> ();
    instruct(instruction, operations, mark)
        [instruction: &Instruction, operations: &[NewOperation], mark: &Idempotency] -> Instructed;
    instruction(id) [id: &InstructionId] -> Option<Instruction>;
    instructions_of(payment, kind)
        [payment: &PaymentId, kind: Option<OperationKind>] -> Vec<Instructions>;
    undecided_operations(limit) [limit: u32] -> Vec<Operation>;
    operations_of(id) [id: &InstructionId] -> Vec<Operation>;
    operation(id) [id: &OperationId] -> Option<Operation>;
    advance_operation(advance) [advance: &OperationAdvance<'_>] -> bool;
    due_operations(now, limit) [now: i64, limit: u32] -> Vec<OperationId>;
    take_over(now) [now: i64] -> LeftBehind;
    add_link(link) [link: &Link<'_>] -> ();
    link(digest, session, now) [digest: &[u8], session: &SessionId, now: i64] -> Option<LinkState>;
    use_link(digest, session, by, now)
        [digest: &[u8], session: &SessionId, by: &[u8], now: i64] -> bool;
    next_number(scope, day) [scope: &str, day: &str] -> u32;
    question_number(scope, day) [scope: &str, day: &str] -> u32;
    attention(limit) [limit: u32] -> Vec<Attended>;
    unmatched(limit) [limit: u32] -> Vec<UnmatchedEvent>;
    attention_counts() [] -> AttentionCounts;
    open_accounts() [] -> Vec<OpenAccount>;
    ledger(shop, currency, after, limit)
        [shop: &Slug, currency: Currency, after: i64, limit: u32] -> Vec<LedgerEntry>;
    audit() [] -> Audited;
    figures(shops, now) [shops: &[&Slug], now: i64] -> Figures;
    ping() [] -> ();
}

delegate! { Outbox
    set_endpoints(endpoints, now) [endpoints: &[(Slug, String)], now: i64] -> ();
    due_expiries(now, limit) [now: i64, limit: u32] -> Vec<SessionId>;
    record_expiries(sessions, now) [sessions: &[SessionId], now: i64] -> ();
    take_notices(now, limit, each) [now: i64, limit: u32, each: u32] -> Vec<OutgoingNotice>;
    record_sent(notice, sent, now) [notice: &OutgoingNotice, sent: &Sent, now: i64] -> Followed;
    endpoints() [] -> Vec<Endpoint>;
    notices(shop, limit) [shop: Option<&Slug>, limit: u32] -> Vec<KeptNotice>;
    replay_notices(which, now) [which: Replay<'_>, now: i64] -> u64;
    enable_endpoint(shop, enabled, now) [shop: &Slug, enabled: bool, now: i64] -> bool;
}

delegate! { Erasing
    erase_old(shop, before, limit, now) [shop: &Slug, before: i64, limit: u32, now: i64] -> u32;
    forget_old(before, limit) [before: i64, limit: u32] -> u32;
    erase_shopper(shop, shopper, now) [shop: Option<&Slug>, shopper: &str, now: i64] -> Erased;
}

delegate! { Reading
    arrived_for(payment, limit) [payment: &PaymentId, limit: u32] -> Vec<Arrived>;
    notices_of(session) [session: &SessionId] -> Vec<KeptNotice>;
    takings(shop, from, before) [shop: &Slug, from: i64, before: i64] -> Vec<Taking>;
}
