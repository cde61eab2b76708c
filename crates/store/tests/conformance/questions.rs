//! Claims, and the questions about them.

use super::fixtures::*;

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
    let open = store.due_questions(1100, 10).await.unwrap();
    assert_eq!(
        (open.len(), open[0].tries, &open[0].payment.id),
        (1, 0, &made.id)
    );
    let seq = open[0].event_seq;
    assert_eq!(store.take_questions(&[seq], 1100).await.unwrap(), [seq]);
    store
        .put_off_question(
            open[0].event_seq,
            Some(1200),
            Unconfirmed::Unanswered("unreachable"),
        )
        .await
        .unwrap();
    assert!(store.due_questions(1199, 10).await.unwrap().is_empty());
    assert_eq!(store.due_questions(1200, 10).await.unwrap()[0].tries, 1);
    store
        .put_off_question(
            open[0].event_seq,
            None,
            Unconfirmed::Unanswered("unreachable"),
        )
        .await
        .unwrap();
    assert!(
        store
            .due_questions(i64::MAX - 1, 10)
            .await
            .unwrap()
            .is_empty()
    );
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
    let open = store.due_questions(1100, 10).await.unwrap();
    store
        .put_off_question(
            open[0].event_seq,
            None,
            Unconfirmed::Unanswered("PPPS 00018"),
        )
        .await
        .unwrap();
    assert!(store.due_questions(9999, 10).await.unwrap().is_empty());
    let again = store
        .record_fact(&claim, Source::Notification, None, 1200)
        .await
        .unwrap();
    assert_eq!(again, Recorded::Duplicate);
    assert_eq!(store.due_questions(1202, 10).await.unwrap().len(), 1);
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
    assert_eq!(store.due_questions(1100, 10).await.unwrap().len(), 1);
    store
        .record_fact(&ours, Source::Notification, None, 1100)
        .await
        .unwrap();
    assert!(store.due_questions(9999, 10).await.unwrap().is_empty());
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
    assert!(store.due_questions(9999, 10).await.unwrap().is_empty());
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
    let due = store.due_questions(1100, 100).await.unwrap();
    assert_eq!(due.len(), 60, "other merchants' transactions, each of them");
    for open in &due {
        let later = Some(1100 + 600);
        let answer = Unconfirmed::Denied("not found");
        store
            .put_off_question(open.event_seq, later, answer)
            .await
            .unwrap();
    }
    record(claim(&made, "true", 1500)).await;
    let due = store.due_questions(1100, 100).await.unwrap();
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
    let due = store.due_questions(1100, 100).await.unwrap();
    assert_eq!(due.len(), 10);
    assert_eq!(store.due_questions(1700, 100).await.unwrap().len(), 30);
    for open in &due {
        let answer = Unconfirmed::Denied("MONTANT differs");
        store
            .put_off_question(open.event_seq, Some(9000), answer)
            .await
            .unwrap();
    }
    let fact = claim(&made, "same", 1500);
    store
        .record_fact(&fact, Source::Notification, None, 1100)
        .await
        .unwrap();
    let due = store.due_questions(1100, 100).await.unwrap();
    assert_eq!(due.len(), 0, "twenty are still to be asked about");
    let later = store.due_questions(1700, 100).await.unwrap();
    assert_eq!(later.len(), 21);
    // What was denied counts for nothing: a new one is asked about at once.
    for open in &later {
        let answer = Unconfirmed::Denied("MONTANT differs");
        let denied = store.put_off_question(open.event_seq, Some(9000), answer);
        denied.await.unwrap();
    }
    let fact = claim(&made, "same", 1600);
    store
        .record_fact(&fact, Source::Notification, None, 1800)
        .await
        .unwrap();
    assert_eq!(store.due_questions(1800, 100).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_asked_about_least_is_asked_first_until_each_was_asked_three_times() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    for transaction in ["often", "seldom"] {
        let fact = claim(&made, transaction, 1500);
        let told = store.record_fact(&fact, Source::Notification, None, 1100);
        told.await.unwrap();
    }
    let due = store.due_questions(1100, 10).await.unwrap();
    let (often, seldom) = (due[0].event_seq, due[1].event_seq);
    // Asks a question so many times, and has it due then.
    let ask = async |seq, times, then| {
        for _ in 0..times {
            assert_eq!(store.take_questions(&[seq], 1100).await.unwrap(), [seq]);
            let came = Unconfirmed::Unanswered("unreachable");
            store.put_off_question(seq, Some(then), came).await.unwrap();
        }
    };
    let order = async || {
        let due = store.due_questions(1100, 10).await.unwrap();
        due.iter().map(|open| open.event_seq).collect::<Vec<_>>()
    };
    ask(often, 3, 900).await;
    ask(seldom, 2, 950).await;
    assert_eq!(order().await, [seldom, often]);
    ask(seldom, 1, 950).await;
    ask(often, 9, 900).await;
    assert_eq!(order().await, [often, seldom], "then by their time");
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
        for open in store.due_questions(1100, 100).await.unwrap() {
            let seq = open.event_seq;
            store.take_questions(&[seq], 1100).await.unwrap();
            let answer = Unconfirmed::Denied("not found");
            let postponed = store.put_off_question(seq, Some(1100), answer).await;
            postponed.unwrap();
        }
    };
    for _ in 0..4 {
        deny().await;
        assert_eq!(store.due_questions(1100, 100).await.unwrap().len(), 60);
    }
    deny().await;
    assert_eq!(store.due_questions(1100, 100).await.unwrap().len(), 0);
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
    assert_eq!(store.due_questions(1100, 100).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_question_that_was_taken_is_left_to_who_took_it_and_due_again_after_its_time() {
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
    let due = async |now| store.due_questions(now, 10).await.unwrap();
    assert!(due(1100 + ASKING_SECONDS - 1).await.is_empty());
    let then = 1100 + ASKING_SECONDS;
    assert_eq!(due(then).await[0].tries, 1);
    // Of two who take it, one has it.
    let seqs = [taken.event_seq];
    assert_eq!(store.take_questions(&seqs, then).await.unwrap(), seqs);
    assert!(store.take_questions(&seqs, then).await.unwrap().is_empty());
    let word = confirmation(&made, "1", 1500);
    store.record_answer(&word, seqs[0], then).await.unwrap();
    assert_eq!(money(&store, &made).await, Money::Paid);
    assert!(due(i64::MAX - 1).await.is_empty());
}
