//! What is charged anew without the shopper, as people's browsers ask for it. The platform does not
//! answer: what is changed is kept, and told later.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use guichet_desk::Lang;
use guichet_domain::desk::Role;
use guichet_domain::event::PaymentEvent;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::session::Session;
use guichet_domain::stage::Stage;
use guichet_domain::testing::{self, amount, method, slug};
use guichet_domain::{MethodKind, PartStatus};
use guichet_store::{
    Conversation, Idempotency, Payment, People as _, SecretDigest, Source, Store as _,
};
use jiff::ToSpan as _;

use super::doing_tests::{carried, cookie, desk_over};
use super::login_tests::{Answer, CODE_KEY, Desk, OURS, form_token};
use super::tests::{app, order};
use crate::clock;
use crate::desk::in_paris;

const ACCOUNT: &str = r#"
    [[accounts]]
    id = "nbx"
    provider = "netbanx"
    key_id = "guichet-sandbox"
    key_password = "canary-of-the-platform"
    api_base = "http://127.0.0.1:9/hosted/v1"
"#;

struct World {
    desk: Desk,
    of: PaymentId,
    rebilling: PaymentId,
}

/// So many days from now.
fn day(days: i64) -> String {
    let today = in_paris(clock::unix_now()).date();
    today.checked_add(days.days()).unwrap().to_string()
}

/// A rebilling of 15 euros that is to run in twenty days.
async fn world() -> World {
    let table = format!("{ACCOUNT}\n[desk]\ncode_key = \"{CODE_KEY}\"\n");
    let people = [
        ("amelie", Role::All),
        ("benoit", Role::All),
        ("luc", Role::Look),
    ];
    let desk = desk_over(app(&table).await, &people).await;
    let of = order(&desk.store, 1, "ABO-1", 1_500, PartStatus::Accepted).await;
    let now = clock::unix_now();
    let mut session = Session {
        id: SessionId::from_random([7; 16]),
        reference: "ABO-<2>".into(),
        amount: amount(1_500),
        created_at: now,
        expires_at: now + 40 * 86_400,
        ..testing::session()
    };
    let mark = |key: &str| Idempotency {
        scope: "test".into(),
        key: key.into(),
        fingerprint: vec![7],
    };
    let secret = SecretDigest {
        hash: vec![7; 32],
        salt: vec![7; 16],
    };
    let key = mark("session");
    let added = desk.store.add_session(&mut session, &secret, &key);
    added.await.unwrap();
    let payment = Payment {
        id: PaymentId::from_random([7; 16]),
        session: session.id.clone(),
        provider: "netbanx".into(),
        account: slug("nbx"),
        method: method("netbanx"),
        kind: MethodKind::Card,
        reference: "REF7".into(),
        created_at: now,
        deadline_at: now + 40 * 86_400,
    };
    let conversation = Conversation {
        ending: "e".repeat(32),
        stage: Stage::Unknown,
        memo: Some(r#"{"order":"27AB"}"#.into()),
        posted: Vec::new(),
        tries: 0,
    };
    let key = mark("payment");
    let added = desk
        .store
        .add_payment(&payment, Some(&conversation), &key, "{}");
    added.await.unwrap();
    let word = PaymentEvent::Rebilling {
        of: of.clone(),
        due: day(20).parse().ok(),
        at: now - 60,
        amount: None,
        untold: false,
    };
    let told = desk
        .store
        .record_hint(&payment.id, &word, Source::Shop, now);
    told.await.unwrap();
    World {
        desk,
        of,
        rebilling: payment.id,
    }
}

impl World {
    async fn page(&self, who: &str, path: &str) -> Answer {
        let address = format!("/desk/payments/{}/{path}", self.rebilling);
        self.desk.get(&address, &cookie(who)).await
    }

    async fn send(&self, who: &str, path: &str, form: &str) -> Answer {
        let cookie = cookie(who);
        let headers = [("cookie", cookie.as_str()), OURS];
        let address = format!("/desk/payments/{}/{path}", self.rebilling);
        self.desk.post(&address, form, &headers).await
    }

    /// What the books say of it: the words on how it is to run, and whether it is called off.
    async fn words(&self) -> (BTreeSet<(String, Option<u64>)>, usize) {
        let (_, book) = self
            .desk
            .store
            .payment(&self.rebilling)
            .await
            .unwrap()
            .unwrap();
        let events = &book.entry(&self.rebilling).unwrap().events;
        let words = events.iter().filter_map(|dated| match &dated.event {
            PaymentEvent::Rebilling {
                due: Some(due),
                amount,
                untold: true,
                ..
            } => Some((due.to_string(), amount.map(|sum| sum.minor()))),
            _ => None,
        });
        let off = events
            .iter()
            .filter(|dated| dated.event == PaymentEvent::CalledOff);
        (words.collect(), off.count())
    }
}

/// What a browser sends of the form.
fn filled(page: &str, due: &str, sum: &str) -> String {
    let (_, own) = page.split_once("action=\"/desk/payments/").unwrap();
    format!(
        "{}&key={}&seen={}&due={due}&amount={sum}&reason=price",
        form_token(page),
        carried(own, "key"),
        carried(own, "seen")
    )
}

#[tokio::test]
async fn what_is_charged_anew_is_listed_with_its_day_and_of_which_payment() {
    let world = world().await;
    let page = world
        .desk
        .get("/desk/rebillings", &cookie("luc"))
        .await
        .body;
    let of = format!("href=\"/desk/payments/{}\"", world.of);
    let own = format!("href=\"/desk/payments/{}\"", world.rebilling);
    let due = format!("datetime=\"{}\"", day(20));
    let waits = Lang::En.words().rebillings.waits;
    for told in [&of, &own, &due, "ABO-&lt;2&gt;", "€15.00", waits] {
        assert!(page.contains(told), "{told}: {page}");
    }
    for never in ["/amend", "/call-off", "canary"] {
        assert!(!page.contains(never), "{never}: {page}");
    }
    let page = world
        .desk
        .get("/desk/rebillings", &cookie("amelie"))
        .await
        .body;
    assert!(
        page.contains("/amend") && page.contains("/call-off"),
        "{page}"
    );
}

#[tokio::test]
async fn a_rebilling_is_changed_once_a_form_and_for_what_was_seen_of_it() {
    let world = world().await;
    let page = world.page("amelie", "amend").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let other = world.page("benoit", "amend").await.body;
    // What is no day, or no amount, changes nothing and keeps what was typed.
    let wrong = filled(&page.body, "2026-13-01", "1,234567");
    let wrong = world
        .desk
        .led("amelie", &world.send("amelie", "amend", &wrong).await)
        .await;
    for told in [
        "2026-13-01",
        "1,234567",
        "is no day",
        "is no amount of this currency, such as 15.00",
    ] {
        assert!(wrong.body.contains(told), "{told}: {}", wrong.body);
    }
    let form = filled(&page.body, &day(30), "17%2C50");
    let (first, second) = tokio::join!(
        world.send("amelie", "amend", &form),
        world.send("amelie", "amend", &form)
    );
    let third = world.send("amelie", "amend", &form).await;
    for sent in [&first, &second, &third] {
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let back = format!("/desk/payments/{}", world.rebilling);
        assert_eq!(sent.header(LOCATION), back);
    }
    let once = (BTreeSet::from([(day(30), Some(1_750))]), 0);
    assert_eq!(world.words().await, once);
    // Who has not seen that is told so, and changes nothing.
    let late = filled(&other, &day(40), "15.00");
    let late = world.send("benoit", "amend", &late).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("meanwhile"), "{}", late.body);
    assert_eq!(world.words().await, once);
    let list = world
        .desk
        .get("/desk/rebillings", &cookie("luc"))
        .await
        .body;
    let untold = Lang::En.words().rebillings.untold;
    assert!(list.contains(untold) && list.contains("€17.50"), "{list}");
    let audit = world
        .desk
        .get("/desk/audit?payments=1", &cookie("amelie"))
        .await
        .body;
    for told in ["Change the rebilling: €17.50", "price", "benoit"] {
        assert!(audit.contains(told), "{told}: {audit}");
    }
}

#[tokio::test]
async fn a_day_that_can_not_be_is_refused_in_the_readers_language() {
    let world = world().await;
    for (due, told) in [
        (day(0), "must be a day after today"),
        (day(20), "it is to run so already"),
    ] {
        let page = world.page("amelie", "amend").await.body;
        let sent = world
            .send("amelie", "amend", &filled(&page, &due, "15.00"))
            .await;
        assert_eq!(sent.status, StatusCode::CONFLICT);
        assert!(sent.body.contains(told), "{told}: {}", sent.body);
    }
    assert_eq!(world.words().await, (BTreeSet::new(), 0));
    let undone = world.desk.store.deeds(None, 9).await.unwrap();
    assert!(
        undone.iter().all(|deed| deed.undone.is_some()),
        "{undone:?}"
    );
    let french = world
        .desk
        .get("/desk/audit?payments=1&lang=fr", &cookie("amelie"))
        .await
        .body;
    for told in [
        "il faut un jour après aujourd'hui",
        "c'est déjà prévu ainsi",
    ] {
        assert!(french.contains(told), "{told}: {french}");
    }
}

#[tokio::test]
async fn a_rebilling_is_called_off_once_by_two_people_at_once() {
    let world = world().await;
    let forms = [
        world.page("amelie", "call-off").await,
        world.page("benoit", "call-off").await,
    ];
    let forms = forms.map(|page| {
        let (_, own) = page.body.split_once("action=\"/desk/payments/").unwrap();
        format!(
            "{}&key={}&reason=",
            form_token(&page.body),
            carried(own, "key")
        )
    });
    // The platform's word is waited for, which does not come.
    let (one, two, again) = tokio::join!(
        world.send("amelie", "call-off", &forms[0]),
        world.send("benoit", "call-off", &forms[1]),
        world.send("amelie", "call-off", &forms[0])
    );
    for sent in [&one, &two, &again] {
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    }
    assert_eq!(world.words().await, (BTreeSet::new(), 1));
    let list = world
        .desk
        .get("/desk/rebillings", &cookie("amelie"))
        .await
        .body;
    assert!(
        list.contains("Called off") && !list.contains("/amend"),
        "{list}"
    );
    // Nothing is changed of it any more.
    let page = world.page("amelie", "amend").await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.body);
}
