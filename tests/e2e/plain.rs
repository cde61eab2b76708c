//! The checkout where nothing of the widget runs: scripts off, or WebAssembly forbidden.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::browser::eventually;
use crate::platform::{CARD, CARD_AT_ONCE, CARD_REFUSED, VOUCHER_SHORT};
use crate::shop::Order;
use crate::site::play_on_site;
use crate::support::{DEMO_SHOP_KEY, NETBANX_CARD, StackOptions};
use crate::world::{World, play_without_scripts, usual};

fn printed() -> Value {
    json!({ "amount": 4200, "markup": true })
}

impl World {
    /// The face of a page of the backend's own.
    async fn page_face(&self) -> Result<Option<String>> {
        let face =
            "return document.querySelector('.guichet-page [data-face]')?.dataset.face ?? null";
        self.browser.eval(face).await
    }

    /// Waits for such a page with this face.
    async fn wait_for_page_face(&self, face: &str) -> Result<()> {
        let mut seen = None;
        let waited = eventually(&format!("the page {face}"), async || {
            seen = self.page_face().await?;
            Ok((seen.as_deref() == Some(face)).then_some(()))
        })
        .await;
        waited.with_context(|| format!("the page is {seen:?}"))
    }

    /// Clicks on a page of the backend's own.
    async fn click_page(&self, selector: &str) -> Result<()> {
        let found = format!(
            "return document.querySelector({})",
            json!(format!(".guichet-page {selector}"))
        );
        self.browser.click_found(selector, &found).await
    }

    /// Waits for the page that leads to the platform.
    async fn wait_to_leave(&self) -> Result<()> {
        eventually("the page that leads to the platform", async || {
            let there = "return !!document.querySelector('.guichet-page h2.title')
                && !!document.forms[0]?.querySelector('[name=PBX_CMD]')";
            Ok(self.browser.eval::<bool>(there).await?.then_some(()))
        })
        .await
    }

    /// Looks at a page of the backend's own. The scripts that look at it are not the page's.
    async fn look_at_page(&self, name: &str) -> Result<()> {
        self.browser.set_scripts(true).await?;
        self.look(&format!("page-{name}")).await?;
        self.browser.set_scripts(false).await
    }

    /// Opens the payment page of a new order, in a browser whose scripts are off.
    async fn open_without_scripts(&self, wish: Value) -> Result<Order> {
        let order = self.order(wish).await?;
        self.open_payment(&order).await?;
        self.browser.inside("[data-painted] .methods").await?;
        Ok(order)
    }
}

#[test]
pub(crate) fn a_voucher_and_the_card_for_the_rest_pay_with_all_scripts_off() {
    play_without_scripts(usual(), async |w: &mut World| {
        let order = w.open_without_scripts(printed()).await?;
        w.leave_without_scripts("sodexo").await?;
        w.look_at_page("leaving").await?;
        w.click_page("button").await?;
        w.wait_for_page("voucher").await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.pay_by_card(CARD).await?;
        // The page asks again by itself until the outcome is there.
        w.wait_for_page_face("paid").await?;
        w.look_at_page("paid").await?;
        w.click_page(".back a").await?;
        w.browser.inside("[data-painted][data-face=paid]").await?;
        let session = w.session(&order.session_id).await?;
        ensure!(session["status"] == "paid", "{session:#}");
        ensure!(w.money_taken(&order.session_id).await? == [4200]);
        w.browser.set_scripts(true).await
    });
}

impl World {
    /// Chooses on the shop's page, presses pay, and waits for the page that leads on.
    async fn leave_without_scripts(&self, method: &str) -> Result<()> {
        self.choose(method).await?;
        self.press_pay().await?;
        self.wait_to_leave().await
    }
}

#[test]
fn a_link_leads_to_a_page_that_takes_no_form_with_all_scripts_off() {
    let stack = StackOptions {
        netbanx: true,
        ..usual()
    };
    play_without_scripts(stack, async |w: &mut World| {
        let order = w.open_without_scripts(printed()).await?;
        w.choose("netbanx_card").await?;
        w.press_pay().await?;
        eventually("the page that leads to the platform", async || {
            let there = "return !!document.querySelector('.guichet-page a#leave')";
            Ok(w.browser.eval::<bool>(there).await?.then_some(()))
        })
        .await?;
        w.look_at_page("redirecting").await?;
        w.click_page("a#leave").await?;
        w.wait_for_page("netbanx").await?;
        w.browser.fill("card-number", NETBANX_CARD).await?;
        w.browser.click("pay").await?;
        w.wait_for_page_face("paid").await?;
        let session = w.session(&order.session_id).await?;
        ensure!(session["status"] == "paid", "{session:#}");
        w.browser.set_scripts(true).await
    });
}

#[test]
pub(crate) fn every_page_can_be_read_and_used_with_all_scripts_off() {
    play_without_scripts(usual(), async |w: &mut World| {
        let order = w.open_without_scripts(printed()).await?;
        // Nothing was chosen.
        w.press_pay().await?;
        w.wait_for_page_face("choosing").await?;
        w.look_at_page("choose-first").await?;
        w.click_page("[data-method=card] label").await?;
        w.click_page("button[value=pay]").await?;
        w.wait_to_leave().await?;
        w.click_page("button").await?;
        w.wait_for_page("card").await?;
        // By the back button, and from there to the list.
        w.browser.back().await?;
        w.wait_to_leave().await?;
        let status = format!("{}/pay/{}", w.stack.backend(), order.session_id);
        w.browser.open(&status).await?;
        w.wait_for_page_face("waiting").await?;
        w.look_at_page("waiting").await?;
        w.click_page("button[value=choose]").await?;
        w.wait_for_page_face("choosing").await?;
        w.look_at_page("open-elsewhere").await?;
        w.click_page("[data-method=card] label").await?;
        w.click_page("button[value=pay]").await?;
        eventually("the question", async || {
            let there = "return !!document.querySelector('.guichet-page button[value=stay]')";
            Ok(w.browser.eval::<bool>(there).await?.then_some(()))
        })
        .await?;
        w.look_at_page("confirm").await?;
        w.click_page("button[value=confirm]").await?;
        w.wait_to_leave().await?;
        w.click_page("button").await?;
        w.wait_for_page("card").await?;
        w.type_card(CARD_REFUSED).await?;
        w.confirm_at_the_bank().await?;
        w.wait_for_complaint("card").await?;
        w.browser.click("cancel").await?;
        eventually("the refusal", async || {
            let face = w.page_face().await?;
            Ok(face.filter(|face| face == "refused" || face == "cancelled"))
        })
        .await?;
        w.look_at_page("refused").await?;
        w.browser.set_scripts(true).await
    });
}

#[test]
pub(crate) fn a_list_that_has_run_out_meanwhile_says_so_with_all_scripts_off() {
    play_without_scripts(usual(), async |w: &mut World| {
        let order = w.open_without_scripts(printed()).await?;
        w.close(&order).await?;
        w.choose("card").await?;
        w.press_pay().await?;
        w.wait_for_page_face("expired").await?;
        w.look_at_page("expired").await?;
        w.click_page(".back a").await?;
        w.browser
            .inside("[data-painted][data-face=expired]")
            .await?;
        w.browser.set_scripts(true).await
    });
}

impl World {
    /// What the shop's server posts below the session's address.
    async fn post_as_shop(&self, order: &Order, path: &str) -> Result<reqwest::Response> {
        let (backend, id) = (self.stack.backend(), &order.session_id);
        let post = self
            .stack
            .http
            .client()
            .post(format!("{backend}/v1/sessions/{id}/{path}"))
            .bearer_auth(DEMO_SHOP_KEY);
        Ok(post.send().await?.error_for_status()?)
    }

    /// Closes the session, as the shop's server can.
    async fn close(&self, order: &Order) -> Result<()> {
        self.post_as_shop(order, "expire").await.map(drop)
    }

    /// A link to the order's page, as the shop's server makes it.
    async fn link(&self, order: &Order) -> Result<String> {
        let made: Value = self.post_as_shop(order, "links").await?.json().await?;
        Ok(made["url"].as_str().context("url")?.to_owned())
    }
}

#[test]
pub(crate) fn a_link_from_an_email_leads_to_the_paid_order() {
    play_without_scripts(usual(), async |w: &mut World| {
        let order = w.order(json!({ "amount": 4200 })).await?;
        let link = w.link(&order).await?;
        w.browser.open(&link).await?;
        w.look_at_page("link").await?;
        w.click_page("button").await?;
        w.wait_for_page_face("choosing").await?;
        w.look_at_page("list").await?;
        w.click_page("[data-method=card] label").await?;
        w.click_page("button[value=pay]").await?;
        w.wait_to_leave().await?;
        w.click_page("button").await?;
        w.wait_for_page("card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.wait_for_page_face("paid").await?;
        w.browser.set_scripts(true).await?;
        // Elsewhere it is over.
        w.browser
            .cdp("Network.clearBrowserCookies", json!({}))
            .await?;
        w.browser.open(&link).await?;
        w.look_at_page("link-over").await?;
        w.browser.set_scripts(true).await
    });
}

#[test]
fn a_question_is_asked_and_answered_with_all_scripts_off() {
    let stack = StackOptions {
        sogenactif: true,
        sogenactif_methods: vec!["sogenactif_sepa", "sogenactif_card"],
        ..usual()
    };
    play_without_scripts(stack, async |w: &mut World| {
        w.open_without_scripts(printed()).await?;
        // What takes a script is not offered.
        let hidden = "return document.querySelector('guichet-checkout').shadowRoot
            .querySelector('[data-method=sogenactif_card]').offsetHeight";
        ensure!(w.browser.eval::<u32>(hidden).await? == 0);
        w.choose("sogenactif_sepa").await?;
        w.press_pay().await?;
        w.wait_for_page_face("ask").await?;
        w.click_page("button[value=answer]").await?;
        eventually("what is wrong", async || {
            let there = "return !!document.querySelector('.guichet-page [aria-invalid=true]')";
            Ok(w.browser.eval::<bool>(there).await?.then_some(()))
        })
        .await?;
        w.look_at_page("ask").await?;
        w.browser.set_scripts(true).await
    });
}

#[test]
pub(crate) fn where_webassembly_is_forbidden_the_plain_tag_pays_as_a_form() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(json!({ "amount": 4200 })).await?;
        let backend = w.stack.backend();
        let policy = format!(
            "Content-Security-Policy: default-src 'none'; img-src data:; connect-src {backend}; \
             script-src {backend}; form-action {backend}; require-trusted-types-for 'script'\r\n"
        );
        site.page("/", &policy, &w.snippet(&order));
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser
            .inside("[data-painted][data-face=choosing]")
            .await?;
        w.leave_with("sodexo", "voucher").await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.pay_by_card(CARD).await?;
        w.wait_for_status(&order.session_id, "paid").await?;
        ensure!(w.money_taken(&order.session_id).await? == [4200]);
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.inside("[data-painted][data-face=paid]").await?;
        // The policy forbids WebAssembly, as it should.
        w.browser.violations().await.map(drop)
    });
}

#[test]
pub(crate) fn where_webassembly_is_forbidden_a_press_on_the_printed_list_goes_to_the_platform() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(json!({ "amount": 4200 })).await?;
        let backend = w.stack.backend();
        let policy = format!(
            "Content-Security-Policy: default-src 'none'; img-src data:; connect-src {backend}; \
             script-src {backend}; style-src {backend}; form-action {backend}; \
             require-trusted-types-for 'script'\r\n"
        );
        let snippet = w.linked_snippet(&order).await?;
        site.page("/", &policy, &snippet);
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser
            .inside("[data-painted][data-face=choosing]")
            .await?;
        // Scripts run: the page has its say.
        let asked = "window.asked = [];
            document.addEventListener('guichet:before-pay', (event) => {
              window.asked.push(event.detail.method);
              if (window.asked.length === 1) event.preventDefault();
            });";
        w.browser.eval::<()>(asked).await?;
        w.choose("card").await?;
        w.press_pay().await?;
        eventually("the page's no", async || {
            let said = "return window.asked.join()";
            Ok((w.browser.eval::<String>(said).await? == "card").then_some(()))
        })
        .await?;
        w.browser
            .inside("button[data-action=pay]:not([aria-busy])")
            .await?;
        let none = &w.session(&order.session_id).await?["payments"];
        ensure!(none.as_array().is_some_and(Vec::is_empty), "{none}");
        w.press_pay().await?;
        // The page between sends its form by itself, where scripts run.
        w.wait_for_page("card").await?;
        // Who goes back is not sent there again.
        w.browser.back().await?;
        w.browser.inside("[data-painted]").await?;
        let payments = &w.session(&order.session_id).await?["payments"];
        ensure!(
            payments.as_array().is_some_and(|all| all.len() == 1),
            "{payments}"
        );
        w.browser.violations().await.map(drop)
    });
}
