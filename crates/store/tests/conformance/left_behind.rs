//! What a backend leaves behind that dies.

use guichet_domain::id::OperationId;
use guichet_domain::operation::OperationStage;
use guichet_store::{OperationAdvance, Outbox as _};

use super::books::after_its_death;
use super::fixtures::*;
use super::operations::{advance, instruction, operation};

/// What a backend is in the middle of.
pub(crate) struct UnderWay {
    pub(crate) question: i64,
    pub(crate) payment: PaymentId,
    pub(crate) operation: OperationId,
}

/// Takes something of each kind at 1100, and ends nothing of it.
pub(crate) async fn take_some(store: &Books) -> UnderWay {
    let endpoint = (slug("demo"), "https://shop.example/hook".to_owned());
    store.set_endpoints(&[endpoint], 1000).await.unwrap();
    let asked = add_session(store, 1).await;
    let asked = add(store, &asked, 1).await;
    let claim = claim(&asked, "1", 1500);
    let claimed = store.record_claim(&claim, Source::Notification, None, 1100);
    let question = claimed.await.unwrap().1.unwrap().event_seq;

    let session = add_session(store, 2).await;
    let talking = begin(store, &session, 2, Stage::Proceed).await;
    let talk = Advance {
        next_try_at: Some(1220),
        ..Advance::new(Stage::Proceed, Stage::Talking)
    };
    assert!(store.advance(&talking.id, &talk, 1100).await.unwrap());

    let session = add_session(store, 3).await;
    let paid = add(store, &session, 3).await;
    pay(store, &paid, "3").await;
    let refund = operation(3, "3", 1500);
    let (asked, key) = (instruction(&paid, 3), mark("refund", "b"));
    let instructed = store.instruct(&asked, std::slice::from_ref(&refund), &key);
    instructed.await.unwrap();
    let send = OperationAdvance {
        next_try_at: Some(1400),
        ..advance(&refund.id, OperationStage::Waiting, OperationStage::Sending)
    };
    assert!(store.advance_operation(&send).await.unwrap());
    assert_eq!(store.take_notices(1100, 9, 9).await.unwrap().len(), 1);
    UnderWay {
        question,
        payment: talking.id,
        operation: refund.id,
    }
}

/// What is due at that time: questions, payments, operations, and how many notices.
pub(crate) async fn due(
    store: &Books,
    now: i64,
) -> (Vec<i64>, Vec<PaymentId>, Vec<OperationId>, usize) {
    let questions = store.due_questions(now, 9).await.unwrap();
    (
        questions.iter().map(|asked| asked.event_seq).collect(),
        store.due_conversations(now, 9).await.unwrap(),
        store.due_operations(now, 9).await.unwrap(),
        store.take_notices(now, 9, 9).await.unwrap().len(),
    )
}

#[tokio::test]
async fn what_the_dead_had_taken_is_due_at_once_and_what_they_may_have_sent_is_looked_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let under_way = take_some(&store).await;
    assert_eq!(due(&store, 1110).await, (vec![], vec![], vec![], 0));
    let (store, left) = after_its_death(&folder, store, 1110).await;
    // Not due before its time: it may have been sent a moment ago.
    assert_eq!(left.payments, std::slice::from_ref(&under_way.payment));
    let (questions, payments, operations, notices) = due(&store, 1110).await;
    assert_eq!((questions, payments), (vec![under_way.question], vec![]));
    assert_eq!(notices, 1);
    assert_eq!(
        [operations, left.operations].concat(),
        [under_way.operation]
    );
    let (_, payments, ..) = due(&store, 1220).await;
    assert_eq!(payments, [under_way.payment]);
}
