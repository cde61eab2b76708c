//! The checkout as pages, for browsers in which nothing of the widget runs: a shopper who has HTML,
//! forms and cookies, and no more.

use std::sync::Mutex;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::support::{
    Answer, CARD, CARD_AT_ONCE, Checkout, DEMO_SHOP_KEY, IBAN, OTHER_SHOP_KEY, Stack, StackOptions,
    Started, until,
};

/// The meal voucher that is three euros short, and the card that is refused.
const SHORT: &str = "9999000000000003";
const REFUSED: &str = "1111222233330105";

/// A browser without scripts: it keeps cookies by path, follows our redirects, reads forms.
struct Shopper<'s> {
    stack: &'s Stack,
    /// Name, value, path.
    cookies: Mutex<Vec<(String, String, String)>>,
}

/// A page as it arrived, and its address.
#[derive(Debug)]
struct Page {
    address: String,
    answer: Answer,
}

/// A form of a page.
#[derive(Clone, Debug)]
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    fn with(&self, fields: &[(&str, &str)]) -> Self {
        let mut form = self.clone();
        let more = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        form.fields.extend(more);
        form
    }
}

/// The value of an attribute, of a tag as it is written.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let plain = value
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
    Some(
        plain
            .replace("&#x27;", "'")
            .replace("&#39;", "'")
            .replace("&amp;", "&"),
    )
}

/// The forms of some HTML, with their hidden fields.
fn forms(html: &str) -> Vec<Form> {
    let forms = html.split("<form").skip(1);
    forms
        .map(|rest| {
            let (form, _) = rest.split_once("</form>").expect("the end of a form");
            let (tag, inside) = form.split_once('>').expect("a tag");
            assert!(tag.contains(" method=\"post\""), "{tag}");
            let inputs = inside.split("<input").skip(1);
            let hidden = inputs.filter_map(|input| {
                let (tag, _) = input.split_once('>')?;
                let is_hidden = attribute(tag, "type").as_deref() == Some("hidden");
                is_hidden.then(|| (attribute(tag, "name"), attribute(tag, "value")))
            });
            Form {
                action: attribute(tag, "action").expect("where it goes"),
                fields: hidden
                    .map(|(name, value)| (name.unwrap(), value.unwrap()))
                    .collect(),
            }
        })
        .collect()
}

impl Page {
    fn html(&self) -> String {
        self.answer.text()
    }

    #[track_caller]
    fn face(&self) -> String {
        let html = self.html();
        attribute(&html, "data-face")
            .unwrap_or_else(|| panic!("no face at {}: {html}", self.address))
    }

    /// The form of the list, or the only one.
    #[track_caller]
    fn form(&self) -> Form {
        let forms = forms(&self.html());
        assert_eq!(forms.len(), 1, "{} {}", self.address, self.html());
        forms[0].clone()
    }

    /// The form for the platform.
    #[track_caller]
    fn leaving(&self) -> Started {
        let form = self.form();
        let html = self.html();
        assert_eq!(html.matches("<script>").count(), 1, "{html}");
        let policy = self.answer.header("content-security-policy");
        assert!(policy.contains("script-src 'sha256-"), "{policy}");
        let mut query = self.address.split(['?', '&']);
        query
            .find(|part| part.starts_with("go="))
            .expect("a mark in the address");
        Started {
            payment: String::new(),
            url: form.action,
            fields: form.fields,
        }
    }

    fn offers(&self) -> Vec<String> {
        let html = self.html();
        let rows = html.split("data-method=\"").skip(1);
        rows.map(|row| row.split('"').next().unwrap_or_default().to_owned())
            .collect()
    }

    fn says(&self, text: &str) -> bool {
        self.html().contains(text)
    }
}

impl<'s> Shopper<'s> {
    fn new(stack: &'s Stack) -> Self {
        Self {
            stack,
            cookies: Mutex::default(),
        }
    }

    fn cookies_for(&self, path: &str) -> String {
        let cookies = self.cookies.lock().unwrap();
        let fitting = cookies
            .iter()
            .filter(|(_, _, of)| path.starts_with(of.as_str()));
        let pairs: Vec<_> = fitting
            .map(|(name, value, _)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    async fn send(&self, address: &str, request: RequestBuilder) -> Page {
        let path = address.replacen(&self.stack.backend(), "", 1);
        let answer = self
            .stack
            .http
            .send(request.header("cookie", self.cookies_for(&path)))
            .await;
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let parts: Vec<_> = line.split("; ").collect();
            assert!(
                parts.contains(&"HttpOnly") && parts.contains(&"SameSite=Lax"),
                "{line}"
            );
            let (name, value) = parts[0].split_once('=').unwrap();
            let path = parts
                .iter()
                .find_map(|part| part.strip_prefix("Path="))
                .unwrap();
            let cookie = (name.to_owned(), value.to_owned(), path.to_owned());
            self.cookies.lock().unwrap().push(cookie);
        }
        strict(&answer);
        let page = Page {
            address: address.to_owned(),
            answer,
        };
        if page.answer.status != 303 {
            return page;
        }
        let to = page.answer.location();
        assert!(!to.contains("css_"), "a secret in {to}");
        if !to.starts_with(&format!("{}/pay/", self.stack.backend())) {
            return page;
        }
        Box::pin(self.open(&to)).await
    }

    /// Loads a page, as by a link, a reload or the back button.
    async fn open(&self, address: &str) -> Page {
        let get = self.stack.http.client().get(address);
        self.send(address, get).await
    }

    /// Sends a form from a page of ours.
    async fn press(&self, form: &Form) -> Page {
        let own = self.stack.backend();
        self.press_from(form, Some(&own)).await
    }

    async fn press_from(&self, form: &Form, origin: Option<&str>) -> Page {
        let mut post = self
            .stack
            .http
            .client()
            .post(&form.action)
            .form(&form.fields);
        if let Some(origin) = origin {
            post = post.header("origin", origin);
        }
        self.send(&form.action, post).await
    }

    /// The list as the shop's own page prints it.
    async fn printed(&self, checkout: &Checkout) -> Form {
        let address = self
            .stack
            .at_backend(&format!("/v1/sessions/{}?markup=fr", checkout.id));
        let get = self
            .stack
            .http
            .client()
            .get(address)
            .bearer_auth(DEMO_SHOP_KEY);
        let session = self.stack.http.send(get).await.expect(200).json();
        let forms = forms(session["markup"].as_str().unwrap());
        forms.into_iter().next().expect("a form")
    }

    /// Chooses on the shop's page, and presses pay there.
    async fn pays(&self, checkout: &Checkout, method: &str) -> Page {
        let form = self.printed(checkout).await;
        let form = form.with(&[("method", method), ("do", "pay")]);
        let page = self.press_from(&form, Some(&self.stack.shop())).await;
        assert_eq!(page.answer.status, 200, "{page:?}");
        page
    }

    /// Comes back from the platform.
    async fn comes_back(&self, back: &str) -> Page {
        self.open(back).await
    }

    /// Reloads until this is shown, as the page asks for by itself.
    async fn waits_for(&self, checkout: &Checkout, face: &str) -> Page {
        let address = self.stack.at_backend(&format!("/pay/{}", checkout.id));
        until(face, || async {
            let page = self.open(&address).await;
            if page.face() == "waiting" {
                assert_eq!(page.answer.header("refresh"), "5");
            }
            Some(page).filter(|page| page.face() == face)
        })
        .await
    }
}

/// Every answer of these pages: no script but one, in no frame, kept nowhere.
#[track_caller]
fn strict(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    if policy.is_empty() {
        // The way back from a platform has no page.
        assert_eq!(answer.status, 303, "{answer:?}");
        return;
    }
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    // The icon is none.
    let policy = policy.replace("img-src data:", "");
    for loose in ["unsafe", "data:", "*"] {
        assert!(!policy.contains(loose), "{policy}");
    }
    if answer.status != 303 {
        for part in ["frame-ancestors 'none'", "base-uri 'none'", "form-action "] {
            assert!(policy.contains(part), "{policy}");
        }
        let leaves = answer.text().contains("<script");
        assert_eq!(policy.contains("script-src"), leaves, "{policy}");
    }
    assert_eq!(answer.header("x-frame-options"), "DENY");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "strict-origin");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_voucher_and_the_card_for_the_rest_pay_without_any_script() {
    let stack = Stack::usual().await;
    let shopper = Shopper::new(&stack);
    let checkout = stack.session_with(4200, json!({ "locale": "fr" })).await;
    let page = shopper.pays(&checkout, "sodexo").await;
    assert_eq!(page.leaving().field("PBX_TOTAL"), "4200");
    let next = stack.open_page(&page.leaving()).await;
    let next = stack.type_card(&next, SHORT).await;
    assert!(next.ends_with("/complement"), "{next}");
    let back = stack.type_card(&next, CARD).await;
    shopper.comes_back(&back).await;
    let paid = shopper.waits_for(&checkout, "paid").await;
    for part in [
        "data-kind=\"voucher\"",
        "data-kind=\"complement\"",
        "39,00",
        "3,00",
    ] {
        assert!(paid.says(part), "{part} in {paid:?}");
    }
    assert_eq!(paid.answer.header("refresh"), "");
    assert!(forms(&paid.html()).is_empty());
    // Onward to the shop.
    let onward = format!("href=\"{}/commande/1\"", stack.shop());
    assert!(paid.says(&onward) && paid.says("lang=\"fr\""), "{paid:?}");
    assert_eq!(stack.truth(&checkout).await["status"], "paid");
}

#[tokio::test]
async fn after_a_refusal_another_method_pays() {
    let stack = Stack::usual().await;
    let shopper = Shopper::new(&stack);
    let checkout = stack.session(4200).await;
    let page = shopper.pays(&checkout, "card").await;
    let next = stack.open_page(&page.leaving()).await;
    stack.type_card(&next, REFUSED).await;
    let back = stack.cancel_page(&next).await;
    let page = shopper.comes_back(&back).await;
    assert!(
        ["refused", "cancelled"].contains(&page.face().as_str()),
        "{page:?}"
    );
    assert!(page.offers().contains(&"apetiz".to_owned()));
    // The address that led to the platform leads there no more.
    let form = page.form().with(&[("method", "card"), ("do", "pay")]);
    let page = shopper.press(&form).await;
    let next = stack.open_page(&page.leaving()).await;
    let back = stack.type_card(&next, CARD_AT_ONCE).await;
    shopper.comes_back(&back).await;
    shopper.waits_for(&checkout, "paid").await;
    let payments = stack.truth(&checkout).await["payments"].clone();
    assert_eq!(payments.as_array().unwrap().len(), 2, "{payments}");
}

#[tokio::test]
async fn one_page_pays_once_however_often_it_is_sent() {
    let stack = Stack::usual().await;
    let shopper = Shopper::new(&stack);
    let checkout = stack.session(4200).await;
    let form = shopper.printed(&checkout).await;
    let form = form.with(&[("method", "apetiz"), ("do", "pay")]);
    let shop = stack.shop();
    let press = || shopper.press_from(&form, Some(&shop));
    let (one, two, three) = tokio::join!(press(), press(), press());
    let fields = one.leaving().fields;
    assert_eq!(two.leaving().fields, fields);
    assert_eq!(three.leaving().fields, fields);
    // Later too: reloaded, by the back button, pressed again.
    assert_eq!(shopper.open(&one.address).await.leaving().fields, fields);
    assert_eq!(press().await.leaving().fields, fields);
    let payments = stack.truth(&checkout).await["payments"].clone();
    assert_eq!(payments.as_array().unwrap().len(), 1, "{payments}");
    // Once that payment has come to nothing, the old page starts nothing and leads nowhere.
    let next = stack.open_page(&one.leaving()).await;
    shopper.comes_back(&stack.cancel_page(&next).await).await;
    shopper.waits_for(&checkout, "cancelled").await;
    assert_eq!(press().await.face(), "cancelled");
    assert_eq!(shopper.open(&one.address).await.face(), "cancelled");
    let other = shopper.printed(&checkout).await;
    assert_ne!(
        form.fields,
        other.with(&[("method", "apetiz"), ("do", "pay")]).fields
    );
}

/// One round trip from the press to the platform. Its page is a page to come back to as well, so
/// that nothing is started twice, whatever the browser's history makes of it.
#[tokio::test]
async fn where_scripts_run_the_answer_to_a_press_leads_to_the_platform_itself() {
    let stack = Stack::usual().await;
    let shopper = Shopper::new(&stack);
    let checkout = stack.session(4200).await;
    let form = shopper.printed(&checkout).await;
    let press = [("method", "card"), ("do", "pay"), ("back", "shop")];
    let form = form.with(&press);
    let first = shopper.press_from(&form, Some(&stack.shop())).await;
    assert_eq!((first.answer.status, &first.address), (200, &form.action));
    let platform = first.form();
    assert!(
        platform.action.starts_with(&stack.platform()),
        "{platform:?}"
    );
    // The script comes before what it would have to wait for.
    let html = first.html();
    assert!(html.find("<script>") < html.find("stylesheet"), "{html}");
    let again = shopper.press_from(&form, Some(&stack.shop())).await;
    assert_eq!(again.form().fields, platform.fields);
    let payments = stack.truth(&checkout).await["payments"].clone();
    assert_eq!(payments.as_array().unwrap().len(), 1, "{payments}");
    // The way back is the shop's.
    let started = Started {
        payment: String::new(),
        url: platform.action,
        fields: platform.fields,
    };
    let page = stack.open_page(&started).await;
    let back = stack.type_card(&page, CARD_AT_ONCE).await;
    let to = stack.come_back(&back).await;
    assert!(to.starts_with(&stack.shop()), "{to}");
}

#[tokio::test]
async fn a_second_payment_is_asked_about_before_it_is_started() {
    let stack = Stack::usual().await;
    let shopper = Shopper::new(&stack);
    let checkout = stack.session(4200).await;
    shopper.pays(&checkout, "card").await;
    let count = async || {
        let truth = stack.truth(&checkout).await;
        truth["payments"].as_array().unwrap().len()
    };
    let waiting = shopper.waits_for(&checkout, "waiting").await;
    let list = shopper
        .press(&waiting.form().with(&[("do", "choose")]))
        .await;
    assert_eq!(list.face(), "choosing");
    assert!(list.says("data-warning=\"open-elsewhere\""));
    let pay = list.form().with(&[("method", "apetiz"), ("do", "pay")]);
    let sure = shopper.press(&pay).await;
    assert!(
        sure.says("value=\"confirm\"") && sure.says("value=\"stay\""),
        "{sure:?}"
    );
    assert_eq!(count().await, 1);
    let stay = shopper.press(&sure.form().with(&[("do", "stay")])).await;
    assert_eq!((stay.face().as_str(), count().await), ("choosing", 1));
    let confirm = sure.form().with(&[("method", "apetiz"), ("do", "confirm")]);
    let leaving = shopper.press(&confirm).await.leaving();
    assert_eq!(count().await, 2);
    let next = stack.open_page(&leaving).await;
    assert!(!next.is_empty());
}

#[tokio::test]
async fn a_press_without_a_choice_or_with_one_that_is_not_offered_is_told() {
    let stack = Stack::start(StackOptions {
        sogenactif: true,
        ..StackOptions::default()
    })
    .await;
    let shopper = Shopper::new(&stack);
    let checkout = stack.session_with(4200, json!({ "locale": "en" })).await;
    let form = shopper.printed(&checkout).await;
    let none = shopper.press(&form.with(&[("do", "pay")])).await;
    assert_eq!(none.face(), "choosing");
    assert!(
        none.says("role=\"alert\"") && none.says("Choose"),
        "{none:?}"
    );
    // A card is typed into frames, by a script: it is not offered here.
    assert!(
        !none
            .offers()
            .iter()
            .any(|method| method == "sogenactif_card")
    );
    assert!(none.offers().contains(&"apetiz".to_owned()));
    for method in ["sogenactif_card", "nothing", "<script>"] {
        let page = shopper
            .press(&form.with(&[("method", method), ("do", "pay")]))
            .await;
        assert!(
            ["choosing", "waiting"].contains(&page.face().as_str()),
            "{page:?}"
        );
        assert!(!page.says("<script"), "{page:?}");
    }
    let payments = stack.truth(&checkout).await["payments"].clone();
    assert_eq!(payments, json!([]), "nothing is started that can't be paid");
}

#[tokio::test]
async fn a_session_is_shown_to_the_browser_that_has_its_secret_and_to_no_other() {
    let stack = Stack::usual().await;
    let shopper = Shopper::new(&stack);
    let french = || json!({ "locale": "fr" });
    let one = stack.session_with(4200, french()).await;
    let two = stack.session_with(1500, french()).await;
    let address = |checkout: &Checkout| stack.at_backend(&format!("/pay/{}", checkout.id));
    shopper.pays(&one, "card").await;
    shopper.pays(&two, "apetiz").await;
    // Two tabs: each page has its own session.
    assert!(shopper.open(&address(&one)).await.says("42,00"));
    assert!(shopper.open(&address(&two)).await.says("15,00"));
    // Without a cookie, or with another session's: the shop's page, and nothing of the session.
    let stranger = Shopper::new(&stack);
    let sent = stranger.open(&address(&one)).await;
    assert_eq!(
        sent.answer.location(),
        format!("{}/commande/1", stack.shop())
    );
    let foreign = (
        format!("guichet-{}", one.id),
        two.secret.clone(),
        format!("/pay/{}", one.id),
    );
    stranger.cookies.lock().unwrap().push(foreign);
    let sent = stranger.open(&address(&one)).await;
    assert_eq!(
        sent.answer.location(),
        format!("{}/commande/1", stack.shop())
    );
    assert!(!sent.says("42,00"));
    let unknown = stranger
        .open(&stack.at_backend(&format!("/pay/cs_{}", "0".repeat(32))))
        .await;
    assert_eq!(unknown.answer.status, 404);
    assert_eq!(unknown.face(), "broken");
}

#[tokio::test]
async fn a_form_of_another_site_and_one_without_the_secret_start_nothing() {
    let stack = Stack::usual().await;
    let shopper = Shopper::new(&stack);
    let checkout = stack.session(4200).await;
    let form = shopper.printed(&checkout).await;
    let form = form.with(&[("method", "card"), ("do", "pay")]);
    let evil = shopper
        .press_from(&form, Some("https://evil.example"))
        .await;
    assert_eq!((evil.answer.status, evil.face().as_str()), (403, "broken"));
    // The browser has the cookie: it is not what proves a press.
    shopper.pays(&checkout, "card").await;
    let mut bare = form.clone();
    bare.fields.retain(|(name, _)| name != "session");
    bare.action = form.action.clone();
    for secret in ["", "css_wrong", checkout.id.as_str()] {
        let bare = bare.with(&[("session", secret), ("turn", "1"), ("do", "confirm")]);
        let page = shopper.press(&bare).await;
        assert_eq!(
            (page.answer.status, page.face().as_str()),
            (401, "broken"),
            "{secret}"
        );
    }
    let payments = stack.truth(&checkout).await["payments"].clone();
    assert_eq!(payments.as_array().unwrap().len(), 1, "{payments}");
    // A page with `Referrer-Policy: no-referrer` names no origin.
    let two = stack.session(1500).await;
    let form = shopper
        .printed(&two)
        .await
        .with(&[("method", "card"), ("do", "pay")]);
    for origin in [Some("null"), None] {
        shopper.press_from(&form, origin).await.leaving();
    }
}

#[tokio::test]
async fn a_session_that_has_run_out_says_so_and_takes_nothing() {
    let stack = Stack::usual().await;
    let shopper = Shopper::new(&stack);
    let checkout = stack.session(4200).await;
    let form = shopper.printed(&checkout).await;
    stack.expire_session(&checkout).await.expect(200);
    let page = shopper
        .press(&form.with(&[("method", "card"), ("do", "pay")]))
        .await;
    assert_eq!(page.face(), "expired");
    assert!(forms(&page.html()).is_empty() && page.says("/commande/1"));
    assert_eq!(stack.truth(&checkout).await["payments"], json!([]));
}

#[tokio::test]
async fn a_platform_that_does_not_answer_is_told_beside_the_choice() {
    let stack = Stack::usual().await;
    let shopper = Shopper::new(&stack);
    let checkout = stack.session_with(4200, json!({ "locale": "en" })).await;
    stack
        .faults(json!({ "page_main_down": true, "page_backup_down": true }))
        .await;
    let page = shopper.pays_or_not(&checkout, "card").await;
    assert_eq!(page.face(), "choosing");
    assert!(
        page.says("role=\"alert\"") && page.says(" checked"),
        "{page:?}"
    );
    stack.no_faults().await;
}

impl Shopper<'_> {
    async fn pays_or_not(&self, checkout: &Checkout, method: &str) -> Page {
        let form = self.printed(checkout).await;
        self.press(&form.with(&[("method", method), ("do", "pay")]))
            .await
    }
}

#[tokio::test]
async fn a_question_is_asked_on_a_page_and_its_answer_stands_in_no_address() {
    let stack = Stack::start(StackOptions {
        sogenactif: true,
        sogenactif_methods: vec!["sogenactif_sepa"],
        ..StackOptions::default()
    })
    .await;
    let shopper = Shopper::new(&stack);
    let checkout = stack.session(4200).await;
    let page = shopper.pays(&checkout, "sogenactif_sepa").await;
    assert_eq!(page.face(), "ask");
    assert!(page.says("name=\"iban\""), "{page:?}");
    let empty = shopper
        .press(&page.form().with(&[("iban", " "), ("do", "answer")]))
        .await;
    assert!(
        empty.face() == "ask" && empty.says("aria-invalid=\"true\""),
        "{empty:?}"
    );
    let wrong = IBAN.replace("89", "98");
    let page = shopper
        .press(&empty.form().with(&[("iban", &wrong), ("do", "answer")]))
        .await;
    assert!(
        page.face() == "ask" && page.says("aria-invalid=\"true\""),
        "{page:?}"
    );
    assert!(!page.says(&wrong) && !page.address.contains(&wrong));
    let form = page.form().with(&[("iban", IBAN), ("do", "answer")]);
    let (one, two) = tokio::join!(shopper.press(&form), shopper.press(&form));
    assert_eq!(one.leaving().fields, two.leaving().fields);
    for seen in stack.http.seen() {
        assert!(!seen.address.contains(IBAN), "{}", seen.address);
    }
    let payments = stack.truth(&checkout).await["payments"].clone();
    assert_eq!(payments.as_array().unwrap().len(), 1, "{payments}");
}

/// `POST /v1/sessions/{id}/links` with a shop's key.
async fn link(stack: &Stack, shop: &str, checkout: &Checkout, body: &Value) -> Answer {
    let address = stack.at_backend(&format!("/v1/sessions/{}/links", checkout.id));
    let post = stack.http.client().post(address).bearer_auth(shop);
    stack.http.send(post.json(body)).await
}

#[tokio::test]
async fn a_link_opens_its_session_once_and_what_only_looks_at_it_uses_nothing() {
    let stack = Stack::usual().await;
    let checkout = stack.session_with(4200, json!({ "locale": "en" })).await;
    let made = link(&stack, DEMO_SHOP_KEY, &checkout, &json!({})).await;
    let made = made.expect(201).json();
    let url = made["url"].as_str().unwrap();
    assert!(!url.contains(&checkout.secret), "{url}");
    let scanner = Shopper::new(&stack);
    for _ in 0..3 {
        let page = scanner.open(url).await;
        assert!(page.says("42.00") && page.says("commande-"), "{page:?}");
        assert!(!page.says("css_") && page.answer.header("set-cookie").is_empty());
    }
    let shopper = Shopper::new(&stack);
    let button = shopper.open(url).await.form();
    let (one, two) = tokio::join!(shopper.press(&button), shopper.press(&button));
    for page in [one, two] {
        assert_eq!(page.face(), "choosing", "pressed twice");
    }
    // Opened again in that browser, it goes on; in any other it is over.
    assert_eq!(shopper.open(url).await.face(), "choosing");
    let late = scanner.open(url).await;
    assert_eq!(late.answer.status, 410);
    assert!(
        forms(&late.html()).is_empty() && !late.says("42.00"),
        "{late:?}"
    );
    let stolen = scanner.press(&button.with(&[("once", "other")])).await;
    assert!([200, 410].contains(&stolen.answer.status), "{stolen:?}");
    let other = Form {
        fields: vec![("once".into(), "other".into())],
        ..button.clone()
    };
    assert_eq!(Shopper::new(&stack).press(&other).await.answer.status, 410);
    // And it pays.
    let list = shopper.open(url).await;
    let form = list.form().with(&[("method", "card"), ("do", "pay")]);
    let leaving = shopper.press(&form).await.leaving();
    let next = stack.open_page(&leaving).await;
    let back = stack.type_card(&next, CARD_AT_ONCE).await;
    shopper.comes_back(&back).await;
    shopper.waits_for(&checkout, "paid").await;
}

#[tokio::test]
async fn a_link_that_is_over_says_so_in_the_sessions_language_and_tells_a_stranger_nothing() {
    let stack = Stack::usual().await;
    let checkout = stack.session_with(4200, json!({ "locale": "de" })).await;
    let made = link(&stack, DEMO_SHOP_KEY, &checkout, &json!({})).await;
    let url = made.expect(201).json()["url"].as_str().unwrap().to_owned();
    let button = Shopper::new(&stack).open(&url).await.form();
    assert_eq!(Shopper::new(&stack).press(&button).await.face(), "choosing");
    let late = Shopper::new(&stack).open(&url).await;
    assert_eq!(late.answer.status, 410);
    assert!(late.says("<html lang=\"de\""), "{late:?}");
    let mut guessed = url.clone();
    let last = guessed.pop();
    guessed.push(if last == Some('a') { 'b' } else { 'a' });
    let stranger = Shopper::new(&stack).open(&guessed).await;
    assert_eq!(stranger.answer.status, 410);
    assert!(!stranger.says("lang=\"de\""), "{stranger:?}");
}

#[tokio::test]
async fn a_link_is_made_by_its_own_shop_for_a_time_that_is_told() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let make = async |body: Value| link(&stack, DEMO_SHOP_KEY, &checkout, &body).await;
    let truth = stack.truth(&checkout).await;
    let made = make(json!({})).await.expect(201).json();
    assert_eq!(made["expires_at"], truth["expires_at"]);
    let soon = make(json!({ "expires_in": 60 })).await.expect(201).json();
    assert!(soon["expires_at"].as_i64() < truth["expires_at"].as_i64());
    assert_ne!(made["url"], soon["url"]);
    for wrong in [59, 90 * 86_400 + 1, -1] {
        let answer = make(json!({ "expires_in": wrong })).await;
        assert_eq!(answer.problem(422, "field_invalid")["field"], "expires_in");
    }
    make(json!({ "expire": 60 }))
        .await
        .problem(422, "field_invalid");
    let other = link(&stack, OTHER_SHOP_KEY, &checkout, &json!({})).await;
    other.problem(404, "session_unknown");
    // A token of another session opens nothing.
    let two = stack.session(1500).await;
    let url = made["url"].as_str().unwrap().replace(&checkout.id, &two.id);
    assert_eq!(Shopper::new(&stack).open(&url).await.answer.status, 410);
    stack.expire_session(&two).await.expect(200);
    let late = link(&stack, DEMO_SHOP_KEY, &two, &json!({})).await;
    late.problem(410, "session_expired");
}
