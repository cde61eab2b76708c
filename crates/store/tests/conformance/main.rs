//! What every store must do. Each promise is one function over `&dyn Store`; they run on a real
//! database file.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "in tests, a panic is how a failure is told"
)]

#[path = "../../../../tests/support/disk.rs"]
mod disk;
mod faults;
#[allow(dead_code, reason = "what takes its time runs elsewhere")]
#[path = "../../../../tests/support/torture.rs"]
mod torture;

use std::sync::Arc;

use guichet_domain::event::{Confirmation, Part, PaymentEvent, PlatformFact, ReturnOutcome, Trust};
use guichet_domain::id::{PaymentId, SessionId, Slug};
use guichet_domain::method::Method;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::payment::{Attention, Money, fold};
use guichet_domain::session::{Capture, PAYMENTS_MAX, Session};
use guichet_domain::shopper::{Address, Country, Email, Phone, Shopper, ShopperId};
use guichet_domain::{MethodKind, PartKind, PartStatus};
use guichet_store::sqlite::SqliteStore;
use guichet_store::{
    ASKING_SECONDS, AddedPayment, Advance, CardMark, Closed, Conversation, DENIED, Idempotency,
    Kept, Message, Payment, Recorded, SecretMark, Source, Stage, Store, WAIT_MAX,
};

async fn open(folder: &tempfile::TempDir) -> SqliteStore {
    SqliteStore::open(&folder.path().join("books.db"))
        .await
        .unwrap()
}

fn slug(name: &str) -> Slug {
    Slug::try_from(name.to_owned()).unwrap()
}

fn amount(minor: u64) -> Amount {
    Amount::try_from(minor).unwrap()
}

fn method(code: &str) -> Method {
    Method::try_from(code.to_owned()).unwrap()
}

fn session(seed: u8) -> Session {
    Session {
        id: SessionId::from_random([seed; 16]),
        shop: slug("demo"),
        reference: format!("ORDER é-{seed}"),
        amount: amount(1500),
        currency: Currency::EUR,
        shopper: Shopper {
            id: None,
            first_name: Some("Camille".into()),
            last_name: Some("Durand".into()),
            email: Some(Email::try_from("camille@example.com".to_owned()).unwrap()),
            phone: Some(Phone::try_from("+33612345678".to_owned()).unwrap()),
            address: Address {
                line1: Some("12 rue des Lilas".into()),
                line2: None,
                postal_code: Some("75011".into()),
                city: Some("Paris".into()),
                country: Some(Country::try_from("FR".to_owned()).unwrap()),
            },
        },
        items: 3,
        locale: "fr".to_owned().try_into().ok(),
        methods: None,
        voucher_eligible_amount: None,
        capture: Capture::Automatic,
        return_url: "https://shop.example/order/1".into(),
        expires_at: 2000,
        created_at: 1000,
        metadata: [("note".to_owned(), "élan".to_owned())].into(),
        references_repeat: false,
        replaces: None,
        settled_by: None,
        paid_in: None,
    }
}

fn mark(key: &str, body: &str) -> Idempotency {
    Idempotency {
        scope: "test".into(),
        key: key.into(),
        fingerprint: body.as_bytes().to_vec(),
    }
}

fn secret(seed: u8) -> SecretMark {
    SecretMark {
        hash: vec![seed; 32],
        salt: vec![seed; 16],
    }
}

fn payment(session: &Session, seed: u8) -> Payment {
    Payment {
        id: PaymentId::from_random([seed; 16]),
        session: session.id.clone(),
        provider: "up2pay".into(),
        account: slug("main"),
        method: method("sodexo"),
        kind: MethodKind::MealVoucher,
        reference: format!("REF{seed}"),
        created_at: 1000,
        deadline_at: 1500,
    }
}

fn fact(payment: &Payment, transaction: &str, kind: PartKind, minor: u64) -> PlatformFact {
    PlatformFact {
        account: payment.account.clone(),
        reference: payment.reference.clone(),
        identity: format!("{}|{transaction}", payment.reference),
        event: PaymentEvent::Part(Part {
            transaction: transaction.into(),
            call: "77".into(),
            kind,
            method: (kind == PartKind::Voucher).then(|| payment.method.clone()),
            brand: "SODEXO".into(),
            amount: amount(minor),
            status: PartStatus::Accepted,
            code: "00000".into(),
            refusal: None,
            parts_expected: None,
            fingerprint: String::new(),
            trust: Trust::Ours,
        }),
    }
}

async fn add(store: &dyn Store, session: &Session, seed: u8) -> Payment {
    let made = payment(session, seed);
    let kept = store
        .add_payment(&made, None, &mark(&format!("p{seed}"), "b"), "{}")
        .await
        .unwrap();
    assert_eq!(kept, AddedPayment::Kept(Kept::New));
    made
}

async fn add_session(store: &dyn Store, seed: u8) -> Session {
    let mut made = session(seed);
    let (secret, mark) = (secret(seed), mark(&format!("s{seed}"), "b"));
    let kept = store.add_session(&mut made, &secret, &mark).await.unwrap();
    assert_eq!(kept, Kept::New);
    made
}

async fn money(store: &dyn Store, payment: &Payment) -> Money {
    let book = store.book(&payment.session).await.unwrap().unwrap();
    let (stored, events) = book
        .payments
        .iter()
        .find(|(p, _)| p.id == payment.id)
        .unwrap();
    fold(&stored.terms(&book.session), events).money
}

#[tokio::test]
async fn a_session_is_read_back_as_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let made = add_session(&store, 1).await;
    let by_id = store.book(&made.id).await.unwrap().unwrap();
    assert_eq!(by_id.session, made);
    let by_secret = store.book_by_secret(&[1; 32]).await.unwrap().unwrap();
    assert_eq!(by_secret.session, made);
    assert!(store.book_by_secret(&[2; 32]).await.unwrap().is_none());
    assert_eq!(
        store.secret_mark(&made.id).await.unwrap().unwrap().salt,
        vec![1; 16]
    );
}

/// Also where both were written in one flush: who is told of another's write finds it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_repeated_request_is_told_of_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    for round in 0..12_u8 {
        let tries: Vec<_> = (0..20_u8)
            .map(|one| {
                let (store, seed) = (Arc::clone(&store), round * 20 + one);
                tokio::spawn(async move {
                    let mut made = session(seed);
                    let mark = mark(&format!("round {round}"), "b");
                    let kept = store
                        .add_session(&mut made, &secret(seed), &mark)
                        .await
                        .unwrap();
                    let id = match kept {
                        Kept::Replayed(id) => SessionId::try_from(id).unwrap(),
                        _ => made.id,
                    };
                    assert!(store.book(&id).await.unwrap().is_some(), "{id}");
                })
            })
            .collect();
        for one in tries {
            one.await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_repeated_request_has_no_second_effect_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let first = add_session(&store, 1).await;
    store.close().await;
    let store = open(&folder).await;
    let mut again = session(2);
    let same = store
        .add_session(&mut again, &secret(2), &mark("s1", "b"))
        .await
        .unwrap();
    assert_eq!(same, Kept::Replayed(first.id.to_string()));
    let other = store
        .add_session(&mut again, &secret(2), &mark("s1", "c"))
        .await
        .unwrap();
    assert_eq!(other, Kept::OtherBody);
    assert!(store.book(&again.id).await.unwrap().is_none());
}

#[tokio::test]
async fn two_parts_pay_and_the_first_paid_payment_settles() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let one = add(&store, &session, 1).await;
    let two = add(&store, &session, 2).await;
    let voucher = fact(&one, "11", PartKind::Voucher, 1200);
    let complement = fact(&one, "12", PartKind::Complement, 300);
    let record = |f: PlatformFact| {
        let store = &store;
        async move {
            store
                .record_fact(&f, Source::Notification, Some(b"raw"), 1100)
                .await
                .unwrap()
        }
    };
    assert_eq!(
        record(complement.clone()).await,
        Recorded::New(one.id.clone())
    );
    assert_eq!(money(&store, &one).await, Money::Pending);
    assert_eq!(
        record(fact(&two, "21", PartKind::Voucher, 1500)).await,
        Recorded::New(two.id.clone())
    );
    assert_eq!(record(voucher.clone()).await, Recorded::New(one.id.clone()));
    assert_eq!(record(voucher).await, Recorded::Duplicate);
    let book = store.book(&session.id).await.unwrap().unwrap();
    assert_eq!(book.session.settled_by, Some(two.id.clone()));
    let attention = store.attention(10).await.unwrap();
    assert_eq!(attention.len(), 1);
    assert_eq!(attention[0].payment.id, one.id);
    assert_eq!(attention[0].attention, vec![Attention::Surplus]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn facts_in_parallel_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    let session = add_session(&*store, 1).await;
    let made = add(&*store, &session, 1).await;
    let facts: Vec<_> = (0..30)
        .map(|n| match n % 2 {
            0 => fact(&made, "1", PartKind::Voucher, 1200),
            _ => fact(&made, "2", PartKind::Complement, 300),
        })
        .collect();
    let tasks: Vec<_> = facts
        .into_iter()
        .map(|fact| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                store
                    .record_fact(&fact, Source::Notification, None, 1100)
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut new = 0;
    for task in tasks {
        new += i32::from(matches!(task.await.unwrap(), Recorded::New(_)));
    }
    assert_eq!(new, 2);
    assert_eq!(money(&*store, &made).await, Money::Paid);
    let book = store.book(&session.id).await.unwrap().unwrap();
    assert_eq!(
        (book.session.settled_by, book.payments[0].1.len()),
        (Some(made.id), 2)
    );
}

#[tokio::test]
async fn a_second_content_is_kept_as_a_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let first = fact(&made, "1", PartKind::Voucher, 1500);
    let second = fact(&made, "1", PartKind::Voucher, 1400);
    store
        .record_fact(&first, Source::Notification, None, 1100)
        .await
        .unwrap();
    let recorded = store
        .record_fact(&second, Source::Notification, None, 1100)
        .await
        .unwrap();
    assert_eq!(recorded, Recorded::Conflict(made.id.clone()));
    let book = store.book(&session.id).await.unwrap().unwrap();
    assert_eq!(book.payments[0].1.len(), 2);
    assert_eq!(
        store.attention(10).await.unwrap()[0].attention,
        vec![Attention::Conflict]
    );
    assert_eq!(money(&store, &made).await, Money::Paid);
}

#[tokio::test]
async fn what_was_pending_and_becomes_final_is_no_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let mut first = fact(&made, "1", PartKind::Voucher, 1500);
    if let PaymentEvent::Part(part) = &mut first.event {
        part.status = PartStatus::Pending;
    }
    let last = fact(&made, "1", PartKind::Voucher, 1500);
    for fact in [first, last] {
        let recorded = store
            .record_fact(&fact, Source::Notification, None, 1100)
            .await
            .unwrap();
        assert_eq!(recorded, Recorded::New(made.id.clone()));
    }
    assert_eq!(money(&store, &made).await, Money::Paid);
    assert!(store.attention(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_fact_of_an_unknown_reference_is_kept_and_moves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let mut foreign = fact(&made, "1", PartKind::Voucher, 1500);
    foreign.reference = "NOT-OURS".into();
    let recorded = store
        .record_fact(&foreign, Source::Notification, Some(b"raw"), 1100)
        .await;
    assert_eq!(recorded.unwrap(), Recorded::Unmatched);
    assert_eq!(money(&store, &made).await, Money::Pending);
    assert_eq!(store.unmatched(10).await.unwrap()[0].reference, "NOT-OURS");
    let mut other_account = fact(&made, "1", PartKind::Voucher, 1500);
    other_account.account = slug("second");
    let recorded = store
        .record_fact(&other_account, Source::Notification, None, 1100)
        .await;
    assert_eq!(recorded.unwrap(), Recorded::Unmatched);
}

#[tokio::test]
async fn a_hint_is_never_a_platforms_fact() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let posing = fact(&made, "1", PartKind::Voucher, 1500).event;
    assert!(
        store
            .record_hint(&made.id, &posing, Source::Return, 1100)
            .await
            .is_err()
    );
    let hint = PaymentEvent::Returned {
        outcome: ReturnOutcome::Accepted,
    };
    store
        .record_hint(&made.id, &hint, Source::Return, 1100)
        .await
        .unwrap();
    assert_eq!(money(&store, &made).await, Money::Pending);
}

#[tokio::test]
async fn deadlines_are_due_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    assert!(store.due_deadlines(1499, 10).await.unwrap().is_empty());
    assert_eq!(
        store.due_deadlines(1500, 10).await.unwrap(),
        vec![made.id.clone()]
    );
    let passed = PaymentEvent::DeadlinePassed;
    store
        .record_hint(&made.id, &passed, Source::Clock, 1500)
        .await
        .unwrap();
    assert!(store.due_deadlines(9999, 10).await.unwrap().is_empty());
    assert_eq!(money(&store, &made).await, Money::Expired);
}

#[tokio::test]
async fn a_claim_waits_for_our_own_accounts_word() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let mut claim = fact(&made, "1", PartKind::Voucher, 1500);
    if let PaymentEvent::Part(part) = &mut claim.event {
        part.trust = Trust::Signed;
    }
    store
        .record_fact(&claim, Source::Notification, None, 1100)
        .await
        .unwrap();
    assert_eq!(money(&store, &made).await, Money::Pending);
    let open = store.due_queries(1100, 10).await.unwrap();
    assert_eq!(
        (open.len(), open[0].tries, &open[0].payment.id),
        (1, 0, &made.id)
    );
    let seq = open[0].event_seq;
    assert_eq!(store.take_queries(&[seq], 1100).await.unwrap(), [seq]);
    store
        .postpone_query(open[0].event_seq, Some(1200), "unreachable")
        .await
        .unwrap();
    assert!(store.due_queries(1199, 10).await.unwrap().is_empty());
    assert_eq!(store.due_queries(1200, 10).await.unwrap()[0].tries, 1);
    store
        .postpone_query(open[0].event_seq, None, "agreed")
        .await
        .unwrap();
    assert!(
        store
            .due_queries(i64::MAX - 1, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

fn claim(payment: &Payment, transaction: &str, minor: u64) -> PlatformFact {
    let mut claim = fact(payment, transaction, PartKind::Voucher, minor);
    if let PaymentEvent::Part(part) = &mut claim.event {
        part.trust = Trust::Signed;
    }
    claim
}

fn confirmation(payment: &Payment, transaction: &str, minor: u64) -> PlatformFact {
    PlatformFact {
        account: payment.account.clone(),
        reference: payment.reference.clone(),
        identity: format!("confirmed|{}|{transaction}", payment.reference),
        event: PaymentEvent::Confirmed(Confirmation {
            transaction: transaction.into(),
            call: "77".into(),
            amount: amount(minor),
            status: PartStatus::Accepted,
        }),
    }
}

#[tokio::test]
async fn one_transaction_never_pays_two_payments() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let (first, second) = (add_session(&store, 1).await, add_session(&store, 2).await);
    let (one, two) = (add(&store, &first, 1).await, add(&store, &second, 2).await);
    for (made, recorded) in [
        (&one, Recorded::New(one.id.clone())),
        (&two, Recorded::Unmatched),
    ] {
        let claim = claim(made, "5", 1500);
        store
            .record_fact(&claim, Source::Notification, None, 1100)
            .await
            .unwrap();
        let word = confirmation(made, "5", 1500);
        let got = store
            .record_fact(&word, Source::Query, None, 1100)
            .await
            .unwrap();
        assert_eq!(got, recorded);
    }
    assert_eq!(money(&store, &one).await, Money::Paid);
    assert_eq!(money(&store, &two).await, Money::Pending);
    assert_eq!(store.unmatched(10).await.unwrap().len(), 1);
    // The same at the secret address, where no question is asked.
    let third = add_session(&store, 3).await;
    let three = add(&store, &third, 3).await;
    let ours = fact(&three, "5", PartKind::Voucher, 1500);
    let got = store
        .record_fact(&ours, Source::Notification, None, 1100)
        .await
        .unwrap();
    assert_eq!(got, Recorded::Unmatched);
    assert_eq!(money(&store, &three).await, Money::Pending);
}

#[tokio::test]
async fn a_claim_that_is_told_again_is_asked_about_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let claim = claim(&made, "1", 1500);
    store
        .record_fact(&claim, Source::Return, None, 1100)
        .await
        .unwrap();
    let open = store.due_queries(1100, 10).await.unwrap();
    store
        .postpone_query(open[0].event_seq, None, "PPPS 00018")
        .await
        .unwrap();
    assert!(store.due_queries(9999, 10).await.unwrap().is_empty());
    let again = store
        .record_fact(&claim, Source::Notification, None, 1200)
        .await
        .unwrap();
    assert_eq!(again, Recorded::Duplicate);
    assert_eq!(store.due_queries(1202, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_known_to_be_ours_is_not_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let (claim, ours) = (
        claim(&made, "1", 1500),
        fact(&made, "1", PartKind::Voucher, 1500),
    );
    store
        .record_fact(&claim, Source::Return, None, 1100)
        .await
        .unwrap();
    assert_eq!(store.due_queries(1100, 10).await.unwrap().len(), 1);
    store
        .record_fact(&ours, Source::Notification, None, 1100)
        .await
        .unwrap();
    assert!(store.due_queries(9999, 10).await.unwrap().is_empty());
    let other = add_session(&store, 2).await;
    let later = add(&store, &other, 2).await;
    let ours = fact(&later, "2", PartKind::Voucher, 1500);
    store
        .record_fact(&ours, Source::Notification, None, 1100)
        .await
        .unwrap();
    store
        .record_fact(&self::claim(&later, "2", 1500), Source::Return, None, 1100)
        .await
        .unwrap();
    assert!(store.due_queries(9999, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_transaction_named_is_asked_about_however_many_others_are_claimed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let record = async |fact: PlatformFact| {
        let recorded = store.record_fact(&fact, Source::Notification, None, 1100);
        recorded.await.unwrap()
    };
    for n in 0..60 {
        record(claim(&made, &n.to_string(), 1500)).await;
    }
    let due = store.due_queries(1100, 100).await.unwrap();
    assert_eq!(due.len(), 60, "other merchants' transactions, each of them");
    for open in &due {
        let later = Some(1100 + 600);
        let answer = format!("{DENIED}not found");
        store
            .postpone_query(open.event_seq, later, &answer)
            .await
            .unwrap();
    }
    record(claim(&made, "true", 1500)).await;
    let due = store.due_queries(1100, 100).await.unwrap();
    assert_eq!(due.len(), 1, "what was denied counts for nothing");
    assert_eq!(due[0].claim.transaction, "true");
}

#[tokio::test]
async fn of_many_contents_of_one_transaction_some_are_asked_about_at_once_and_none_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    for amount in 1..=30 {
        let fact = claim(&made, "same", amount);
        store
            .record_fact(&fact, Source::Notification, None, 1100)
            .await
            .unwrap();
    }
    let due = store.due_queries(1100, 100).await.unwrap();
    assert_eq!(due.len(), 10);
    assert_eq!(store.due_queries(1700, 100).await.unwrap().len(), 30);
    for open in &due {
        let answer = format!("{DENIED}MONTANT differs");
        store
            .postpone_query(open.event_seq, Some(9000), &answer)
            .await
            .unwrap();
    }
    let fact = claim(&made, "same", 1500);
    store
        .record_fact(&fact, Source::Notification, None, 1100)
        .await
        .unwrap();
    let due = store.due_queries(1100, 100).await.unwrap();
    assert_eq!(due.len(), 0, "twenty are still to be asked about");
    assert_eq!(store.due_queries(1700, 100).await.unwrap().len(), 21);
}

#[tokio::test]
async fn a_claim_that_is_denied_beside_many_is_not_asked_about_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    for n in 0..60 {
        let fact = claim(&made, &n.to_string(), 1500);
        store
            .record_fact(&fact, Source::Notification, None, 1100)
            .await
            .unwrap();
    }
    let deny = async || {
        for open in store.due_queries(1100, 100).await.unwrap() {
            let seq = open.event_seq;
            store.take_queries(&[seq], 1100).await.unwrap();
            let answer = format!("{DENIED}not found");
            let postponed = store.postpone_query(seq, Some(1100), &answer).await;
            postponed.unwrap();
        }
    };
    for _ in 0..4 {
        deny().await;
        assert_eq!(store.due_queries(1100, 100).await.unwrap().len(), 60);
    }
    deny().await;
    assert_eq!(store.due_queries(1100, 100).await.unwrap().len(), 0);
    // Beside few that are denied the platform's books may lag for as long as they do.
    let session = add_session(&store, 2).await;
    let made = add(&store, &session, 2).await;
    let fact = claim(&made, "lags", 1500);
    store
        .record_fact(&fact, Source::Notification, None, 1100)
        .await
        .unwrap();
    for _ in 0..20 {
        deny().await;
    }
    assert_eq!(store.due_queries(1100, 100).await.unwrap().len(), 1);
}

fn message<'a>(account: &'a Slug, genuine: bool, content: &'a [u8]) -> Message<'a> {
    Message {
        account,
        genuine,
        why: "Auto is missing",
        content,
    }
}

#[tokio::test]
async fn a_message_that_can_not_be_taken_is_kept_once_with_a_count() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let main = slug("main");
    for (times, now) in [(1, 1100), (2, 1200), (3, 1300)] {
        let kept = store
            .keep_message(&message(&main, true, b"Mt=1"), now)
            .await;
        assert_eq!(kept.unwrap(), times);
    }
    let kept = store.messages(10).await.unwrap();
    assert_eq!(kept.len(), 1);
    let one = &kept[0];
    assert_eq!(
        (one.account.as_str(), one.genuine, one.times),
        ("main", true, 3)
    );
    assert_eq!((one.first_at, one.last_at, one.bytes), (1100, 1300, 4));
    assert_eq!(one.why, "Auto is missing");
    let content = store.message(one.seq).await.unwrap();
    assert_eq!(content.as_deref(), Some(&b"Mt=1"[..]));
    assert_eq!(store.message(one.seq + 1).await.unwrap(), None);
    // It is no payment's event, and pushes none off the list.
    assert!(store.unmatched(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn of_genuine_messages_the_oldest_stay_and_of_refused_ones_the_latest() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let (main, other) = (slug("main"), slug("other"));
    store
        .keep_message(&message(&other, false, b"theirs"), 1)
        .await
        .unwrap();
    for n in 0..1010_i64 {
        let content = n.to_string();
        let genuine = message(&main, true, content.as_bytes());
        store.keep_message(&genuine, 1000 + n).await.unwrap();
        if n < 150 {
            let refused = message(&main, false, content.as_bytes());
            store.keep_message(&refused, 1000 + n).await.unwrap();
        }
    }
    let kept = store.messages(5000).await.unwrap();
    let of = |account: &str, genuine: bool| {
        let of = kept
            .iter()
            .filter(|m| m.account == account && m.genuine == genuine);
        of.collect::<Vec<_>>()
    };
    let genuine = of("main", true);
    assert_eq!(genuine.len(), 1001);
    let rest = genuine.iter().find(|m| m.bytes == 0).unwrap();
    assert_eq!(rest.times, 10, "{rest:?}");
    assert!(
        genuine.iter().any(|m| m.first_at == 1000),
        "the first is there"
    );
    let refused = of("main", false);
    assert_eq!(refused.len(), 100);
    assert!(
        refused.iter().all(|m| m.first_at >= 1050),
        "the latest are there"
    );
    assert_eq!(of("other", false).len(), 1, "each account has its own");
    // One that is there is counted though there is no room for another.
    let again = store.keep_message(&message(&main, true, b"0"), 5000).await;
    assert_eq!(again.unwrap(), 2);
}

#[tokio::test]
async fn the_first_message_that_fits_no_payment_is_pushed_off_the_list_by_none() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    for n in 0..20 {
        let mut fact = claim(&made, &n.to_string(), 1500);
        fact.reference = format!("NOT-OURS-{n}");
        store
            .record_fact(&fact, Source::Notification, None, 1100)
            .await
            .unwrap();
    }
    let unmatched = store.unmatched(10).await.unwrap();
    assert_eq!(unmatched[0].reference, "NOT-OURS-0");
}

#[tokio::test]
async fn numbers_are_never_drawn_twice_in_a_day_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    assert_eq!(
        store.next_number("up2pay/1", "2026-01-01").await.unwrap(),
        1
    );
    assert_eq!(
        store.next_number("up2pay/1", "2026-01-01").await.unwrap(),
        2
    );
    assert_eq!(
        store.next_number("up2pay/2", "2026-01-01").await.unwrap(),
        1
    );
    store.close().await;
    let store = self::open(&folder).await;
    assert_eq!(
        store.next_number("up2pay/1", "2026-01-01").await.unwrap(),
        3
    );
    assert_eq!(
        store.next_number("up2pay/1", "2026-01-02").await.unwrap(),
        1
    );
}

#[tokio::test]
async fn numbers_of_questions_are_never_drawn_twice_in_a_day_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut drawn = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let store = open(&folder).await;
        for _ in 0..100 {
            let number = store.question_number("up2pay/1", "2026-01-01").await;
            let number = number.unwrap();
            assert!(number > 0 && drawn.insert(number), "{number} again");
        }
        let other = store.question_number("up2pay/2", "2026-01-01").await;
        assert_eq!(other.unwrap() % 32, 1);
        store.close().await;
    }
    let store = open(&folder).await;
    let first = store.question_number("up2pay/1", "2026-01-02").await;
    assert_eq!(first.unwrap(), 1);
}

#[tokio::test]
async fn a_question_that_was_taken_is_left_to_who_took_it_and_released_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let record = |transaction: &str| {
        let claim = claim(&made, transaction, 1500);
        let store = &store;
        async move {
            store
                .record_claim(&claim, Source::Notification, None, 1100)
                .await
                .unwrap()
        }
    };
    let (recorded, taken) = record("1").await;
    assert_eq!(recorded, Recorded::New(made.id.clone()));
    let taken = taken.unwrap();
    assert_eq!((&taken.payment, taken.tries), (&made, 0));
    // Told again while it is asked about: neither taken again nor due sooner.
    assert!(record("1").await.1.is_none());
    let due = async |now| store.due_queries(now, 10).await.unwrap();
    assert!(due(1100 + ASKING_SECONDS - 1).await.is_empty());
    store.release_queries(1101).await.unwrap();
    assert_eq!(due(1101).await[0].tries, 1);
    // Of two who take it, one has it.
    let seqs = [taken.event_seq];
    assert_eq!(store.take_queries(&seqs, 1101).await.unwrap(), seqs);
    assert!(store.take_queries(&seqs, 1101).await.unwrap().is_empty());
    let word = confirmation(&made, "1", 1500);
    store.record_answer(&word, seqs[0], 1102).await.unwrap();
    assert_eq!(money(&store, &made).await, Money::Paid);
    store.release_queries(1103).await.unwrap();
    assert!(due(i64::MAX - 1).await.is_empty());
}

#[tokio::test]
async fn what_was_put_off_by_a_clock_that_was_ahead_waits_no_longer_than_the_longest_wait() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let (now, ahead) = (1000, 1000 + 7200);
    let session = add_session(&store, 1).await;
    let late = Payment {
        deadline_at: ahead + 1500,
        ..payment(&session, 1)
    };
    let begun = conversation(Stage::Unknown);
    let mark = mark("p1", "b");
    let added = store.add_payment(&late, Some(&begun), &mark, "{}");
    assert_eq!(added.await.unwrap(), AddedPayment::Kept(Kept::New));
    let (_, taken) = store
        .record_claim(&claim(&late, "1", 1500), Source::Notification, None, ahead)
        .await
        .unwrap();
    let seq = taken.unwrap().event_seq;
    let then = Some(ahead + 600);
    store
        .postpone_query(seq, then, "unreachable")
        .await
        .unwrap();
    let put_off = Advance {
        next_try_at: then,
        ..Advance::new(Stage::Unknown, Stage::Unknown)
    };
    assert!(store.advance(&late.id, &put_off).await.unwrap());
    let due = async |now| {
        (
            store.due_deadlines(now, 10).await.unwrap().len(),
            store.due_conversations(now, 10).await.unwrap().len(),
            store.due_queries(now, 10).await.unwrap().len(),
        )
    };
    // While the clock is ahead, nothing is out of bounds.
    store.bound_waits(ahead, 1500).await.unwrap();
    assert_eq!(due(now + 1500).await, (0, 0, 0));
    store.bound_waits(now, 1500).await.unwrap();
    assert_eq!(due(now + 599).await, (0, 0, 0));
    assert_eq!(due(now + WAIT_MAX).await.2, 1);
    assert_eq!(due(now + 1500).await, (1, 1, 1));
    // What has ended stays so.
    store.postpone_query(seq, None, "agreed").await.unwrap();
    store.bound_waits(now, 1500).await.unwrap();
    assert_eq!(due(i64::MAX - 1).await.2, 0);
}

#[tokio::test]
async fn a_settled_session_takes_no_payment_and_no_session_takes_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let paid = fact(&made, "1", PartKind::Voucher, 1500);
    store
        .record_fact(&paid, Source::Notification, None, 1100)
        .await
        .unwrap();
    let late = store
        .add_payment(&payment(&session, 9), None, &mark("late", "b"), "{}")
        .await
        .unwrap();
    assert_eq!(late, AddedPayment::Settled);
    let busy = add_session(&store, 2).await;
    for n in 0..PAYMENTS_MAX {
        add(&store, &busy, 100 + u8::try_from(n).unwrap()).await;
    }
    let more = store
        .add_payment(&payment(&busy, 99), None, &mark("more", "b"), "{}")
        .await
        .unwrap();
    assert_eq!(more, AddedPayment::TooMany);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_one_step_of_a_conversation_one_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    let session = add_session(&*store, 1).await;
    let made = payment(&session, 1);
    let begun = Conversation {
        nonce: "n".into(),
        stage: Stage::Return,
        keep: Some("kept".into()),
        posted: Vec::new(),
        tries: 0,
    };
    store
        .add_payment(&made, Some(&begun), &mark("p", "b"), "{}")
        .await
        .unwrap();
    assert_eq!(store.conversation(&made.id).await.unwrap(), Some(begun));
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let (store, id) = (Arc::clone(&store), made.id.clone());
            tokio::spawn(async move {
                let posted = [("n".to_owned(), n.to_string())];
                let step = Advance {
                    posted: Some(&posted),
                    next_try_at: Some(1100),
                    ..Advance::new(Stage::Return, Stage::Finalise)
                };
                store.advance(&id, &step).await.unwrap()
            })
        })
        .collect();
    let mut moved = 0;
    for task in tasks {
        moved += i32::from(task.await.unwrap());
    }
    assert_eq!(moved, 1);
    let now = store.conversation(&made.id).await.unwrap().unwrap();
    assert_eq!((now.stage, now.posted.len()), (Stage::Finalise, 1));
    assert_eq!(now.keep.as_deref(), Some("kept"));
    assert!(store.due_conversations(1099, 10).await.unwrap().is_empty());
    assert_eq!(
        store.due_conversations(1100, 10).await.unwrap(),
        vec![made.id.clone()]
    );
    let over = Advance::new(Stage::Finalise, Stage::Over);
    assert!(store.advance(&made.id, &over).await.unwrap());
    assert!(
        store
            .due_conversations(i64::MAX, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

fn conversation(stage: Stage) -> Conversation {
    Conversation {
        nonce: "n".into(),
        stage,
        keep: None,
        posted: Vec::new(),
        tries: 0,
    }
}

/// A payment that goes on after its beginning, stored.
async fn begin(store: &dyn Store, session: &Session, seed: u8, stage: Stage) -> Payment {
    let made = payment(session, seed);
    let begun = conversation(stage);
    let mark = mark(&format!("p{seed}"), "b");
    let kept = store.add_payment(&made, Some(&begun), &mark, "first").await;
    assert_eq!(kept.unwrap(), AddedPayment::Kept(Kept::New));
    made
}

#[tokio::test]
async fn a_step_replaces_the_answer_of_the_request_that_took_it_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let one = begin(&store, &session, 1, Stage::Proceed).await;
    begin(&store, &session, 2, Stage::Proceed).await;
    let own = mark("p1", "b");
    let step = |from, to, mark: &Idempotency, body: &str| {
        let (store, id) = (&store, one.id.clone());
        let (mark, body) = (mark.clone(), body.to_owned());
        async move {
            let step = Advance {
                answer: Some((&mark, &body)),
                ..Advance::new(from, to)
            };
            store.advance(&id, &step).await.unwrap()
        }
    };
    let told = async |mark: &Idempotency| store.recall(mark).await.unwrap();
    let replayed = |body: &str| Some(Kept::Replayed(body.to_owned()));
    // A step that is not taken changes no answer.
    assert!(!step(Stage::Token, Stage::Over, &own, "never").await);
    assert_eq!(told(&own).await, replayed("first"));
    assert!(step(Stage::Proceed, Stage::Talking, &own, "second").await);
    assert_eq!(told(&own).await, replayed("second"));
    assert_eq!(told(&mark("p1", "c")).await, Some(Kept::OtherBody));
    assert_eq!(told(&mark("p2", "b")).await, replayed("first"));
    // Another request's step leaves it, and keeps its own.
    let other = mark("other", "b");
    assert!(step(Stage::Talking, Stage::Return, &other, "third").await);
    assert_eq!(told(&own).await, replayed("second"));
    assert_eq!(told(&other).await, replayed("third"));
    // The same key with another body is another request: the step fails as a whole.
    let changed = mark("p1", "c");
    let step = Advance {
        answer: Some((&changed, "fourth")),
        ..Advance::new(Stage::Return, Stage::Over)
    };
    assert!(store.advance(&one.id, &step).await.is_err());
    assert_eq!(told(&own).await, replayed("second"));
    let now = store.conversation(&one.id).await.unwrap().unwrap();
    assert_eq!(now.stage, Stage::Return);
    store.close().await;
    let store = self::open(&folder).await;
    assert_eq!(store.recall(&own).await.unwrap(), replayed("second"));
}

#[tokio::test]
async fn every_turn_of_a_job_is_counted_and_taken_only_once_it_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    for (seed, stage, meanwhile) in [
        (1, Stage::Finalise, Stage::Talking),
        (2, Stage::Unknown, Stage::Unknown),
        (3, Stage::Overdue, Stage::Overdue),
    ] {
        let made = begin(&store, &session, seed, stage).await;
        for turn in 1..=3 {
            let again = |from, to, due| Advance {
                next_try_at: Some(2000),
                due,
                ..Advance::new(from, to)
            };
            let set = again(stage, stage, None);
            assert!(store.advance(&made.id, &set).await.unwrap());
            let early = again(stage, meanwhile, Some(1999));
            assert!(!store.advance(&made.id, &early).await.unwrap(), "{stage:?}");
            let due = again(stage, meanwhile, Some(2000));
            assert!(store.advance(&made.id, &due).await.unwrap());
            let back = again(meanwhile, stage, None);
            assert!(store.advance(&made.id, &back).await.unwrap());
            let now = store.conversation(&made.id).await.unwrap().unwrap();
            assert_eq!(now.tries, turn, "{stage:?}");
        }
    }
}

#[tokio::test]
async fn a_payment_of_which_nothing_was_sent_is_dormant() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    for (seed, stage, dormant) in [
        (1, Stage::Proceed, true),
        (2, Stage::Token, true),
        (3, Stage::Talking, false),
        (4, Stage::Return, false),
        (5, Stage::Finalise, false),
        (6, Stage::Unknown, false),
        (7, Stage::Over, false),
        (8, Stage::Overdue, false),
        (9, Stage::GivenUp, false),
    ] {
        let made = begin(&store, &session, seed, stage).await;
        let book = store.book(&session.id).await.unwrap().unwrap();
        assert_eq!(book.dormant.contains(&made.id), dormant, "{stage:?}");
        assert!(book.single.contains(&made.id), "{stage:?}");
    }
}

#[tokio::test]
async fn a_new_payment_that_goes_on_is_due_at_its_deadline_and_finalised_ones_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let due = async |now, limit| store.due_conversations(now, limit).await.unwrap();
    let mut waiting = Vec::new();
    for (seed, stage) in [(1, Stage::Proceed), (2, Stage::Token), (3, Stage::Return)] {
        waiting.push(begin(&store, &session, seed, stage).await.id);
        assert!(due(1499, 10).await.is_empty(), "{stage:?}");
        assert_eq!(due(1500, 10).await.len(), waiting.len(), "{stage:?}");
    }
    let back = Advance {
        next_try_at: Some(1600),
        ..Advance::new(Stage::Return, Stage::Finalise)
    };
    assert!(store.advance(&waiting[2], &back).await.unwrap());
    assert_eq!(due(1599, 10).await, waiting[..2]);
    // It was due last, and somebody waits for it.
    assert_eq!(due(1600, 1).await, waiting[2..]);
    assert_eq!(due(1600, 10).await.len(), 3);
}

#[tokio::test]
async fn a_payment_that_may_have_taken_money_is_unresolved_until_its_conversation_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    for (seed, stage, unresolved) in [
        (1, Stage::Proceed, false),
        (2, Stage::Token, false),
        (3, Stage::Talking, true),
        (4, Stage::Return, false),
        (5, Stage::Finalise, true),
        (6, Stage::Unknown, true),
        (7, Stage::Overdue, false),
        (8, Stage::GivenUp, true),
        (9, Stage::Over, false),
    ] {
        let made = begin(&store, &session, seed, stage).await;
        let book = store.book(&session.id).await.unwrap().unwrap();
        assert_eq!(book.unresolved.contains(&made.id), unresolved, "{stage:?}");
    }
}

#[tokio::test]
async fn what_a_person_should_look_at_changes_with_the_conversation() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = begin(&store, &session, 1, Stage::Token).await;
    let passed = PaymentEvent::DeadlinePassed;
    let hint = store.record_hint(&made.id, &passed, Source::Clock, 1500);
    hint.await.unwrap();
    let listed = async || store.attention(10).await.unwrap();
    assert!(listed().await.is_empty());
    let mut from = Stage::Token;
    for (to, still_pending) in [
        (Stage::Talking, true),
        (Stage::Overdue, false),
        (Stage::Unknown, true),
        (Stage::Over, false),
        (Stage::Finalise, true),
        (Stage::GivenUp, true),
        (Stage::Over, false),
    ] {
        let step = Advance::new(from, to);
        assert!(store.advance(&made.id, &step).await.unwrap());
        let listed = listed().await;
        assert_eq!(!listed.is_empty(), still_pending, "{to:?}");
        for line in listed {
            assert_eq!(line.payment.id, made.id);
            assert_eq!(line.attention, vec![Attention::StillPending]);
        }
        from = to;
    }
}

/// Damages the books, as another version of the program or a broken disk would.
async fn damage(folder: &tempfile::TempDir, statements: &[&'static str]) {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(folder.path().join("books.db"))
        .foreign_keys(false);
    let books = sqlx::SqlitePool::connect_with(options).await.unwrap();
    for statement in statements {
        let done = sqlx::query(*statement).execute(&books).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{statement}");
    }
    books.close().await;
}

#[tokio::test]
async fn one_row_that_can_not_be_read_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let (first, second) = (add_session(&store, 1).await, add_session(&store, 2).await);
    let bad = begin(&store, &first, 1, Stage::Finalise).await;
    let good = begin(&store, &second, 2, Stage::Finalise).await;
    for made in [&bad, &good] {
        let due = Advance {
            next_try_at: Some(1100),
            ..Advance::new(Stage::Finalise, Stage::Unknown)
        };
        assert!(store.advance(&made.id, &due).await.unwrap());
        let claim = claim(made, "1", 1500);
        store
            .record_fact(&claim, Source::Notification, None, 1100)
            .await
            .unwrap();
    }
    damage(
        &folder,
        &[
            "UPDATE events SET payment_id = 'x' WHERE reference = 'REF1'",
            "UPDATE queries SET payment_id = 'x', next_try_at = 0 WHERE event_seq = 1",
            "UPDATE conversations SET payment_id = 'x', next_try_at = 0
             WHERE payment_id = (SELECT id FROM payments WHERE reference = 'REF1')",
            "UPDATE payments SET id = 'x', deadline_at = 0 WHERE reference = 'REF1'",
        ],
    )
    .await;
    let own = vec![good.id.clone()];
    assert_eq!(store.due_deadlines(1500, 10).await.unwrap(), own);
    assert_eq!(store.due_conversations(1500, 10).await.unwrap(), own);
    let due = store.due_queries(1500, 10).await.unwrap();
    let due: Vec<_> = due.into_iter().map(|query| query.payment.id).collect();
    assert_eq!(due, own);
}

#[tokio::test]
async fn the_first_payment_of_a_card_is_kept_until_it_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let [account, shop, other] = ["sg", "demo", "other"].map(slug);
    let [camille, lea] = ["camille", "lea"].map(|id| ShopperId::try_from(id.to_owned()).unwrap());
    let card = CardMark {
        account: &account,
        shop: &shop,
        shopper: &camille,
        card: "1",
    };
    assert_eq!(store.first_payment(&card).await.unwrap(), None);
    store.keep_first_payment(&card, "one").await.unwrap();
    store.keep_first_payment(&card, "two").await.unwrap();
    store.close().await;
    let store = self::open(&folder).await;
    let first = store.first_payment(&card).await.unwrap();
    assert_eq!(first.as_deref(), Some("one"), "the first one counts");
    let others = [
        CardMark {
            account: &shop,
            ..card
        },
        CardMark {
            shop: &other,
            ..card
        },
        CardMark {
            shopper: &lea,
            ..card
        },
        CardMark { card: "2", ..card },
    ];
    for other in &others {
        assert_eq!(store.first_payment(other).await.unwrap(), None, "{other:?}");
        store.forget_first_payment(other).await.unwrap();
    }
    assert!(store.first_payment(&card).await.unwrap().is_some());
    store.forget_first_payment(&card).await.unwrap();
    assert_eq!(store.first_payment(&card).await.unwrap(), None);
    store.keep_first_payment(&card, "three").await.unwrap();
    let first = store.first_payment(&card).await.unwrap();
    assert_eq!(first.as_deref(), Some("three"));
}

/// Sessions with one reference, made in this order.
async fn sessions_of_one_order<const N: usize>(
    store: &dyn Store,
    change: impl Fn(&mut Session),
) -> [Session; N] {
    let mut all = Vec::new();
    for seed in (1_u8..).take(N) {
        let mut made = session(seed);
        made.reference = "ORDER é-1".into();
        change(&mut made);
        let key = mark(&format!("s{seed}"), "b");
        let kept = store.add_session(&mut made, &secret(seed), &key).await;
        assert_eq!(kept.unwrap(), Kept::New);
        all.push(made);
    }
    all.try_into().unwrap()
}

async fn pay(store: &dyn Store, payment: &Payment, transaction: &str) {
    let fact = fact(payment, transaction, PartKind::Voucher, 1500);
    let told = store.record_fact(&fact, Source::Query, None, 1100).await;
    assert_eq!(told.unwrap(), Recorded::New(payment.id.clone()));
}

#[tokio::test]
async fn of_two_sessions_of_one_order_the_first_that_is_paid_settles_and_the_other_is_a_surplus() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let [one, two, three] = sessions_of_one_order(&store, |_| {}).await;
    let (first, second) = (add(&store, &one, 1).await, add(&store, &two, 2).await);
    let held = add(&store, &three, 3).await;
    let part = fact(&held, "31", PartKind::Voucher, 1200);
    store
        .record_fact(&part, Source::Query, None, 1100)
        .await
        .unwrap();
    assert!(store.attention(10).await.unwrap().is_empty());

    pay(&store, &second, "21").await;
    pay(&store, &first, "11").await;
    let session = async |id: SessionId| store.book(&id).await.unwrap().unwrap().session;
    let (one, two) = (session(one.id.clone()).await, session(two.id.clone()).await);
    assert_eq!(
        (&two.settled_by, &two.paid_in),
        (&Some(second.id.clone()), &None)
    );
    assert_eq!(
        (&one.settled_by, &one.paid_in),
        (&None, &Some(two.id.clone()))
    );
    let mut listed: Vec<_> = store
        .attention(10)
        .await
        .unwrap()
        .into_iter()
        .map(|attended| (attended.payment.reference, attended.attention))
        .collect();
    listed.sort();
    assert_eq!(
        listed,
        [
            ("REF1".to_owned(), vec![Attention::Surplus]),
            ("REF3".to_owned(), vec![Attention::PartHeld]),
        ]
    );
    // Nobody begins to pay it again.
    let late = store
        .add_payment(&payment(&three, 4), None, &mark("p4", "b"), "{}")
        .await;
    assert_eq!(late.unwrap(), AddedPayment::Settled);
    // The same after a restart: it is read from what was recorded.
    store.close().await;
    let store = open(&folder).await;
    let book = store.book(&one.id).await.unwrap().unwrap();
    assert_eq!(book.session.paid_in, Some(two.id));
}

#[tokio::test]
async fn where_references_repeat_and_between_shops_each_session_is_an_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let [one, two] = sessions_of_one_order(&store, |made| made.references_repeat = true).await;
    let mut other = session(3);
    (other.reference, other.shop) = (one.reference.clone(), slug("other"));
    store
        .add_session(&mut other, &secret(3), &mark("s3", "b"))
        .await
        .unwrap();
    for (session, seed) in [(&one, 1), (&two, 2), (&other, 3)] {
        let made = add(&store, session, seed).await;
        pay(&store, &made, &format!("{seed}1")).await;
        let book = store.book(&session.id).await.unwrap().unwrap();
        assert_eq!(book.session.settled_by, Some(made.id));
    }
    assert!(store.attention(10).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_sessions_of_one_order_that_are_paid_at_once_one_settles() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(open(&folder).await);
        let sessions: [Session; 4] = sessions_of_one_order(&*store, |_| {}).await;
        let mut payments = Vec::new();
        for (session, seed) in sessions.iter().zip(1..) {
            payments.push((add(&*store, session, seed).await, format!("{seed}1")));
        }
        let mut tasks = tokio::task::JoinSet::new();
        for (made, transaction) in payments {
            let store = Arc::clone(&store);
            tasks.spawn(async move { pay(&*store, &made, &transaction).await });
        }
        tasks.join_all().await;
        let mut settled = 0;
        for session in &sessions {
            let session = store.book(&session.id).await.unwrap().unwrap().session;
            assert!(session.is_settled());
            settled += i32::from(session.settled_by.is_some());
        }
        assert_eq!((settled, store.attention(10).await.unwrap().len()), (1, 3));
    }
}

#[tokio::test]
async fn a_request_whose_session_is_dead_makes_a_new_one_in_its_place_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    let first = add_session(&*store, 1).await;
    // Made at that second, with the first one's request.
    let at = |seed, now| Session {
        reference: first.reference.clone(),
        created_at: now,
        expires_at: now + 1000,
        ..session(seed)
    };
    let ask = |mut session: Session, seed| {
        let store = Arc::clone(&store);
        async move {
            let key = mark("s1", "b");
            let kept = store
                .add_session(&mut session, &secret(seed), &key)
                .await
                .unwrap();
            // Whoever is told of a session can read it at once.
            let told = match &kept {
                Kept::Replayed(id) => SessionId::try_from(id.clone()).unwrap(),
                _ => session.id,
            };
            assert!(store.book(&told).await.unwrap().is_some());
            kept
        }
    };
    let is_first = Kept::Replayed(first.id.to_string());
    assert_eq!(ask(at(2, 1999), 2).await, is_first);

    let mut tasks = tokio::task::JoinSet::new();
    for seed in 10_u8..30 {
        let asked = ask(at(seed, 2000), seed);
        tasks.spawn(async move { (seed, asked.await) });
    }
    let answers = tasks.join_all().await;
    let new: Vec<_> = answers
        .iter()
        .filter(|(_, kept)| *kept == Kept::New)
        .collect();
    assert_eq!(new.len(), 1, "{answers:?}");
    let made = session(new[0].0).id;
    let others = answers.iter().filter(|(_, kept)| *kept != Kept::New);
    for (_, kept) in others {
        assert_eq!(*kept, Kept::Replayed(made.to_string()));
    }
    let book = store.book(&made).await.unwrap().unwrap();
    assert_eq!(book.session.replaces, Some(first.id));
    assert_eq!(
        store
            .book_by_secret(&[new[0].0; 32])
            .await
            .unwrap()
            .unwrap()
            .session
            .id,
        made
    );
}

#[tokio::test]
async fn a_request_whose_session_is_paid_or_may_be_is_replayed_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let again = |now| Session {
        created_at: now,
        expires_at: now + 1,
        ..session(9)
    };
    let (paid, open, over) = (
        add_session(&store, 1).await,
        add_session(&store, 2).await,
        add_session(&store, 3).await,
    );
    let made = add(&store, &paid, 1).await;
    pay(&store, &made, "11").await;
    add(&store, &open, 2).await;
    let left = add(&store, &over, 3).await;
    let passed = PaymentEvent::DeadlinePassed;
    store
        .record_hint(&left.id, &passed, Source::Clock, 2000)
        .await
        .unwrap();
    for (key, session) in [("s1", &paid), ("s2", &open)] {
        let kept = store
            .add_session(&mut again(i64::MAX - 1), &secret(9), &mark(key, "b"))
            .await;
        assert_eq!(
            kept.unwrap(),
            Kept::Replayed(session.id.to_string()),
            "{key}"
        );
    }
    let kept = store
        .add_session(&mut again(2000), &secret(9), &mark("s3", "b"))
        .await;
    assert_eq!(kept.unwrap(), Kept::New);
}

#[tokio::test]
async fn a_session_is_closed_unless_it_is_paid_or_something_of_it_may_take_money() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let fresh = add_session(&store, 1).await;
    let waits = begin(&store, &fresh, 1, Stage::Token).await;
    assert_eq!(
        store.expire_session(&fresh.id, 1500).await.unwrap(),
        Closed::Done
    );
    assert_eq!(
        store.expire_session(&fresh.id, 1600).await.unwrap(),
        Closed::Done
    );
    let book = store.book(&fresh.id).await.unwrap().unwrap();
    assert_eq!(book.session.expires_at, 1500);
    // What the shopper types into the fields now pays nothing: nothing was sent before.
    let step = Advance::new(Stage::Token, Stage::Talking);
    assert!(!store.advance(&waits.id, &step).await.unwrap());
    assert!(book.dormant.contains(&waits.id));
    let late = Payment {
        created_at: 1500,
        ..payment(&fresh, 2)
    };
    let late = store.add_payment(&late, None, &mark("p2", "b"), "{}").await;
    assert_eq!(late.unwrap(), AddedPayment::Expired);

    let open = add_session(&store, 3).await;
    let sent = add(&store, &open, 3).await;
    let closed = store.expire_session(&open.id, 1500).await.unwrap();
    assert_eq!(closed, Closed::UnderWay(vec![sent.id.clone()]));
    assert_eq!(
        store
            .book(&open.id)
            .await
            .unwrap()
            .unwrap()
            .session
            .expires_at,
        2000
    );
    pay(&store, &sent, "31").await;
    assert_eq!(
        store.expire_session(&open.id, 1500).await.unwrap(),
        Closed::Settled
    );
}

#[tokio::test]
async fn sessions_are_found_by_their_reference_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let sessions: [Session; 5] = sessions_of_one_order(&store, |_| {}).await;
    add_session(&store, 9).await;
    let newest: Vec<_> = sessions
        .iter()
        .rev()
        .map(|session| session.id.clone())
        .collect();
    let find = async |shop: &str, reference: &str, before: Option<&SessionId>, limit| {
        let found = store
            .sessions_of(&slug(shop), reference, before, limit)
            .await
            .unwrap();
        found
            .into_iter()
            .map(|book| book.session.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(find("demo", "ORDER é-1", None, 100).await, newest);
    assert_eq!(find("demo", "ORDER é-1", None, 2).await, newest[..2]);
    assert_eq!(
        find("demo", "ORDER é-1", Some(&newest[1]), 2).await,
        newest[2..4]
    );
    assert_eq!(find("demo", "ORDER é-1", Some(&newest[4]), 2).await, []);
    assert_eq!(find("demo", "ORDER é-2", None, 2).await, []);
    assert_eq!(find("other", "ORDER é-1", None, 2).await, []);
}
