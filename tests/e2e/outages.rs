//! What breaks: page hosts, the backend, the network, time, and the shop's own mistakes.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::browser::eventually;
use crate::line::Line;
use crate::platform::{CARD, CARD_AT_ONCE, VOUCHER_SHORT};
use crate::shop::Order;
use crate::site::{Site, play_on_site};
use crate::world::{World, play};

#[test]
fn with_the_main_page_host_down_the_backup_takes_the_payment() {
    play(async |w: &mut World| {
        w.faults(json!({ "page_main_down": true })).await?;
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        ensure!(w.browser.text("page-host").await? == "secours");
        let url = w.browser.url().await?;
        ensure!(url.starts_with(&w.stack.platform_backup()), "{url}");
        w.pay_by_card(CARD).await?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

#[test]
fn with_both_page_hosts_down_nothing_starts_and_a_retry_works_later() {
    play(async |w: &mut World| {
        w.faults(json!({ "page_main_down": true, "page_backup_down": true }))
            .await?;
        let order = w.usual_checkout().await?;
        w.choose("card").await?;
        w.press_pay().await?;
        let said = w.browser.inside(".form [role=alert]").await?.text().await?;
        ensure!(said.contains("injoignable"), "{said}");
        ensure!(w.browser.face().await?.as_deref() == Some("choosing"));
        ensure!(w.session(&order.session_id).await?["payments"] == json!([]));

        w.faults(json!({ "page_main_down": false, "page_backup_down": false }))
            .await?;
        eventually("the platform's page", async || {
            // What the backend knows of the hosts lives for seconds. A press that was taken leaves
            // no button to press again, until the page is left.
            if w.browser.face().await?.as_deref() == Some("choosing") {
                let _ = w.press_pay().await;
            }
            Ok((w.platform_page().await?.as_deref() == Some("card")).then_some(()))
        })
        .await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

#[test]
fn a_backend_restarted_between_redirect_and_notification_knows_the_payment() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("sodexo", "voucher").await?;
        w.stack.kill_backend().await;
        w.stack.start_backend().await;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.stack.stop_backend().await;
        w.stack.start_backend().await;
        w.pay_by_card(CARD).await?;
        w.assert_paid(&order, &[("voucher", 3900), ("complement", 300)])
            .await
    });
}

#[test]
fn a_backend_that_was_down_for_the_notification_learns_of_the_payment_from_the_return() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.stack.kill_backend().await;
        w.type_card(CARD_AT_ONCE).await?;
        eventually("the failed notification", async || {
            let sent = w.deliveries().await?;
            Ok(sent
                .iter()
                .any(|sent| sent["outcome"] == "failed")
                .then_some(()))
        })
        .await?;
        w.stack.start_backend().await;
        w.browser.reload().await?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

#[test]
fn offline_is_told_and_the_widget_goes_on_by_itself() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.choose("card").await?;
        w.browser.set_offline(true).await?;
        w.press_pay().await?;
        w.browser.wait_for_face("offline").await?;
        w.browser.inside("button[data-action=retry]").await?;
        w.browser.set_offline(false).await?;
        w.browser.wait_for_face("choosing").await?;
        w.browser.inside("input[value=card]:checked").await?;
        w.press_pay().await?;
        w.wait_for_page("card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

#[test]
pub(crate) fn a_backend_out_of_reach_is_told_and_a_retry_keeps_the_choice() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.choose("apetiz").await?;
        w.stack.stop_backend().await;
        w.press_pay().await?;
        w.browser.wait_for_face("offline").await?;
        w.browser.click_inside("button[data-action=retry]").await?;
        w.browser.wait_for_face("offline").await?;
        w.stack.start_backend().await;
        w.browser.click_inside("button[data-action=retry]").await?;
        w.browser.wait_for_face("choosing").await?;
        w.browser.inside("input[value=apetiz]:checked").await?;
        w.press_pay().await?;
        w.wait_for_page("voucher").await?;
        let session = w.session(&order.session_id).await?;
        ensure!(
            session["payments"]
                .as_array()
                .is_some_and(|all| all.len() == 1),
            "{session:#}"
        );
        Ok(())
    });
}

impl World {
    /// Opens a page whose widget asks the backend over this line, and waits for its module.
    pub(crate) async fn open_over(&self, line: &Line, site: &Site, order: &Order) -> Result<()> {
        let tag = format!(
            "<script type=\"module\" src=\"{}/guichet.js\"></script>\
             <guichet-checkout backend=\"{}\" session=\"{}\"></guichet-checkout>",
            self.stack.backend(),
            line.origin(),
            order.secret
        );
        site.page("/", "", &tag);
        self.browser.open(&format!("{}/", site.origin())).await?;
        let there = "[data-face=choosing]:not([data-painted])";
        self.browser.inside(there).await.map(drop)
    }
}

/// Without the browser's own switch: it works in every engine.
#[test]
pub(crate) fn a_line_that_is_cut_is_told_and_the_widget_goes_on_once_it_is_whole() {
    play_on_site(async |w: &mut World, site| {
        let line = Line::to(w.stack.backend_port());
        let order = w.order(json!({ "amount": 4200 })).await?;
        w.open_over(&line, site, &order).await?;
        w.choose("apetiz").await?;
        line.cut();
        w.press_pay().await?;
        w.browser.wait_for_face("offline").await?;
        w.browser.click_inside("button[data-action=retry]").await?;
        w.browser.wait_for_face("offline").await?;
        line.mend();
        // What a browser tells its pages then.
        let told = "window.dispatchEvent(new Event('online'))";
        w.browser.eval::<serde_json::Value>(told).await?;
        w.browser.wait_for_face("choosing").await?;
        w.browser.inside("input[value=apetiz]:checked").await?;
        w.press_pay().await?;
        w.wait_for_page("voucher").await?;
        let payments = &w.session(&order.session_id).await?["payments"];
        ensure!(
            payments.as_array().is_some_and(|all| all.len() == 1),
            "{payments}"
        );
        Ok(())
    });
}

#[test]
fn a_session_that_has_expired_takes_no_payment() {
    play(async |w: &mut World| {
        let order = w.order(json!({ "amount": 4200, "expires_in": 4 })).await?;
        w.open_checkout(&order).await?;
        w.choose("card").await?;
        w.wait_for_status(&order.session_id, "expired").await?;
        w.press_pay().await?;
        w.browser.wait_for_face("expired").await?;
        ensure!(w.browser.count_inside("button[data-action=pay]").await? == 0);
        w.browser.reload().await?;
        w.browser.wait_for_face("expired").await?;
        ensure!(w.order_status(&order).await? == "expired");
        Ok(())
    });
}

#[test]
fn a_payment_begun_in_time_still_counts_after_the_session_has_expired() {
    play(async |w: &mut World| {
        let order = w.order(json!({ "amount": 4200, "expires_in": 4 })).await?;
        w.open_checkout(&order).await?;
        w.faults(json!({ "hold": true, "ppps_down": true })).await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("waiting").await?;
        eventually("the end of the session", async || {
            let session = w.session(&order.session_id).await?;
            let created = session["created_at"].as_i64().unwrap_or(0);
            Ok((crate::support::unix_now() > created + 4).then_some(()))
        })
        .await?;
        w.faults(json!({ "hold": false, "ppps_down": false }))
            .await?;
        w.sandbox("release", json!({})).await?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

async fn breaks_with(w: &World, secret: &str) -> Result<()> {
    let set =
        format!("document.querySelector('guichet-checkout').setAttribute('session', '{secret}')");
    w.browser.eval::<()>(&set).await?;
    w.browser.wait_for_face("broken").await?;
    let events = w.browser.events().await?;
    let last = events.iter().rev().find(|event| event["name"] == "error");
    ensure!(
        last.is_some_and(|event| event["detail"]["code"] == "session_unknown"),
        "{events:#?}"
    );
    Ok(())
}

#[test]
fn a_wrong_secret_shows_that_the_shop_must_act() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        breaks_with(w, "css_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").await?;
        let set = format!(
            "document.querySelector('guichet-checkout').setAttribute('session', '{}')",
            order.secret
        );
        w.browser.eval::<()>(&set).await?;
        w.browser.wait_for_face("choosing").await?;
        breaks_with(w, &order.session_id).await
    });
}
