//! The browser's way back: reloaded, changed, by the back button, and what it never proves.

use anyhow::{Context as _, Result, ensure};
use thirtyfour::Key;

use crate::browser::Request;
use crate::platform::{CARD, CARD_AT_ONCE, VOUCHER_SHORT};
use crate::world::{World, play};

/// The address by which the platform sent the browser back.
fn way_back(requests: &[Request]) -> Result<String> {
    let mut ways = requests
        .iter()
        .rev()
        .filter(|request| request.url.contains("/return/"));
    Ok(ways
        .next()
        .context("the browser never came back")?
        .url
        .clone())
}

/// Changed ways back: other outcomes, other amounts, without the signature, with nothing.
fn changed(way: &str) -> Vec<String> {
    let (path, query) = way.split_once('?').unwrap_or((way, ""));
    let stem = path.rsplit_once('/').map_or(path, |(stem, _)| stem);
    let bare = query.split('&').next().unwrap_or_default();
    let mut ways = Vec::new();
    for outcome in ["done", "refused", "cancelled", "waiting", "anything"] {
        ways.push(format!("{stem}/{outcome}?{query}"));
        ways.push(format!("{stem}/{outcome}"));
    }
    ways.push(format!("{path}?{}", query.replacen("=4200", "=1", 1)));
    ways.push(format!("{path}?{query}&status=refused"));
    ways.push(format!("{path}?{bare}"));
    ways
}

#[test]
fn the_return_reloaded_twenty_times_and_changed_moves_nothing() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("sodexo", "voucher").await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.type_card(CARD_AT_ONCE).await?;
        let parts = [("voucher", 3900), ("complement", 300)];
        w.browser.wait_for_face("paid").await?;
        let shown = w.browser.parts().await?;
        let before = w.session(&order.session_id).await?;
        for _ in 0..20 {
            w.browser.reload().await?;
            w.browser.wait_for_face("paid").await?;
            ensure!(w.browser.parts().await? == shown);
        }
        let way = way_back(&w.browser.requests().await?)?;
        for way in [way.clone()].iter().chain(&changed(&way)) {
            w.browser.open(way).await?;
            w.browser
                .wait_for_face("paid")
                .await
                .with_context(|| way.clone())?;
            ensure!(w.browser.parts().await? == shown, "{way}");
        }
        ensure!(
            w.session(&order.session_id).await? == before,
            "the books changed"
        );
        w.assert_paid(&order, &parts).await
    });
}

#[test]
fn a_return_changed_into_a_success_pays_nothing() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.browser.click("cancel").await?;
        w.browser.wait_for_face("cancelled").await?;
        let way = way_back(&w.browser.requests().await?)?;
        for way in changed(&way) {
            let way = way.replace("00001", "00000");
            w.browser.open(&way).await?;
            w.browser
                .wait_for_face("cancelled")
                .await
                .with_context(|| way.clone())?;
        }
        w.assert_unpaid(&order.session_id).await
    });
}

#[test]
fn the_shops_page_believes_the_backend_and_not_its_own_address() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        let shown = "return document.querySelector('[data-testid=order-status]').dataset.status";
        for more in [
            "?status=paid",
            "?status=paid&Mt=4200&Erreur=00000&Auto=123456",
            "#paid",
        ] {
            w.open_order(&order, more).await?;
            let status: String = w.browser.eval(shown).await?;
            ensure!(status == "open", "{more} made it {status}");
        }
        let payment = format!("{}{}", w.stack.shop(), order.payment_path);
        for more in ["?status=paid", "?outcome=done&Erreur=00000", "#paid"] {
            w.browser.open(&format!("{payment}{more}")).await?;
            w.browser.wait_for_face("choosing").await?;
        }
        w.assert_unpaid(&order.session_id).await
    });
}

#[test]
pub(crate) fn the_back_button_warns_before_a_second_payment() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.browser.back().await?;
        w.browser.wait_for_face("choosing").await?;
        w.browser.inside("[data-warning=open-elsewhere]").await?;
        w.choose("apetiz").await?;
        w.press_pay().await?;
        w.browser.inside("button[data-action=confirm]").await?;
        ensure!(w.browser.count_inside("button[data-action=pay]").await? == 0);
        let session = w.session(&order.session_id).await?;
        ensure!(
            session["payments"]
                .as_array()
                .is_some_and(|all| all.len() == 1),
            "{session:#}"
        );

        // The shopper thinks again, then goes on.
        w.browser.click_inside("button[data-action=stay]").await?;
        w.choose("card").await?;
        w.press_pay().await?;
        w.browser
            .click_inside("button[data-action=confirm]")
            .await?;
        w.wait_for_page("card").await?;
        w.pay_by_card(CARD).await?;
        w.assert_paid(&order, &[("card", 4200)]).await?;
        let session = w.session(&order.session_id).await?;
        ensure!(
            session["payments"]
                .as_array()
                .is_some_and(|all| all.len() == 2),
            "{session:#}"
        );
        Ok(())
    });
}

#[test]
pub(crate) fn the_back_button_after_paying_shows_a_paid_order() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("paid").await?;
        for _ in 0..2 {
            w.browser.back().await?;
        }
        w.open_payment(&order).await?;
        w.assert_paid(&order, &[("card", 4200)]).await?;
        w.browser.back().await?;
        w.browser.wait_for_face("paid").await?;
        w.browser.press(Key::Enter).await?;
        w.browser.wait_for_face("paid").await
    });
}
