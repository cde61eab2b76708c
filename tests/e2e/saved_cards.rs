//! Cards that the platform keeps for a shopper: saved by a box that is ticked, paid with by one
//! click, removed. Whose they are, the shop's server says.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::browser::eventually;
use crate::hands::tab_to;
use crate::platform::CARD_AT_ONCE;
use crate::shop::Order;
use crate::support::{CHALLENGED, Checkout, SMOOTH, StackOptions};
use crate::world::{World, play_in, usual};

const METHOD: &str = "sogenactif_card";
const SHOPPER: &str = "C-1042";
/// What a saved card is ordered by.
const ORDER: &str = "cardValidateAuthenticationAndOrder";
/// What lists the cards.
const LIST: &str = "getWalletData";
/// The radio buttons of saved cards.
const SAVED: &str = ".cards input[name=method]";
/// Visa alone, accepted without a page of the bank.
const SECOND: &str = "4100001000000000";

fn play(test: impl AsyncFnOnce(&mut World) -> Result<()>) {
    let options = StackOptions {
        sogenactif: true,
        one_click: true,
        add_cards: true,
        ..usual()
    };
    play_in(options, test);
}

impl World {
    /// An order of 42 € by this shopper.
    async fn order_of(&self, shopper: &str) -> Result<Order> {
        let wish = json!({ "amount": 4200, "shopper_id": shopper });
        self.order(wish).await
    }

    /// The same, with its payment page open and the saved cards asked for.
    async fn checkout_of(&self, shopper: &str) -> Result<Order> {
        let order = self.order_of(shopper).await?;
        self.open_checkout(&order).await?;
        self.wait_for_cards().await?;
        Ok(order)
    }

    /// Waits until the saved cards are there, or are known not to come.
    async fn wait_for_cards(&self) -> Result<()> {
        eventually("the end of the question for cards", async || {
            let awaited = self.browser.count_inside(".awaited").await?;
            Ok((awaited == 0).then_some(()))
        })
        .await
    }

    /// A checkout of a shopper who has saved this card.
    async fn checkout_with(&self, number: &str) -> Result<Order> {
        self.stack.save_card(SHOPPER, number).await;
        let order = self.checkout_of(SHOPPER).await?;
        self.browser
            .inside(&format!("{SAVED}:checked"))
            .await
            .map(drop)?;
        Ok(order)
    }

    /// How many saved cards are listed.
    async fn listed(&self) -> Result<usize> {
        self.browser.count_inside(SAVED).await
    }

    /// Waits until this many are.
    async fn wait_for_listed(&self, count: usize) -> Result<()> {
        eventually(&format!("{count} saved cards"), async || {
            Ok((self.listed().await? == count).then_some(()))
        })
        .await
    }

    /// Paid by one order at the platform beside `before` older ones.
    async fn assert_paid_by_one_more(&self, order: &Order, before: usize) -> Result<()> {
        self.assert_paid(order, &[("card", 4200)]).await?;
        let taken = self.money_taken(&order.session_id).await?;
        ensure!(taken.iter().sum::<u64>() == 4200, "{taken:?}");
        let orders = self.orders().await.len();
        ensure!(
            orders == before + 1,
            "{orders} orders, {before} of them older"
        );
        Ok(())
    }

    /// The text of the alert in the list.
    async fn alert(&self) -> Result<String> {
        let alert = self.browser.inside(".form > [role=alert]").await?;
        Ok(alert.text().await?)
    }

    /// What of the widget has the focus: its `id` or its `data-action`.
    async fn focused(&self) -> Result<String> {
        self.browser
            .eval(
                "const at = document.querySelector('guichet-checkout').shadowRoot.activeElement;
                 return at?.id || at?.dataset.action || at?.className || ''",
            )
            .await
    }
}

fn as_checkout(order: &Order) -> Checkout {
    Checkout {
        id: order.session_id.clone(),
        secret: order.secret.clone(),
    }
}

#[test]
pub(crate) fn a_card_that_was_saved_pays_the_next_order_by_one_click() {
    play(async |w: &mut World| {
        let first = w.checkout_of(SHOPPER).await?;
        ensure!(w.listed().await? == 0, "nothing is saved yet");
        w.open_fields().await?;
        let ticked = w.browser.count_inside("input[name=save]:checked").await?;
        ensure!(ticked == 0, "the box is ticked beforehand");
        w.browser
            .click_inside("label:has(input[name=save])")
            .await?;
        w.pay_in_fields(SMOOTH).await?;
        w.browser.wait_for_face("paid").await?;
        let frames = "return performance.getEntriesByType('resource')
            .filter((one) => one.name.includes('/hostedfields/fields/')).length";
        ensure!(w.browser.eval::<u32>(frames).await? == 3, "frames are seen");
        w.assert_paid_by_one_more(&first, 0).await?;

        let order = w.checkout_of(SHOPPER).await?;
        w.browser.inside(&format!("{SAVED}:checked")).await?;
        let text = w.browser.widget_text().await?;
        for shown in ["CB ••••\u{a0}00", "expire 12/30", "Autre carte bancaire"] {
            ensure!(text.contains(shown), "{shown}: {text}");
        }
        let page = w.browser.url().await?;
        w.press_pay().await?;
        w.browser.wait_for_face("paid").await?;
        ensure!(w.browser.url().await? == page, "the shopper stays");
        let frames: u32 = w.browser.eval(frames).await?;
        ensure!(frames == 0, "fields were opened for a saved card");
        if w.browser.engine().runs_before_pages() {
            let events = w.browser.events().await?;
            let names: Vec<_> = events.iter().filter_map(|e| e["name"].as_str()).collect();
            let first = ["ready", "change", "before-pay", "before-pay", "complete"];
            let twice = [&first[..], &["ready", "before-pay", "complete"]].concat();
            ensure!(names == twice, "{names:?}");
        }
        w.assert_paid_by_one_more(&order, 1).await
    });
}

#[test]
fn a_box_that_stays_empty_saves_nothing() {
    play(async |w: &mut World| {
        let order = w.checkout_of(SHOPPER).await?;
        w.open_fields().await?;
        w.browser.inside("input[name=save]").await?;
        w.pay_in_fields(SMOOTH).await?;
        w.assert_paid_by_one_more(&order, 0).await?;
        ensure!(w.stack.office_count("addCard").await == 0);
        w.checkout_of(SHOPPER).await?;
        ensure!(w.listed().await? == 0);
        Ok(())
    });
}

#[test]
fn a_saved_card_that_the_bank_asks_about_pays_after_the_banks_page() {
    play(async |w: &mut World| {
        let first = w.checkout_of(SHOPPER).await?;
        w.open_fields().await?;
        w.browser
            .click_inside("label:has(input[name=save])")
            .await?;
        w.pay_in_fields(CHALLENGED).await?;
        w.press_at_bank("acs-success").await?;
        w.assert_paid_by_one_more(&first, 0).await?;

        let order = w.checkout_of(SHOPPER).await?;
        w.browser.inside(&format!("{SAVED}:checked")).await?;
        w.press_pay().await?;
        w.press_at_bank("acs-success").await?;
        w.assert_paid_by_one_more(&order, 1).await
    });
}

#[test]
fn after_a_saved_card_was_refused_another_way_to_pay_is_there() {
    play(async |w: &mut World| {
        let order = w.checkout_with(SMOOTH).await?;
        w.stack
            .break_office(json!({ "office_code": { ORDER: "51" } }))
            .await;
        w.press_pay().await?;
        w.browser.wait_for_face("refused").await?;
        w.browser.inside("[data-refusal=funds]").await?;
        w.assert_unpaid(&order.session_id).await?;
        ensure!(w.listed().await? == 1, "the card is still there");
        w.look("saved-refused").await?;
        w.stack.mend_office().await;
        w.choose(METHOD).await?;
        w.press_pay().await?;
        w.browser.inside("form[data-step=ready]").await?;
        w.pay_in_fields(SECOND).await?;
        w.assert_paid_by_one_more(&order, 1).await
    });
}

#[test]
fn a_saved_card_is_removed_by_the_keyboard_alone() {
    play(async |w: &mut World| {
        let kept = w.stack.save_card(SHOPPER, SECOND).await;
        w.checkout_with(SMOOTH).await?;
        ensure!(w.listed().await? == 2);
        let name: String = w
            .browser
            .eval(
                "return document.querySelector('guichet-checkout').shadowRoot
                     .querySelector('.cards input').ariaLabel",
            )
            .await?;
        ensure!(name == "Visa, carte se terminant par 00", "{name}");
        tab_to(w, "#remove-1").await?;
        w.browser.press(Key::Enter).await?;
        w.browser.inside("[data-removal=asked]").await?;
        eventually("the focus on the question", async || {
            Ok((w.focused().await? == "removal").then_some(()))
        })
        .await?;
        w.look("saved-removing").await?;
        tab_to(w, "[data-action=remove-keep]").await?;
        w.browser.press(" ").await?;
        eventually("the focus back on the button", async || {
            Ok((w.focused().await? == "remove-1").then_some(()))
        })
        .await?;
        ensure!(w.listed().await? == 2, "it is kept");

        w.browser.press(Key::Enter).await?;
        tab_to(w, "[data-action=remove-confirm]").await?;
        w.browser.press(Key::Enter).await?;
        w.wait_for_listed(1).await?;
        eventually("the focus on the choice", async || {
            Ok((w.focused().await? == "saved-0").then_some(()))
        })
        .await?;
        let said = w.browser.inside("[role=status]").await?;
        let said = said.prop("textContent").await?.unwrap_or_default();
        ensure!(said == "La carte est supprimée.", "{said}");
        let next = w.stack.session_of(SHOPPER, 4200).await;
        let left = w.stack.cards(&next).await;
        ensure!(left.len() == 1 && left[0]["card"] == kept, "{left:?}");
        Ok(())
    });
}

#[test]
fn a_removal_that_fails_is_told_and_tried_again() {
    play(async |w: &mut World| {
        w.checkout_with(SMOOTH).await?;
        w.stack.break_office(json!({ "office_down": true })).await;
        w.browser.click_inside("button[data-action=remove]").await?;
        w.browser
            .click_inside("button[data-action=remove-confirm]")
            .await?;
        w.browser
            .inside("[data-removal=failed] [role=alert]")
            .await?;
        ensure!(w.listed().await? == 1);
        w.look("saved-removal-failed").await?;
        w.stack.mend_office().await;
        w.browser
            .click_inside("button[data-action=remove-confirm]")
            .await?;
        w.wait_for_listed(0).await?;
        // Nothing is left to choose before the shopper does.
        let text = w.browser.widget_text().await?;
        ensure!(!text.contains("Autre carte"), "{text}");
        w.choose(METHOD).await?;
        w.press_pay().await?;
        w.browser.inside("form[data-step=ready]").await.map(drop)
    });
}

#[test]
fn a_card_that_was_removed_in_another_tab_is_told_and_leaves_the_list() {
    play(async |w: &mut World| {
        w.stack.save_card(SHOPPER, SECOND).await;
        let order = w.checkout_with(SMOOTH).await?;
        let first = "return document.querySelector('guichet-checkout').shadowRoot
            .querySelector('[data-card]').dataset.card";
        let first: String = w.browser.eval(first).await?;
        let removed = w.stack.delete_card(&as_checkout(&order), &first).await;
        removed.expect(204);
        w.press_pay().await?;
        let said = w.alert().await?;
        ensure!(said.contains("n’est plus enregistrée"), "{said}");
        w.wait_for_listed(1).await?;
        ensure!(
            w.browser.count_inside(":checked").await? == 0,
            "it is for the shopper to choose"
        );
        w.look("saved-gone").await?;
        w.assert_unpaid(&order.session_id).await?;
        w.browser.click_inside("[data-card] label").await?;
        w.press_pay().await?;
        w.assert_paid_by_one_more(&order, 2).await
    });
}

#[test]
fn without_an_answer_about_the_cards_the_other_methods_pay() {
    play(async |w: &mut World| {
        w.stack.save_card(SHOPPER, SMOOTH).await;
        w.stack
            .break_office(json!({ "office_code": { LIST: "99" } }))
            .await;
        let order = w.checkout_of(SHOPPER).await?;
        ensure!(w.listed().await? == 0);
        ensure!(w.browser.count_inside("[role=alert]").await? == 0);
        let text = w.browser.widget_text().await?;
        ensure!(!text.contains("Autre carte"), "{text}");
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

#[test]
fn the_place_of_a_card_is_kept_while_it_is_asked_for() {
    play(async |w: &mut World| {
        w.stack.save_card(SHOPPER, SMOOTH).await;
        let order = w.order_of(SHOPPER).await?;
        w.stack
            .break_office(json!({ "office_slow_ms": 3000 }))
            .await;
        w.open_checkout(&order).await?;
        w.browser.inside(".awaited").await?;
        let place = "return document.querySelector('guichet-checkout').shadowRoot
            .querySelector('[data-action=pay]').getBoundingClientRect().top";
        let before: f64 = w.browser.eval(place).await?;
        w.browser.inside(&format!("{SAVED}:checked")).await?;
        let after: f64 = w.browser.eval(place).await?;
        ensure!(
            (before - after).abs() < 1.5,
            "the button jumped from {before} to {after}"
        );
        Ok(())
    });
}

#[test]
fn a_choice_and_the_focus_stay_when_the_cards_come() {
    play(async |w: &mut World| {
        w.stack.save_card(SHOPPER, SMOOTH).await;
        let order = w.order_of(SHOPPER).await?;
        w.stack
            .break_office(json!({ "office_slow_ms": 2500 }))
            .await;
        w.open_checkout(&order).await?;
        w.browser.inside(".awaited").await?;
        w.choose("apetiz").await?;
        ensure!(w.focused().await? == "method-apetiz");
        w.wait_for_listed(1).await?;
        ensure!(w.focused().await? == "method-apetiz", "the focus is lost");
        let chosen = w
            .browser
            .count_inside("input[value=apetiz]:checked")
            .await?;
        ensure!(chosen == 1, "the choice is lost");
        Ok(())
    });
}

#[test]
fn nobody_else_sees_the_cards_and_a_guest_has_no_box() {
    play(async |w: &mut World| {
        w.stack.save_card(SHOPPER, SMOOTH).await;
        w.checkout_of("C-2000").await?;
        ensure!(w.listed().await? == 0, "another shopper's card");
        w.usual_checkout().await?;
        ensure!(w.browser.count_inside(".awaited").await? == 0);
        w.open_fields().await?;
        ensure!(w.listed().await? == 0, "a guest sees a card");
        let boxes = w.browser.count_inside("input[name=save]").await?;
        ensure!(boxes == 0, "a guest can save nothing");
        let requests = w.browser.requests().await?;
        let gets = requests.iter().filter(|r| r.method == "GET");
        let asked = gets.filter(|r| r.url.ends_with("/v1/cards")).count();
        ensure!(asked == 1, "a guest's cards were asked for");
        Ok(())
    });
}

#[test]
fn a_network_lost_over_the_one_click_pays_once() {
    play(async |w: &mut World| {
        let order = w.checkout_with(SMOOTH).await?;
        w.stack
            .break_office(json!({ "office_slow_ms": 1500 }))
            .await;
        w.press_pay().await?;
        eventually("the beginning at the platform", async || {
            Ok((w.stack.office_count("walletCheckEnrollment").await > 0).then_some(()))
        })
        .await?;
        w.browser.set_offline(true).await?;
        w.browser.wait_for_face("offline").await?;
        w.browser.set_offline(false).await?;
        w.stack.mend_office().await;
        w.browser.wait_for_face("paid").await?;
        w.assert_paid_by_one_more(&order, 1).await
    });
}

#[test]
fn a_one_click_that_never_arrived_is_the_same_wish_when_it_is_pressed_again() {
    play(async |w: &mut World| {
        let order = w.checkout_with(SMOOTH).await?;
        let payments = format!("{}/checkout/v1/payments", w.stack.backend());
        w.browser.block(&[&payments]).await?;
        w.press_pay().await?;
        w.browser.wait_for_face("offline").await?;
        w.browser.block(&[]).await?;
        w.browser.click_inside("button[data-action=retry]").await?;
        w.browser.wait_for_face("choosing").await?;
        w.browser.inside(&format!("{SAVED}:checked")).await?;
        w.press_pay().await?;
        w.assert_paid_by_one_more(&order, 1).await
    });
}

#[test]
fn five_clicks_on_the_button_make_one_payment() {
    play(async |w: &mut World| {
        let order = w.checkout_with(SMOOTH).await?;
        w.stack.break_office(json!({ "office_slow_ms": 300 })).await;
        let button = w.browser.inside("button[data-action=pay]").await?;
        w.browser.click_many(&button, 5).await?;
        w.assert_paid_by_one_more(&order, 1).await?;
        let session = w.session(&order.session_id).await?;
        let payments = session["payments"].as_array().map_or(0, Vec::len);
        ensure!(payments == 1, "{session:#}");
        Ok(())
    });
}

#[test]
fn the_list_with_saved_cards_and_the_box() {
    play(async |w: &mut World| {
        w.stack.save_card(SHOPPER, "5100001000000000").await;
        w.checkout_with(SMOOTH).await?;
        w.look("saved-list").await?;
        w.browser
            .eval::<Value>(
                "document.querySelector('guichet-checkout').setAttribute('locale', 'en')",
            )
            .await?;
        w.browser.inside("[lang=en] .cards :checked").await?;
        w.look("saved-english").await?;
        w.choose(METHOD).await?;
        w.press_pay().await?;
        w.browser.inside("form[data-step=ready]").await?;
        w.browser
            .click_inside("label:has(input[name=save])")
            .await?;
        w.look("saved-box").await
    });
}

#[test]
fn the_list_while_the_cards_are_asked_for() {
    play(async |w: &mut World| {
        let cards = format!("{}/checkout/v1/cards", w.stack.backend());
        let order = w.order_of(SHOPPER).await?;
        w.stack
            .break_office(json!({ "office_slow_ms": 15_000 }))
            .await;
        w.open_checkout(&order).await?;
        w.browser.inside(".awaited").await?;
        w.look("saved-awaited").await?;
        let requests = w.browser.requests().await?;
        ensure!(requests.iter().any(|request| request.url == cards));
        Ok(())
    });
}
