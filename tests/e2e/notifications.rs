//! Notifications that come early, late, twice, in any order, or never, and those that lie.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::browser::eventually;
use crate::platform::{CARD, CARD_AT_ONCE, VOUCHER, VOUCHER_SHORT};
use crate::shop::Order;
use crate::support::StackOptions;
use crate::world::{World, play, play_in, usual};

#[test]
fn a_notification_before_the_return_is_enough_when_the_browser_never_comes_back() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD).await?;
        w.wait_for_page("threeds").await?;
        w.send_and_close("threeds-confirm").await?;
        w.wait_for_status(&order.session_id, "paid").await?;
        w.assert_paid_in_new_tab(&order, "card").await
    });
}

#[test]
fn closing_the_tab_on_the_ticket_page_loses_nothing() {
    let stack = StackOptions {
        ticket: true,
        ..usual()
    };
    play_in(stack, async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("apetiz", "voucher").await?;
        w.type_voucher(VOUCHER).await?;
        w.wait_for_page("ticket").await?;
        w.browser.replace_tab().await?;
        w.wait_for_status(&order.session_id, "paid").await?;
        w.assert_paid_in_new_tab(&order, "voucher").await
    });
}

impl World {
    async fn assert_paid_in_new_tab(&self, order: &Order, kind: &str) -> Result<()> {
        ensure!(self.order_status(order).await? == "paid");
        self.open_payment(order).await?;
        self.assert_paid(order, &[(kind, 4200)]).await
    }
}

#[test]
fn a_late_notification_is_waited_for_and_then_shown() {
    let stack = StackOptions {
        secret_address: true,
        ..usual()
    };
    play_in(stack, async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.faults(json!({ "hold": true, "ppps_down": true })).await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("waiting").await?;
        w.assert_unpaid(&order.session_id).await?;
        ensure!(w.browser.count_inside("button[data-action=pay]").await? == 0);
        w.sandbox("release", Value::Null).await?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

#[test]
fn a_notification_counts_only_once_our_own_account_has_confirmed_it() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.faults(json!({ "ppps_down": true })).await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("waiting").await?;
        w.assert_unpaid(&order.session_id).await?;
        ensure!(w.order_status(&order).await? == "pending");
        w.faults(json!({ "ppps_down": false })).await?;
        w.open_payment(&order).await?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

#[test]
fn a_lost_notification_is_made_up_for_by_a_query() {
    play(async |w: &mut World| {
        w.faults(json!({ "lost": true })).await?;
        let order = w.usual_checkout().await?;
        w.leave_with("sodexo", "voucher").await?;
        w.type_voucher(VOUCHER).await?;
        w.assert_paid(&order, &[("voucher", 4200)]).await?;
        let sent = w.deliveries().await?;
        ensure!(
            sent.iter().all(|sent| sent["outcome"] == "lost"),
            "{sent:#?}"
        );
        Ok(())
    });
}

async fn pays_in_two_parts_with(w: &mut World, faults: Value) -> Result<()> {
    w.faults(faults).await?;
    let order = w.usual_checkout().await?;
    w.leave_with("sodexo", "voucher").await?;
    w.type_voucher(VOUCHER_SHORT).await?;
    w.wait_for_page("complement").await?;
    w.pay_by_card(CARD).await?;
    w.assert_paid(&order, &[("voucher", 3900), ("complement", 300)])
        .await?;
    ensure!(w.money_taken(&order.session_id).await? == [4200]);
    let sent = w.deliveries().await?;
    let accepted = sent.iter().all(|sent| sent["status"] == 200);
    ensure!(sent.len() >= 2 && accepted, "{sent:#?}");
    Ok(())
}

#[test]
fn both_notifications_swapped_pay_the_same() {
    play(async |w: &mut World| pays_in_two_parts_with(w, json!({ "swapped": true })).await);
}

#[test]
fn both_notifications_doubled_pay_the_same() {
    play(async |w: &mut World| pays_in_two_parts_with(w, json!({ "twice": true })).await);
}

#[test]
fn both_notifications_doubled_and_in_parallel_pay_the_same() {
    play(async |w: &mut World| {
        pays_in_two_parts_with(w, json!({ "parallel": true, "twice": true })).await
    });
}

/// Pays by card with these faults and without a return; waits for the backend's answer.
async fn notified_with(w: &mut World, faults: Value) -> Result<(Order, Vec<Value>)> {
    w.faults(faults).await?;
    let order = w.usual_checkout().await?;
    w.leave_with("card", "card").await?;
    w.fill_card(CARD_AT_ONCE).await?;
    w.send_and_close("pay").await?;
    let sent = eventually("an answer to the notification", async || {
        let sent = w.deliveries().await?;
        Ok((!sent.is_empty()).then_some(sent))
    });
    let sent = sent.await?;
    Ok((order, sent))
}

async fn assert_refused(w: &World, order: &Order, sent: &[Value]) -> Result<()> {
    ensure!(sent.iter().all(|sent| sent["status"] == 400), "{sent:#?}");
    w.assert_unpaid(&order.session_id).await?;
    ensure!(w.order_status(order).await? == "pending");
    w.open_payment(order).await?;
    w.browser.wait_for_face("waiting").await
}

#[test]
fn a_forged_notification_pays_nothing() {
    play(async |w: &mut World| {
        let (order, sent) = notified_with(w, json!({ "forged": true })).await?;
        assert_refused(w, &order, &sent).await
    });
}

#[test]
fn an_altered_notification_pays_nothing() {
    play(async |w: &mut World| {
        let (order, sent) = notified_with(w, json!({ "altered": true })).await?;
        assert_refused(w, &order, &sent).await
    });
}

/// The notification is genuinely signed, and so is the return; our account knows of no payment.
async fn another_merchants_notification_pays_nothing(w: &mut World, renamed: bool) -> Result<()> {
    w.faults(json!({ "other_merchant": true, "other_merchant_renamed": renamed }))
        .await?;
    let order = w.usual_checkout().await?;
    w.leave_with("card", "card").await?;
    w.type_card(CARD_AT_ONCE).await?;
    w.browser.wait_for_face("waiting").await?;
    eventually("the alert that the transaction is not ours", async || {
        Ok(w.stack.backend_log().contains("not_ours").then_some(()))
    })
    .await?;
    w.assert_unpaid(&order.session_id).await?;
    ensure!(w.browser.face().await?.as_deref() == Some("waiting"));
    ensure!(w.order_status(&order).await? == "pending");
    Ok(())
}

#[test]
fn another_merchants_genuine_notification_pays_nothing() {
    play(async |w: &mut World| another_merchants_notification_pays_nothing(w, false).await);
}

#[test]
fn another_merchants_genuine_notification_under_other_names_pays_nothing() {
    play(async |w: &mut World| another_merchants_notification_pays_nothing(w, true).await);
}
