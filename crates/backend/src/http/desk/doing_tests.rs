//! What is done with a payment, as two people's browsers ask for it.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use guichet_desk::Lang;
use guichet_domain::PartStatus;
use guichet_domain::desk::Role;
use guichet_domain::id::PaymentId;
use guichet_domain::operation::{OperationEvent, OperationStage, Progress};
use guichet_store::sqlite::SqliteStore;
use guichet_store::{
    DeskCode, DeskDeed, DeskPerson, OperationAdvance, People as _, Source, Store as _,
};

use super::delays::Gate;
use super::login_tests::{Answer, CODE_KEY, Desk, OURS, act, form_token};
use super::tests::app;
use crate::app::App;
use crate::clock;
use crate::digest::sha256;

/// An account at which nothing answers: what is sent there stays on its way.
const ACCOUNT: &str = r#"
    [[accounts]]
    id = "main"
    provider = "up2pay"
    site = "1999888"
    rang = "32"
    identifiant = "110647233"
    hmac_key = "{key}"
    page_hosts = ["http://127.0.0.1:9"]
    ppps_hosts = ["http://127.0.0.1:9", "http://localhost:9"]
"#;

/// A desk with that payment of 42 euros, and people who have logged in.
pub(super) async fn desk(people: &[(&str, Role)]) -> (Desk, PaymentId) {
    desk_with("", people).await
}

/// The same with that in the desk's own table.
pub(super) async fn desk_with(table: &str, people: &[(&str, Role)]) -> (Desk, PaymentId) {
    let account = ACCOUNT.replace("{key}", &"0123456789ABCDEF".repeat(8));
    let table = format!("{account}\n[desk]\ncode_key = \"{CODE_KEY}\"\n{table}");
    let made = app(&table).await;
    let paid = super::tests::order(&made.1, 1, "CMD-1", 4_200, PartStatus::Accepted).await;
    (desk_over(made, people).await, paid)
}

/// The desk of that backend, and people who have logged in.
pub(super) async fn desk_over(
    (folder, store, app): (tempfile::TempDir, Arc<SqliteStore>, Arc<App>),
    people: &[(&str, Role)],
) -> Desk {
    for (name, role) in people {
        let person = DeskPerson {
            name: (*name).into(),
            password: "hash".into(),
            role: role.clone(),
            created_at: clock::unix_now(),
            disabled_at: None,
            code: None,
        };
        let added = act(name, DeskDeed::Added);
        store.add_person(&person, None, &added).await.unwrap();
        let digest = sha256(name.as_bytes());
        let begun = act(name, DeskDeed::PasswordGiven);
        assert!(store.begin_login(&digest, "hash", &begun).await.unwrap());
        store.offer_code(name, b"salt").await.unwrap();
        let code = DeskCode {
            salt: b"salt".to_vec(),
            step: Some(1),
        };
        let set = act(name, DeskDeed::CodeSet);
        assert!(store.pass_code(&digest, &code, &set).await.unwrap());
    }
    Desk::over((folder, store, app), Gate::default())
}

/// The cookie of somebody who has logged in.
pub(super) fn cookie(name: &str) -> String {
    format!("guichet-desk={name}")
}

/// A value of the form on a page that does something.
pub(super) fn carried(page: &str, name: &str) -> String {
    let (_, after) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

/// What a browser sends of the form that stands on the page.
pub(super) fn filled(page: &str, reason: &str) -> String {
    let mut form = format!("{}&reason={reason}&confirm=1", form_token(page));
    for name in ["key", "amount", "gives_up", "seen"] {
        let (_, own) = page
            .split_once("method=\"post\" action=\"/desk/payments/")
            .unwrap();
        form.push_str(&format!("&{name}={}", carried(own, name)));
    }
    form
}

impl Desk {
    pub(super) async fn refund_page(&self, who: &str, payment: &PaymentId, amount: &str) -> Answer {
        let address = format!("/desk/payments/{payment}/refund{amount}");
        self.get(&address, &cookie(who)).await
    }

    pub(super) async fn refund(&self, who: &str, payment: &PaymentId, form: &str) -> Answer {
        let headers = [("cookie", cookie(who)), (OURS.0, OURS.1.to_owned())];
        let headers = headers
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let address = format!("/desk/payments/{payment}/refund");
        self.post(&address, form, &headers).await
    }

    /// The page that the browser is led back to, with what it keeps for it.
    pub(super) async fn led(&self, who: &str, sent: &Answer) -> Answer {
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let kept = sent.cookie_of("guichet-desk-said=");
        let page = self
            .get(sent.header(LOCATION), &format!("{}; {kept}", cookie(who)))
            .await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        // It is told once.
        assert_eq!(page.cookie_of("guichet-desk-said="), "guichet-desk-said=");
        page
    }

    /// The platform has done all that was asked for.
    pub(super) async fn all_done(&self, payment: &PaymentId) {
        for (_, operations) in self.store.instructions_of(payment, None).await.unwrap() {
            for operation in operations {
                let event = OperationEvent {
                    operation: operation.id.clone(),
                    kind: operation.kind,
                    part: operation.part.clone(),
                    amount: operation.amount,
                    currency: operation.currency,
                    at: clock::unix_now(),
                    progress: Progress::Done { numbers: None },
                };
                let over = OperationAdvance {
                    id: &operation.id,
                    from: None,
                    to: OperationStage::Over,
                    next_try_at: None,
                    tries: 0,
                    due: None,
                    answer: None,
                    event: Some((&event, Source::Query)),
                };
                assert!(self.store.advance_operation(&over).await.unwrap());
            }
        }
    }

    pub(super) async fn instructions(&self, payment: &PaymentId) -> Vec<u64> {
        let all = self.store.instructions_of(payment, None).await.unwrap();
        let amount = |operations: &[guichet_store::Operation]| {
            operations.iter().map(|one| one.amount.minor()).sum()
        };
        all.iter()
            .map(|(_, operations)| amount(operations))
            .collect()
    }
}

pub(super) fn giver(most: &str) -> Role {
    Role::Refund(most.parse().unwrap())
}

#[tokio::test]
async fn a_form_that_is_sent_again_gives_back_once() {
    let (desk, paid) = desk(&[("amelie", Role::All)]).await;
    let page = desk.refund_page("amelie", &paid, "?amount=12%2C50").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("Give back €12.50"), "{}", page.body);
    let form = filled(&page.body, "broken+glass");
    let (first, second) = tokio::join!(
        desk.refund("amelie", &paid, &form),
        desk.refund("amelie", &paid, &form)
    );
    let third = desk.refund("amelie", &paid, &form).await;
    for sent in [&first, &second, &third] {
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        assert_eq!(sent.header(LOCATION), first.header(LOCATION));
    }
    assert_eq!(desk.instructions(&paid).await, [1_250]);
    let told = desk.get(first.header(LOCATION), &cookie("amelie")).await;
    for text in ["€12.50", "broken glass", "991", "On its way"] {
        assert!(told.body.contains(text), "{text}: {}", told.body);
    }
    let audit = desk
        .get("/desk/audit?payments=1", &cookie("amelie"))
        .await
        .body;
    for text in ["Give back €12.50", "broken glass", paid.as_str(), "amelie"] {
        assert!(audit.contains(text), "{text}: {audit}");
    }
}

/// Who writes one euro and presses the button that says forty-two gives back neither.
#[tokio::test]
async fn an_amount_that_was_changed_and_not_looked_at_moves_nothing() {
    let (desk, paid) = desk(&[("amelie", Role::All)]).await;
    let page = desk.refund_page("amelie", &paid, "").await;
    assert!(page.body.contains("Give back €42.00"), "{}", page.body);
    assert!(page.body.contains("<title>Give back – The desk</title>"));
    let changed = format!("{}&typed=1%2C00", filled(&page.body, "late"));
    let asked = desk.refund("amelie", &paid, &changed).await;
    // Back and reload ask for a page, and send no form again.
    let asked = desk.led("amelie", &asked).await;
    let words = &Lang::En.words().acts;
    assert!(asked.body.contains(words.changed), "{}", asked.body);
    assert!(asked.body.contains("Give back €1.00"), "{}", asked.body);
    assert!(asked.body.contains("value=\"late\""), "{}", asked.body);
    // To look at it is no confirmation.
    let looked = format!(
        "{}&typed=2",
        filled(&asked.body, "late").replace("&confirm=1", "")
    );
    let shown = desk.refund("amelie", &paid, &looked).await;
    let shown = desk.led("amelie", &shown).await;
    assert!(shown.body.contains("Give back €2.00"), "{}", shown.body);
    assert!(desk.instructions(&paid).await.is_empty());
    let confirmed = format!("{}&typed=2.00", filled(&shown.body, "late"));
    let done = desk.refund("amelie", &paid, &confirmed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(desk.instructions(&paid).await, [200]);
}

#[tokio::test]
async fn two_people_who_give_back_at_once_give_back_once_and_the_second_is_told() {
    let (desk, paid) = desk(&[("amelie", Role::All), ("benoit", Role::All)]).await;
    let mut forms = Vec::new();
    for who in ["amelie", "benoit"] {
        let page = desk.refund_page(who, &paid, "?amount=10").await;
        forms.push(filled(&page.body, "late"));
    }
    let (a, b) = tokio::join!(
        desk.refund("amelie", &paid, &forms[0]),
        desk.refund("benoit", &paid, &forms[1])
    );
    let (done, not) = if a.status == StatusCode::SEE_OTHER {
        (a, b)
    } else {
        (b, a)
    };
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(not.status, StatusCode::CONFLICT, "{}", not.body);
    let words = &Lang::En.words().acts;
    assert!(not.body.contains(words.meanwhile), "{}", not.body);
    assert_eq!(desk.instructions(&paid).await, [1_000]);
    let deeds = desk.store.deeds(None, 10).await.unwrap();
    let undone = deeds.iter().filter(|one| one.undone.is_some());
    assert_eq!((deeds.len(), undone.count()), (2, 1));
}

#[tokio::test]
async fn a_role_gives_back_no_more_than_its_day_leaves() {
    let (desk, paid) = desk(&[("amelie", giver("EUR=20.00"))]).await;
    let page = desk.refund_page("amelie", &paid, "?amount=20.01").await;
    let too_much = desk
        .refund("amelie", &paid, &filled(&page.body, "late"))
        .await;
    assert_eq!(too_much.status, StatusCode::CONFLICT, "{}", too_much.body);
    assert!(
        too_much.body.contains("€20.00 is left"),
        "{}",
        too_much.body
    );
    assert!(desk.instructions(&paid).await.is_empty());
    let page = desk.refund_page("amelie", &paid, "?amount=20").await;
    let done = desk
        .refund("amelie", &paid, &filled(&page.body, "late"))
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(desk.instructions(&paid).await, [2_000]);
}

#[tokio::test]
async fn nothing_is_given_back_without_a_reason_or_by_a_foreign_form() {
    let (desk, paid) = desk(&[("amelie", Role::All), ("luc", Role::All)]).await;
    let page = desk.refund_page("amelie", &paid, "").await;
    assert!(page.body.contains("Give back €42.00"), "{}", page.body);
    let unreasoned = desk.refund("amelie", &paid, &filled(&page.body, "+")).await;
    let unreasoned = desk.led("amelie", &unreasoned).await;
    let words = &Lang::En.words().acts;
    assert!(
        unreasoned.body.contains(words.no_reason),
        "{}",
        unreasoned.body
    );
    // Another's token, and a page that is not ours.
    let form = filled(&page.body, "late");
    let other = desk.refund("luc", &paid, &form).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    let address = format!("/desk/payments/{paid}/refund");
    let foreign = [
        ("cookie", "guichet-desk=amelie"),
        ("sec-fetch-site", "cross-site"),
    ];
    let foreign = desk.post(&address, &form, &foreign).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    for amount in ["0", "42.01", "ten", "-1"] {
        let page = desk
            .refund_page("amelie", &paid, &format!("?amount={amount}"))
            .await;
        assert!(
            !page.body.contains("name=\"reason\""),
            "{amount}: {}",
            page.body
        );
    }
    assert!(desk.instructions(&paid).await.is_empty());
}

#[tokio::test]
async fn who_decided_before_a_colleague_gave_back_gives_back_nothing_more() {
    let (desk, paid) = desk(&[("amelie", Role::All), ("benoit", Role::All)]).await;
    let mut forms = Vec::new();
    for who in ["amelie", "benoit"] {
        let page = desk.refund_page(who, &paid, "?amount=10").await;
        forms.push(filled(&page.body, "late"));
    }
    let done = desk.refund("amelie", &paid, &forms[0]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    // Nothing is in flight any more, and enough is left.
    desk.all_done(&paid).await;
    let not = desk.refund("benoit", &paid, &forms[1]).await;
    assert_eq!(not.status, StatusCode::CONFLICT, "{}", not.body);
    assert_eq!(desk.instructions(&paid).await, [1_000]);
    // Who has seen it may give back as much again.
    let page = desk.refund_page("benoit", &paid, "?amount=10").await;
    let more = desk
        .refund("benoit", &paid, &filled(&page.body, "late"))
        .await;
    assert_eq!(more.status, StatusCode::SEE_OTHER, "{}", more.body);
    assert_eq!(desk.instructions(&paid).await, [1_000, 1_000]);
}
