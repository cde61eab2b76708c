//! What needs a person, as two people's browsers look after it.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use guichet_desk::Lang;
use guichet_domain::PartStatus;
use guichet_domain::desk::Role;
use guichet_domain::testing::slug;
use guichet_store::{Message, People as _, Store as _};

use super::doing_tests::{carried, cookie, desk, giver};
use super::login_tests::{Answer, Desk, OURS, form_token};
use crate::clock;

/// What a browser sends of the form on the page.
fn filled(page: &str, note: &str) -> String {
    let mut form = format!("{}&reason={note}", form_token(page));
    let (_, own) = page
        .split_once("method=\"post\" action=\"/desk/attention/")
        .unwrap();
    for name in ["key", "told", "held_by"] {
        form.push_str(&format!("&{name}={}", carried(own, name)));
    }
    form
}

impl Desk {
    async fn send_form(&self, who: &str, address: &str, form: &str) -> Answer {
        let cookie = cookie(who);
        let headers = [("cookie", cookie.as_str()), OURS];
        self.post(address, form, &headers).await
    }

    /// Opens the page and sends its form.
    async fn does(&self, who: &str, address: &str, note: &str) -> Answer {
        let page = self.get(address, &cookie(who)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let form = filled(&page.body, note);
        self.send_form(who, address, &form).await
    }

    async fn list(&self, who: &str) -> String {
        self.get("/desk/attention", &cookie(who)).await.body
    }

    /// A message that can't be read, and the address of what is about it.
    async fn unreadable(&self) -> String {
        let account = slug("main");
        let message = Message {
            account: &account,
            genuine: true,
            why: "Auto <is> missing",
            content: b"Mt=1",
        };
        self.store
            .keep_message(&message, clock::unix_now() - 7_200)
            .await
            .unwrap();
        let kept = self.store.messages(10).await.unwrap();
        format!("/desk/attention/{}/unreadable", kept[0].seq)
    }
}

#[tokio::test]
async fn what_somebody_takes_says_so_to_all_and_of_two_at_once_one_takes_it() {
    let people = [("amelie", Role::All), ("benoit", giver("EUR=20.00"))];
    let (desk, _) = desk(&people).await;
    let about = desk.unreadable().await;
    let words = Lang::En.words();
    let before = desk.list("amelie").await;
    assert!(before.contains(words.look.nobody), "{before}");
    assert!(
        before.contains("The oldest has waited for 2 hours"),
        "{before}"
    );
    let take = format!("{about}/take");
    let mut forms = Vec::new();
    for who in ["amelie", "benoit"] {
        let page = desk.get(&take, &cookie(who)).await.body;
        forms.push(filled(&page, ""));
    }
    let (a, b) = tokio::join!(
        desk.send_form("amelie", &take, &forms[0]),
        desk.send_form("benoit", &take, &forms[1])
    );
    let (holder, yes, not) = match a.status {
        StatusCode::SEE_OTHER => ("amelie", a, b),
        _ => ("benoit", b, a),
    };
    assert_eq!(yes.header(LOCATION), "/desk/attention");
    assert_eq!(not.status, StatusCode::CONFLICT, "{}", not.body);
    let told = format!("{holder} looks after it now");
    assert!(not.body.contains(&told), "{}", not.body);
    assert!(not.body.contains("Back to the list"), "{}", not.body);
    let list = desk.list("amelie").await;
    assert!(list.contains(&format!("{holder}, for ")), "{list}");
    // The page says who has it before anybody takes it over.
    let other = if holder == "amelie" {
        "benoit"
    } else {
        "amelie"
    };
    let page = desk.get(&take, &cookie(other)).await.body;
    assert!(page.contains(&told), "{page}");
    let over = desk.send_form(other, &take, &filled(&page, "")).await;
    assert_eq!(over.status, StatusCode::SEE_OTHER, "{}", over.body);
    assert!(desk.list("amelie").await.contains(&format!("{other}, for")));
}

#[tokio::test]
async fn what_is_done_needs_a_note_leaves_the_list_and_stands_in_the_audit() {
    let (desk, _) = desk(&[("amelie", Role::All)]).await;
    let about = desk.unreadable().await;
    let done = format!("{about}/done");
    let page = desk.get(&done, &cookie("amelie")).await.body;
    let words = Lang::En.words();
    for text in [words.acts.note, words.look.unreadable, "main"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let without = desk.send_form("amelie", &done, &filled(&page, "+")).await;
    let without = desk.led("amelie", &without).await;
    assert!(without.body.contains(words.acts.no_reason));
    let form = filled(&page, "told+the+bank+%3Cb%3E");
    let (first, second) = tokio::join!(
        desk.send_form("amelie", &done, &form),
        desk.send_form("amelie", &done, &form)
    );
    for sent in [&first, &second] {
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    }
    let list = desk.list("amelie").await;
    assert!(list.contains(words.look.nothing), "{list}");
    assert!(!list.contains("class=\"count\""), "{list}");
    let audit = desk.get("/desk/audit?payments=1", &cookie("amelie")).await;
    for text in ["Done, ", "told the bank &lt;b", "amelie", "unreadable"] {
        assert!(audit.body.contains(text), "{text}: {}", audit.body);
    }
    assert_eq!(desk.store.deeds(None, 10).await.unwrap().len(), 1);
    // Whoever comes late is told, and does nothing.
    let late = desk.get(&done, &cookie("amelie")).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains(words.look.gone), "{}", late.body);
    // It came again.
    desk.unreadable().await;
    let list = desk.list("amelie").await;
    assert!(list.contains("Auto &lt;is> missing") || list.contains("Auto &lt;is&gt; missing"));
}

#[tokio::test]
async fn a_payment_says_who_looks_after_it_and_who_has() {
    let people = [("amelie", Role::All), ("luc", Role::Look)];
    let (desk, _) = desk(&people).await;
    // The platform tells the same transaction with two amounts.
    let paid = super::tests::order(&desk.store, 3, "CMD-3", 4_200, PartStatus::Accepted).await;
    super::tests::tell_again(&desk.store, 3, 4_100).await;
    let about = format!("/desk/attention/{paid}/conflict");
    let payment = format!("/desk/payments/{paid}");
    let page = desk.get(&payment, &cookie("amelie")).await.body;
    assert!(page.contains(&format!("href=\"{about}/take\"")), "{page}");
    let badge = format!("data-tone=\"warn\">{}<", Lang::En.words().states.look);
    let badged = async |desk: &Desk| {
        let all = desk.get("/desk/payments", &cookie("luc")).await.body;
        assert!(all.contains("CMD-3"), "{all}");
        all.contains(&badge)
    };
    assert!(badged(&desk).await);
    // Who looks changes nothing.
    let looking = desk.get(&payment, &cookie("luc")).await.body;
    assert!(!looking.contains(&about), "{looking}");
    let took = desk.does("amelie", &format!("{about}/take"), "").await;
    assert_eq!(took.status, StatusCode::SEE_OTHER, "{}", took.body);
    let page = desk.get(&payment, &cookie("luc")).await.body;
    assert!(page.contains("amelie, for "), "{page}");
    let done = desk.does("amelie", &format!("{about}/done"), "seen").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let page = desk.get(&payment, &cookie("luc")).await.body;
    assert!(page.contains("amelie has looked after it"), "{page}");
    let list = desk
        .get("/desk/payments?attention=true", &cookie("luc"))
        .await;
    assert!(!list.body.contains("CMD-3"), "{}", list.body);
    assert!(!badged(&desk).await);
}
