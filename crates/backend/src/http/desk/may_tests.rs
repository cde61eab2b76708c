//! The table of roles by acts, each cell as a browser asks for it.

use axum::http::{Method, StatusCode};
use guichet_domain::desk::{Act, May, Role, may};
use guichet_store::{DeskDeed, People as _};

use super::login_tests::{Desk, OURS, act, form_token};

/// How an act is asked for: with a form, or by its address alone.
fn asked(act: Act) -> (Method, &'static str) {
    match act {
        Act::Export => (Method::GET, "/desk/payments.csv"),
        Act::ExportJournal => (Method::GET, "/desk/accounting/journal.txt"),
        Act::SeeAudit => (Method::GET, "/desk/audit"),
        Act::SeeSettings => (Method::GET, "/desk/settings"),
        Act::Capture => (Method::POST, "/desk/payments/pay_1/capture"),
        Act::Cancel => (Method::POST, "/desk/payments/pay_1/cancel"),
        Act::Refund => (Method::POST, "/desk/payments/pay_1/refund"),
        Act::Accept => (Method::POST, "/desk/payments/pay_1/accept"),
        Act::Refuse => (Method::POST, "/desk/payments/pay_1/refuse"),
        Act::Approve => (Method::POST, "/desk/approvals/0/approve"),
        Act::Decline => (Method::POST, "/desk/approvals/0/decline"),
        Act::Expire => (Method::POST, "/desk/payments/pay_1/expire"),
        Act::Ask => (Method::POST, "/desk/payments/pay_1/ask"),
        Act::Amend => (Method::POST, "/desk/payments/pay_1/amend"),
        Act::CallOff => (Method::POST, "/desk/payments/pay_1/call-off"),
        Act::Replay => (Method::POST, "/desk/webhooks/msg_1/replay"),
        Act::Check => (Method::POST, "/desk/terminals/main/none/check"),
        Act::TakeAttention => (Method::POST, "/desk/attention/999/unmatched/take"),
        Act::EndAttention => (Method::POST, "/desk/attention/999/unreadable/done"),
    }
}

#[tokio::test]
async fn each_role_may_do_through_http_what_the_table_says_and_nothing_else() {
    let refund = Role::Refund("EUR=500.00".parse().unwrap());
    for role in [Role::Look, refund, Role::All] {
        let desk = Desk::with(role.clone()).await;
        let cookie = desk.enter().await;
        let token = form_token(&desk.get("/desk/today", &cookie).await.body);
        for act in Act::ALL {
            let (method, address) = asked(act);
            let answer = match method {
                Method::GET => desk.get(address, &cookie).await,
                _ => {
                    let headers = [("cookie", cookie.as_str()), OURS];
                    desk.post(address, &token, &headers).await
                }
            };
            let what = format!("{} {act:?}", role.word());
            if let May::Refused(why) = may(&role, act) {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
                let words = &guichet_desk::Lang::En.words().login;
                let told = answer.body.contains((words.refused)(why));
                assert!(told, "{what}: {}", answer.body);
                continue;
            }
            // What a payment's act is asked for here is of no payment that there is.
            let of_payment = address.contains("/pay_1/");
            let wanted = match (of_payment, act) {
                (true, _) => StatusCode::NOT_FOUND,
                (false, Act::Export | Act::SeeAudit | Act::SeeSettings) => StatusCode::OK,
                // This shop has none.
                (false, Act::ExportJournal) => StatusCode::NOT_FOUND,
                (false, _) => StatusCode::CONFLICT,
            };
            assert_eq!(answer.status, wanted, "{what}: {}", answer.body);
            if of_payment {
                let unknown = guichet_desk::Lang::En.words().payment.unknown;
                assert!(answer.body.contains(unknown), "{what}: {}", answer.body);
            }
        }
    }
}

#[tokio::test]
async fn a_login_is_told_on_the_page_of_who_did_what() {
    let desk = Desk::with(Role::All).await;
    let cookie = desk.enter().await;
    let page = desk.get("/desk/audit", &cookie).await.body;
    assert!(
        page.contains("amelie") && page.contains("logged in"),
        "{page}"
    );
}

#[tokio::test]
async fn what_was_refused_hides_nothing_that_was_done_and_all_of_both_is_read_page_by_page() {
    let desk = Desk::with(Role::All).await;
    let cookie = desk.enter().await;
    for number in 0..250 {
        let name = format!("guess{number:03}");
        let refused = act(&name, DeskDeed::Refused);
        desk.store.add_act(&refused).await.unwrap();
    }
    let done = desk.get("/desk/audit", &cookie).await.body;
    assert!(
        done.contains("set up a phone") && !done.contains("guess"),
        "{done}"
    );
    let mut address = "/desk/audit?refused=1".to_owned();
    let mut seen = Vec::new();
    for _ in 0..5 {
        let page = desk.get(&address, &cookie).await.body;
        let names = page.split(">guess").skip(1);
        seen.extend(names.map(|rest| rest[..3].to_owned()));
        let Some((before, _)) = page.split_once("\" class=\"button quiet\" rel=\"next\"") else {
            break;
        };
        let (_, next) = before.rsplit_once("href=\"").unwrap();
        address = next.replace("&amp;", "&");
    }
    let wanted: Vec<_> = (0..250)
        .rev()
        .map(|number| format!("{number:03}"))
        .collect();
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn a_page_that_a_role_may_not_see_is_not_offered() {
    for (role, offered) in [(Role::Look, false), (Role::All, true)] {
        let desk = Desk::with(role).await;
        let cookie = desk.enter().await;
        let page = desk.get("/desk/today", &cookie).await.body;
        for place in ["/desk/settings", "/desk/audit"] {
            let link = format!("href=\"{place}\"");
            assert_eq!(page.contains(&link), offered, "{place}");
        }
    }
}
