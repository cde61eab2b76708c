//! What the widget itself asks before a payment goes on: the bank of an iDEAL payment, the IBAN of
//! an account that is debited.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use thirtyfour::Key;

use crate::browser::eventually;
use crate::hands::tab_to;
use crate::platform::CARD_AT_ONCE;
use crate::shop::Order;
use crate::support::{IBAN, StackOptions};
use crate::world::{World, play_in, usual};

const IDEAL: &str = "sogenactif_ideal";
const SEPA: &str = "sogenactif_sepa";
const CONTROL: &str = "[data-answer]";
/// The same IBAN as people write it.
const SPACED: &str = "fr76 3000 6000 0112 3456 7890 189";

fn play(test: impl AsyncFnOnce(&mut World) -> Result<()>) {
    let options = StackOptions {
        sogenactif: true,
        sogenactif_methods: vec!["sogenactif_card", IDEAL, SEPA],
        ..usual()
    };
    play_in(options, test);
}

impl World {
    /// An order of 42 €, asked the question of this method.
    async fn asked_by(&self, method: &str) -> Result<Order> {
        let order = self.usual_checkout().await?;
        self.ask_by(method).await?;
        Ok(order)
    }

    /// Chooses the method, and waits for its question.
    async fn ask_by(&self, method: &str) -> Result<()> {
        self.choose(method).await?;
        self.press_pay().await?;
        self.browser.wait_for_face("ask").await?;
        self.browser.inside(CONTROL).await.map(drop)
    }

    /// Answers with a bank of the list.
    async fn choose_bank(&self) -> Result<()> {
        self.browser
            .click_inside("select option[value=BACNL2U1]")
            .await
    }

    async fn type_iban(&self, iban: &str) -> Result<()> {
        let control = self.browser.inside(CONTROL).await?;
        control.clear().await?;
        Ok(control.send_keys(iban).await?)
    }

    async fn press_answer(&self) -> Result<()> {
        let button = "form[data-step=ready] button[data-action=answer]";
        self.browser.click_inside(button).await
    }

    /// Answers, and waits for the platform's page.
    async fn leave_with_an_answer(&self, method: &str) -> Result<()> {
        if method == IDEAL {
            self.choose_bank().await?;
        } else {
            self.type_iban(SPACED).await?;
        }
        self.press_answer().await?;
        self.wait_for_page(page_of(method)).await
    }

    /// What stands beside the control, once something does.
    async fn told(&self) -> Result<String> {
        eventually("a word beside the control", async || {
            let text = self.browser.inside("#answer-wrong").await?.text().await?;
            Ok((!text.is_empty()).then_some(text))
        })
        .await
    }

    /// Paid once, as the shopper, the shop and the platform see it.
    async fn assert_account_paid(&self, order: &Order) -> Result<()> {
        self.assert_account_paid_beside(order, 0).await
    }

    /// The same where the platform has taken `before` orders already.
    async fn assert_account_paid_beside(&self, order: &Order, before: usize) -> Result<()> {
        self.assert_paid(order, &[("account", 4200)]).await?;
        let taken = self.money_taken(&order.session_id).await?;
        ensure!(taken.iter().sum::<u64>() == 4200, "{taken:?}");
        let orders = self.stack.office_orders().await;
        ensure!(orders == before + 1, "{orders} orders, not one more");
        Ok(())
    }

    /// Nothing was taken, nothing is warned of, and the card of the other platform pays.
    async fn assert_other_platform_pays(&self, order: &Order) -> Result<()> {
        self.assert_unpaid(&order.session_id).await?;
        let warned = self.browser.count_inside("[data-warning]").await?;
        ensure!(warned == 0, "warned of a payment that can't be open");
        self.leave_with("card", "card").await?;
        self.type_card(CARD_AT_ONCE).await?;
        self.assert_paid(order, &[("card", 4200)]).await?;
        ensure!(self.stack.office_orders().await == 0);
        Ok(())
    }

    async fn has_focus(&self, selector: &str) -> Result<()> {
        let there = format!(
            "return !!document.querySelector('guichet-checkout').shadowRoot.activeElement
                ?.matches({})",
            json!(selector)
        );
        eventually(&format!("the focus on {selector}"), async || {
            Ok(self.browser.eval::<bool>(&there).await?.then_some(()))
        })
        .await
    }
}

fn page_of(method: &str) -> &'static str {
    if method == IDEAL {
        "external"
    } else {
        "mandate"
    }
}

#[test]
pub(crate) fn an_account_pays_after_its_question_and_the_platforms_page() {
    play(async |w: &mut World| {
        for (before, method) in [IDEAL, SEPA].into_iter().enumerate() {
            let order = w.asked_by(method).await?;
            w.leave_with_an_answer(method).await?;
            w.browser
                .click(&format!("{}-success", page_of(method)))
                .await?;
            w.browser.wait_for_face("paid").await?;
            let text = w.browser.widget_text().await?;
            let name = if method == IDEAL {
                "iDEAL"
            } else {
                "Prélèvement SEPA"
            };
            ensure!(text.contains(name), "{text}");
            let debited = text.contains("sera débité");
            ensure!(debited == (method == SEPA), "{text}");
            w.look(&format!("paid-{method}")).await?;
            w.assert_account_paid_beside(&order, before).await?;
        }
        Ok(())
    });
}

#[test]
fn after_a_refusal_or_an_abandonment_another_method_pays() {
    play(async |w: &mut World| {
        for method in [IDEAL, SEPA] {
            for (button, face) in [("failure", "refused"), ("abandon", "cancelled")] {
                let order = w.asked_by(method).await?;
                w.leave_with_an_answer(method).await?;
                w.browser
                    .click(&format!("{}-{button}", page_of(method)))
                    .await?;
                eventually("the list", async || {
                    let seen = w.browser.face().await?.unwrap_or_default();
                    let back = seen == face || seen == "refused";
                    Ok(back.then_some(()))
                })
                .await?;
                w.assert_other_platform_pays(&order).await?;
            }
        }
        Ok(())
    });
}

#[test]
fn a_question_that_is_left_for_another_method_needs_no_warning() {
    play(async |w: &mut World| {
        for method in [IDEAL, SEPA] {
            let order = w.asked_by(method).await?;
            w.browser.click_inside("button[data-action=choose]").await?;
            w.browser.wait_for_face("choosing").await?;
            w.assert_other_platform_pays(&order).await?;
        }
        Ok(())
    });
}

#[test]
fn a_question_that_was_left_is_asked_again_for_the_same_payment() {
    play(async |w: &mut World| {
        let order = w.asked_by(SEPA).await?;
        w.type_iban(IBAN).await?;
        w.browser.click_inside("button[data-action=choose]").await?;
        w.browser.wait_for_face("choosing").await?;
        w.ask_by(SEPA).await?;
        let left = w.browser.inside(CONTROL).await?.prop("value").await?;
        ensure!(left.unwrap_or_default().is_empty(), "the IBAN was kept");
        w.leave_with_an_answer(SEPA).await?;
        w.browser.click("mandate-success").await?;
        w.assert_account_paid(&order).await?;
        ensure!(w.money_taken(&order.session_id).await?.len() == 1);
        Ok(())
    });
}

#[test]
fn a_bank_that_was_not_chosen_is_told_at_the_list() {
    play(async |w: &mut World| {
        let order = w.asked_by(IDEAL).await?;
        let chosen = w.browser.inside(CONTROL).await?.prop("value").await?;
        ensure!(
            chosen.unwrap_or_default().is_empty(),
            "a bank stands chosen"
        );
        w.look("ask-bank").await?;
        w.press_answer().await?;
        ensure!(w.told().await? == "Choisissez votre banque.");
        w.has_focus(CONTROL).await?;
        w.browser.inside("[data-answer][aria-invalid=true]").await?;
        w.look("ask-bank-missing").await?;
        ensure!(w.asked("/continue").await? == 0, "nothing was sent");
        w.leave_with_an_answer(IDEAL).await?;
        w.browser.click("external-success").await?;
        w.assert_account_paid(&order).await
    });
}

#[test]
fn a_shopper_of_another_bank_finds_it_on_the_next_page() {
    play(async |w: &mut World| {
        let order = w.asked_by(IDEAL).await?;
        let last = w.browser.inside("select option:last-child").await?;
        let text = last.text().await?;
        ensure!(text == "Une autre banque, sur la page suivante", "{text}");
        last.click().await?;
        w.press_answer().await?;
        w.wait_for_page(page_of(IDEAL)).await?;
        w.browser.click("external-success").await?;
        w.assert_account_paid(&order).await
    });
}

#[test]
fn a_wrong_iban_is_told_at_its_field_and_the_corrected_one_pays() {
    play(async |w: &mut World| {
        let order = w.asked_by(SEPA).await?;
        w.look("ask-iban").await?;
        w.press_answer().await?;
        ensure!(w.told().await? == "Saisissez votre IBAN.");
        w.type_iban("FR76 3000 6000 0112 3456 7890 188").await?;
        w.press_answer().await?;
        eventually("the word about a wrong one", async || {
            Ok(w.told().await?.contains("n’est pas valable").then_some(()))
        })
        .await?;
        w.has_focus(CONTROL).await?;
        w.look("ask-iban-wrong").await?;
        for (iban, said) in [
            ("FR76 3000 6000 0112", "trop court"),
            ("SA03 8000 0000 6080 1016 7519", "ne peut pas être débité"),
            ("CH93 0076 2011 6238 5295 7", "ne peut pas être débité"),
            ("FR76_3000600001123456789018", "des lettres et des chiffres"),
            ("FR76 3000 6000 0112 3456 7890 188", "n’est pas valable"),
        ] {
            w.type_iban(iban).await?;
            w.press_answer().await?;
            eventually(said, async || {
                Ok(w.told().await?.contains(said).then_some(()))
            })
            .await?;
        }
        let typed = w.browser.inside(CONTROL).await?.prop("value").await?;
        ensure!(typed.unwrap_or_default().ends_with("188"), "it was lost");
        ensure!(w.stack.office_count("initializeMandate").await == 0);
        w.leave_with_an_answer(SEPA).await?;
        w.browser.click("mandate-success").await?;
        w.assert_account_paid(&order).await
    });
}

#[test]
pub(crate) fn a_keyboard_is_enough_to_answer() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.choose(SEPA).await?;
        w.browser.press(Key::Enter).await?;
        w.browser.wait_for_face("ask").await?;
        tab_to(w, CONTROL).await?;
        w.browser.press(IBAN).await?;
        w.browser.press(Key::Enter).await?;
        w.wait_for_page("mandate").await?;
        w.browser.click("mandate-success").await?;
        w.assert_account_paid(&order).await
    });
}

#[test]
fn an_answer_that_never_arrived_is_sent_again_as_the_same_payment() {
    play(async |w: &mut World| {
        let order = w.asked_by(SEPA).await?;
        w.type_iban(IBAN).await?;
        w.lose_continue().await?;
        w.press_answer().await?;
        w.browser.inside("[data-trouble=unknown]").await?;
        w.browser.inside("[data-answer]:disabled").await?;
        w.look("ask-unknown").await?;
        w.browser.block(&[]).await?;
        w.press_answer().await?;
        w.wait_for_page("mandate").await?;
        w.browser.click("mandate-success").await?;
        w.assert_account_paid(&order).await?;
        ensure!(w.money_taken(&order.session_id).await?.len() == 1);
        Ok(())
    });
}

#[test]
fn a_platform_that_is_down_keeps_what_was_typed() {
    play(async |w: &mut World| {
        let order = w.asked_by(SEPA).await?;
        w.type_iban(IBAN).await?;
        w.stack.break_office(json!({ "office_down": true })).await;
        w.press_answer().await?;
        w.browser.inside("[data-trouble=unreachable]").await?;
        let typed = w.browser.inside("[data-answer]:enabled").await?;
        ensure!(typed.prop("value").await?.as_deref() == Some(IBAN));
        w.stack.mend_office().await;
        w.press_answer().await?;
        w.wait_for_page("mandate").await?;
        w.browser.click("mandate-success").await?;
        w.assert_account_paid(&order).await
    });
}

#[test]
fn five_clicks_on_the_button_send_one_answer() {
    play(async |w: &mut World| {
        let order = w.asked_by(SEPA).await?;
        w.type_iban(IBAN).await?;
        w.stack.break_office(json!({ "office_slow_ms": 400 })).await;
        let button = w.browser.inside("button[data-action=answer]").await?;
        w.browser.click_many(&button, 5).await?;
        w.wait_for_page("mandate").await?;
        w.browser.click("mandate-success").await?;
        w.assert_account_paid(&order).await?;
        ensure!(w.asked("/continue").await? == 1);
        Ok(())
    });
}

/// Whether a text bears the IBAN, in a spelling that a form, an address or a field has.
fn bears_the_iban(text: &str) -> bool {
    let bare: String = text
        .replace("%20", "")
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    bare.to_ascii_uppercase().contains(IBAN)
}

#[test]
fn the_iban_is_in_no_address_no_attribute_no_event_no_storage_and_no_log() {
    play(async |w: &mut World| {
        ensure!(
            bears_the_iban(&format!("x={SPACED}&")),
            "the search is blind"
        );
        let order = w.asked_by(SEPA).await?;
        w.type_iban(SPACED).await?;
        w.lose_continue().await?;
        w.press_answer().await?;
        w.browser.inside("[data-trouble=unknown]").await?;
        let kept = "return document.documentElement.outerHTML + JSON.stringify(localStorage)
            + JSON.stringify(sessionStorage) + document.cookie + location.href
            + document.querySelector('guichet-checkout').shadowRoot.innerHTML";
        let page: String = w.browser.eval(kept).await?;
        ensure!(!bears_the_iban(&page), "the page keeps it: {page}");
        w.browser.block(&[]).await?;
        w.press_answer().await?;
        w.wait_for_page("mandate").await?;
        w.browser.click("mandate-success").await?;
        w.assert_account_paid(&order).await?;
        let events = json!(w.browser.events().await?).to_string();
        ensure!(!bears_the_iban(&events), "{events}");
        let console = w.browser.console().await?.join("\n");
        ensure!(!bears_the_iban(&console), "{console}");
        let mut sent = 0;
        for request in w.browser.requests().await? {
            let place = format!("{} {}", request.url, request.referrer);
            ensure!(!bears_the_iban(&place), "{place}");
            if bears_the_iban(&request.body) {
                ensure!(request.url.ends_with("/continue"), "{}", request.url);
                sent += 1;
            }
        }
        ensure!(sent >= 1, "what is sent is seen");
        ensure!(!bears_the_iban(&w.stack.backend_log()), "the log has it");
        let books = w.stack.books_on_disk();
        let text = String::from_utf8_lossy(&books).into_owned();
        ensure!(!bears_the_iban(&text), "the books have it");
        Ok(())
    });
}

#[test]
fn the_question_is_asked_in_english_too() {
    play(async |w: &mut World| {
        let order = w.order(json!({ "amount": 4200, "locale": "en" })).await?;
        w.open_checkout(&order).await?;
        w.choose(SEPA).await?;
        w.look("ask-chosen").await?;
        w.press_pay().await?;
        w.browser.wait_for_face("ask").await?;
        let text = w.browser.widget_text().await?;
        ensure!(text.contains("within 8 weeks"), "{text}");
        ensure!(text.contains("La Halle du Tilleul"), "{text}");
        w.look("ask-english").await.context("in English")
    });
}
