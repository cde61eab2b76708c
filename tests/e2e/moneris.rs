//! A till's page and the terminal on the counter: what the page says while the terminal works, and
//! what it shows once that is over.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::browser::eventually;
use crate::shop::Order;
use crate::support::{COUNTER, StackOptions, TERRACE};
use crate::world::{World, play_in, usual};

/// Plays a test at a shop with terminals.
fn play(test: impl AsyncFnOnce(&mut World) -> Result<()>) {
    let stack = StackOptions {
        moneris: true,
        ..usual()
    };
    play_in(stack, test);
}

impl World {
    /// An order of 11.10 CAD whose till page is open and waits for the terminal.
    async fn at_the_counter(&self) -> Result<Order> {
        self.at("counter").await
    }

    async fn at(&self, terminal: &str) -> Result<Order> {
        let order = self
            .order(json!({
                "amount": 1110,
                "currency": "CAD",
                "terminal": terminal,
                "methods": ["moneris_terminal"],
                "locale": "fr-CA",
            }))
            .await?;
        self.open_checkout(&order).await?;
        self.pay_at_the_counter().await?;
        Ok(order)
    }

    async fn pay_at_the_counter(&self) -> Result<()> {
        self.choose("moneris_terminal").await?;
        self.press_pay().await?;
        self.browser.inside("[data-terminal]").await?;
        self.browser.wait_for_face("waiting").await
    }

    async fn text_inside(&self, part: &str) -> Result<String> {
        let element = self.browser.inside(part).await?;
        Ok(element.text().await?)
    }

    async fn act(&self, act: Value) {
        self.stack.at_terminal(COUNTER, act).await;
    }
}

#[test]
fn a_till_says_to_follow_the_terminal_and_shows_what_became_of_it() {
    play(async |w: &mut World| {
        let order = w.at_the_counter().await?;
        let said = w.text_inside("[data-terminal]").await?;
        for part in ["Suivez le terminal", "11,10", "Caisse 1", "7 min"] {
            ensure!(said.contains(part), "{part} is not in {said}");
        }
        // The picture of the terminal is used as a person would.
        w.stack.wait_terminal(COUNTER).await;
        let terminal = format!("{}/moneris/terminals/{COUNTER}", w.stack.platform());
        w.browser.open(&terminal).await?;
        w.browser.fill("tip", "2,78").await?;
        w.browser.click("tap").await?;
        w.browser.named("printed").await?;
        w.open_payment(&order).await?;
        w.assert_paid(&order, &[("card", 1388)]).await
    });
}

#[test]
fn what_is_cancelled_on_the_terminal_is_said_at_the_till_and_another_try_pays() {
    play(async |w: &mut World| {
        let order = w.at_the_counter().await?;
        w.act(json!({ "do": "cancel" })).await;
        w.browser.wait_for_face("refused").await?;
        w.browser.inside("[data-refusal=cancelled]").await?;
        w.pay_at_the_counter().await?;
        w.act(json!({ "do": "tap" })).await;
        w.assert_paid(&order, &[("card", 1110)]).await
    });
}

#[test]
fn a_till_says_that_the_terminal_is_busy_and_what_was_approved_of_the_order() {
    play(async |w: &mut World| {
        let first = w.stack.session_at("counter", 500).await;
        w.stack.start_at_terminal(&first).await;
        let order = w
            .order(
                json!({ "amount": 2000, "currency": "CAD", "terminal": "counter",
                "methods": ["moneris_terminal"], "locale": "en-CA" }),
            )
            .await?;
        w.open_checkout(&order).await?;
        w.choose("moneris_terminal").await?;
        w.press_pay().await?;
        let said = w.text_inside("[role=alert]").await?;
        ensure!(said.contains("busy"), "{said}");
        w.act(json!({ "do": "tap" })).await;
        w.stack.wait_status(&first, "paid").await;
        w.pay_at_the_counter().await?;
        w.act(json!({ "do": "tap", "partial": 1200 })).await;
        w.browser.wait_for_face("incomplete").await?;
        let said = w.text_inside("[part~=outcome]").await?;
        ensure!(said.contains("$12.00") && said.contains("$20.00"), "{said}");
        Ok(())
    });
}

#[test]
fn a_till_shows_what_the_terminal_on_its_own_network_says_and_a_power_cut_pays_once() {
    play(async |w: &mut World| {
        let order = w.at("terrace").await?;
        eventually("what the terminal shows", async || {
            let said = w.text_inside("[data-terminal]").await?;
            let shown = said.contains("Présentez, insérez ou glissez la carte");
            Ok(shown.then_some(()))
        })
        .await?;
        w.stack.kill_backend().await;
        w.stack.at_terminal(TERRACE, json!({ "do": "tap" })).await;
        w.stack.start_backend().await;
        w.assert_paid(&order, &[("card", 1110)]).await?;
        let commands = w.stack.commands_at(TERRACE).await;
        ensure!(commands.len() == 1, "{commands:?}");
        Ok(())
    });
}

/// The radio buttons of saved cards.
const SAVED: &str = "input[name=method][value^='moneris_vault/']";

impl World {
    /// The checkout of an order in Canadian dollars of a shopper whom the shop knows, with the
    /// saved cards known.
    async fn known_in_canada(&self, more: Value) -> Result<Order> {
        let mut wish = json!({
            "amount": 2500, "currency": "CAD", "shopper_id": "C-1042", "locale": "fr-CA",
        });
        for (name, value) in more.as_object().expect("an object") {
            wish[name] = value.clone();
        }
        let order = self.order(wish).await?;
        self.open_checkout(&order).await?;
        eventually("the end of the question for cards", async || {
            let awaited = self.browser.count_inside(".awaited").await?;
            Ok((awaited == 0).then_some(()))
        })
        .await?;
        Ok(order)
    }
}

#[test]
fn the_card_of_the_counter_pays_the_next_order_on_the_web_by_one_press_and_is_removed() {
    let stack = StackOptions {
        moneris: true,
        moneris_lines: "saved_cards = true".into(),
        one_click: true,
        ..usual()
    };
    play_in(stack, async |w: &mut World| {
        let at = json!({ "terminal": "counter", "amount": 1110 });
        let first = w.known_in_canada(at).await?;
        w.choose("moneris_terminal").await?;
        let wish = "[data-method=moneris_terminal] input[name=save]";
        ensure!(w.browser.count_inside(&format!("{wish}:checked")).await? == 0);
        w.browser
            .click_inside("[data-method=moneris_terminal] label:has(input[name=save])")
            .await?;
        w.look("moneris-save").await?;
        w.press_pay().await?;
        w.act(json!({ "do": "tap" })).await;
        w.assert_paid(&first, &[("card", 1110)]).await?;
        eventually("the card to be saved", async || {
            let kept = w.stack.gateway("profiles").await;
            Ok((kept.len() == 1).then_some(()))
        })
        .await?;

        let order = w.known_in_canada(json!({})).await?;
        w.browser.inside(&format!("{SAVED}:checked")).await?;
        let text = w.browser.widget_text().await?;
        for shown in ["Visa ••••\u{a0}4242", "12/30"] {
            ensure!(text.contains(shown), "{shown}: {text}");
        }
        // It is all that can be chosen: no new card is typed.
        ensure!(w.browser.count_inside("input[name=method]").await? == 1);
        ensure!(w.browser.count_inside("input[name=save]").await? == 0);
        w.look("moneris-vault").await?;
        w.press_pay().await?;
        w.assert_paid(&order, &[("card", 2500)]).await?;

        w.known_in_canada(json!({})).await?;
        w.browser.click_inside("#remove-0").await?;
        w.browser
            .click_inside("[data-action=remove-confirm]")
            .await?;
        eventually("the card's going", async || {
            Ok((w.browser.count_inside(SAVED).await? == 0).then_some(()))
        })
        .await?;
        ensure!(w.stack.gateway("profiles").await.is_empty());
        Ok(())
    });
}
