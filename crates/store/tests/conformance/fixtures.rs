//! What the promises are tried on: a session, a payment, what platforms tell of it.

pub(crate) use std::sync::Arc;

pub(crate) use guichet_domain::event::{
    Confirmed, Part, PaymentEvent, PlatformFact, ReturnOutcome, Trust,
};
pub(crate) use guichet_domain::id::{PaymentId, SessionId, Slug};
pub(crate) use guichet_domain::money::Currency;
pub(crate) use guichet_domain::payment::{Attention, Money};
pub(crate) use guichet_domain::session::{PAYMENTS_MAX, Session};
pub(crate) use guichet_domain::shopper::{Shopper, ShopperId};
pub(crate) use guichet_domain::stage::Stage;
pub(crate) use guichet_domain::testing::{self, amount, method, slug};
pub(crate) use guichet_domain::{MethodKind, PartKind, PartStatus};
pub(crate) use guichet_store::{
    ASKING_SECONDS, AddedPayment, Advance, Answer, Beside, CardName, Closed, Conversation,
    Idempotency, Kept, Link, LinkState, Message, Payment, Recorded, Search, SecretDigest, Source,
    Store, Unconfirmed, WAIT_MAX,
};

pub(crate) use super::books::{Books, open, told};

pub(crate) fn session(seed: u8) -> Session {
    let lea = testing::shopper();
    Session {
        id: SessionId::from_random([seed; 16]),
        reference: format!("ORDER é-{seed}"),
        shopper: Shopper {
            first_name: Some("Camille".into()),
            last_name: Some("Durand".into()),
            ..lea
        },
        items: 3,
        locale: "fr".to_owned().try_into().ok(),
        return_url: "https://shop.example/order/1".into(),
        metadata: [("note".to_owned(), "élan".to_owned())].into(),
        ..testing::session()
    }
}

pub(crate) fn mark(key: &str, body: &str) -> Idempotency {
    Idempotency {
        scope: "test".into(),
        key: key.into(),
        fingerprint: body.as_bytes().to_vec(),
    }
}

pub(crate) fn secret(seed: u8) -> SecretDigest {
    SecretDigest {
        hash: vec![seed; 32],
        salt: vec![seed; 16],
    }
}

pub(crate) fn payment(session: &Session, seed: u8) -> Payment {
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

pub(crate) fn fact(
    payment: &Payment,
    transaction: &str,
    kind: PartKind,
    minor: u64,
) -> PlatformFact {
    PlatformFact {
        account: payment.account.clone(),
        reference: payment.reference.clone(),
        identity: format!("{}|{transaction}", payment.reference),
        event: PaymentEvent::Part(Part {
            call: "77".into(),
            method: (kind == PartKind::Voucher).then(|| payment.method.clone()),
            brand: "SODEXO".into(),
            ..testing::part(transaction, kind, minor, PartStatus::Accepted)
        }),
    }
}

pub(crate) async fn add(store: &dyn Store, session: &Session, seed: u8) -> Payment {
    let made = payment(session, seed);
    let kept = store
        .add_payment(&made, None, &mark(&format!("p{seed}"), "b"), "{}")
        .await
        .unwrap();
    assert_eq!(kept, AddedPayment::Kept(Kept::New));
    made
}

pub(crate) async fn add_session(store: &dyn Store, seed: u8) -> Session {
    let mut made = session(seed);
    let (secret, mark) = (secret(seed), mark(&format!("s{seed}"), "b"));
    let kept = store.add_session(&mut made, &secret, &mark).await.unwrap();
    assert_eq!(kept, Kept::New);
    made
}

pub(crate) async fn money(store: &dyn Store, payment: &Payment) -> Money {
    let book = store.book(&payment.session).await.unwrap().unwrap();
    let entry = book.entry(&payment.id).unwrap();
    entry.state(&book.session).money
}

pub(crate) fn claim(payment: &Payment, transaction: &str, minor: u64) -> PlatformFact {
    let mut claim = fact(payment, transaction, PartKind::Voucher, minor);
    if let PaymentEvent::Part(part) = &mut claim.event {
        part.trust = Trust::Signed;
    }
    claim
}

pub(crate) fn confirmation(payment: &Payment, transaction: &str, minor: u64) -> PlatformFact {
    PlatformFact {
        account: payment.account.clone(),
        reference: payment.reference.clone(),
        identity: format!("confirmed|{}|{transaction}", payment.reference),
        event: PaymentEvent::Confirmed(Confirmed {
            transaction: transaction.into(),
            call: "77".into(),
            amount: amount(minor),
            status: PartStatus::Accepted,
        }),
    }
}

pub(crate) fn conversation(stage: Stage) -> Conversation {
    Conversation {
        ending: "n".into(),
        stage,
        memo: None,
        posted: Vec::new(),
        tries: 0,
    }
}

/// A payment that goes on after its beginning, stored.
pub(crate) async fn begin(store: &dyn Store, session: &Session, seed: u8, stage: Stage) -> Payment {
    let made = payment(session, seed);
    let begun = conversation(stage);
    let mark = mark(&format!("p{seed}"), "b");
    let kept = store.add_payment(&made, Some(&begun), &mark, "first").await;
    assert_eq!(kept.unwrap(), AddedPayment::Kept(Kept::New));
    made
}

/// Sessions with one reference, made in this order.
pub(crate) async fn sessions_of_one_order<const N: usize>(
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

pub(crate) async fn pay(store: &dyn Store, payment: &Payment, transaction: &str) {
    let fact = fact(payment, transaction, PartKind::Voucher, 1500);
    let told = store.record_fact(&fact, Source::Query, None, 1100).await;
    assert_eq!(told.unwrap(), Recorded::New(payment.id.clone()));
}

/// A word on a rebilling, with what it is to charge.
pub(crate) fn repriced(of: &Payment, at: i64, minor: u64) -> PaymentEvent {
    PaymentEvent::Rebilling {
        of: of.id.clone(),
        due: "2026-12-24".parse().ok(),
        at,
        amount: Some(amount(minor)),
        untold: false,
    }
}
