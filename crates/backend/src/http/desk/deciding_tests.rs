//! What is decided without an amount, as two people's browsers ask for it: each has one effect.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use guichet_desk::Lang;
use guichet_domain::desk::Role;
use guichet_domain::event::{Part, PaymentEvent, PlatformFact, Trust};
use guichet_domain::id::PaymentId;
use guichet_domain::stage::Stage;
use guichet_domain::testing::{self, method, slug};
use guichet_domain::{MethodKind, PartKind, PartStatus, Status};
use guichet_store::{
    Advance, Conversation, Idempotency, KeptNotice, Outbox as _, Payment, People as _,
    SENDING_SECONDS, Sent, Source, Store as _,
};

use super::doing_tests::{carried, cookie, desk};
use super::login_tests::{Answer, Desk, OURS, form_token};
use super::tests::order;
use crate::clock;

const PEOPLE: [(&str, Role); 2] = [("amelie", Role::All), ("benoit", Role::All)];

/// The form on the page of an act.
async fn form(desk: &Desk, who: &str, path: &str) -> String {
    let page = desk.get(path, &cookie(who)).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
    let (_, own) = page.body.split_once(&format!("action=\"{path}\"")).unwrap();
    let key = carried(own, "key");
    format!("{}&key={key}&reason=seen", form_token(&page.body))
}

async fn send(desk: &Desk, who: &str, path: &str, form: &str) -> Answer {
    let cookie = cookie(who);
    let headers = [("cookie", cookie.as_str()), OURS];
    desk.post(path, form, &headers).await
}

fn act(payment: &PaymentId, act: &str) -> String {
    format!("/desk/payments/{payment}/{act}")
}

/// It was taken, and leads back to the payment's page, where the back button sends no form.
fn taken(answer: &Answer, payment: &PaymentId) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.header(LOCATION), format!("/desk/payments/{payment}"));
}

/// A payment of another order whose outcome nobody knows; held by the platform, if that is so.
async fn unknown(desk: &Desk, seed: u8, held: bool) -> PaymentId {
    let first = order(&desk.store, seed, "CMD-9", 4_200, PartStatus::Refused).await;
    let (_, book) = desk.store.payment(&first).await.unwrap().unwrap();
    let now = clock::unix_now();
    let payment = Payment {
        id: PaymentId::from_random([seed + 100; 16]),
        session: book.session.id,
        provider: "up2pay".into(),
        account: slug("main"),
        method: method("card"),
        kind: MethodKind::Card,
        reference: format!("REF-{seed}"),
        created_at: now,
        deadline_at: now + 900,
    };
    let conversation = Conversation {
        ending: format!("{seed:032}"),
        stage: Stage::Unknown,
        memo: None,
        posted: Vec::new(),
        tries: 0,
    };
    let mark = Idempotency {
        scope: "test".into(),
        key: format!("unknown{seed}"),
        fingerprint: vec![seed],
    };
    let store = &desk.store;
    let added = store.add_payment(&payment, Some(&conversation), &mark, "{}");
    added.await.unwrap();
    if held {
        let part = testing::part("99", PartKind::Card, 4_200, PartStatus::Pending);
        let part = Part {
            trust: Trust::Ours,
            method: None,
            ..part
        };
        let held = PaymentEvent::Held {
            transaction: "99".into(),
        };
        for (identity, event) in [("part", PaymentEvent::Part(part)), ("held", held)] {
            let fact = PlatformFact {
                account: slug("main"),
                reference: payment.reference.clone(),
                identity: identity.into(),
                event,
            };
            let told = store.record_fact(&fact, Source::Query, None, now);
            told.await.unwrap();
        }
    }
    payment.id
}

/// The decisions in the books, in their order.
async fn decisions(desk: &Desk, payment: &PaymentId) -> Vec<bool> {
    let (_, book) = desk.store.payment(payment).await.unwrap().unwrap();
    let events = book.entry(payment).unwrap().events.iter();
    let decided = events.filter_map(|dated| match dated.event {
        PaymentEvent::Decided { accept, .. } => Some(accept),
        _ => None,
    });
    decided.collect()
}

/// How many deeds were written down, and of how many nothing came.
async fn deeds(desk: &Desk) -> (usize, usize) {
    let deeds = desk.store.deeds(None, 20).await.unwrap();
    let undone = deeds.iter().filter(|deed| deed.undone.is_some());
    (deeds.len(), undone.count())
}

#[tokio::test]
async fn a_held_payment_is_accepted_once_however_often_its_form_is_sent() {
    let (desk, _) = desk(&PEOPLE).await;
    let held = unknown(&desk, 3, true).await;
    let path = act(&held, "accept");
    let sent = form(&desk, "amelie", &path).await;
    let (one, two) = tokio::join!(
        send(&desk, "amelie", &path, &sent),
        send(&desk, "amelie", &path, &sent)
    );
    taken(&one, &held);
    taken(&two, &held);
    assert_eq!(decisions(&desk, &held).await, [true]);
    assert_eq!(deeds(&desk).await, (1, 0));
    // Who opened the other form before is told that it was decided, and changes nothing.
    let path = act(&held, "refuse");
    let late = form(&desk, "benoit", &path).await;
    let late = send(&desk, "benoit", &path, &late).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    assert!(late.body.contains("was accepted before"), "{}", late.body);
    assert_eq!(decisions(&desk, &held).await, [true]);
    assert_eq!(deeds(&desk).await, (2, 1));
}

#[tokio::test]
async fn of_two_who_accept_and_refuse_at_once_one_decides_and_the_other_is_told() {
    let (desk, _) = desk(&PEOPLE).await;
    let held = unknown(&desk, 3, true).await;
    let (accept, refuse) = (act(&held, "accept"), act(&held, "refuse"));
    let yes = form(&desk, "amelie", &accept).await;
    let no = form(&desk, "benoit", &refuse).await;
    let (yes, no) = tokio::join!(
        send(&desk, "amelie", &accept, &yes),
        send(&desk, "benoit", &refuse, &no)
    );
    let states = [yes.status, no.status];
    let one = states.iter().filter(|own| **own == StatusCode::SEE_OTHER);
    let other = states.iter().filter(|own| **own == StatusCode::CONFLICT);
    assert_eq!((one.count(), other.count()), (1, 1), "{states:?}");
    let (_, book) = desk.store.payment(&held).await.unwrap().unwrap();
    let holds = book.entry(&held).unwrap().state(&book.session).decided;
    assert_eq!(holds, Some(yes.status == StatusCode::SEE_OTHER));
    assert_eq!(deeds(&desk).await, (2, 1));
}

#[tokio::test]
async fn a_checkout_is_closed_once_by_two_people_and_never_one_that_is_paid() {
    let (desk, paid) = desk(&PEOPLE).await;
    let open = order(&desk.store, 2, "CMD-2", 4_200, PartStatus::Refused).await;
    // Its page has timed out: nobody tries another card there.
    let (over, now) = (PaymentEvent::DeadlinePassed, clock::unix_now());
    let told = desk.store.record_hint(&open, &over, Source::Clock, now);
    told.await.unwrap();
    let path = act(&open, "expire");
    let mine = form(&desk, "amelie", &path).await;
    let other = form(&desk, "benoit", &path).await;
    let (one, two, again) = tokio::join!(
        send(&desk, "amelie", &path, &mine),
        send(&desk, "benoit", &path, &other),
        send(&desk, "amelie", &path, &mine)
    );
    for sent in [&one, &two, &again] {
        taken(sent, &open);
    }
    let (_, book) = desk.store.payment(&open).await.unwrap().unwrap();
    assert!(book.expired, "it is closed");
    assert_eq!(deeds(&desk).await, (2, 0));
    let path = act(&paid, "expire");
    let late = form(&desk, "amelie", &path).await;
    let not = send(&desk, "amelie", &path, &late).await;
    assert_eq!(not.status, StatusCode::CONFLICT);
    assert!(
        not.body.contains(Lang::En.words().acts.paid),
        "{}",
        not.body
    );
    // Nor one of which a payment may still take money.
    let waits = unknown(&desk, 4, false).await;
    let path = act(&waits, "expire");
    let early = form(&desk, "amelie", &path).await;
    let not = send(&desk, "amelie", &path, &early).await;
    let under_way = Lang::En.words().acts.under_way;
    assert_eq!(not.status, StatusCode::CONFLICT);
    assert!(not.body.contains(under_way), "{}", not.body);
    assert_eq!(deeds(&desk).await, (4, 2));
    let french = desk
        .get("/desk/audit?payments=1&lang=fr", &cookie("amelie"))
        .await
        .body;
    for told in [Lang::Fr.words().acts.paid, Lang::Fr.words().acts.under_way] {
        assert!(french.contains(told), "{told}: {french}");
    }
}

#[tokio::test]
async fn a_platform_is_asked_once_a_form_about_what_nobody_knows() {
    let (desk, paid) = desk(&PEOPLE).await;
    let waits = unknown(&desk, 3, false).await;
    let path = act(&waits, "ask");
    let form_of_it = form(&desk, "amelie", &path).await;
    let due = async || {
        let now = clock::unix_now();
        desk.store.due_conversations(now, 10).await.unwrap()
    };
    // It is put off, as after a question that came to nothing.
    let later = Advance {
        next_try_at: Some(clock::unix_now() + 3_600),
        ..Advance::new(Stage::Unknown, Stage::Unknown)
    };
    let put_off = async || {
        let now = clock::unix_now();
        assert!(desk.store.advance(&waits, &later, now).await.unwrap());
        assert!(due().await.is_empty());
    };
    put_off().await;
    let sent = send(&desk, "amelie", &path, &form_of_it).await;
    taken(&sent, &waits);
    assert_eq!(due().await, std::slice::from_ref(&waits));
    assert_eq!(deeds(&desk).await, (1, 0));
    // The same form asks nothing again, by a double click or the back button.
    put_off().await;
    taken(&send(&desk, "amelie", &path, &form_of_it).await, &waits);
    assert!(due().await.is_empty(), "it was asked once");
    // What is known is not asked about.
    let path = act(&paid, "ask");
    let known = form(&desk, "amelie", &path).await;
    let not = send(&desk, "amelie", &path, &known).await;
    assert_eq!(not.status, StatusCode::CONFLICT);
    let not_asked = Lang::En.words().acts.not_asked;
    assert!(not.body.contains(not_asked), "{}", not.body);
    assert_eq!(desk.status(&paid).await, Status::Paid);
}

impl Desk {
    async fn status(&self, payment: &PaymentId) -> Status {
        let (_, book) = self.store.payment(payment).await.unwrap().unwrap();
        let states = book.states();
        let mut attempts = book.attempts(&states);
        let (_, own) = attempts.find(|(made, _)| made.id == *payment).unwrap();
        own.status(&book.session)
    }

    async fn notice(&self) -> KeptNotice {
        self.store.notices(None, 10).await.unwrap().remove(0)
    }

    /// The shop's server takes what waits.
    async fn deliver(&self) -> usize {
        let now = clock::unix_now() + 2 * SENDING_SECONDS;
        let taken = self.store.take_notices(now, 10, 10).await.unwrap();
        for one in &taken {
            let sent = self.store.record_sent(one, &Sent::Delivered, now);
            sent.await.unwrap();
        }
        taken.len()
    }
}

#[tokio::test]
async fn a_webhook_is_sent_again_once_a_form() {
    let (desk, _) = desk(&PEOPLE).await;
    let endpoint = [(slug("demo"), "https://shop.example/hooks".to_owned())];
    let now = clock::unix_now();
    desk.store.set_endpoints(&endpoint, now).await.unwrap();
    order(&desk.store, 2, "CMD-2", 4_200, PartStatus::Accepted).await;
    while desk.deliver().await > 0 {}
    let told = desk.notice().await;
    assert!(
        told.next_try_at.is_none() && told.delivered_at.is_some(),
        "{told:?}"
    );
    let path = format!("/desk/webhooks/{}/replay", told.id);
    let sent = form(&desk, "amelie", &path).await;
    let (one, two) = tokio::join!(
        send(&desk, "amelie", &path, &sent),
        send(&desk, "amelie", &path, &sent)
    );
    for answer in [&one, &two] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.header(LOCATION), "/desk/webhooks");
    }
    assert_eq!(desk.deliver().await, 1);
    // The back button, and the form once more.
    let again = send(&desk, "amelie", &path, &sent).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.deliver().await, 0, "it was sent again once");
    // Who presses on purpose has it sent once more.
    let other = form(&desk, "benoit", &path).await;
    send(&desk, "benoit", &path, &other).await;
    assert_eq!(desk.deliver().await, 1);
    let path = "/desk/webhooks/msg_none/replay";
    let none = form(&desk, "amelie", path).await;
    let none = send(&desk, "amelie", path, &none).await;
    assert_eq!(none.status, StatusCode::CONFLICT, "{}", none.body);
    assert!(
        none.body.contains("there is no such message"),
        "{}",
        none.body
    );
    assert_eq!(deeds(&desk).await, (3, 1));
}
