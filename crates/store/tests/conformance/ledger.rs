//! The ledger is written with the events, and proven from them.

use guichet_domain::id::{InstructionId, OperationId};
use guichet_domain::operation::{OperationEvent, OperationKind, OperationStage, Progress};
use guichet_store::{
    AskedBy, Instructed, Instruction, LedgerEntry, NewOperation, OperationAdvance,
};

use super::books::damage;
use super::fixtures::*;

/// A payment of 12 euros by voucher and 3 by the card that completes it.
async fn paid(store: &dyn Store, seed: u8) -> Payment {
    let session = add_session(store, seed).await;
    let made = add(store, &session, seed).await;
    for (number, kind, minor) in [(1, PartKind::Voucher, 1200), (2, PartKind::Complement, 300)] {
        let transaction = format!("{seed}0{number}");
        let part = fact(&made, &transaction, kind, minor);
        let now = 1100 + i64::from(number);
        let told = store.record_fact(&part, Source::Query, None, now).await;
        assert_eq!(told.unwrap(), Recorded::New(made.id.clone()));
    }
    made
}

/// Gives back so much of its voucher.
async fn refund(store: &dyn Store, payment: &Payment, seed: u8, minor: u64) {
    let id = OperationId::from_random([seed; 16]);
    let part = format!("{seed}01");
    let wanted = Instruction {
        id: InstructionId::from_random([seed; 16]),
        payment: payment.id.clone(),
        kind: OperationKind::Refund,
        currency: Currency::EUR,
        by: AskedBy::Shop,
        reason: None,
        left_out: "[]".into(),
        created_at: 1200,
    };
    let operation = NewOperation {
        id: id.clone(),
        part: part.clone(),
        amount: amount(minor),
        next_try_at: 1200,
    };
    let key = mark(&format!("refund{seed}"), "b");
    let asked = store.instruct(&wanted, &[operation], &key).await.unwrap();
    assert_eq!(asked, Instructed::Kept(Kept::New));
    let done = OperationEvent {
        operation: id.clone(),
        kind: OperationKind::Refund,
        part,
        amount: amount(minor),
        currency: Currency::EUR,
        at: 1300,
        progress: Progress::Done { numbers: None },
    };
    let over = OperationAdvance {
        id: &id,
        from: None,
        to: OperationStage::Over,
        next_try_at: None,
        tries: 0,
        due: None,
        answer: None,
        event: Some((&done, Source::Query)),
    };
    assert!(store.advance_operation(&over).await.unwrap());
}

async fn entries(store: &dyn Store) -> Vec<LedgerEntry> {
    let entries = store.ledger(&slug("demo"), Currency::EUR, 0, 100).await;
    entries.unwrap()
}

#[tokio::test]
async fn what_moves_is_written_with_its_event_and_never_changed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let made = paid(&store, 1).await;
    let taken = entries(&store).await;
    refund(&store, &made, 1, 200).await;
    let all = entries(&store).await;
    let told: Vec<_> = all
        .iter()
        .map(|e| {
            (
                e.number,
                e.movement.transit.to_string(),
                e.movement.minor,
                e.movement.at,
            )
        })
        .collect();
    let line = |number, transit: &str, minor, at| (number, transit.to_owned(), minor, at);
    assert_eq!(
        told,
        [
            line(1, "main/sodexo", 1200, 1101),
            line(2, "main/complement", 300, 1102),
            line(3, "main/sodexo", -200, 1300),
        ]
    );
    assert_eq!(all[..2], taken, "a refund turns back no entry");
    assert_eq!(all[0].reference, "ORDER é-1");
    assert_eq!(all[0].platform_reference, "REF1");
    // The same told again moves nothing.
    let again = fact(&made, "101", PartKind::Voucher, 1200);
    let told = store
        .record_fact(&again, Source::Notification, None, 1400)
        .await;
    assert_eq!(told.unwrap(), Recorded::Duplicate);
    assert_eq!(entries(&store).await, all);
    let after = store
        .ledger(&slug("demo"), Currency::EUR, 1, 1)
        .await
        .unwrap();
    assert_eq!(after, all[1..2]);
    for (shop, currency) in [("other", "EUR"), ("demo", "CHF")] {
        let currency = Currency::try_from(currency.to_owned()).unwrap();
        let none = store.ledger(&slug(shop), currency, 0, 9).await.unwrap();
        assert_eq!(none, []);
    }
    let audited = store.audit().await.unwrap();
    assert_eq!(
        (audited.payments, audited.entries, audited.difference),
        (1, 3, None)
    );
}

#[tokio::test]
async fn an_entry_is_never_dated_before_one_of_a_lower_number_though_the_clock_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    for (transaction, minor, now) in [("1", 700, 1500), ("2", 800, 1400)] {
        let part = fact(&made, transaction, PartKind::Voucher, minor);
        store
            .record_fact(&part, Source::Query, None, now)
            .await
            .unwrap();
    }
    let dates: Vec<_> = entries(&store)
        .await
        .iter()
        .map(|e| (e.movement.at, e.posted_at))
        .collect();
    assert_eq!(dates, [(1500, 1500), (1400, 1500)]);
    assert_eq!(store.audit().await.unwrap().difference, None);
}

#[tokio::test]
async fn the_audit_names_the_first_difference_whatever_was_done_to_the_ledger() {
    for (change, named) in [
        (
            "UPDATE ledger SET amount = 1199 WHERE number = 1",
            "+1 minor units of EUR in main/sodexo",
        ),
        (
            "DELETE FROM ledger WHERE number = 2",
            "entry 2 is missing; entry 3 is there",
        ),
        (
            "DELETE FROM ledger WHERE number = 4",
            "+300 minor units of EUR in main/complement",
        ),
        (
            "UPDATE ledger SET debit = credit, credit = debit WHERE number = 3",
            "+2400 minor units of EUR in main/sodexo",
        ),
        (
            "UPDATE ledger SET credit = 'main/card' WHERE number = 1",
            "entry 1 of demo",
        ),
        (
            "UPDATE ledger SET posted_at = 5 WHERE number = 3",
            "entry 3 was written before",
        ),
        (
            "UPDATE ledger SET debit = 'main/apetiz' WHERE number = 1",
            "-1200 minor units of EUR in main/apetiz",
        ),
        (
            "UPDATE ledger SET currency = 'CHF', number = 1 WHERE number = 4",
            "entry 1 of demo in CHF",
        ),
        (
            "DELETE FROM events WHERE seq = 1",
            "-1200 minor units of EUR in main/sodexo",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        for seed in 1..=2 {
            paid(&store, seed).await;
        }
        assert_eq!(store.audit().await.unwrap().difference, None);
        damage(&folder, &[change]).await;
        let found = store.audit().await.unwrap().difference;
        let found = found.unwrap_or_else(|| panic!("{change}"));
        assert!(found.contains(named), "{change}: {found}");
    }
}
