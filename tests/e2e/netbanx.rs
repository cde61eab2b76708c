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
