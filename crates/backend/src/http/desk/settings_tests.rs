//! The settings, and having the installation looked at.

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, LOCATION};
use guichet_desk::Lang;
use guichet_domain::desk::Role;
use guichet_store::People as _;

use super::doing_tests::{carried, cookie, desk, giver};
use super::login_tests::{OURS, form_token};
use super::tests::lets_nothing_else_in;
use crate::clock;

#[tokio::test]
async fn each_key_is_told_with_its_age_and_no_value_of_one_is_shown() {
    let (desk, _) = desk(&[("amelie", Role::All)]).await;
    let keys = &desk.app.config.keys;
    let places: Vec<_> = keys.iter().map(|key| key.place.as_str()).collect();
    let known = [
        "accounts.main.hmac_key",
        "desk.code_key",
        "shops.demo.secret_keys",
    ];
    assert_eq!(places, known);
    // This backend was started with all of them a month ago, and one was changed since.
    let seen: Vec<_> = keys
        .iter()
        .map(|key| (key.place.as_str(), key.mark.as_str()))
        .collect();
    let now = clock::unix_now();
    desk.store
        .see_keys(&seen[..2], now - 40 * 86_400)
        .await
        .unwrap();
    let before = [(known[2], "0000")];
    desk.store
        .see_keys(&before, now - 40 * 86_400)
        .await
        .unwrap();
    let page = desk.get("/desk/settings", &cookie("amelie")).await;
    let policy = page.header(CONTENT_SECURITY_POLICY);
    lets_nothing_else_in("/desk/settings", policy, &page.body);
    let page = page.body;
    assert_eq!(page.matches("40 days").count(), 2, "{page}");
    assert_eq!(page.matches("from the next start on").count(), 1, "{page}");
    for place in known {
        assert!(page.contains(place), "{place}: {page}");
    }
    for key in keys {
        assert!(!page.contains(&format!(">{}<", key.mark)), "{page}");
    }
    for value in ["0123456789ABCDEF", "sk_9f3b", "8c1f0b6a4d2e"] {
        assert!(!page.contains(value), "{value}");
    }
}

#[tokio::test]
async fn whether_all_is_well_is_found_out_once_a_press_while_nobody_waits() {
    let (desk, _) = desk(&[("amelie", Role::All), ("lea", giver("EUR=50.00"))]).await;
    let words = &Lang::En.words().settings;
    let page = desk.get("/desk/settings", &cookie("amelie")).await.body;
    assert!(page.contains(words.not_checked), "{page}");
    let form = format!("{}&key={}", form_token(&page), carried(&page, "key"));
    let send = async |who: &str, form: &str| {
        let cookie = cookie(who);
        let headers = [("cookie", cookie.as_str()), OURS];
        desk.post("/desk/settings/check", form, &headers).await
    };
    for _ in 0..2 {
        let sent = send("amelie", &form).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        assert_eq!(sent.header(LOCATION), "/desk/settings");
    }
    let found = async {
        loop {
            let page = desk.get("/desk/settings", &cookie("amelie")).await.body;
            if !page.contains(words.checking) {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let page = tokio::time::timeout(Duration::from_secs(60), found)
        .await
        .unwrap();
    for told in [
        "configuration: 1 shops, 1 accounts",
        "keys of main",
        "disk: ",
        "127.0.0.1:9",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(page.contains(words.bad), "nothing answers there: {page}");
    let deeds = desk.store.deeds(None, 9).await.unwrap();
    assert_eq!(deeds.len(), 1, "{deeds:?}");
    let audit = desk
        .get("/desk/audit?payments=1", &cookie("amelie"))
        .await
        .body;
    assert!(audit.contains("href=\"/desk/settings\""), "{audit}");
    // Who may ask a terminal may not do this.
    let token = form_token(&desk.get("/desk/today", &cookie("lea")).await.body);
    let sent = send("lea", &token).await;
    assert_eq!(sent.status, StatusCode::FORBIDDEN);
}
