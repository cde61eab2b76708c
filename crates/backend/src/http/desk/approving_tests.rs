//! What one person asks for and another one approves, as their browsers do.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use guichet_desk::Lang;
use guichet_domain::desk::Role;
use guichet_domain::id::PaymentId;
use guichet_store::People as _;

use super::doing_tests::{carried, cookie, desk_with, filled, giver};
use super::login_tests::{Answer, Desk, OURS, form_token};
use crate::clock;

const FOUR_EYES: &str = "four_eyes = \"EUR=20.00\"";

/// A desk where a second person approves what is above 20 euros, and a payment of 42.
async fn desk() -> (Desk, PaymentId) {
    let people = [
        ("amelie", Role::All),
        ("benoit", Role::All),
        ("chloe", Role::All),
        ("denis", giver("EUR=30.00")),
        ("luc", Role::Look),
    ];
    desk_with(FOUR_EYES, &people).await
}

/// What a browser sends of a form on the page of an approval.
fn decided(page: &str, reason: &str) -> String {
    let (_, own) = page
        .split_once("method=\"post\" action=\"/desk/approvals/")
        .unwrap();
    format!(
        "{}&key={}&reason={reason}",
        form_token(page),
        carried(own, "key")
    )
}

impl Desk {
    async fn sent(&self, who: &str, address: &str, form: &str) -> Answer {
        let cookie = cookie(who);
        let headers = [("cookie", cookie.as_str()), OURS];
        self.post(address, form, &headers).await
    }

    /// Asks for so much to be given back; the answer.
    async fn asks(&self, who: &str, payment: &PaymentId, amount: &str) -> Answer {
        let page = self
            .refund_page(who, payment, &format!("?amount={amount}"))
            .await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let form = filled(&page.body, "broken+glass");
        self.refund(who, payment, &form).await
    }

    async fn opened(&self, who: &str, address: &str) -> String {
        self.get(address, &cookie(who)).await.body
    }
}

#[tokio::test]
async fn above_the_sum_another_person_approves_and_it_is_done_once() {
    let (desk, paid) = desk().await;
    let words = &Lang::En.words().acts.second;
    // Up to the sum one person does it alone.
    let page = desk.refund_page("denis", &paid, "?amount=21").await.body;
    assert!(page.contains(words.needed), "{page}");
    assert!(page.contains("Ask a colleague to approve €21.00"), "{page}");
    let form = filled(&page, "broken+glass");
    let (first, again) = tokio::join!(
        desk.refund("denis", &paid, &form),
        desk.refund("denis", &paid, &form)
    );
    let asked = first.header(LOCATION).to_owned();
    assert!(
        asked.starts_with("/desk/approvals/"),
        "{asked}: {}",
        first.body
    );
    assert_eq!(again.header(LOCATION), asked);
    assert!(desk.instructions(&paid).await.is_empty());
    // Who asked is told to wait, and finds no button.
    let own = desk.opened("denis", &asked).await;
    assert!(
        own.contains(words.own) && !own.contains("/approve\""),
        "{own}"
    );
    // Others find it, with the count beside the page's name.
    let list = desk.opened("benoit", "/desk/attention").await;
    assert!(
        list.contains(&asked) && list.contains("class=\"count\">1<"),
        "{list}"
    );
    let looking = desk.opened("luc", &asked).await;
    assert!(
        !looking.contains("method=\"post\" action=\"/desk/approvals"),
        "{looking}"
    );
    let mut forms = Vec::new();
    for who in ["benoit", "chloe"] {
        let page = desk.opened(who, &asked).await;
        for text in ["denis", "broken glass", "€21.00", "Approve €21.00"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        forms.push(decided(&page, ""));
    }
    let approve = format!("{asked}/approve");
    let (b, twice, c) = tokio::join!(
        desk.sent("benoit", &approve, &forms[0]),
        desk.sent("benoit", &approve, &forms[0]),
        desk.sent("chloe", &approve, &forms[1])
    );
    for sent in [&b, &twice, &c] {
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        assert_eq!(sent.header(LOCATION), b.header(LOCATION));
        assert!(sent.header(LOCATION).contains("/refund/"));
    }
    assert_eq!(desk.instructions(&paid).await, [2_100]);
    let told = desk.opened("denis", &asked).await;
    assert!(told.contains(" approved it, "), "{told}");
    // Both names are in the audit, in the line of what was done.
    let audit = desk.opened("amelie", "/desk/audit?payments=1").await;
    let line = audit
        .split("<tr")
        .find(|line| line.contains("Give back €21.00"));
    let line = line.unwrap();
    let names = ["benoit", "chloe"].map(|name| line.contains(&format!("{name} approved it")));
    assert!(line.contains("denis") && (names[0] ^ names[1]), "{line}");
    assert!(
        !desk
            .opened("benoit", "/desk/attention")
            .await
            .contains(&asked)
    );
}

#[tokio::test]
async fn nobody_approves_what_they_asked_for_nor_without_the_right() {
    let (desk, paid) = desk().await;
    let words = Lang::En.words();
    let asked = desk.asks("amelie", &paid, "21").await;
    let asked = asked.header(LOCATION).to_owned();
    let approve = format!("{asked}/approve");
    let page = desk.opened("amelie", &asked).await;
    let own = desk.sent("amelie", &approve, &decided(&page, "")).await;
    assert_eq!(own.status, StatusCode::CONFLICT, "{}", own.body);
    assert!(
        own.body.contains(words.acts.second.own_refused),
        "{}",
        own.body
    );
    for who in ["denis", "luc"] {
        let page = desk.opened(who, &asked).await;
        let form = form_token(&page);
        let refused = desk.sent(who, &approve, &form).await;
        assert_eq!(
            refused.status,
            StatusCode::FORBIDDEN,
            "{who}: {}",
            refused.body
        );
    }
    assert!(desk.instructions(&paid).await.is_empty());
    // Declined, with a reason, it is over for everybody.
    let decline = format!("{asked}/decline");
    let page = desk.opened("benoit", &asked).await;
    let empty = desk.sent("benoit", &decline, &decided(&page, "+")).await;
    let empty = desk.led("benoit", &empty).await;
    assert!(empty.body.contains(words.acts.no_reason), "{}", empty.body);
    let no = desk
        .sent("benoit", &decline, &decided(&page, "not+ours"))
        .await;
    assert_eq!(no.header(LOCATION), asked, "{}", no.body);
    let told = desk.opened("amelie", &asked).await;
    assert!(told.contains("benoit declined it"), "{told}");
    let late = desk
        .sent(
            "chloe",
            &approve,
            &format!(
                "{}&key={}",
                form_token(&desk.opened("chloe", &asked).await),
                "a".repeat(32)
            ),
        )
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    assert!(late.body.contains("benoit declined it"), "{}", late.body);
    assert!(desk.instructions(&paid).await.is_empty());
}

#[tokio::test]
async fn another_amount_and_another_refund_void_what_was_asked_for() {
    let (desk, paid) = desk().await;
    let words = Lang::En.words();
    let first = desk
        .asks("amelie", &paid, "21")
        .await
        .header(LOCATION)
        .to_owned();
    let page = desk.opened("benoit", &first).await;
    // Another amount, in its place.
    let second = desk
        .asks("amelie", &paid, "22")
        .await
        .header(LOCATION)
        .to_owned();
    let void = desk
        .sent("benoit", &format!("{first}/approve"), &decided(&page, ""))
        .await;
    assert_eq!(void.status, StatusCode::CONFLICT, "{}", void.body);
    assert!(void.body.contains(words.acts.second.gone), "{}", void.body);
    // Something else was done with the payment.
    let page = desk.opened("benoit", &second).await;
    let done = desk.asks("chloe", &paid, "5").await;
    assert!(done.header(LOCATION).contains("/refund/"), "{}", done.body);
    desk.all_done(&paid).await;
    let void = desk
        .sent("benoit", &format!("{second}/approve"), &decided(&page, ""))
        .await;
    assert_eq!(void.status, StatusCode::CONFLICT, "{}", void.body);
    assert!(void.body.contains(words.acts.meanwhile), "{}", void.body);
    assert_eq!(desk.instructions(&paid).await, [500]);
    let deeds = desk.store.deeds(None, 20).await.unwrap();
    let undone = deeds.iter().filter(|one| one.undone.is_some()).count();
    // Both that were asked for, and both that approved them.
    assert_eq!((deeds.len(), undone), (5, 4));
}

#[tokio::test]
async fn many_small_refunds_of_one_payment_are_a_large_one() {
    let (desk, paid) = desk().await;
    let alone = desk.asks("amelie", &paid, "15").await;
    assert!(
        alone.header(LOCATION).contains("/refund/"),
        "{}",
        alone.body
    );
    desk.all_done(&paid).await;
    let more = desk.asks("amelie", &paid, "5.01").await;
    assert!(
        more.header(LOCATION).starts_with("/desk/approvals/"),
        "{}",
        more.body
    );
    // What a colleague does is another person's.
    let other = desk.asks("benoit", &paid, "5.01").await;
    assert!(
        other.header(LOCATION).contains("/refund/"),
        "{}",
        other.body
    );
    assert_eq!(desk.instructions(&paid).await, [1_500, 501]);
}

#[tokio::test]
async fn after_its_time_nobody_approves_it() {
    let (desk, paid) = desk().await;
    let asked = desk.asks("amelie", &paid, "21").await;
    let asked = asked.header(LOCATION).to_owned();
    let page = desk.opened("benoit", &asked).await;
    let tomorrow = clock::unix_now() + 86_400;
    assert_eq!(
        desk.store.approvals(tomorrow - 60, 10).await.unwrap().len(),
        1
    );
    assert!(
        desk.store
            .approvals(tomorrow + 60, 10)
            .await
            .unwrap()
            .is_empty()
    );
    desk.store.lapse_approvals(tomorrow + 60).await.unwrap();
    let late = desk
        .sent("benoit", &format!("{asked}/approve"), &decided(&page, ""))
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    let told = desk.opened("amelie", &asked).await;
    assert!(told.contains("in time"), "{told}");
    assert!(desk.instructions(&paid).await.is_empty());
}
