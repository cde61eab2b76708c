//! Signing on at the desk by a real provider, as a browser does it: each page and each redirect,
//! with the cookies that were given. Without a browser: the provider's own pages ask for a style
//! sheet that is not on this machine.

use std::collections::BTreeMap;
use std::process::Stdio;

use reqwest::{Client, Method, header, redirect};
use tokio::process::Command;
use url::{Url, form_urlencoded};

use crate::servers::told_by_xtask;
use crate::support::{Stack, StackOptions, free_port, until};

/// Who is there at the provider.
const LEA: &str = r#"{"sub": "lea", "preferred_username": "Lea", "groups": ["shop"]}"#;
const NOBODY: &str = r#"{"sub": "nobody", "preferred_username": "nobody", "groups": ["choir"]}"#;

/// A browser: it keeps the cookies of the one host, and follows nothing by itself.
struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
}

struct Page {
    status: u16,
    to: String,
    body: String,
}

impl Browser {
    fn new() -> Self {
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(20));
        Self {
            client: client.build().unwrap(),
            cookies: BTreeMap::new(),
        }
    }

    async fn send(&mut self, method: Method, address: &str, form: &str) -> Page {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = pairs.collect::<Vec<_>>().join("; ");
        let request = self.client.request(method, address);
        let request = request.header(header::COOKIE, cookies);
        let kind = "application/x-www-form-urlencoded";
        let request = request.header(header::CONTENT_TYPE, kind);
        let answer = request.body(form.to_owned()).send().await.unwrap();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let to = answer.headers().get(header::LOCATION);
        let to = to.map_or("", |to| to.to_str().unwrap()).to_owned();
        let to = match Url::parse(address).unwrap().join(&to) {
            Ok(to) if !to.as_str().is_empty() => to.to_string(),
            _ => String::new(),
        };
        Page {
            status: answer.status().as_u16(),
            to,
            body: answer.text().await.unwrap(),
        }
    }

    async fn open(&mut self, address: &str) -> Page {
        self.send(Method::GET, address, "").await
    }

    /// Goes to the provider by the desk's link, presses there, and comes back.
    async fn sign_on(&mut self, desk: &str, link: &str, pressed: &[(&str, &str)]) -> Page {
        let gone = self.open(&format!("{desk}{link}")).await;
        assert_eq!(gone.status, 303, "{}", gone.body);
        let asked = self.open(&gone.to).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pressed)
            .finish();
        let pressed = self.send(Method::POST, &gone.to, &form).await;
        assert_eq!(pressed.status, 302, "{}", pressed.body);
        assert!(pressed.to.starts_with(desk), "{}", pressed.to);
        self.open(&pressed.to).await
    }
}

#[tokio::test]
async fn people_sign_on_at_the_desk_by_a_real_provider() {
    let port = free_port();
    let provider = format!("http://127.0.0.1:{port}");
    let _process = Command::new(told_by_xtask("GUICHET_PYTHON"))
        .args(["-m", "oidc_provider_mock", "--port", &port.to_string()])
        .args([
            "--require-nonce",
            "--user-claims",
            LEA,
            "--user-claims",
            NOBODY,
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let stack = Stack::start(StackOptions {
        lines: format!(
            "[desk.sso]\nissuer = {provider:?}\nclient_id = \"guichet\"\n\
             client_secret = \"canary-sso-4b7e19c2d08f6a35\"\nnetworks = [\"127.0.0.1\"]\n\
             [[desk.sso.roles]]\nvalue = \"shop\"\nrole = \"look\"\n"
        ),
        ..StackOptions::default()
    })
    .await;
    let mut browser = Browser::new();
    let described = format!("{provider}/.well-known/openid-configuration");
    until("the provider", || async {
        Client::new().get(&described).send().await.ok()
    })
    .await;

    let desk = stack.backend();
    let link = "/desk/sso?next=%2Fdesk%2Fpayments";
    let login = browser
        .open(&format!("{desk}/desk/login?next=%2Fdesk%2Fpayments"))
        .await;
    assert!(login.body.contains(link), "{}", login.body);
    // This provider leaves `state` out of its denial, which RFC 6749 (4.1.2.1) demands there: what
    // does not say which request it answers is nobody's answer.
    let denied = browser.sign_on(&desk, link, &[("action", "deny")]).await;
    assert_eq!(denied.status, 403);
    assert!(
        denied.body.contains("This sign-on is over"),
        "{}",
        denied.body
    );
    let unknown = browser.sign_on(&desk, link, &[("sub", "nobody")]).await;
    assert_eq!(unknown.status, 403);
    assert!(
        unknown.body.contains("may not use the desk"),
        "{}",
        unknown.body
    );
    let inside = browser.sign_on(&desk, link, &[("sub", "lea")]).await;
    assert_eq!(
        (inside.status, inside.to),
        (303, format!("{desk}/desk/payments"))
    );
    let page = browser.open(&format!("{desk}/desk/payments")).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("lea"), "{}", page.body);
    // They prove themselves once more, which the provider dates.
    let again = "/desk/sso?again=1&next=%2Fdesk%2Fpayments";
    let again = browser.sign_on(&desk, again, &[("sub", "lea")]).await;
    assert_eq!(
        (again.status, again.to),
        (303, format!("{desk}/desk/payments"))
    );
    let (_, list, _) = stack.guichet(&["desk", "user", "list"]).await;
    assert!(list.contains("lea") && !list.contains("nobody"), "{list}");
}
