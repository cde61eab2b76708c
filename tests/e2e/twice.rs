//! Whatever the shopper does twice, money is taken once, or nobody hides that it was not.

use anyhow::ensure;
use serde_json::json;

use crate::platform::{CARD, CARD_AT_ONCE};
use crate::world::{World, play};

#[test]
fn five_clicks_on_the_pay_button_start_one_payment() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        // Slow enough for all five to land while the first is being answered.
        w.faults(json!({ "slow_ms": 700 })).await?;
        w.choose("card").await?;
        let button = w.browser.inside("button[data-action=pay]").await?;
        w.browser.click_many(&button, 5).await?;
        w.wait_for_page("card").await?;
        w.faults(json!({ "slow_ms": 0 })).await?;
        let session = w.session(&order.session_id).await?;
        ensure!(
            session["payments"]
                .as_array()
                .is_some_and(|all| all.len() == 1),
            "{session:#}"
        );
        let requests = w.browser.requests().await?;
        let starts = requests.iter().filter(|request| {
            request.method == "POST" && request.url.ends_with("/checkout/v1/payments")
        });
        ensure!(starts.count() == 1, "the widget asked more than once");
        w.pay_by_card(CARD).await?;
        w.assert_paid(&order, &[("card", 4200)]).await?;
        ensure!(w.money_taken(&order.session_id).await? == [4200]);
        Ok(())
    });
}

#[test]
fn paid_in_two_tabs_the_second_is_shown_to_shopper_and_shop() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        let first = w.browser.new_tab().await?;
        w.open_checkout(&order).await?;
        let second = w.browser.tab().await?;
        w.leave_with("card", "card").await?;
        w.browser.switch_to(first.clone()).await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("paid").await?;
        ensure!(w.browser.count_inside("[data-notice=surplus]").await? == 0);

        w.browser.switch_to(second).await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("paid").await?;
        let notice = w
            .browser
            .inside("[data-notice=surplus]")
            .await?
            .text()
            .await?;
        ensure!(notice.contains("42,00"), "{notice}");

        w.wait_for_order_status(&order, "paid").await?;
        ensure!(
            w.browser.has("order-surplus").await?,
            "the shop's page hides the surplus"
        );
        let rows: Vec<(String, String)> = w
            .browser
            .eval(
                "return [...document.querySelectorAll('[data-testid=order-payments] tr')]
                     .map((row) => [row.dataset.state, row.innerText])",
            )
            .await?;
        let tagged = rows
            .iter()
            .filter(|(_, text)| text.contains("en trop"))
            .count();
        ensure!(rows.len() == 2 && tagged == 1, "{rows:?}");
        ensure!(
            rows.iter().all(|(state, _)| state == "accepted"),
            "{rows:?}"
        );
        ensure!(w.money_taken(&order.session_id).await? == [4200, 4200]);
        let list = w.stack.attention().await;
        ensure!(
            list.contains(&order.reference),
            "not on the operator's list:\n{list}"
        );
        Ok(())
    });
}

#[test]
fn a_tab_left_open_notices_that_another_one_has_paid() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        let left = w.browser.new_tab().await?;
        w.open_checkout(&order).await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("paid").await?;
        w.browser.switch_to(left).await?;
        // A list that is older than the payment: pressing the button starts nothing.
        if w.browser.face().await?.as_deref() == Some("choosing") {
            w.choose("apetiz").await?;
            w.press_pay().await?;
        }
        w.browser.wait_for_face("paid").await?;
        ensure!(w.money_taken(&order.session_id).await? == [4200]);
        Ok(())
    });
}
