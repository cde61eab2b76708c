//! Every face of the widget, on a phone and on a desk, in light and in dark: it fits, it is
//! accessible, and its picture is kept under `target/screenshots`.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::browser::eventually;
use crate::engine::Engine;
use crate::platform::{CARD, CARD_AT_ONCE, CARD_NO_FUNDS, VOUCHER_SHORT, VOUCHER_STUCK};
use crate::support::StackOptions;
use crate::world::{World, play, play_in, target, usual, wish};

impl World {
    /// Looks at the page as it is now, four times. In Chromium alone: the pictures are its own.
    pub(crate) async fn look(&self, name: &str) -> Result<()> {
        if self.browser.engine() != Engine::Chromium {
            return Ok(());
        }
        let face = self.browser.face().await?;
        for (width, height) in [(360, 740), (1280, 900)] {
            self.browser.set_width(width, height).await?;
            let wide = "return document.documentElement.scrollWidth - innerWidth";
            let over: i64 = self.browser.eval(wide).await?;
            ensure!(over <= 0, "{name} is {over} pixels too wide for {width}");
            self.assert_buttons_fit(width)
                .await
                .with_context(|| name.to_owned())?;
            for dark in [true, false] {
                self.browser.set_dark(dark).await?;
                let scheme = if dark { "dark" } else { "light" };
                let file = format!("{name}-{width}-{scheme}.png");
                self.browser
                    .shoot(&target("screenshots").join(file))
                    .await?;
            }
        }
        self.browser.assert_accessible_in_both(name).await?;
        ensure!(
            self.browser.face().await? == face,
            "{name} changed while it was looked at"
        );
        Ok(())
    }

    /// Everything that can be pressed lies within the width and is large enough for a finger.
    async fn assert_buttons_fit(&self, width: u32) -> Result<()> {
        let boxes: Vec<(String, f64, f64, f64)> = self
            .browser
            .eval(
                "const root = document.querySelector('guichet-checkout')?.shadowRoot;
                 const all = root ? [...root.querySelectorAll('button, label')] : [];
                 return all.map((one) => {
                   const box = one.getBoundingClientRect();
                   return [one.innerText, box.left, box.right, box.height];
                 })",
            )
            .await?;
        for (label, left, right, height) in boxes {
            let fits = left >= 0.0 && right <= f64::from(width);
            ensure!(fits, "{label:?} lies from {left} to {right}");
            ensure!(height >= 44.0, "{label:?} is only {height} pixels high");
        }
        Ok(())
    }
}

#[test]
fn the_list_of_methods() {
    play(async |w: &mut World| {
        let order = w
            .order(json!({ "amount": 4200, "voucher_eligible_amount": 3000 }))
            .await?;
        w.open_checkout(&order).await?;
        w.look("choosing").await?;
        w.choose("apetiz").await?;
        let hint = w.browser.inside("#hint-apetiz").await?.text().await?;
        for said in ["au plus 25,00", "par jour, selon la loi", "le dimanche"] {
            ensure!(hint.contains(said), "{said}: {hint}");
        }
        w.look("choosing-eligible").await?;
        let small = w.order(wish(50)).await?;
        w.open_checkout(&small).await?;
        w.look("choosing-limits").await
    });
}

#[test]
fn the_list_of_methods_in_english_with_a_mistake() {
    play(async |w: &mut World| {
        let order = w
            .order(json!({ "amount": 123_456, "locale": "en" }))
            .await?;
        w.open_checkout(&order).await?;
        w.press_pay().await?;
        w.browser.inside(".form [role=alert]").await?;
        w.look("choosing-english").await
    });
}

#[test]
fn the_warning_and_the_question_before_a_second_payment() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.browser.back().await?;
        w.browser.inside("[data-warning=open-elsewhere]").await?;
        w.look("open-elsewhere").await?;
        w.choose("sodexo").await?;
        w.press_pay().await?;
        w.browser.inside("button[data-action=confirm]").await?;
        w.look("confirming").await
    });
}

#[test]
fn loading_and_leaving() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        w.browser.set_latency(60_000).await?;
        w.browser
            .eval::<()>(
                "const element = document.querySelector('guichet-checkout');
                 const secret = element.getAttribute('session');
                 element.setAttribute('session', '');
                 element.setAttribute('session', secret);",
            )
            .await?;
        w.browser.wait_for_face("loading").await?;
        w.look("loading").await?;
        w.browser.set_latency(0).await?;

        w.usual_checkout().await?;
        w.choose("card").await?;
        // A page that is being left can't be looked at: this one is told so, and stays.
        w.browser
            .eval::<()>(
                "HTMLFormElement.prototype.submit = () => dispatchEvent(new Event('beforeunload'))",
            )
            .await?;
        w.press_pay().await?;
        w.browser.wait_for_face("leaving").await?;
        w.look("leaving").await
    });
}

#[test]
fn waiting_and_paid_in_two_parts() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        w.leave_with("sodexo", "voucher").await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.faults(json!({ "lost": true, "ppps_down": true })).await?;
        w.pay_by_card(CARD).await?;
        w.browser.wait_for_face("waiting").await?;
        w.look("waiting").await?;
        w.faults(json!({ "ppps_down": false })).await?;
        w.browser.wait_for_face("paid").await?;
        w.look("paid").await
    });
}

#[test]
fn refused_cancelled_and_authorised() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.pay_by_card(CARD_NO_FUNDS).await?;
        w.wait_for_complaint("card").await?;
        w.browser.click("give-up").await?;
        w.browser.wait_for_face("refused").await?;
        w.look("refused").await?;
        w.leave_with("apetiz", "voucher").await?;
        w.browser.click("cancel").await?;
        w.browser.wait_for_face("cancelled").await?;
        w.look("cancelled").await?;

        let order = w
            .order(json!({ "amount": 4200, "capture": "manual" }))
            .await?;
        w.open_checkout(&order).await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("authorised").await?;
        w.look("authorised").await
    });
}

#[test]
fn incomplete_and_then_paid_beside_a_held_part() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        w.leave_with("upchequdej", "voucher").await?;
        w.type_voucher(VOUCHER_STUCK).await?;
        w.wait_for_page("complement").await?;
        w.pay_by_card(CARD).await?;
        w.wait_for_complaint("complement").await?;
        w.browser.click("give-up").await?;
        w.browser.wait_for_face("incomplete").await?;
        w.look("incomplete").await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("paid").await?;
        w.browser.inside("[data-notice=voucher-held]").await?;
        w.look("paid-held").await
    });
}

#[test]
fn incomplete_because_time_is_over() {
    let account_lines = "deadline_seconds = 4".to_owned();
    let stack = StackOptions {
        account_lines,
        ..usual()
    };
    play_in(stack, async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("sodexo", "voucher").await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.wait_for_status(&order.session_id, "incomplete").await?;
        w.open_payment(&order).await?;
        w.browser.wait_for_face("incomplete").await?;
        w.look("incomplete-late").await
    });
}

#[test]
fn paid_with_a_surplus() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        let first = w.browser.new_tab().await?;
        w.open_checkout(&order).await?;
        w.leave_with("card", "card").await?;
        let second = w.browser.tab().await?;
        w.browser.switch_to(first).await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("paid").await?;
        w.browser.switch_to(second).await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.inside("[data-notice=surplus]").await?;
        w.look("paid-surplus").await?;
        w.open_order(&order, "").await?;
        w.look("shop-order-surplus").await
    });
}

#[test]
fn an_order_that_was_paid_in_another_checkout_is_said_to_be_paid_and_asks_for_nothing() {
    play(async |w: &mut World| {
        let wish = json!({ "amount": 4200, "reference": "commande-42" });
        let (one, two) = (w.order(wish.clone()).await?, w.order(wish).await?);
        w.open_checkout(&one).await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("paid").await?;
        w.open_payment(&two).await?;
        w.browser.wait_for_face("paid-elsewhere").await?;
        let text = w.browser.widget_text().await?;
        ensure!(text.contains("Cette commande est déjà payée"), "{text}");
        let buttons = w.browser.count_inside("input[name=method], button").await?;
        ensure!(buttons == 0, "{buttons} ways to pay once more");
        w.look("paid-elsewhere").await
    });
}

#[test]
fn expired_offline_and_broken() {
    play(async |w: &mut World| {
        let order = w.order(json!({ "amount": 4200, "expires_in": 1 })).await?;
        w.wait_for_status(&order.session_id, "expired").await?;
        w.open_payment(&order).await?;
        w.browser.wait_for_face("expired").await?;
        w.look("expired").await?;

        w.usual_checkout().await?;
        w.choose("card").await?;
        w.browser.set_offline(true).await?;
        w.press_pay().await?;
        w.browser.wait_for_face("offline").await?;
        w.look("offline").await?;
        w.browser.set_offline(false).await?;
        w.browser.wait_for_face("choosing").await?;

        w.browser
            .eval::<()>(
                "document.querySelector('guichet-checkout').setAttribute('session', 'css_x')",
            )
            .await?;
        w.browser.wait_for_face("broken").await?;
        w.look("broken").await?;

        w.faults(json!({ "page_main_down": true, "page_backup_down": true }))
            .await?;
        w.usual_checkout().await?;
        w.choose("card").await?;
        w.press_pay().await?;
        w.browser.inside(".form [role=alert]").await?;
        w.look("platform-down").await
    });
}

#[test]
fn the_module_that_does_not_arrive_is_told_where_no_list_is_there_and_can_be_asked_for_again() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        // Who comes back is shown no list that may be older than the payment. Such a page is loaded
        // anew then.
        w.browser
            .eval::<()>("addEventListener('unload', () => {})")
            .await?;
        w.leave_with("card", "card").await?;
        w.browser.block(&["http://*:*/*.wasm*"]).await?;
        w.browser.back().await?;
        w.browser.wait_for_face("offline").await?;
        w.look("module-missing").await?;
        w.browser.block(&[]).await?;
        w.browser.click_inside("button[data-action=retry]").await?;
        w.browser.wait_for_face("choosing").await
    });
}

#[test]
fn a_list_whose_module_does_not_arrive_pays_as_a_form() {
    play(async |w: &mut World| {
        let order = w.order(wish(4200)).await?;
        w.browser.block(&["http://*:*/*.wasm*"]).await?;
        w.open_payment(&order).await?;
        eventually("the error", async || {
            let events = w.browser.events().await?;
            let told = |event: &serde_json::Value| event["detail"]["code"] == "load_failed";
            Ok(events.iter().any(told).then_some(()))
        })
        .await?;
        w.leave_with("sodexo", "voucher").await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.pay_by_card(CARD).await?;
        w.browser.inside("[data-painted][data-face=paid]").await?;
        ensure!(w.money_taken(&order.session_id).await? == [4200]);
        Ok(())
    });
}

#[test]
fn the_shops_and_the_platforms_pages() {
    play(async |w: &mut World| {
        let shop = w.stack.shop();
        w.browser.open(&format!("{shop}/")).await?;
        w.look("shop-home").await?;
        w.browser
            .open(&format!("{shop}/produit/plateau-fromages"))
            .await?;
        w.look("shop-product").await?;
        w.browser.click("add-to-basket").await?;
        w.browser.named("basket-lines").await?;
        w.look("shop-basket").await?;
        w.browser.click("to-checkout").await?;
        w.browser.named("place-order").await?;
        w.look("shop-checkout").await?;
        let order = w.usual_checkout().await?;
        w.open_order(&order, "").await?;
        w.look("shop-order").await?;

        w.open_checkout(&order).await?;
        w.leave_with("up2pay_choice", "choice").await?;
        w.look("platform-choice").await?;
        w.browser.click("method-sodexo").await?;
        w.wait_for_page("voucher").await?;
        w.look("platform-voucher").await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.look("platform-complement").await?;
        w.type_card(CARD).await?;
        w.wait_for_page("threeds").await?;
        w.look("platform-threeds").await?;
        w.browser
            .open(&format!("{}/sandbox", w.stack.platform()))
            .await?;
        eventually("the control page", async || {
            Ok((w.platform_page().await?.as_deref() == Some("control")).then_some(()))
        })
        .await?;
        w.look("platform-control").await
    });
}
