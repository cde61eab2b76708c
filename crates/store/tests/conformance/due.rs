//! What is due: when, how often, and beside rows that can not be read.

use super::books::damage;
use super::fixtures::*;

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
        .put_off_question(seq, then, Unconfirmed::Unanswered("unreachable"))
        .await
        .unwrap();
    let put_off = Advance {
        next_try_at: then,
        ..Advance::new(Stage::Unknown, Stage::Unknown)
    };
    assert!(store.advance(&late.id, &put_off, 1100).await.unwrap());
    let due = async |now| {
        (
            store.due_deadlines(now, 10).await.unwrap().len(),
            store.due_conversations(now, 10).await.unwrap().len(),
            store.due_questions(now, 10).await.unwrap().len(),
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
    let over = Unconfirmed::Unanswered("unreachable");
    store.put_off_question(seq, None, over).await.unwrap();
    store.bound_waits(now, 1500).await.unwrap();
    assert_eq!(due(i64::MAX - 1).await.2, 0);
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
        assert!(store.advance(&made.id, &due, 1100).await.unwrap());
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
            "UPDATE questions SET payment_id = 'x', next_try_at = 0 WHERE event_seq = 1",
            "UPDATE conversations SET payment_id = 'x', next_try_at = 0
             WHERE payment_id = (SELECT id FROM payments WHERE reference = 'REF1')",
            "UPDATE payments SET id = 'x', deadline_at = 0 WHERE reference = 'REF1'",
        ],
    )
    .await;
    let own = vec![good.id.clone()];
    assert_eq!(store.due_deadlines(1500, 10).await.unwrap(), own);
    assert_eq!(store.due_conversations(1500, 10).await.unwrap(), own);
    let due = store.due_questions(1500, 10).await.unwrap();
    let due: Vec<_> = due.into_iter().map(|query| query.payment.id).collect();
    assert_eq!(due, own);
}
