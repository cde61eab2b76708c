//! A card typed into the platform's own fields, inside the widget: frames of another origin that
//! are clicked and typed into as a shopper does.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::browser::{Request, eventually};
use crate::hands::{tab_to, tab_until};
use crate::platform::CARD_AT_ONCE;
use crate::shop::Order;
use crate::support::{CHALLENGED, SMOOTH, StackOptions};
use crate::world::{World, play_in, usual, wish};

const METHOD: &str = "sogenactif_card";
/// Refused by the issuer for want of money, without a page of the bank.
const NO_FUNDS: &str = "4200001000000051";
/// The bank sends the shopper back at once: given up.
const GIVEN_UP: &str = "4200003000000000";
/// CB alone, accepted without a page of the bank.
const ONE_BRAND: &str = "4200001000000000";
/// The shopper is told within this time that the fields are not there.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// Plays a test at a shop that takes cards through Sogenactif too.
fn play(test: impl AsyncFnOnce(&mut World) -> Result<()>) {
    let options = StackOptions {
        sogenactif: true,
        ..usual()
    };
    play_in(options, test);
}

fn frame(field: &str) -> String {
    format!("[data-field={field}] iframe")
}

impl World {
    /// Chooses the card that is typed here, and waits until it can be typed.
    pub(crate) async fn open_fields(&self) -> Result<()> {
        self.choose(METHOD).await?;
        self.press_pay().await?;
        self.wait_for_fields().await
    }

    pub(crate) async fn wait_for_fields(&self) -> Result<()> {
        self.browser.wait_for_face("card").await?;
        self.browser.inside("form[data-step=ready]").await.map(drop)
    }

    /// An order of 42 € with the card's fields open.
    async fn fields_of_an_order(&self) -> Result<Order> {
        let order = self.usual_checkout().await?;
        self.open_fields().await?;
        Ok(order)
    }

    pub(crate) async fn type_fields(&self, number: &str) -> Result<()> {
        self.browser.type_in_field("number", number).await?;
        self.browser.type_in_field("expiry", "12/30").await?;
        self.browser.type_in_field("code", "123").await
    }

    pub(crate) async fn press_card_pay(&self) -> Result<()> {
        let button = "form[data-step=ready] button[data-action=card-pay]";
        self.browser.click_inside(button).await
    }

    pub(crate) async fn pay_in_fields(&self, number: &str) -> Result<()> {
        self.type_fields(number).await?;
        self.press_card_pay().await
    }

    pub(crate) async fn press_at_bank(&self, button: &str) -> Result<()> {
        self.wait_for_page("acs").await?;
        self.browser.click(button).await
    }

    /// From now on, what the fields give never reaches the backend.
    pub(crate) async fn lose_continue(&self) -> Result<()> {
        let address = format!("{}/checkout/v1/payments/*/continue", self.stack.backend());
        self.browser.block(&[&address]).await
    }

    /// What stands beside a field.
    async fn wrong(&self, field: &str) -> Result<String> {
        let selector = format!("[data-field-error={field}]");
        Ok(self.browser.beside(&selector).await?.text().await?)
    }

    /// The transactions that took money at Sogenactif.
    pub(crate) async fn orders(&self) -> Vec<Value> {
        let books = self.stack.office_books().await;
        let all = books["transactions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        all.into_iter()
            .filter(|line| line["responseCode"] == "00")
            .collect()
    }

    /// Paid once, as the shopper, the shop and the platform see it.
    pub(crate) async fn assert_paid_once(&self, order: &Order) -> Result<()> {
        self.assert_paid(order, &[("card", 4200)]).await?;
        ensure!(self.browser.count_inside("[data-notice]").await? == 0);
        let taken = self.money_taken(&order.session_id).await?;
        ensure!(taken.iter().sum::<u64>() == 4200, "{taken:?}");
        let orders = self.orders().await;
        ensure!(orders.len() == 1, "{orders:#?}");
        Ok(())
    }

    /// Waits for the list of methods with a word about what happened.
    async fn wait_for_the_list_with_a_word(&self) -> Result<String> {
        // The card's own face has such a place too, empty.
        let word = "form:not([data-step]) [role=alert]";
        let said = self.browser.inside(word).await?.text().await?;
        ensure!(self.browser.face().await?.as_deref() == Some("choosing"));
        ensure!(!said.is_empty());
        let left = "return document.querySelectorAll('guichet-checkout > [slot]').length";
        ensure!(
            self.browser.eval::<u64>(left).await? == 0,
            "the fields are still there"
        );
        Ok(said)
    }

    /// The method of another platform pays the same order, at once and without a question.
    async fn another_method_pays(&self, order: &Order) -> Result<()> {
        let warned = self.browser.count_inside("[data-warning]").await?;
        ensure!(warned == 0, "warned of a payment that can't be open");
        self.leave_with("card", "card").await?;
        self.type_card(CARD_AT_ONCE).await?;
        self.assert_paid(order, &[("card", 4200)]).await
    }

    /// How often this browser asked for what ends so.
    pub(crate) async fn asked(&self, end: &str) -> Result<usize> {
        let requests = self.browser.requests().await?;
        let posts = requests.iter().filter(|request| request.method == "POST");
        Ok(posts.filter(|request| request.url.ends_with(end)).count())
    }
}

#[test]
fn a_card_typed_here_pays_without_leaving_the_shop() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        let page = w.browser.url().await?;
        w.pay_in_fields(SMOOTH).await?;
        w.browser.wait_for_face("paid").await?;
        ensure!(w.browser.url().await? == page);
        let events = w.browser.events().await?;
        let names: Vec<_> = events
            .iter()
            .filter_map(|event| event["name"].as_str())
            .collect();
        let expected = ["ready", "change", "before-pay", "before-pay", "complete"];
        ensure!(names == expected, "{names:?}");
        w.assert_paid_once(&order).await
    });
}

#[test]
pub(crate) fn a_card_that_the_bank_asks_about_pays_after_the_banks_page() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.pay_in_fields(CHALLENGED).await?;
        w.press_at_bank("acs-success").await?;
        w.browser.wait_for_face("paid").await?;
        let url = w.browser.url().await?;
        ensure!(url.ends_with(&order.payment_path), "{url}");
        w.assert_paid_once(&order).await
    });
}

#[test]
fn a_shop_that_captures_later_shows_an_authorised_card() {
    play(async |w: &mut World| {
        let order = w
            .order(json!({ "amount": 4200, "capture": "manual" }))
            .await?;
        w.open_checkout(&order).await?;
        w.open_fields().await?;
        w.pay_in_fields(SMOOTH).await?;
        w.browser.wait_for_face("authorised").await?;
        ensure!(w.order_status(&order).await? == "authorised");
        Ok(())
    });
}

#[test]
fn after_the_bank_has_refused_another_method_pays() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.pay_in_fields(CHALLENGED).await?;
        w.press_at_bank("acs-failure").await?;
        w.browser.wait_for_face("refused").await?;
        w.browser.inside("[data-refusal=authentication]").await?;
        w.assert_unpaid(&order.session_id).await?;
        w.another_method_pays(&order).await?;
        ensure!(w.orders().await.is_empty());
        Ok(())
    });
}

#[test]
fn after_giving_up_at_the_bank_another_method_pays() {
    play(async |w: &mut World| {
        for given_up_at_once in [false, true] {
            let order = w.fields_of_an_order().await?;
            if given_up_at_once {
                w.pay_in_fields(GIVEN_UP).await?;
            } else {
                w.pay_in_fields(CHALLENGED).await?;
                w.press_at_bank("acs-abandon").await?;
            }
            w.browser.wait_for_face("refused").await?;
            w.assert_unpaid(&order.session_id).await?;
            w.another_method_pays(&order).await?;
        }
        ensure!(w.orders().await.is_empty());
        Ok(())
    });
}

#[test]
fn after_a_refused_card_another_card_pays() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.pay_in_fields(NO_FUNDS).await?;
        w.browser.wait_for_face("refused").await?;
        w.browser.inside("[data-refusal=funds]").await?;
        ensure!(w.browser.count_inside("[data-warning]").await? == 0);
        w.assert_unpaid(&order.session_id).await?;
        w.open_fields().await?;
        w.pay_in_fields(SMOOTH).await?;
        w.assert_paid_once(&order).await
    });
}

#[test]
fn what_is_wrong_is_said_beside_its_field_and_the_corrected_card_pays() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.press_card_pay().await?;
        for field in ["number", "expiry", "code"] {
            eventually("a word beside the field", async || {
                Ok((!w.wrong(field).await?.is_empty()).then_some(()))
            })
            .await?;
        }
        let focused = "return document.activeElement?.closest('[data-field]')?.dataset.field";
        ensure!(w.browser.eval::<String>(focused).await? == "number");

        w.type_fields("4970101234567890").await?;
        w.press_card_pay().await?;
        eventually("the number's error alone", async || {
            let number = w.wrong("number").await?;
            let rest = (w.wrong("expiry").await?, w.wrong("code").await?);
            let rest_is_good = rest.0.is_empty() && rest.1.is_empty();
            Ok((!number.is_empty() && rest_is_good).then_some(()))
        })
        .await?;
        w.browser
            .beside("[data-field=number][data-invalid]")
            .await?;
        ensure!(w.browser.eval::<String>(focused).await? == "number");
        ensure!(w.asked("/continue").await? == 0, "nothing was sent");

        w.browser.type_in_field("number", SMOOTH).await?;
        w.press_card_pay().await?;
        w.assert_paid_once(&order).await?;
        ensure!(w.asked("/continue").await? == 1);
        let requests = w.browser.requests().await?;
        let frames = requests
            .iter()
            .filter(|r| r.url.contains("/hostedfields/fields/number"));
        ensure!(
            frames.count() == 1,
            "the frame was loaded anew: what was typed is lost"
        );
        Ok(())
    });
}

#[test]
pub(crate) fn paying_with_empty_fields_leads_into_the_first_and_only_its_mistake_is_read_out() {
    play(async |w: &mut World| {
        w.fields_of_an_order().await?;
        // Only what is typed gets there: no click leads into the field.
        w.press_card_pay().await?;
        eventually("a word beside each field", async || {
            let mut said = 0;
            for field in ["number", "expiry", "code"] {
                said += usize::from(!w.wrong(field).await?.is_empty());
            }
            Ok((said == 3).then_some(()))
        })
        .await?;
        w.browser
            .beside("[data-field=number][data-focused]")
            .await?;
        let has = "return document.hasFocus() && document.activeElement.id";
        let has: String = w.browser.eval_in_frame(&frame("number"), has).await?;
        ensure!(has == "field", "the caret is at {has:?}");
        let read_out = "
            const root = document.querySelector('guichet-checkout').shadowRoot;
            const alerts = [...root.host.querySelectorAll('[role=alert]')];
            return [
              ...alerts.map((node) => node.dataset.fieldError + ' ' + !!node.textContent),
              root.querySelector('.spoken').textContent,
            ]";
        let read_out: Vec<String> = w.browser.eval(read_out).await?;
        ensure!(read_out == ["number true", ""], "{read_out:?}");
        Ok(())
    });
}

#[test]
fn fields_stay_open_while_the_page_moves_the_element_as_a_whole() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.type_fields(SMOOTH).await?;
        w.browser
            .eval::<()>(
                "const host = document.querySelector('guichet-checkout');
                 const box = document.createElement('div');
                 host.before(box);
                 box.moveBefore(host, null);",
            )
            .await?;
        w.press_card_pay().await?;
        w.assert_paid_once(&order).await
    });
}

#[test]
fn the_shopper_chooses_among_the_brands_of_a_card() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.type_fields(ONE_BRAND).await?;
        ensure!(w.browser.count_inside("input[name=guichet-brand]").await? == 0);
        w.browser.type_in_field("number", SMOOTH).await?;
        // The shop's own order of brands decides which one stands chosen.
        w.browser
            .inside("input[name=guichet-brand][value=CB]:checked")
            .await?;
        ensure!(w.browser.count_inside("input[name=guichet-brand]").await? == 2);
        let visa = "label:has(input[name=guichet-brand][value=VISA])";
        w.browser.click_inside(visa).await?;
        w.browser
            .inside("input[name=guichet-brand][value=VISA]:checked")
            .await?;
        w.press_card_pay().await?;
        w.assert_paid_once(&order).await?;
        let paid = &w.orders().await[0];
        ensure!(paid["paymentMeanBrand"] == "VISA", "{paid:#}");
        ensure!(
            paid["paymentMeanBrandSelectionStatus"] == "APPLIED_HOLDER",
            "{paid:#}"
        );
        Ok(())
    });
}

#[test]
fn the_platforms_script_is_checked_by_its_integrity_value_and_bears_the_pages_nonce() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        let give = "document.querySelector('guichet-checkout').nonce = 'cGFnZQ'; return true";
        ensure!(w.browser.eval::<bool>(give).await?);
        w.open_fields().await?;
        let seen: Vec<String> = w
            .browser
            .eval(
                "const theirs = (script) => script.src.includes('/hostedfields/');
                 const script = [...document.scripts].find(theirs);
                 return [script.nonce, script.integrity.slice(0, 7), script.crossOrigin];",
            )
            .await?;
        ensure!(seen == ["cGFnZQ", "sha384-", "anonymous"], "{seen:?}");
        w.pay_in_fields(SMOOTH).await?;
        w.assert_paid_once(&order).await
    });
}

#[test]
fn fields_whose_session_has_run_out_are_told_and_begin_again() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.type_fields(SMOOTH).await?;
        w.stack
            .break_office(json!({ "session_expired": true }))
            .await;
        w.press_card_pay().await?;
        w.wait_for_the_list_with_a_word().await?;
        w.stack.mend_office().await;
        w.browser
            .inside(&format!("input[value={METHOD}]:checked"))
            .await?;
        ensure!(w.browser.count_inside("[data-warning]").await? == 0);
        w.press_pay().await?;
        w.wait_for_fields().await?;
        w.pay_in_fields(SMOOTH).await?;
        w.assert_paid_once(&order).await
    });
}

#[test]
fn fields_that_do_not_come_are_told_within_five_seconds_and_other_methods_pay() {
    play(async |w: &mut World| {
        for fault in [
            json!({ "sdk_missing": true }),
            // Another script than the one whose integrity value the platform told.
            json!({ "sdk_altered": true }),
            json!({ "sdk_slow_ms": 15_000 }),
            json!({ "frames_failing": true }),
            json!({ "session_expired": true }),
        ] {
            w.stack.mend_office().await;
            w.stack.break_office(fault.clone()).await;
            let order = w.usual_checkout().await?;
            w.choose(METHOD).await?;
            let start = Instant::now();
            w.press_pay().await?;
            w.wait_for_the_list_with_a_word()
                .await
                .with_context(|| fault.to_string())?;
            let told = start.elapsed();
            // Beside the time that this machine needs to look.
            ensure!(
                told < TOLD_WITHIN + Duration::from_millis(700),
                "{fault}: {told:?}"
            );
            w.another_method_pays(&order)
                .await
                .with_context(|| fault.to_string())?;
        }
        Ok(())
    });
}

#[test]
fn fields_that_did_not_come_open_on_the_next_try_of_the_same_payment() {
    play(async |w: &mut World| {
        w.stack.break_office(json!({ "sdk_missing": true })).await;
        let order = w.usual_checkout().await?;
        w.choose(METHOD).await?;
        w.press_pay().await?;
        w.wait_for_the_list_with_a_word().await?;
        w.stack.mend_office().await;
        w.press_pay().await?;
        w.wait_for_fields().await?;
        w.pay_in_fields(SMOOTH).await?;
        w.assert_paid_once(&order).await?;
        ensure!(w.money_taken(&order.session_id).await?.len() == 1);
        Ok(())
    });
}

#[test]
fn leaving_the_fields_for_another_method_needs_no_question() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.type_fields(SMOOTH).await?;
        w.browser.click_inside("button[data-action=choose]").await?;
        w.browser.wait_for_face("choosing").await?;
        w.another_method_pays(&order).await?;
        ensure!(w.orders().await.is_empty());
        Ok(())
    });
}

#[test]
fn a_network_lost_before_the_order_is_retried_as_the_same_payment() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.type_fields(SMOOTH).await?;
        w.lose_continue().await?;
        w.press_card_pay().await?;
        w.browser.inside("[data-trouble=unknown]").await?;
        ensure!(w.orders().await.is_empty(), "nothing has arrived");
        w.browser.block(&[]).await?;
        w.press_card_pay().await?;
        w.assert_paid_once(&order).await
    });
}

#[test]
fn a_network_lost_after_the_order_has_left_never_pays_twice() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.type_fields(SMOOTH).await?;
        w.stack
            .break_office(json!({ "office_slow_ms": 1500 }))
            .await;
        w.press_card_pay().await?;
        eventually("the beginning at the platform", async || {
            let calls = w.stack.office_books().await["calls"].clone();
            Ok(calls["cardCheckEnrollment"].is_u64().then_some(()))
        })
        .await?;
        w.browser.set_offline(true).await?;
        w.browser.wait_for_face("offline").await?;
        w.browser.set_offline(false).await?;
        // It goes on by itself: the token is sent again under its key, or the order is seen.
        eventually("the paid face", async || {
            if w.browser.count_inside("[data-trouble=unknown]").await? > 0 {
                w.press_card_pay().await?;
            }
            Ok((w.browser.face().await?.as_deref() == Some("paid")).then_some(()))
        })
        .await?;
        w.assert_paid_once(&order).await?;
        let paid = &w.orders().await[0];
        let once = json!({ "cardCheckEnrollment": 1, "cardValidateAuthenticationAndOrder": 1 });
        ensure!(paid["acts"] == once, "{paid:#}");
        Ok(())
    });
}

#[test]
fn a_backend_that_dies_over_the_order_never_pays_twice() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.type_fields(SMOOTH).await?;
        w.stack
            .break_office(json!({ "office_slow_ms": 1500 }))
            .await;
        w.press_card_pay().await?;
        eventually("the order at the platform", async || {
            let calls = w.stack.office_books().await["calls"].clone();
            Ok(calls["cardValidateAuthenticationAndOrder"]
                .is_u64()
                .then_some(()))
        })
        .await?;
        w.stack.kill_backend().await;
        w.browser.inside("[data-trouble=unknown]").await?;
        w.stack.mend_office().await;
        w.stack.start_backend().await;
        w.press_card_pay().await?;
        let session = w.session(&order.session_id).await?;
        let payment = session["payments"][0]["id"].as_str().unwrap_or_default();
        w.stack.take_up(payment).await;
        eventually("the paid face", async || {
            // The widget asks by itself, or leaves it to the shopper.
            Ok((w.browser.face().await?.as_deref() == Some("paid")).then_some(()))
        })
        .await?;
        w.assert_paid_once(&order).await
    });
}

#[test]
fn five_clicks_on_the_cards_button_make_one_order() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.type_fields(SMOOTH).await?;
        w.stack.break_office(json!({ "office_slow_ms": 400 })).await;
        let button = w.browser.inside("button[data-action=card-pay]").await?;
        w.browser.click_many(&button, 5).await?;
        w.assert_paid_once(&order).await?;
        ensure!(w.asked("/continue").await? == 1);
        Ok(())
    });
}

#[test]
fn back_from_the_bank_by_the_browsers_button_the_list_warns_and_nothing_is_paid_twice() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.pay_in_fields(CHALLENGED).await?;
        w.wait_for_page("acs").await?;
        w.browser.back().await?;
        w.browser.inside("[data-warning=open-elsewhere]").await?;
        w.assert_unpaid(&order.session_id).await
    });
}

#[test]
fn a_keyboard_is_enough_to_pay_in_the_fields() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        tab_to(w, "input[name=method]").await?;
        w.browser.press(Key::Up).await?;
        w.browser
            .inside(&format!("input[value={METHOD}]:checked"))
            .await?;
        tab_to(w, "button[data-action=pay]").await?;
        w.browser.press(Key::Enter).await?;
        w.wait_for_fields().await?;
        for (field, text) in [("number", SMOOTH), ("expiry", "1230"), ("code", "123")] {
            let there = format!(
                "return document.activeElement?.closest('[data-field]')?.dataset.field
                     === '{field}'"
            );
            tab_until(w, &there)
                .await
                .with_context(|| field.to_owned())?;
            w.browser.press(text).await?;
        }
        // Between number and button stands the choice of brands.
        w.browser
            .inside("input[name=guichet-brand]:checked")
            .await?;
        w.browser.press(Key::Enter).await?;
        w.assert_paid_once(&order).await
    });
}

/// Whether a text bears the card's number, in a spelling that a form, an address or a field has.
fn bears_the_number(text: &str) -> bool {
    let groups: Vec<_> = SMOOTH
        .as_bytes()
        .chunks(4)
        .map(String::from_utf8_lossy)
        .collect();
    let between = ["", " ", "%20", "+", "-", "\u{a0}"];
    between
        .iter()
        .any(|between| text.contains(&groups.join(between)))
}

/// The requests of this browser to shop and backend that bear the number; how many there were.
async fn leaks(w: &World) -> Result<(Vec<String>, usize)> {
    let (shop, backend) = (w.stack.shop(), w.stack.backend());
    let requests = w.browser.requests().await?;
    let ours = requests
        .iter()
        .filter(|r| r.url.starts_with(&shop) || r.url.starts_with(&backend));
    let ours: Vec<_> = ours.collect();
    let all = |r: &Request| format!("{} {} {}", r.url, r.body, r.referrer);
    let leaks = ours
        .iter()
        .filter(|request| bears_the_number(&all(request)));
    Ok((
        leaks.map(|request| request.url.clone()).collect(),
        ours.len(),
    ))
}

#[test]
fn card_data_never_touches_the_shops_or_our_own_origin() {
    play(async |w: &mut World| {
        let order = w.fields_of_an_order().await?;
        w.pay_in_fields(SMOOTH).await?;
        w.browser.wait_for_face("paid").await?;
        let page: String = w
            .browser
            .eval(
                "return document.documentElement.outerHTML + JSON.stringify(localStorage)
                     + JSON.stringify(sessionStorage) + document.cookie
                     + document.querySelector('guichet-checkout').shadowRoot.innerHTML",
            )
            .await?;
        ensure!(!bears_the_number(&page), "the page keeps it");
        w.assert_paid_once(&order).await?;
        let (leaks, seen) = leaks(w).await?;
        ensure!(leaks.is_empty(), "{leaks:?} bear the number");
        ensure!(seen > 8, "{seen} requests were seen");
        let requests = w.browser.requests().await?;
        let mut sent = requests.iter().filter(|r| r.url.ends_with("/continue"));
        ensure!(
            sent.any(|r| r.body.contains("%22token%22")),
            "what is sent is seen"
        );
        ensure!(!bears_the_number(&w.stack.backend_log()), "the log has it");
        let books = w.stack.books_on_disk();
        ensure!(
            !bears_the_number(&String::from_utf8_lossy(&books)),
            "the books have it"
        );
        Ok(())
    });
}

#[test]
fn card_data_sent_to_our_own_origin_would_be_noticed() {
    play(async |w: &mut World| {
        w.fields_of_an_order().await?;
        ensure!(leaks(w).await?.0.is_empty());
        let backend = w.stack.backend();
        for leak in [
            format!("fetch('{backend}/x', {{ method: 'POST', body: 'n={SMOOTH}' }})"),
            format!("fetch('{backend}/x?n=4300 0010 0000 0000')"),
            format!("navigator.sendBeacon('{backend}/x', '4300+0010+0000+0000')"),
        ] {
            let before = leaks(w).await?.0.len();
            w.browser
                .eval::<()>(&leak.replace("fetch(", "void fetch("))
                .await?;
            eventually("the leak", async || {
                Ok((leaks(w).await?.0.len() > before).then_some(()))
            })
            .await
            .context(leak)?;
        }
        Ok(())
    });
}

#[test]
fn the_fields_are_frames_of_another_origin_with_names_for_all() {
    play(async |w: &mut World| {
        w.fields_of_an_order().await?;
        let fields = w.stack.platform_backup();
        for field in ["number", "expiry", "code"] {
            let place: String = w
                .browser
                .eval_in_frame(&frame(field), "return location.origin")
                .await?;
            ensure!(place == fields, "{field} is at {place}");
            let peeked: bool = w
                .browser
                .eval(&format!(
                    "const frame = document.querySelector('[data-field={field}] iframe');
                     return frame.contentDocument !== null"
                ))
                .await?;
            ensure!(!peeked, "the page can look into {field}");
            let label = w
                .browser
                .beside(&format!("[data-field-label={field}]"))
                .await?;
            let label = label.text().await?;
            let named: String = w
                .browser
                .eval_in_frame(
                    &frame(field),
                    "return document.getElementById('field').getAttribute('aria-label')",
                )
                .await?;
            ensure!(
                !label.is_empty() && named == label,
                "{field}: {named:?}, not {label:?}"
            );
        }
        Ok(())
    });
}

#[test]
pub(crate) fn the_field_that_is_typed_in_bears_the_focus_ring_and_the_ones_left_are_checked() {
    play(async |w: &mut World| {
        w.fields_of_an_order().await?;
        let focused = "return [...document.querySelectorAll('[data-field][data-focused]')]
            .map((field) => field.dataset.field)";
        for field in ["code", "number", "expiry"] {
            w.browser.type_in_field(field, "12").await?;
            eventually("the ring", async || {
                let seen: Vec<String> = w.browser.eval(focused).await?;
                Ok((seen == [field]).then_some(()))
            })
            .await
            .with_context(|| field.to_owned())?;
        }
        // Half a number is named once it is left.
        eventually("a word beside the number", async || {
            Ok((!w.wrong("number").await?.is_empty()).then_some(()))
        })
        .await?;
        // A label leads to its field, across the frame.
        w.browser
            .beside("[data-field-label=code]")
            .await?
            .click()
            .await?;
        eventually("the ring", async || {
            let seen: Vec<String> = w.browser.eval(focused).await?;
            Ok((seen == ["code"]).then_some(()))
        })
        .await
    });
}

#[test]
fn the_cards_face_and_its_mistakes() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.choose(METHOD).await?;
        w.look("card-chosen").await?;
        w.press_pay().await?;
        w.wait_for_fields().await?;
        w.look("card-fields").await?;
        w.press_card_pay().await?;
        eventually("a word beside the field", async || {
            Ok((!w.wrong("code").await?.is_empty()).then_some(()))
        })
        .await?;
        w.look("card-mistakes").await?;
        w.type_fields(SMOOTH).await?;
        w.browser.inside("input[name=guichet-brand]").await?;
        w.look("card-brands").await?;
        w.lose_continue().await?;
        w.press_card_pay().await?;
        w.browser.inside("[data-trouble=unknown]").await?;
        w.look("card-unknown").await?;
        w.browser.block(&[]).await?;
        w.press_card_pay().await?;
        w.assert_paid_once(&order).await
    });
}

#[test]
fn the_list_after_fields_that_did_not_come() {
    play(async |w: &mut World| {
        w.stack.break_office(json!({ "sdk_missing": true })).await;
        let order = w.order(wish(4200)).await?;
        w.open_checkout(&order).await?;
        w.choose(METHOD).await?;
        w.press_pay().await?;
        w.wait_for_the_list_with_a_word().await?;
        w.look("card-fields-failed").await
    });
}
