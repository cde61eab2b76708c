//! Shoppers with a mouse, a keyboard, a small screen, and shops that listen to events.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::platform::{CARD, VOUCHER_SHORT};
use crate::shop::Order;
use crate::world::{World, play};

#[test]
pub(crate) fn from_the_product_to_the_paid_order_by_clicks_alone() {
    play(async |w: &mut World| {
        w.browser.open(&format!("{}/", w.stack.shop())).await?;
        w.browser.click("add-plateau-fromages").await?;
        w.browser.named("basket-lines").await?;
        w.browser
            .open(&format!("{}/produit/panier-dejeuner", w.stack.shop()))
            .await?;
        w.browser.click("add-to-basket").await?;
        let total = w.browser.text("basket-total").await?;
        ensure!(total.starts_with("42,00"), "{total}");
        w.browser.click("to-checkout").await?;
        w.browser.click("place-order").await?;
        w.browser.wait_for_face("choosing").await?;
        let shown = w.browser.inside(".amount").await?.text().await?;
        ensure!(shown.starts_with("42,00"), "{shown}");

        w.leave_with("sodexo", "voucher").await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.pay_by_card(CARD).await?;
        w.browser.wait_for_face("paid").await?;
        w.browser.click("order-link").await?;
        w.browser.named("order-status").await?;
        let shown = "return document.querySelector('[data-testid=order-status]').dataset.status";
        ensure!(w.browser.eval::<String>(shown).await? == "paid");
        Ok(())
    });
}

#[test]
pub(crate) fn a_keyboard_is_enough_to_pay() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        tab_to(w, "input[name=method]").await?;
        w.browser.press(" ").await?;
        w.browser.inside("input[value=card]:checked").await?;
        w.browser.press(Key::Down).await?;
        w.browser.inside("input[value=apetiz]:checked").await?;
        w.browser.press(Key::Down).await?;
        w.browser.inside("input[value=sodexo]:checked").await?;
        w.browser.press(Key::Up).await?;
        w.browser.press(Key::Up).await?;
        w.browser.inside("input[value=card]:checked").await?;
        tab_to(w, "button[data-action=pay]").await?;
        w.browser.press(Key::Enter).await?;

        w.wait_for_page("card").await?;
        type_into(w, "card-number", CARD).await?;
        type_into(w, "card-expiry", "12/30").await?;
        type_into(w, "card-cvv", "123").await?;
        w.browser.press(Key::Enter).await?;
        w.wait_for_page("threeds").await?;
        tab_to_named(w, "threeds-confirm").await?;
        w.browser.press(Key::Enter).await?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

#[test]
pub(crate) fn a_choice_by_an_arrow_key_bears_the_focus_ring() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        tab_to(w, "input[name=method]").await?;
        w.browser.press(" ").await?;
        w.browser.inside("input[value=card]:checked").await?;
        w.browser.press(Key::Down).await?;
        w.browser.inside("input[value=apetiz]:checked").await?;
        let ring = "const root = document.querySelector('guichet-checkout').shadowRoot;
            const row = root.querySelector('.method:has(:checked)');
            return [row.dataset.method, getComputedStyle(row).outlineStyle]";
        let ring: [String; 2] = w.browser.eval(ring).await?;
        ensure!(ring == ["apetiz", "solid"], "{ring:?}");
        Ok(())
    });
}

#[test]
pub(crate) fn enter_on_a_method_pays_and_a_missing_choice_is_told() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        tab_to(w, "button[data-action=pay]").await?;
        w.browser.press(Key::Enter).await?;
        let said = w.browser.inside(".form [role=alert]").await?.text().await?;
        ensure!(said.contains("Choisissez"), "{said}");
        w.choose("sodexo").await?;
        w.browser.press(Key::Enter).await?;
        w.wait_for_page("voucher").await
    });
}

/// Presses Tab until the focus is on this element of the widget.
pub(crate) async fn tab_to(w: &World, selector: &str) -> Result<()> {
    let there = format!(
        "return !!document.querySelector('guichet-checkout').shadowRoot.activeElement
            ?.matches({})",
        json!(selector)
    );
    tab_until(w, &there)
        .await
        .with_context(|| selector.to_owned())
}

/// Presses Tab until the focus is on the page's element of that test name.
pub(crate) async fn tab_to_named(w: &World, name: &str) -> Result<()> {
    let there = format!("return document.activeElement?.dataset.testid === '{name}'");
    tab_until(w, &there).await.with_context(|| name.to_owned())
}

pub(crate) async fn tab_until(w: &World, there: &str) -> Result<()> {
    for _ in 0..40 {
        if w.browser.eval(there).await? {
            return Ok(());
        }
        w.browser.press(Key::Tab).await?;
    }
    anyhow::bail!("forty tabs did not lead there")
}

pub(crate) async fn type_into(w: &World, name: &str, text: &str) -> Result<()> {
    tab_to_named(w, name).await?;
    w.browser.press(text).await
}

/// Pays an order in two parts.
async fn pay_in_two_parts(w: &World) -> Result<Order> {
    let order = w.usual_checkout().await?;
    w.leave_with("sodexo", "voucher").await?;
    w.type_voucher(VOUCHER_SHORT).await?;
    w.wait_for_page("complement").await?;
    w.pay_by_card(CARD).await?;
    w.browser.wait_for_face("paid").await?;
    Ok(order)
}

#[test]
fn a_phone_of_360_pixels_is_enough_to_pay() {
    play(async |w: &mut World| {
        w.browser.set_width(360, 740).await?;
        let order = pay_in_two_parts(w).await?;
        w.assert_paid(&order, &[("voucher", 3900), ("complement", 300)])
            .await?;
        for path in ["/", "/produit/miel-tilleul", "/panier", &order.payment_path] {
            w.browser.open(&format!("{}{path}", w.stack.shop())).await?;
            let wide: u64 = w
                .browser
                .eval("return document.documentElement.scrollWidth")
                .await?;
            ensure!(wide <= 360, "{path} is {wide} pixels wide");
        }
        Ok(())
    });
}

#[test]
fn events_leave_the_element_in_their_order_and_hold_no_secret() {
    play(async |w: &mut World| {
        let order = pay_in_two_parts(w).await?;
        let events = w.browser.events().await?;
        let names: Vec<&str> = events
            .iter()
            .filter_map(|event| event["name"].as_str())
            .collect();
        ensure!(
            names
                == [
                    "ready",
                    "change",
                    "before-pay",
                    "redirect",
                    "ready",
                    "complete"
                ],
            "{names:?}"
        );
        for event in &events {
            ensure!(
                event["at"] == "guichet-checkout" && event["composed"] == true,
                "{event}"
            );
            ensure!(
                !event.to_string().contains(&order.secret),
                "a secret in {event}"
            );
        }
        let detail = |index: usize| events.get(index).map(|event| event["detail"].clone());
        for index in 1..4 {
            ensure!(
                detail(index) == Some(json!({ "method": "sodexo" })),
                "{events:#?}"
            );
        }
        ensure!(
            detail(5) == Some(json!({ "status": "paid" })),
            "{events:#?}"
        );
        Ok(())
    });
}

#[test]
fn the_widget_speaks_the_sessions_language_or_its_own_attributes() {
    play(async |w: &mut World| {
        let order = w.order(json!({ "amount": 4200, "locale": "en" })).await?;
        w.open_checkout(&order).await?;
        let text = w.browser.widget_text().await?;
        ensure!(text.contains("€42.00"), "{text}");
        w.browser
            .eval::<Value>(
                "document.querySelector('guichet-checkout').setAttribute('locale', 'fr')",
            )
            .await?;
        w.browser.wait_for_face("choosing").await?;
        w.browser.inside("[lang=fr] .methods").await?;
        let text = w.browser.widget_text().await?;
        ensure!(text.contains("Comment souhaitez-vous payer"), "{text}");
        Ok(())
    });
}

#[test]
fn the_platforms_page_is_asked_to_speak_as_the_widget_does() {
    play(async |w: &mut World| {
        let order = w.order(json!({ "amount": 4200 })).await?;
        w.open_checkout(&order).await?;
        w.browser
            .eval::<Value>(
                "document.querySelector('guichet-checkout').setAttribute('locale', 'en');
                 const real = window.fetch;
                 window.fetch = (input, init) => {
                   const request = new Request(input, init);
                   if (request.method !== 'POST') return real(request);
                   window.spoken = request.headers.get('accept-language');
                   return new Promise(() => {});
                 };",
            )
            .await?;
        w.browser.inside("[lang=en] .methods").await?;
        w.choose("apetiz").await?;
        w.press_pay().await?;
        let spoken: Value = w.browser.eval("return window.spoken").await?;
        ensure!(spoken == "en", "{spoken}");
        Ok(())
    });
}
