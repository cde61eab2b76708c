//! NETBANX's hosted page: the shopper leaves by a plain navigation, pays there, or does not, and
//! comes back.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::browser::eventually;
use crate::shop::Order;
use crate::support::{NETBANX_CARD, StackOptions};
use crate::world::{World, play_in, usual};

/// Not enough money.
const NO_FUNDS: &str = "4000000000003022";
/// The bank may hold the amount.
const ADDRESS: &str = "4000000000003007";
/// Held for the shop to look at.
const HELD: &str = "4000000000000010";
/// Accepted after the bank's page.
const THREEDS: &str = "4444333322221111";

/// The radio buttons of saved cards.
const SAVED: &str = ".cards input[name=method]";
/// The box that saves the card which is going to be typed.
const BOX: &str = "[data-method=netbanx_card] input[name=save]";

/// Plays a test at a shop that keeps cards at NETBANX.
fn play_with_cards(test: impl AsyncFnOnce(&mut World) -> Result<()>) {
    let stack = StackOptions {
        netbanx: true,
        netbanx_lines: "saved_cards = true\n".into(),
        one_click: true,
        ..usual()
    };
    play_in(stack, test);
}

/// Plays a test at a shop that pays through NETBANX too.
fn play(test: impl AsyncFnOnce(&mut World) -> Result<()>) {
    let stack = StackOptions {
        netbanx: true,
        ..usual()
    };
    play_in(stack, test);
}

impl World {
    /// An order of 42 €, left for the hosted page.
    async fn at_netbanx(&self) -> Result<Order> {
        let order = self.usual_checkout().await?;
        self.leave_with("netbanx_card", "netbanx").await?;
        let url = self.browser.url().await?;
        let start = format!("{}/hosted/v1/payment/", self.stack.platform());
        ensure!(url.starts_with(&start) && !url.contains('?'), "{url}");
        Ok(order)
    }

    async fn pay_at_netbanx(&self, number: &str) -> Result<()> {
        self.browser.fill("card-number", number).await?;
        self.browser.click("pay").await
    }

    async fn assert_netbanx_paid(&self, order: &Order) -> Result<()> {
        self.browser.wait_for_face("paid").await?;
        self.assert_paid(order, &[("card", 4200)]).await
    }

    async fn break_there(&self, faults: Value) {
        self.stack.break_netbanx(faults).await;
    }
}

#[test]
fn a_card_is_paid_on_the_hosted_page_with_the_callback_before_after_and_without_the_return() {
    play(async |w: &mut World| {
        for faults in [
            json!({}),
            json!({ "callback_late_ms": 1500 }),
            json!({ "callback_lost": true }),
        ] {
            w.break_there(faults).await;
            let order = w.at_netbanx().await?;
            w.pay_at_netbanx(NETBANX_CARD).await?;
            w.assert_netbanx_paid(&order).await?;
            w.stack.mend_netbanx().await;
        }
        // The callback alone: the tab is closed before the browser is sent back.
        let order = w.at_netbanx().await?;
        let (page, _) = w.browser.form_of("pay").await?;
        let form = [("do", "pay"), ("cardNum", NETBANX_CARD)];
        let answer = w.stack.http.client().post(page).form(&form).send().await?;
        ensure!(answer.status() == 303, "{}", answer.status());
        w.browser.replace_tab().await?;
        w.wait_for_status(&order.session_id, "paid").await?;
        Ok(())
    });
}

#[test]
fn a_declined_card_is_told_there_and_the_next_one_pays_after_the_banks_page() {
    play(async |w: &mut World| {
        let order = w.at_netbanx().await?;
        w.pay_at_netbanx(NO_FUNDS).await?;
        w.wait_for_complaint("netbanx").await?;
        w.pay_at_netbanx(THREEDS).await?;
        w.wait_for_page("netbanx-3ds").await?;
        w.browser.click("threeds-confirm").await?;
        w.assert_netbanx_paid(&order).await
    });
}

#[test]
fn who_comes_back_refused_is_told_that_the_bank_may_hold_the_amount() {
    play(async |w: &mut World| {
        let order = w.at_netbanx().await?;
        w.pay_at_netbanx(ADDRESS).await?;
        w.wait_for_complaint("netbanx").await?;
        w.browser.click("give-up").await?;
        w.browser.wait_for_face("refused").await?;
        let text = w.browser.widget_text().await?;
        ensure!(text.contains("réservé pendant quelques jours"), "{text}");
        w.assert_unpaid(&order.session_id).await
    });
}

#[test]
fn who_leaves_the_page_unpaid_is_back_at_the_list_and_can_pay() {
    play(async |w: &mut World| {
        let order = w.at_netbanx().await?;
        w.browser.click("cancel").await?;
        w.browser.wait_for_face("cancelled").await?;
        w.assert_unpaid(&order.session_id).await?;
        w.leave_with("netbanx_card", "netbanx").await?;
        w.pay_at_netbanx(NETBANX_CARD).await?;
        w.assert_netbanx_paid(&order).await
    });
}

#[test]
fn a_held_payment_waits_until_somebody_at_the_shop_accepts_it() {
    play(async |w: &mut World| {
        let order = w.at_netbanx().await?;
        w.pay_at_netbanx(HELD).await?;
        w.browser.wait_for_face("waiting").await?;
        let payment = eventually("the attention", async || {
            let session = w.session(&order.session_id).await?;
            let payment = &session["payments"][0];
            let id = payment["id"].as_str().map(str::to_owned);
            Ok(id.filter(|_| payment["attention"] == json!(["review"])))
        })
        .await?;
        let list = w.stack.attention().await;
        ensure!(list.contains("guichet payments accept"), "{list}");
        let (status, told, errors) = w.stack.guichet(&["payments", "accept", &payment]).await;
        ensure!(status == 0, "{told}{errors}");
        w.assert_netbanx_paid(&order).await
    });
}

impl World {
    /// The checkout of an order of 42 € by that shopper, with the saved cards known.
    async fn known_checkout(&self, shopper: &str) -> Result<Order> {
        let order = self
            .order(json!({ "amount": 4200, "shopper_id": shopper }))
            .await?;
        self.open_checkout(&order).await?;
        eventually("the end of the question for cards", async || {
            let awaited = self.browser.count_inside(".awaited").await?;
            Ok((awaited == 0).then_some(()))
        })
        .await?;
        Ok(order)
    }

    /// What of this browser bears something that pays: addresses, bodies, and all that the page
    /// keeps.
    async fn assert_no_token(&self) -> Result<()> {
        let tokens = self.stack.netbanx_tokens().await;
        ensure!(!tokens.is_empty(), "nothing is kept");
        let page: String = self
            .browser
            .eval(
                "return document.documentElement.outerHTML + JSON.stringify(localStorage)
                     + JSON.stringify(sessionStorage) + document.cookie + location.href
                     + (document.querySelector('guichet-checkout')?.shadowRoot.innerHTML || '')",
            )
            .await?;
        let requests = self.browser.requests().await?;
        ensure!(requests.len() > 8, "{} requests were seen", requests.len());
        let all = requests
            .iter()
            .map(|r| format!("{} {} {}", r.url, r.body, r.referrer));
        for text in all.chain([page]) {
            let bears = tokens.iter().any(|token| text.contains(token));
            ensure!(!bears, "a token is in {text}");
        }
        Ok(())
    }
}

#[test]
fn a_card_is_saved_by_a_box_pays_the_next_order_on_the_page_and_is_removed() {
    play_with_cards(async |w: &mut World| {
        let first = w.known_checkout("C-1042").await?;
        ensure!(w.browser.count_inside(SAVED).await? == 0);
        w.choose("netbanx_card").await?;
        ensure!(w.browser.count_inside(&format!("{BOX}:checked")).await? == 0);
        w.browser
            .click_inside("[data-method=netbanx_card] label:has(input[name=save])")
            .await?;
        w.browser.inside(&format!("{BOX}:checked")).await?;
        w.look("netbanx-save").await?;
        w.press_pay().await?;
        w.wait_for_page("netbanx").await?;
        w.pay_at_netbanx(NETBANX_CARD).await?;
        w.assert_netbanx_paid(&first).await?;
        w.assert_no_token().await?;

        let order = w.known_checkout("C-1042").await?;
        w.browser.inside(&format!("{SAVED}:checked")).await?;
        let text = w.browser.widget_text().await?;
        for shown in ["Visa ••••\u{a0}2345", "expire 12/30"] {
            ensure!(text.contains(shown), "{shown}: {text}");
        }
        w.press_pay().await?;
        w.wait_for_page("netbanx").await?;
        w.browser.click("pay").await?;
        w.assert_netbanx_paid(&order).await?;
        w.assert_no_token().await?;

        w.known_checkout("C-1042").await?;
        w.assert_no_token().await?;
        w.browser.click_inside("#remove-0").await?;
        w.browser
            .click_inside("[data-action=remove-confirm]")
            .await?;
        eventually("the card's going", async || {
            Ok((w.browser.count_inside(SAVED).await? == 0).then_some(()))
        })
        .await?;
        let books = w.stack.netbanx_books().await;
        ensure!(books["profiles"][0]["cards"] == json!([]), "{books}");
        Ok(())
    });
}

#[test]
fn a_box_that_stays_empty_saves_no_card_there() {
    play_with_cards(async |w: &mut World| {
        let order = w.known_checkout("C-1042").await?;
        w.leave_with("netbanx_card", "netbanx").await?;
        w.pay_at_netbanx(NETBANX_CARD).await?;
        w.assert_netbanx_paid(&order).await?;
        let books = w.stack.netbanx_books().await;
        ensure!(books["profiles"] == json!([]), "{books}");
        Ok(())
    });
}

/// A card's number however it is written in an address, a body or a page.
fn bears(text: &str, number: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    text.contains(number) || (text.contains(&number[..4]) && digits.contains(number))
}

#[test]
fn a_card_typed_on_our_page_goes_to_the_platform_alone_and_is_paid_or_refused() {
    let stack = StackOptions {
        netbanx: true,
        netbanx_lines: "silent_post = true\n".into(),
        ..usual()
    };
    play_in(stack, async |w: &mut World| {
        for (number, face) in [(NO_FUNDS, "refused"), (NETBANX_CARD, "paid")] {
            let order = w.usual_checkout().await?;
            w.choose("netbanx_silent").await?;
            w.press_pay().await?;
            eventually("the card's page", async || {
                let url = w.browser.url().await?;
                Ok(url.contains("/pay/card/").then_some(()))
            })
            .await?;
            let named = "return document.querySelectorAll('input[name]').length";
            ensure!(
                w.browser.eval::<u32>(named).await? == 0,
                "an input has a name"
            );
            // What is wrong is told here, and nothing leaves.
            w.type_card_here("123", "13", "2030", "12").await?;
            w.browser.click("pay").await?;
            let shown = "return !document.getElementById('wrong').hidden";
            ensure!(w.browser.eval::<bool>(shown).await?, "nothing is said");
            ensure!(
                w.browser.eval::<u32>(named).await? == 0,
                "an input has a name"
            );
            w.type_card_here(number, "12", "30", "123").await?;
            let page: String = w.browser.eval("return document.body.outerHTML").await?;
            ensure!(!bears(&page, number), "the page bears it");
            w.browser.click("pay").await?;
            w.browser.wait_for_face(face).await?;
            if face == "paid" {
                w.assert_paid(&order, &[("card", 4200)]).await?;
            }
            let requests = w.browser.requests().await?;
            let platform = format!("{}/hosted/v1/payment/", w.stack.platform());
            let mut posted = 0;
            for request in &requests {
                let all = format!("{} {} {}", request.url, request.body, request.referrer);
                if request.method == "POST" && request.url.starts_with(&platform) {
                    posted += 1;
                } else {
                    ensure!(!bears(&all, number), "{all} bears the card");
                }
            }
            ensure!(posted > 0, "the platform was not asked");
            let kept: String = w
                .browser
                .eval("return JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
                .await?;
            ensure!(!bears(&kept, number), "the browser keeps it");
            ensure!(!w.stack.backend_log().contains(number), "the log has it");
            let books = w.stack.books_on_disk();
            ensure!(
                !String::from_utf8_lossy(&books).contains(number),
                "the books have it"
            );
        }
        Ok(())
    });
}

impl World {
    async fn type_card_here(
        &self,
        number: &str,
        month: &str,
        year: &str,
        code: &str,
    ) -> Result<()> {
        for (what, value) in [
            ("card-number", number),
            ("card-month", month),
            ("card-year", year),
            ("card-code", code),
        ] {
            self.browser.fill(what, value).await?;
        }
        Ok(())
    }
}
