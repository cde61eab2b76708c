//! The page of the terminals, and asking one how it is.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use guichet_domain::desk::Role;
use guichet_domain::id::PaymentId;
use guichet_domain::stage::Stage;
use guichet_domain::testing::{method, slug};
use guichet_domain::{MethodKind, PartStatus};
use guichet_store::{Conversation, Idempotency, Payment, People as _, Store as _};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use super::doing_tests::{carried, cookie, desk_over};
use super::login_tests::{Answer, CODE_KEY, Desk, OURS, form_token};
use super::tests::{app, order};
use super::*;
use crate::clock;
use crate::holds::Hold;

/// A terminal at this port of the shop's network, and another one that nothing is asked of.
async fn counters(port: u16) -> (Desk, Arc<App>, Arc<AtomicU32>) {
    let table = format!(
        "[[accounts]]\nid = \"shop\"\nprovider = \"moneris\"\nist_config_code = \"canary-ist\"\n\
         [[accounts.terminals]]\nname = \"till\"\nid = \"D2999074\"\ntill = \"Caisse <1>\"\n\
         address = \"127.0.0.1:{port}\"\n\
         [[accounts.terminals]]\nname = \"garden\"\nid = \"D2999075\"\n\
         address = \"127.0.0.2:{port}\"\n\
         [desk]\ncode_key = \"{CODE_KEY}\"\n"
    );
    let made = app(&table).await;
    let app = Arc::clone(&made.2);
    let people = [("amelie", Role::All), ("luc", Role::Look)];
    (desk_over(made, &people).await, app, Arc::default())
}

/// A terminal that takes each connection, counts it and says nothing.
async fn silent() -> (Desk, Arc<App>, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (desk, app, connections) = counters(port).await;
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            let (mut line, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = line.read(&mut [0; 1_000]).await;
        }
    });
    (desk, app, connections)
}

async fn ask(desk: &Desk, name: &str, form: &str) -> Answer {
    let cookie = cookie("amelie");
    let headers = [("cookie", cookie.as_str()), OURS];
    let address = format!("/desk/terminals/shop/{name}/check");
    desk.post(&address, form, &headers).await
}

fn filled(page: &str) -> String {
    format!("{}&key={}", form_token(page), carried(page, "key"))
}

/// A payment that the terminal works on.
async fn at_work(desk: &Desk, app: &App) -> PaymentId {
    let other = order(&desk.store, 1, "CMD-7", 4_200, PartStatus::Refused).await;
    let (_, book) = desk.store.payment(&other).await.unwrap().unwrap();
    let now = clock::unix_now();
    let payment = Payment {
        id: PaymentId::from_random([9; 16]),
        session: book.session.id,
        provider: "moneris".into(),
        account: slug("shop"),
        method: method("terminal"),
        kind: MethodKind::Terminal,
        reference: "REF9".into(),
        created_at: now,
        deadline_at: now + 420,
    };
    let conversation = Conversation {
        ending: "e".repeat(32),
        stage: Stage::Talking,
        memo: None,
        posted: Vec::new(),
        tries: 0,
    };
    let mark = Idempotency {
        scope: "test".into(),
        key: "at work".into(),
        fingerprint: vec![9],
    };
    let added = desk
        .store
        .add_payment(&payment, Some(&conversation), &mark, "{}");
    added.await.unwrap();
    let hold = Hold {
        payment: payment.id.clone(),
        until: now + 420,
        says: Some("INSEREZ <CARTE>".into()),
    };
    app.terminals.hold((slug("shop"), slug("till")), hold);
    payment.id
}

#[tokio::test]
async fn each_terminal_tells_what_it_works_on_and_nothing_is_asked_of_it_for_that() {
    let (desk, app, connections) = silent().await;
    let page = desk.get("/desk/terminals", &cookie("luc")).await.body;
    for told in [
        "Caisse &lt;1&gt;",
        "garden",
        "on the shop’s network",
        "Not asked yet",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("/check"), "who looks asks nothing: {page}");
    let payment = at_work(&desk, &app).await;
    let page = desk.get("/desk/terminals", &cookie("amelie")).await.body;
    let link = format!("href=\"/desk/payments/{payment}\"");
    for told in [link.as_str(), "CMD-7", "€42.00", "INSEREZ &lt;CARTE&gt;"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("canary"), "{page}");
    // It is not disturbed.
    let busy = ask(&desk, "till", &filled(&page)).await;
    assert_eq!(busy.status, StatusCode::CONFLICT, "{}", busy.body);
    assert!(busy.body.contains("It works on a payment"), "{}", busy.body);
    assert_eq!(connections.load(Ordering::SeqCst), 0);
    let deeds = desk.store.deeds(None, 9).await.unwrap();
    let why = deeds[0].undone.as_deref();
    assert_eq!(why, Some("the terminal works on a payment"));
}

#[tokio::test]
async fn a_terminal_is_asked_once_a_press_and_what_it_told_stays_on_its_page() {
    let (desk, _, connections) = silent().await;
    let page = desk.get("/desk/terminals", &cookie("amelie")).await.body;
    let form = filled(&page);
    for _ in 0..2 {
        let sent = ask(&desk, "till", &form).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        assert_eq!(sent.header(LOCATION), "/desk/terminals");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    let page = desk.get("/desk/terminals", &cookie("luc")).await.body;
    assert!(page.contains("it does not answer"), "{page}");
    assert_eq!(page.matches("Not asked yet").count(), 1, "{page}");
    let audit = desk.get("/desk/audit?payments=1", &cookie("amelie")).await;
    for told in ["shop/till", "href=\"/desk/terminals\"", "amelie"] {
        assert!(audit.body.contains(told), "{told}: {}", audit.body);
    }
    // A form of one terminal is not another one's.
    let other = ask(&desk, "garden", &form).await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.body);
}

#[tokio::test]
async fn where_there_are_no_terminals_nothing_leads_to_their_page() {
    let desk = Desk::with(Role::All).await;
    let cookie = desk.enter().await;
    let page = desk.get("/desk/today", &cookie).await.body;
    assert!(!page.contains("/desk/terminals"), "{page}");
    let (desk, ..) = counters(9).await;
    let page = desk
        .get("/desk/today", &super::doing_tests::cookie("luc"))
        .await;
    assert!(page.body.contains("/desk/terminals"), "{}", page.body);
}
