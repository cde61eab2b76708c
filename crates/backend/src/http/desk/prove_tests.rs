//! Codes from a phone, the password once more, and who is held up by whom, as a browser asks.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{LOCATION, RETRY_AFTER};
use guichet_desk::Lang;
use guichet_domain::desk::Role;
use guichet_store::{DeskAct, DeskDeed, People as _};

use super::delays::{Gate, Trying};
use super::login_tests::{CODE_KEY, Desk, GOOD, OURS, PASSWORD, PATHS, act, form_token};
use crate::clock;
use crate::desk::code::Codes;
use crate::desk::password::Turns;
use crate::digest::sha256;

impl Desk {
    /// The codes of the one person.
    pub(super) async fn codes(&self) -> Codes {
        let person = self.store.person("amelie").await.unwrap().unwrap();
        let key = crate::config::CodeKey::try_from(CODE_KEY.to_owned()).unwrap();
        let salt = person.code.unwrap().salt;
        Codes::of(&key, "amelie", &salt, self.host).unwrap()
    }

    /// Logs in with whatever is asked for, once, and gives the cookie.
    pub(super) async fn enter(&self) -> String {
        let entered = self.log_in(GOOD).await;
        assert_eq!(entered.status, LEFT, "{}", entered.body);
        let cookie = entered.cookie();
        if entered.header(LOCATION).starts_with("/desk/code") {
            self.get("/desk/code", &cookie).await;
            let code = self.codes().await.code(clock::unix_now());
            let (status, _, body) = self.send_code(&code, &cookie).await;
            assert_eq!(status, LEFT, "{body}");
        }
        cookie
    }

    async fn send_code(&self, code: &str, cookie: &str) -> (StatusCode, String, String) {
        let page = self.get("/desk/code", cookie).await;
        let form = format!(
            "{}&code={code}&next=%2Fdesk%2Fpayments",
            form_token(&page.body)
        );
        let sent = self
            .post("/desk/code", &form, &[("cookie", cookie), OURS])
            .await;
        let to = sent.header(LOCATION).to_owned();
        (sent.status, to, sent.body)
    }
}

const LEFT: StatusCode = StatusCode::SEE_OTHER;
const REFUSED: StatusCode = StatusCode::FORBIDDEN;

#[tokio::test]
async fn who_moves_money_sees_no_page_before_a_code_which_is_good_once() {
    let desk = Desk::with(Role::All).await;
    let first = desk
        .log_in(&format!("{GOOD}&next=%2Fdesk%2Fpayments"))
        .await;
    assert_eq!(first.header(LOCATION), "/desk/code?next=%2Fdesk%2Fpayments");
    let cookie = first.cookie();
    for path in PATHS.iter().chain(&["/desk/again"]) {
        let page = desk.get(path, &cookie).await;
        assert_eq!((page.status, page.body.as_str()), (LEFT, ""), "{path}");
        assert!(
            page.header(LOCATION).starts_with("/desk/code?next="),
            "{path}"
        );
    }
    let page = desk.get("/desk/code", &cookie).await;
    assert!(page.body.contains("<svg"), "{}", page.body);
    assert!(!page.body.contains(" style=") && !page.body.contains("<script"));
    let codes = desk.codes().await;
    let key = codes.set_up().unwrap().key;
    assert!(page.body.contains(&key), "{}", page.body);
    // The key stays until a code has fitted: whoever reloads the page has set up the right one.
    let reloaded = desk.get("/desk/code", &cookie).await;
    assert!(reloaded.body.contains(&key));
    let now = clock::unix_now();
    let (status, _, body) = desk.send_code("000000", &cookie).await;
    assert_eq!(status, REFUSED);
    assert!(body.contains(Lang::En.words().login.code_wrong), "{body}");
    let headers = [("cookie", cookie.as_str()), OURS];
    let code = codes.code(now);
    let strange = desk
        .post("/desk/code", &format!("token=&code={code}"), &headers)
        .await;
    assert_eq!((strange.status, strange.body.as_str()), (REFUSED, ""));
    let (status, to, _) = desk.send_code(&code, &cookie).await;
    assert_eq!((status, to.as_str()), (LEFT, "/desk/payments"));
    assert_eq!(
        desk.get("/desk/audit", &cookie).await.status,
        StatusCode::OK
    );
    // The next login is asked for a code, shows no key, and takes none that was used.
    let second = desk.log_in(GOOD).await.cookie();
    let page = desk.get("/desk/code", &second).await;
    assert!(
        !page.body.contains("<svg") && !page.body.contains(&key),
        "{}",
        page.body
    );
    for used in [codes.code(now), codes.code(now - 30)] {
        assert_eq!(desk.send_code(&used, &second).await.0, REFUSED);
        assert_eq!(desk.get("/desk/today", &second).await.status, LEFT);
    }
    let (status, ..) = desk.send_code(&codes.code(now + 30), &second).await;
    assert_eq!(status, LEFT);
    // The first login goes on: one more ends none.
    for cookie in [&cookie, &second] {
        assert_eq!(desk.get("/desk/today", cookie).await.status, StatusCode::OK);
    }
    let deeds = desk.deeds().await;
    let told = [
        DeskDeed::LoggedIn,
        DeskDeed::CodeRefused,
        DeskDeed::CodeRefused,
        DeskDeed::PasswordGiven,
        DeskDeed::CodeSet,
        DeskDeed::CodeRefused,
        DeskDeed::PasswordGiven,
        DeskDeed::Added,
    ];
    assert_eq!(deeds, told);
}

#[tokio::test]
async fn a_code_is_given_within_ten_minutes_of_the_password() {
    let desk = Desk::with(Role::All).await;
    let kept = desk.store.people().await.unwrap().remove(0).password;
    for (token, ago, good) in [("new", 590, true), ("old", 600, false)] {
        let begun = DeskAct {
            happened_at: clock::unix_now() - ago,
            ..act("amelie", DeskDeed::PasswordGiven)
        };
        let digest = sha256(token.as_bytes());
        assert!(
            desk.store
                .begin_login(&digest, &kept, &begun)
                .await
                .unwrap()
        );
        let page = desk
            .get("/desk/code", &format!("guichet-desk={token}"))
            .await;
        assert_eq!(page.status == StatusCode::OK, good, "{token}");
    }
}

#[tokio::test]
async fn who_guesses_codes_waits_and_nobodys_password_does() {
    let desk = Desk::with(Role::All).await;
    let cookie = desk.log_in(GOOD).await.cookie();
    let mut statuses = Vec::new();
    for guess in 0..10 {
        let (status, ..) = desk.send_code(&format!("{guess:06}"), &cookie).await;
        statuses.push(status);
        // However slow the machine: the pause that follows is not over.
        let who = Trying {
            name: "amelie",
            address: None,
            known: false,
            code: true,
        };
        if guess >= 7 {
            for ahead in 0..40 {
                let _ = desk.gate.delays.count(who, clock::unix_now() + ahead * 60);
            }
        }
    }
    assert_eq!(statuses[..8], [REFUSED; 8]);
    assert_eq!(statuses[8..], [StatusCode::TOO_MANY_REQUESTS; 2]);
    let code = desk.codes().await.code(clock::unix_now());
    let (status, ..) = desk.send_code(&code, &cookie).await;
    assert_eq!(
        status,
        StatusCode::TOO_MANY_REQUESTS,
        "nor is a right one taken"
    );
    assert_eq!(desk.log_in(GOOD).await.status, LEFT);
}

#[tokio::test]
async fn without_a_key_for_codes_nobody_logs_in_who_moves_money() {
    for (role, good) in [(Role::Look, true), (Role::All, false)] {
        let desk = Desk::with_table("[desk]", role).await;
        let answer = desk.log_in(GOOD).await;
        assert_eq!(answer.status == LEFT, good, "{}", answer.body);
        if !good {
            let told = Lang::En.words().login.no_codes_advice;
            assert!(answer.body.contains(told), "{}", answer.body);
            assert_eq!(answer.header(axum::http::header::SET_COOKIE), "");
        }
    }
}

#[tokio::test]
async fn the_password_once_more_leads_back_to_what_was_being_done() {
    let desk = Desk::with(Role::All).await;
    let cookie = desk.enter().await;
    let digest = sha256(cookie.split_once('=').unwrap().1.as_bytes());
    let kept = desk.store.people().await.unwrap().remove(0).password;
    let proved_at = async || desk.store.login(&digest).await.unwrap().unwrap().proved_at;
    let long_ago = DeskAct {
        happened_at: 1_000,
        ..act("amelie", DeskDeed::ProvedAgain)
    };
    assert!(
        desk.store
            .prove_login(&digest, &kept, &long_ago)
            .await
            .unwrap()
    );
    let page = desk
        .get(
            "/desk/again?next=%2Fdesk%2Fpayments%2Fpay_1%2Frefund",
            &cookie,
        )
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let token = form_token(&page.body);
    let next = "next=%2Fdesk%2Fpayments%2Fpay_1%2Frefund";
    let headers = [("cookie", cookie.as_str()), OURS];
    for (form, told) in [
        (format!("{next}&password=correct+horse+battery"), ""),
        (
            format!("{token}&{next}&password=correct+horse+batterz"),
            Lang::En.words().login.wrong,
        ),
    ] {
        let refused = desk.post("/desk/again", &form, &headers).await;
        assert_eq!(refused.status, REFUSED, "{form}");
        assert!(refused.body.contains(told), "{}", refused.body);
        assert_eq!(proved_at().await, 1_000);
    }
    let form = format!("{token}&{next}&password=correct+horse+battery");
    let back = desk.post("/desk/again", &form, &headers).await;
    assert_eq!(back.header(LOCATION), "/desk/payments/pay_1/refund");
    assert!(clock::unix_now() - proved_at().await < 600);
    let deeds = desk.deeds().await;
    assert_eq!(deeds[..2], [DeskDeed::ProvedAgain, DeskDeed::Refused]);
    for elsewhere in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2Fdesk%2F%5Cx",
    ] {
        let form = format!("{token}&next={elsewhere}&password=correct+horse+battery");
        let back = desk.post("/desk/again", &form, &headers).await;
        assert_eq!(back.header(LOCATION), "/desk", "{elsewhere}");
    }
}

#[tokio::test]
async fn who_finds_no_turn_is_not_counted_as_one_who_guessed() {
    let gate = Gate {
        turns: Turns::new(0, Duration::from_millis(1)),
        ..Gate::default()
    };
    let desk = Desk::with_gate("[desk]", Role::Look, gate).await;
    for _ in 0..40 {
        let busy = desk.log_in(GOOD).await;
        assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            busy.body.contains(Lang::En.words().login.busy),
            "{}",
            busy.body
        );
    }
    assert_eq!(desk.deeds().await, [DeskDeed::Added]);
}

#[tokio::test]
async fn the_demos_published_passwords_lead_nowhere_in_production() {
    for (production, status) in [(false, LEFT), (true, REFUSED)] {
        let gate = Gate {
            production,
            ..Gate::default()
        };
        let desk = Desk::with_gate("[desk]", Role::Look, gate).await;
        let published = crate::desk::password::published("amelie");
        let mut person = desk.store.people().await.unwrap().remove(0);
        let published_hash = crate::desk::password::hash(&published).unwrap();
        let before = std::mem::replace(&mut person.password, published_hash);
        let added = act("amelie", DeskDeed::Added);
        let added = desk.store.add_person(&person, Some(&before), &added);
        assert!(added.await.unwrap());
        let form = format!("name=amelie&password={published}");
        assert_eq!(desk.log_in(&form).await.status, status);
    }
}

#[tokio::test]
async fn a_browser_that_is_known_is_not_held_up_by_who_shares_its_network() {
    let desk = Desk::with(Role::Look).await;
    let first = desk.log_in(GOOD).await;
    let known = first.cookie_of("guichet-desk-known");
    for name in ["amelie", "benoit"] {
        for _ in 0..40 {
            let who = Trying {
                name,
                address: None,
                known: false,
                code: false,
            };
            let _ = desk.gate.delays.count(who, clock::unix_now() + 3_000);
        }
    }
    let held_up = desk.log_in(GOOD).await;
    assert_eq!(held_up.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(held_up.header(RETRY_AFTER), "");
    for (cookie, status) in [
        (known.clone(), LEFT),
        (
            known.replace(|c: char| c.is_ascii_digit(), "0"),
            StatusCode::TOO_MANY_REQUESTS,
        ),
    ] {
        let headers = [("cookie", cookie.as_str()), OURS];
        let answer = desk.post("/desk/login", GOOD, &headers).await;
        assert_eq!(answer.status, status, "{cookie}");
    }
    // Another password makes it strange again.
    let mut person = desk.store.people().await.unwrap().remove(0);
    let another = crate::desk::password::hash("another password").unwrap();
    let before = std::mem::replace(&mut person.password, another);
    let added = act("amelie", DeskDeed::Added);
    let added = desk.store.add_person(&person, Some(&before), &added);
    assert!(added.await.unwrap());
    let form = "name=amelie&password=another+password";
    let headers = [("cookie", known.as_str()), OURS];
    let answer = desk.post("/desk/login", form, &headers).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
}

/// Lines of the log, kept.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_password_code_key_or_login_is_in_a_line_of_the_log_or_in_the_books() {
    let lines = Lines::default();
    let written = lines.clone();
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || written.clone())
        .finish();
    let _log = tracing::subscriber::set_default(log);
    let desk = Desk::with(Role::All).await;
    let cookie = desk.enter().await;
    let wrong = desk
        .log_in("name=amelie&password=correct+horse+batterz")
        .await;
    assert_eq!(wrong.status, REFUSED);
    let token = form_token(&desk.get("/desk/again", &cookie).await.body);
    let form = format!("{token}&password=correct+horse+battery");
    let proved = desk
        .post("/desk/again", &form, &[("cookie", &cookie), OURS])
        .await;
    assert_eq!(proved.status, LEFT);
    let key = desk.codes().await.set_up().unwrap().key;
    tracing::info!("the log is read");
    let log = lines.0.lock().unwrap().clone();
    let mut all = log.clone();
    for file in std::fs::read_dir(desk.folder()).unwrap() {
        all.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let has = |bytes: &[u8]| all.windows(bytes.len()).any(|window| window == bytes);
    assert!(
        has(b"the log is read") && has(b"$argon2id$"),
        "nothing was read"
    );
    let login = cookie.split_once('=').unwrap().1;
    let secret = totp_rs::Secret::try_from_base32(key.replace(' ', "")).unwrap();
    for never in [
        PASSWORD.as_bytes(),
        b"batterz",
        CODE_KEY.as_bytes(),
        key.as_bytes(),
        key.replace(' ', "").as_bytes(),
        secret.as_bytes(),
        login.as_bytes(),
        token.split_once('=').unwrap().1.as_bytes(),
    ] {
        assert!(!has(never), "{}", String::from_utf8_lossy(never));
    }
}

#[tokio::test]
async fn the_desk_is_below_the_path_of_the_public_address() {
    let desk = Desk::at("https://shop.example/caisse", Role::All).await;
    let login = desk.get("/desk/login", "").await;
    for link in [
        "action=\"/caisse/desk/login\"",
        "href=\"/caisse/desk/desk.css?v=",
    ] {
        assert!(login.body.contains(link), "{link}: {}", login.body);
    }
    let first = desk
        .log_in(&format!("{GOOD}&next=%2Fdesk%2Fpayments"))
        .await;
    assert_eq!(
        first.header(LOCATION),
        "/caisse/desk/code?next=%2Fdesk%2Fpayments"
    );
    let cookie = first.cookie();
    desk.get("/desk/code", &cookie).await;
    let code = desk.codes().await.code(clock::unix_now());
    let (_, to, _) = desk.send_code(&code, &cookie).await;
    assert_eq!(to, "/caisse/desk/payments");
    for path in [
        "/desk/today",
        "/desk/payments",
        "/desk/attention",
        "/desk/webhooks",
        "/desk/audit",
    ] {
        let page = desk.get(path, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for outside in ["href=\"/desk", "action=\"/desk", "src=\"/"] {
            assert!(
                !page.body.contains(outside),
                "{path}: {outside}: {}",
                page.body
            );
        }
        assert!(
            page.body.contains("href=\"/caisse/desk/payments\""),
            "{path}"
        );
    }
    let out = desk.get("/desk", &cookie).await;
    assert_eq!(out.header(LOCATION), "/caisse/desk/today");
    let chosen = desk.get("/desk/login?lang=fr", "").await;
    let kept = chosen.header(axum::http::header::SET_COOKIE);
    assert!(kept.contains("Path=/caisse/desk;"), "{kept}");
}
