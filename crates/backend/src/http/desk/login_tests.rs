//! The login and what is behind it, as a browser asks.

use std::path::Path;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use guichet_domain::desk::Role;
use guichet_store::sqlite::SqliteStore;
use guichet_store::{DeskAct, DeskDeed, DeskPerson, People as _};
use tower::ServiceExt as _;

use super::delays::Trying;
use super::tests::{app, app_at};
use super::*;
use crate::clock;
use crate::desk::password;

pub(super) const PASSWORD: &str = "correct horse battery";

/// What the codes of these tests are made of.
pub(super) const CODE_KEY: &str = "8c1f0b6a4d2e97553b08e1a6c4f7d290";

const TABLE: &str = "[desk]\ncode_key = \"8c1f0b6a4d2e97553b08e1a6c4f7d290\"";

/// Every page behind the login.
pub(super) const PATHS: [&str; 15] = [
    "/desk",
    "/desk/today",
    "/desk/payments",
    "/desk/payments.csv",
    "/desk/payments/pay_1",
    "/desk/attention",
    "/desk/attention/1/unmatched/take",
    "/desk/approvals/0",
    "/desk/accounting",
    "/desk/accounting/journal.txt",
    "/desk/rebillings",
    "/desk/terminals",
    "/desk/webhooks",
    "/desk/settings",
    "/desk/audit",
];

pub(super) struct Desk {
    pub(super) store: Arc<SqliteStore>,
    pub(super) app: Arc<App>,
    router: Router,
    pub(super) gate: Arc<Gate>,
    pub(super) host: &'static str,
    folder: tempfile::TempDir,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// What the browser sends back.
    pub(super) fn cookie(&self) -> String {
        let cookie = self.header(header::SET_COOKIE);
        cookie.split(';').next().unwrap().to_owned()
    }

    /// The cookie of that name.
    pub(super) fn cookie_of(&self, name: &str) -> String {
        let all = self.headers.get_all(header::SET_COOKIE).iter();
        let mut all = all.map(|value| value.to_str().unwrap().split(';').next().unwrap());
        all.find(|pair| pair.starts_with(name)).unwrap().to_owned()
    }
}

impl Desk {
    pub(super) async fn open(table: &str) -> Self {
        Self::over(app(table).await, Gate::default())
    }

    pub(super) fn over(
        (folder, store, app): (tempfile::TempDir, Arc<SqliteStore>, Arc<App>),
        gate: Gate,
    ) -> Self {
        let gate = Arc::new(gate);
        let router = open_with(&app, Arc::clone(&gate)).with_state(Arc::clone(&app));
        Self {
            store,
            app,
            router,
            gate,
            host: "127.0.0.1",
            folder,
        }
    }

    /// Another backend with the same books, which knows nothing of what the first one remembers.
    pub(super) fn at_another_backend(&mut self) {
        self.gate = Arc::default();
        let router = open_with(&self.app, Arc::clone(&self.gate));
        self.router = router.with_state(Arc::clone(&self.app));
    }

    async fn with_person() -> Self {
        Self::with(Role::Look).await
    }

    pub(super) async fn with(role: Role) -> Self {
        Self::with_table(TABLE, role).await
    }

    pub(super) async fn with_table(table: &str, role: Role) -> Self {
        Self::with_gate(table, role, Gate::default()).await
    }

    pub(super) async fn with_gate(table: &str, role: Role, gate: Gate) -> Self {
        let desk = Self::over(app(table).await, gate);
        desk.add(role).await;
        desk
    }

    /// A desk whose address is below that one, on the host of that name.
    pub(super) async fn at(public_url: &str, role: Role) -> Self {
        let app = app_at(public_url, TABLE).await;
        let desk = Self {
            host: "shop.example",
            ..Self::over(app, Gate::default())
        };
        desk.add(role).await;
        desk
    }

    pub(super) async fn add(&self, role: Role) {
        let person = DeskPerson {
            name: "amelie".into(),
            password: password::hash(PASSWORD).unwrap(),
            role,
            created_at: clock::unix_now(),
            disabled_at: None,
            code: None,
        };
        let added = act("amelie", DeskDeed::Added);
        self.store.add_person(&person, None, &added).await.unwrap();
    }

    /// Where its books are.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    async fn send(&self, request: Request) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        Answer {
            status,
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(super) async fn get(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(super) async fn post(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(form.to_owned())).unwrap())
            .await
    }

    pub(super) async fn log_in(&self, form: &str) -> Answer {
        self.post("/desk/login", form, &[OURS]).await
    }

    pub(super) async fn deeds(&self) -> Vec<DeskDeed> {
        let mut acts = self.store.acts(false, None, 100).await.unwrap();
        acts.extend(self.store.acts(true, None, 100).await.unwrap());
        acts.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        acts.into_iter().map(|(_, act)| act.act).collect()
    }
}

/// The form that has nothing but its page's token.
pub(super) fn form_token(page: &str) -> String {
    let (_, token) = page.split_once("name=\"token\" value=\"").unwrap();
    format!("token={}", token.split_once('"').unwrap().0)
}

pub(super) const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");
pub(super) const GOOD: &str = "name=amelie&password=correct+horse+battery";

pub(super) fn act(name: &str, act: DeskDeed) -> DeskAct {
    DeskAct {
        happened_at: clock::unix_now(),
        person: name.into(),
        act,
        origin: String::new(),
    }
}

#[tokio::test]
async fn the_desk_is_off_until_it_is_configured_and_somebody_may_log_in() {
    let off = Desk::open("").await;
    let empty = Desk::open("[desk]").await;
    for desk in [&off, &empty] {
        let login = desk.get("/desk/login", "").await;
        assert_eq!(login.status, StatusCode::NOT_FOUND);
    }
    for path in PATHS {
        let answer = off.get(path, "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let posted = off.log_in(GOOD).await;
    assert_eq!(posted.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn no_page_is_shown_to_who_has_not_logged_in() {
    let desk = Desk::with_person().await;
    for path in PATHS {
        for cookie in ["", "guichet-desk=", "guichet-desk=00"] {
            let answer = desk.get(path, cookie).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            let to = answer.header(header::LOCATION);
            assert!(to.starts_with("/desk/login?next=%2Fdesk"), "{to}");
            assert_eq!(answer.body, "");
        }
    }
}

#[tokio::test]
async fn a_person_logs_in_reads_and_logs_out() {
    let desk = Desk::with_person().await;
    let style = desk.get("/desk/desk.css", "").await;
    assert_eq!(style.status, StatusCode::OK, "the login has it too");
    let login = desk.get("/desk/login?next=%2Fdesk%2Fpayments", "").await;
    assert_eq!(login.status, StatusCode::OK);
    assert!(
        login.body.contains("value=\"/desk/payments\""),
        "{}",
        login.body
    );
    assert!(
        login
            .header(header::CONTENT_SECURITY_POLICY)
            .starts_with("default-src 'none'")
    );
    let form = format!("{GOOD}&next=%2Fdesk%2Fpayments");
    let inside = desk.log_in(&form).await;
    assert_eq!(inside.status, StatusCode::SEE_OTHER, "{}", inside.body);
    assert_eq!(inside.header(header::LOCATION), "/desk/payments");
    let set = inside.header(header::SET_COOKIE);
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax"),
        "{set}"
    );
    let cookie = inside.cookie();
    for path in &PATHS[1..] {
        let page = desk.get(path, &cookie).await;
        assert_ne!(page.status, StatusCode::SEE_OTHER, "{path}");
    }
    // Only a form of our own ends the login.
    let token = form_token(&desk.get("/desk/today", &cookie).await.body);
    let with = ("cookie", cookie.as_str());
    for (form, headers) in [
        ("token=", vec![with, OURS]),
        (&token, vec![with]),
        (&token, vec![with, ("sec-fetch-site", "cross-site")]),
        (&token, vec![with, ("origin", "https://evil.example")]),
    ] {
        let refused = desk.post("/desk/logout", form, &headers).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    assert_eq!(
        desk.get("/desk/today", &cookie).await.status,
        StatusCode::OK
    );
    let out = desk.post("/desk/logout", &token, &[with, OURS]).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    let after = desk.get("/desk/today", &cookie).await;
    assert_eq!(after.status, StatusCode::SEE_OTHER);
    let deeds = [DeskDeed::LoggedOut, DeskDeed::LoggedIn, DeskDeed::Added];
    assert_eq!(desk.deeds().await, deeds);
}

#[tokio::test]
async fn a_wrong_name_or_password_and_a_form_from_elsewhere_lead_nowhere() {
    let desk = Desk::with_person().await;
    let mut told = Vec::new();
    for form in [
        "name=amelie&password=correct+horse+batterz",
        "name=benoit&password=correct+horse+battery",
        "name=%3Cscript%3E&password=x",
    ] {
        let refused = desk.log_in(form).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{form}");
        assert_eq!(refused.header(header::SET_COOKIE), "");
        assert!(!refused.body.contains("<script"), "{}", refused.body);
        assert!(!refused.body.contains("batter"), "{}", refused.body);
        told.push(refused.body.contains("do not fit each other"));
    }
    assert_eq!(told, [true; 3], "nobody learns which names there are");
    assert_eq!(desk.deeds().await[..3], [DeskDeed::Refused; 3]);
    for headers in [
        vec![],
        vec![("sec-fetch-site", "cross-site")],
        vec![("origin", "null")],
    ] {
        let refused = desk.post("/desk/login", GOOD, &headers).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert_eq!(refused.header(header::SET_COOKIE), "");
    }
    let ours = [("origin", "http://127.0.0.1:8601")];
    let inside = desk.post("/desk/login", GOOD, &ours).await;
    assert_eq!(inside.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_guesses_is_told_to_wait_and_is_not_let_in_meanwhile() {
    let desk = Desk::with_person().await;
    let refused = desk.log_in("name=amelie&password=guess").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // As many more as no machine is too slow for, each when it may be made.
    let mut now = clock::unix_now();
    for _ in 0..12 {
        let who = Trying {
            name: "amelie",
            address: None,
            known: false,
            code: false,
        };
        if let Err(wait) = desk.gate.delays.count(who, now) {
            now += wait;
            desk.gate.delays.count(who, now).unwrap();
        }
    }
    assert!(now > clock::unix_now(), "{now}");
    let refused = desk.log_in(GOOD).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(refused.header(header::RETRY_AFTER), "");
    assert!(refused.body.contains("too many tries"), "{}", refused.body);
}

#[tokio::test]
async fn a_login_ends_with_its_time_and_when_its_person_is_shut_out() {
    let desk = Desk::with_person().await;
    let now = clock::unix_now();
    let kept = desk.store.people().await.unwrap().remove(0).password;
    for (token, began_ago, seen_ago, good) in [
        ("new", 0, 0, true),
        ("idle", 3700, 3600, false),
        ("busy", 3700, 3500, true),
        ("old", 12 * 3600, 0, false),
        ("older", 12 * 3600 - 60, 0, true),
    ] {
        let digest = crate::digest::sha256(token.as_bytes());
        let begun = DeskAct {
            happened_at: now - began_ago,
            ..act("amelie", DeskDeed::LoggedIn)
        };
        assert!(
            desk.store
                .begin_login(&digest, &kept, &begun)
                .await
                .unwrap()
        );
        desk.store.use_login(&digest, now - seen_ago).await.unwrap();
        let page = desk
            .get("/desk/today", &format!("guichet-desk={token}"))
            .await;
        let wanted = match good {
            true => StatusCode::OK,
            false => StatusCode::SEE_OTHER,
        };
        assert_eq!(page.status, wanted, "{token}");
    }
    let shut = act("amelie", DeskDeed::Disabled);
    assert!(desk.store.disable_person(&shut).await.unwrap());
    let page = desk.get("/desk/today", "guichet-desk=new").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.log_in(GOOD).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_language_that_was_chosen_stays() {
    let desk = Desk::with_person().await;
    let chosen = desk.get("/desk/login?lang=fr", "").await;
    assert!(chosen.body.contains("Mot de passe"), "{}", chosen.body);
    let again = desk.get("/desk/login", &chosen.cookie()).await;
    assert!(again.body.contains("Mot de passe"), "{}", again.body);
    let first = desk.get("/desk/login", "").await;
    assert!(first.body.contains("Password"), "{}", first.body);
}
