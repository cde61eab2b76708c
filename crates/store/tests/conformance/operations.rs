//! What a shop has done with money: asked for, worked on by one at a time, recorded.

use guichet_domain::id::{InstructionId, OperationId};
use guichet_domain::operation::{
    Balance, NotNow, OperationEvent, OperationKind, OperationStage, PlatformNumbers, Progress,
};
use guichet_store::{AskedBy, Instructed, Instruction, NewOperation, OperationAdvance};

use crate::books::refused;
use crate::fixtures::*;

const REFUND: OperationKind = OperationKind::Refund;

pub(crate) fn instruction(payment: &Payment, seed: u8) -> Instruction {
    Instruction {
        id: InstructionId::from_random([seed; 16]),
        payment: payment.id.clone(),
        kind: REFUND,
        currency: Currency::EUR,
        by: AskedBy::Shop,
        reason: Some("retour n° 7".into()),
        left_out: "[]".into(),
        created_at: 1200,
    }
}

pub(crate) fn operation(seed: u8, part: &str, minor: u64) -> NewOperation {
    NewOperation {
        id: OperationId::from_random([seed; 16]),
        part: part.into(),
        amount: amount(minor),
        next_try_at: 1260,
    }
}

/// A payment of 12 and 3 euros.
async fn paid(store: &dyn Store) -> Payment {
    let session = add_session(store, 1).await;
    let made = add(store, &session, 1).await;
    for (number, kind, minor) in [
        ("1", PartKind::Voucher, 1200),
        ("2", PartKind::Complement, 300),
    ] {
        let told = fact(&made, number, kind, minor);
        let recorded = store.record_fact(&told, Source::Query, None, 1100).await;
        assert_eq!(recorded.unwrap(), Recorded::New(made.id.clone()));
    }
    made
}

async fn instruct(
    store: &dyn Store,
    payment: &Payment,
    seed: u8,
    operations: &[NewOperation],
) -> Instructed {
    let key = mark(&format!("i{seed}"), "b");
    let instruction = instruction(payment, seed);
    store
        .instruct(&instruction, operations, &key)
        .await
        .unwrap()
}

pub(crate) fn advance(
    id: &OperationId,
    from: OperationStage,
    to: OperationStage,
) -> OperationAdvance<'_> {
    OperationAdvance {
        id,
        from: Some(from),
        to,
        next_try_at: None,
        tries: 0,
        due: None,
        answer: None,
        event: None,
    }
}

pub(crate) fn event(operation: &NewOperation, progress: Progress) -> OperationEvent {
    OperationEvent {
        operation: operation.id.clone(),
        kind: REFUND,
        part: operation.part.clone(),
        amount: operation.amount,
        currency: Currency::EUR,
        at: 1300,
        progress,
    }
}

pub(crate) fn done() -> Progress {
    Progress::Done {
        numbers: Some(PlatformNumbers {
            transaction: "722488000".into(),
            call: "77".into(),
            authorisation: None,
        }),
    }
}

/// Ends an operation.
async fn end(store: &dyn Store, operation: &NewOperation, progress: Progress) -> bool {
    let event = event(operation, progress);
    let over = OperationAdvance {
        from: None,
        event: Some((&event, Source::Query)),
        ..advance(&operation.id, OperationStage::Sending, OperationStage::Over)
    };
    store.advance_operation(&over).await.unwrap()
}

async fn balance(store: &dyn Store, payment: &Payment) -> Balance {
    let (_, book) = store.payment(&payment.id).await.unwrap().unwrap();
    let entry = book.entry(&payment.id).unwrap();
    entry.state(&book.session).balance()
}

fn not_now(part: &str, why: NotNow) -> Instructed {
    let part = part.into();
    Instructed::NotNow { part, why }
}

#[tokio::test]
async fn what_is_asked_for_is_kept_whole_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let made = paid(&store).await;
    let both = [operation(1, "2", 300), operation(2, "1", 500)];
    let new = instruct(&store, &made, 1, &both).await;
    assert_eq!(new, Instructed::Kept(Kept::New));
    let wanted = instruction(&made, 1);
    let id = wanted.id.to_string();
    let again = instruct(&store, &made, 1, &both).await;
    assert_eq!(again, Instructed::Kept(Kept::Replayed(id)));
    let other = store.instruct(&wanted, &both, &mark("i1", "other")).await;
    assert_eq!(other.unwrap(), Instructed::Kept(Kept::OtherBody));

    assert_eq!(
        store.instruction(&wanted.id).await.unwrap().unwrap(),
        wanted
    );
    let kept = store.operations_of(&wanted.id).await.unwrap();
    for kind in [Some(REFUND), None] {
        let of_payment = store.instructions_of(&made.id, kind).await.unwrap();
        assert_eq!(of_payment, vec![(wanted.clone(), kept.clone())]);
    }
    let capture = Some(OperationKind::Capture);
    let captures = store.instructions_of(&made.id, capture).await;
    assert!(captures.unwrap().is_empty());
    let told: Vec<_> = kept
        .iter()
        .map(|o| (&o.id, &*o.part, o.amount.minor()))
        .collect();
    assert_eq!(told, [(&both[0].id, "2", 300), (&both[1].id, "1", 500)]);
    let found = store.operation(&both[0].id).await.unwrap().unwrap();
    assert_eq!((found.kind, found.stage), (REFUND, OperationStage::Waiting));
    assert_eq!(balance(&store, &made).await.given_back, 0);
}

#[tokio::test]
async fn what_the_books_are_against_is_not_kept_nor_any_of_what_came_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let made = paid(&store).await;
    let good = operation(1, "2", 300);
    for (wrong, why) in [
        (operation(2, "1", 1201), not_now("1", NotNow::Left(1200))),
        (operation(2, "9", 1), not_now("9", NotNow::NoSuchPart)),
        (
            operation(2, "2", 1),
            not_now("2", NotNow::InFlight(OperationId::from_random([2; 16]))),
        ),
    ] {
        let both = [good.clone(), wrong];
        assert_eq!(instruct(&store, &made, 1, &both).await, why);
    }
    assert!(
        store
            .instructions_of(&made.id, Some(REFUND))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(store.due_operations(i64::MAX, 9).await.unwrap().is_empty());
    // The key is free.
    let new = instruct(&store, &made, 1, &[good]).await;
    assert_eq!(new, Instructed::Kept(Kept::New));
}

#[tokio::test]
async fn of_many_who_give_back_the_same_at_once_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    let made = paid(&*store).await;
    let wishes = (1_u8..=8).map(|seed| {
        let (store, made) = (Arc::clone(&store), made.clone());
        tokio::spawn(
            async move { instruct(&*store, &made, seed, &[operation(seed, "2", 300)]).await },
        )
    });
    let mut kept = 0;
    for wish in wishes.collect::<Vec<_>>() {
        match wish.await.unwrap() {
            Instructed::Kept(_) => kept += 1,
            Instructed::NotNow { why, .. } => assert!(matches!(why, NotNow::InFlight(_))),
        }
    }
    assert_eq!(kept, 1);
    assert_eq!(store.due_operations(i64::MAX, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_became_of_it_is_recorded_with_its_stage() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let made = paid(&store).await;
    let first = operation(1, "1", 1000);
    instruct(&store, &made, 1, std::slice::from_ref(&first)).await;
    assert!(end(&store, &first, done()).await);
    let expected = Balance {
        taken: 1500,
        given_back: 1000,
        ..Balance::default()
    };
    assert_eq!(balance(&store, &made).await, expected);
    assert_eq!(money(&store, &made).await, Money::Paid);
    // It is over, whoever comes late; and its part is free for the rest.
    assert!(!end(&store, &first, done()).await);
    let too_much = instruct(&store, &made, 2, &[operation(2, "1", 201)]).await;
    assert_eq!(too_much, not_now("1", NotNow::Left(200)));
    let rest = instruct(&store, &made, 3, &[operation(3, "1", 200)]).await;
    assert_eq!(rest, Instructed::Kept(Kept::New));
    let over = store.operation(&first.id).await.unwrap().unwrap();
    assert_eq!(over.stage, OperationStage::Over);
    // Found again by its own number, and after a start.
    let numbers = told(
        &folder,
        "SELECT transaction_number || ' ' || source FROM events
         WHERE content LIKE '%operation%' AND transaction_number IS NOT NULL",
    );
    assert_eq!(numbers.await, ["722488000 query"]);
    store.close().await;
    assert_eq!(balance(&open(&folder).await, &made).await, expected);
}

#[tokio::test]
async fn an_operation_is_taken_up_by_one_and_once_it_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let made = paid(&store).await;
    let wanted = operation(1, "1", 1000);
    instruct(&store, &made, 1, std::slice::from_ref(&wanted)).await;
    assert!(store.due_operations(1259, 9).await.unwrap().is_empty());
    assert_eq!(store.due_operations(1260, 9).await.unwrap().len(), 1);
    let (waiting, sending) = (OperationStage::Waiting, OperationStage::Sending);
    let take = |now| OperationAdvance {
        next_try_at: Some(now + 240),
        due: Some(now),
        ..advance(&wanted.id, waiting, sending)
    };
    assert!(!store.advance_operation(&take(1259)).await.unwrap());
    assert!(store.advance_operation(&take(1260)).await.unwrap());
    assert!(!store.advance_operation(&take(1260)).await.unwrap());
    assert!(store.due_operations(1300, 9).await.unwrap().is_empty());
    // Whoever had taken it was not heard of again.
    let due = store.due_operations(1500, 9).await.unwrap();
    assert_eq!(due, std::slice::from_ref(&wanted.id));
    let accounts = store.open_accounts().await.unwrap();
    assert_eq!(accounts[0].payments, 1);
    assert!(end(&store, &wanted, done()).await);
    assert!(store.due_operations(i64::MAX, 9).await.unwrap().is_empty());
    assert!(store.open_accounts().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_waits_since_the_clock_was_ahead_is_brought_nearer() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let made = paid(&store).await;
    let wanted = NewOperation {
        next_try_at: 1_000_000,
        ..operation(1, "1", 1000)
    };
    instruct(&store, &made, 1, std::slice::from_ref(&wanted)).await;
    store.bound_waits(1200, 900).await.unwrap();
    let due = store.due_operations(1200 + WAIT_MAX, 9).await.unwrap();
    assert_eq!(due, [wanted.id]);
}

#[tokio::test]
async fn the_tables_themselves_keep_two_operations_off_one_part() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let made = paid(&store).await;
    instruct(&store, &made, 1, &[operation(1, "1", 1000)]).await;
    let refused = refused(
        &folder,
        "INSERT INTO operations (id, instruction_id, position, payment_id, part, amount, stage)
         SELECT 'op_x', instruction_id, 1, payment_id, part, 1, 'waiting' FROM operations",
    );
    let refused = refused.await.to_lowercase();
    assert!(refused.contains("unique constraint"), "{refused}");
}
