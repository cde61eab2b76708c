//! Everything that writes to the books, each write by its name.

use guichet_domain::operation::OperationStage;
use guichet_domain::shopper::ShopperId;
use guichet_store::{
    CardName, Followed, Instructed, OperationAdvance, SENDING_SECONDS, Sent, StoreError,
};

use super::approvals;
use super::fixtures::*;
use super::matters;
use super::operations;
use super::people;

/// Everything that writes, in the order in which a payment goes through it.
pub(crate) const WRITES: [&str; 41] = [
    "set_endpoints",
    "add_session",
    "add_payment",
    "advance",
    "change an amount",
    "record a claim",
    "put_off_question",
    "record a confirmation",
    "record a deadline",
    "keep_message",
    "next_number",
    "keep_first_payment",
    "instruct",
    "advance_operation",
    "record an operation",
    "send a notice",
    "add_link",
    "use_link",
    "add_person",
    "change_role",
    "add_act",
    "begin_login",
    "begin_second",
    "begin_vouched",
    "take_once",
    "see_keys",
    "use_login",
    "offer_code",
    "pass_code",
    "prove_login",
    "end_login",
    "reset_code",
    "write_deed",
    "undo_deed",
    "ask_approval",
    "decline",
    "take_matter",
    "end_matter",
    "disable_person",
    "add_colleague",
    "begin_colleague",
];

/// Does one of them, for the payment of that number.
pub(crate) async fn write(store: &dyn Store, what: &str, seed: u8) -> Result<(), StoreError> {
    let mut session = session(seed);
    let payment = payment(&session, seed);
    let identity = |name: &str| mark(&format!("{name}{seed}"), "b");
    let transaction = seed.to_string();
    let claim = claim(&payment, &transaction, 1500);
    match what {
        "add_session" => {
            let (secret, mark) = (secret(seed), identity("s"));
            let kept = store.add_session(&mut session, &secret, &mark).await?;
            assert_eq!(kept, Kept::New);
        }
        "add_payment" => {
            let begun = conversation(Stage::Token);
            let mark = identity("p");
            let added = store.add_payment(&payment, Some(&begun), &mark, "{}").await;
            assert_eq!(added?, AddedPayment::Kept(Kept::New));
        }
        "advance" => {
            let mark = identity("p");
            let advance = Advance {
                next_try_at: Some(1200),
                answer: Some(Answer {
                    mark: &mark,
                    body: "answer",
                    at: 1100,
                }),
                ..Advance::new(Stage::Token, Stage::Unknown)
            };
            assert!(store.advance(&payment.id, &advance, 1100).await?);
        }
        "change an amount" => {
            for (at, minor) in [(1, 1400), (2, 1500)] {
                let hint = repriced(&payment, at, minor);
                let recorded = store.record_hint(&payment.id, &hint, Source::Shop, 1100);
                recorded.await?;
            }
        }
        "record a claim" => {
            let recorded = store.record_fact(&claim, Source::Notification, Some(b"raw"), 1100);
            assert_eq!(recorded.await?, Recorded::New(payment.id));
        }
        "put_off_question" => {
            let due = store.due_questions(i64::MAX - 1, 10).await.unwrap();
            let own = due.iter().find(|query| query.payment.id == payment.id);
            let seq = own.unwrap().event_seq;
            let came = Unconfirmed::Unanswered("later");
            store.put_off_question(seq, Some(5000), came).await?;
        }
        "record a confirmation" => {
            let fact = confirmation(&payment, &transaction, 1500);
            let recorded = store.record_fact(&fact, Source::Query, None, 1100).await?;
            assert_eq!(recorded, Recorded::New(payment.id));
        }
        "record a deadline" => {
            let hint = PaymentEvent::DeadlinePassed;
            let recorded = store.record_hint(&payment.id, &hint, Source::Clock, 1600);
            assert_eq!(recorded.await?, Recorded::New(payment.id));
        }
        _ => return write_beside(store, what, seed).await,
    }
    Ok(())
}

async fn add_link(store: &dyn Store, session: &Session, seed: u8) -> Result<(), StoreError> {
    let link = Link {
        digest: &[seed],
        session: &session.id,
        expires_at: 2000,
        now: 1000,
    };
    store.add_link(&link).await
}

/// The writes that tell nothing of a payment's way.
async fn write_beside(store: &dyn Store, what: &str, seed: u8) -> Result<(), StoreError> {
    let session = session(seed);
    let payment = payment(&session, seed);
    match what {
        "set_endpoints" => {
            let endpoint = (session.shop.clone(), "https://shop.example/hook".to_owned());
            store.set_endpoints(&[endpoint], 1000).await?;
        }
        "send a notice" => {
            // What was taken and came to nothing is due again after its time.
            let (mut now, mut taken) = (1100, Vec::new());
            while taken.is_empty() {
                now += 2 * SENDING_SECONDS;
                taken = store.take_notices(now, 1, 1).await?;
            }
            let followed = store.record_sent(&taken[0], &Sent::Delivered, now).await?;
            assert_eq!(followed, Followed::Nothing);
        }
        "add_link" => add_link(store, &session, seed).await?,
        "use_link" => {
            assert!(store.use_link(&[seed], &session.id, b"press", 1500).await?);
        }
        "keep_message" => {
            let message = Message {
                account: &payment.account,
                genuine: true,
                why: "why",
                content: &[seed; 8],
            };
            store.keep_message(&message, 1100).await?;
        }
        "next_number" => {
            store.next_number("scope", &seed.to_string()).await?;
        }
        "keep_first_payment" => {
            let shopper = ShopperId::try_from("camille".to_owned()).unwrap();
            let card = CardName {
                account: &payment.account,
                shop: &session.shop,
                shopper: &shopper,
                card: "1",
            };
            store.keep_first_payment(&card, "proof", 1100).await?;
        }
        "add_person" | "change_role" | "add_act" | "begin_login" | "begin_second"
        | "begin_vouched" | "take_once" | "see_keys" | "use_login" | "offer_code" | "pass_code"
        | "prove_login" | "end_login" | "reset_code" | "write_deed" | "undo_deed"
        | "disable_person" | "add_colleague" | "begin_colleague" => {
            let people = store.desk_people().unwrap();
            people::write(people, what, seed).await?;
        }
        "ask_approval" | "decline" => {
            let people = store.desk_people().unwrap();
            approvals::write(people, what, seed).await?;
        }
        "take_matter" | "end_matter" => matters::write(store, what, seed).await?,
        _ => return write_operation(store, what, &payment, seed).await,
    }
    Ok(())
}

/// What is done with money.
async fn write_operation(
    store: &dyn Store,
    what: &str,
    payment: &Payment,
    seed: u8,
) -> Result<(), StoreError> {
    let transaction = seed.to_string();
    match what {
        "instruct" => {
            let instruction = operations::instruction(payment, seed);
            let wanted = [operations::operation(seed, &transaction, 500)];
            let mark = mark(&format!("i{seed}"), "b");
            let asked = store.instruct(&instruction, &wanted, &mark);
            assert_eq!(asked.await?, Instructed::Kept(Kept::New));
        }
        "advance_operation" | "record an operation" => {
            let operation = operations::operation(seed, &transaction, 500);
            let (waiting, sending) = (OperationStage::Waiting, OperationStage::Sending);
            let done = operations::event(&operation, operations::done());
            let advance = match what {
                "advance_operation" => operations::advance(&operation.id, waiting, sending),
                _ => OperationAdvance {
                    event: Some((&done, Source::Query)),
                    ..operations::advance(&operation.id, sending, OperationStage::Over)
                },
            };
            assert!(store.advance_operation(&advance).await?);
        }
        _ => panic!("{what}"),
    }
    Ok(())
}
