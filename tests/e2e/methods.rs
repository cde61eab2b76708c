//! Every way to pay, from the list of methods to the shop's own page.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::platform::{
    CARD, CARD_AT_ONCE, CARD_NO_FUNDS, CARD_REFUSED, VOUCHER, VOUCHER_SHORT, VOUCHER_STUCK,
};
use crate::support::StackOptions;
use crate::world::{World, play, play_in, usual, wish};

#[test]
fn a_meal_voucher_that_covers_all_pays_the_order() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("apetiz", "voucher").await?;
        w.type_voucher(VOUCHER).await?;
        w.assert_paid(&order, &[("voucher", 4200)]).await
    });
}

#[test]
fn the_platforms_ticket_page_leads_back_to_a_paid_order() {
    let stack = StackOptions {
        ticket: true,
        ..usual()
    };
    play_in(stack, async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("apetiz", "voucher").await?;
        w.type_voucher(VOUCHER).await?;
        w.wait_for_page("ticket").await?;
        w.browser.click("ticket-return").await?;
        w.assert_paid(&order, &[("voucher", 4200)]).await
    });
}

#[test]
pub(crate) fn a_meal_voucher_short_by_three_euros_is_completed_by_card() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("sodexo", "voucher").await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        let remaining = w.browser.text("remaining").await?;
        ensure!(remaining.starts_with("3,00"), "{remaining}");
        w.pay_by_card(CARD).await?;
        w.assert_paid(&order, &[("voucher", 3900), ("complement", 300)])
            .await
    });
}

#[test]
fn after_a_refused_complement_a_card_pays_the_whole_and_nothing_is_hidden() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("upchequdej", "voucher").await?;
        w.type_voucher(VOUCHER_STUCK).await?;
        w.wait_for_page("complement").await?;
        w.pay_by_card(CARD).await?;
        w.wait_for_complaint("complement").await?;
        w.browser.click("give-up").await?;

        w.browser.wait_for_face("incomplete").await?;
        w.browser.inside("[data-notice=voucher-held]").await?;
        assert_tells_of_the_held_part(w).await?;
        ensure!(w.order_status(&order).await? == "incomplete");
        ensure!(w.money_taken(&order.session_id).await? == [3900]);

        w.open_payment(&order).await?;
        w.browser.wait_for_face("incomplete").await?;
        w.leave_with("card", "card").await?;
        let total = w.browser.text("order-amount").await?;
        ensure!(
            total.starts_with("42,00"),
            "the card pays the full total, not {total}"
        );
        w.type_card(CARD_AT_ONCE).await?;

        w.browser.wait_for_face("paid").await?;
        w.browser.inside("[data-notice=voucher-held]").await?;
        assert_tells_of_the_held_part(w).await?;
        ensure!(w.money_taken(&order.session_id).await? == [3900, 4200]);
        w.assert_paid(&order, &[("card", 4200)]).await?;
        let list = w.stack.attention().await;
        ensure!(
            list.contains(&order.reference),
            "not on the operator's list:\n{list}"
        );
        Ok(())
    });
}

/// The shopper is told of the 39 € that the voucher's issuer may hold.
async fn assert_tells_of_the_held_part(w: &World) -> Result<()> {
    let text = w.browser.widget_text().await?;
    ensure!(text.contains("39,00"), "the held part is not named: {text}");
    for lie in [
        "Aucun montant",
        "aucun montant",
        "rien n’a été débité",
        "pas été débité",
    ] {
        ensure!(!text.contains(lie), "{text}");
    }
    Ok(())
}

#[test]
fn a_holiday_voucher_is_completed_by_card() {
    play(async |w: &mut World| {
        let order = w.order(wish(18900)).await?;
        w.open_checkout(&order).await?;
        w.choose("cvconnect").await?;
        w.press_pay().await?;
        w.pay_by_cv("90000000012").await?;
        w.wait_for_page("complement").await?;
        w.pay_by_card(CARD).await?;
        w.assert_paid(&order, &[("voucher", 17700), ("complement", 1200)])
            .await
    });
}

#[test]
fn a_method_chosen_on_the_platforms_own_page_pays() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("up2pay_choice", "choice").await?;
        w.browser.click("method-apetiz").await?;
        w.wait_for_page("voucher").await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.assert_paid(&order, &[("voucher", 3900), ("complement", 300)])
            .await?;

        let by_card = w.usual_checkout().await?;
        w.leave_with("up2pay_choice", "choice").await?;
        w.browser.click("method-card").await?;
        w.wait_for_page("card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.assert_paid(&by_card, &[("card", 4200)]).await
    });
}

#[test]
fn a_card_pays() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        ensure!(w.browser.text("page-host").await? == "principal");
        w.pay_by_card(CARD).await?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

#[test]
fn a_refused_card_may_be_followed_by_a_good_one_on_the_same_page() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.pay_by_card(CARD_REFUSED).await?;
        w.wait_for_complaint("card").await?;
        w.pay_by_card(CARD).await?;
        w.assert_paid(&order, &[("card", 4200)]).await?;
        let session = w.session(&order.session_id).await?;
        let payments = session["payments"].as_array().map_or(0, Vec::len);
        ensure!(payments == 1, "{session:#}");
        Ok(())
    });
}

#[test]
fn a_refusal_is_told_in_plain_words_and_another_method_pays() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.pay_by_card(CARD_NO_FUNDS).await?;
        w.wait_for_complaint("card").await?;
        w.browser.click("give-up").await?;
        w.browser.wait_for_face("refused").await?;
        w.browser.inside("[data-refusal=funds]").await?;
        ensure!(w.order_status(&order).await? == "refused");

        w.open_payment(&order).await?;
        w.browser.wait_for_face("refused").await?;
        w.leave_with("apetiz", "voucher").await?;
        w.type_voucher(VOUCHER).await?;
        w.assert_paid(&order, &[("voucher", 4200)]).await
    });
}

#[test]
fn an_authorisation_is_not_a_payment() {
    play(async |w: &mut World| {
        let order = w
            .order(json!({ "amount": 4200, "capture": "manual" }))
            .await?;
        w.open_checkout(&order).await?;
        w.leave_with("card", "card").await?;
        w.pay_by_card(CARD).await?;
        w.browser.wait_for_face("authorised").await?;
        let session = w.session(&order.session_id).await?;
        ensure!(session["status"] == "authorised", "{session:#}");
        ensure!(w.order_status(&order).await? == "authorised");
        Ok(())
    });
}

#[test]
fn after_cancelling_another_method_pays() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("sodexo", "voucher").await?;
        w.browser.click("cancel").await?;
        w.browser.wait_for_face("cancelled").await?;
        ensure!(w.order_status(&order).await? == "cancelled");
        w.open_payment(&order).await?;
        w.browser.wait_for_face("cancelled").await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

#[test]
fn what_vouchers_may_not_pay_is_explained() {
    play(async |w: &mut World| {
        let order = w
            .order(json!({ "amount": 4200, "voucher_eligible_amount": 3000 }))
            .await?;
        w.open_checkout(&order).await?;
        w.choose("apetiz").await?;
        let text = w
            .browser
            .inside("[data-method=apetiz] .eligible")
            .await?
            .text()
            .await?;
        ensure!(
            text.contains("jusqu’à 30,00") && text.contains("42,00"),
            "{text}"
        );
        // Nobody holds the shopper to that part: it promises no rest, and says who answers.
        ensure!(
            text.contains("La Halle du Tilleul fixe cette limite"),
            "{text}"
        );
        ensure!(!text.contains("12,00"), "{text}");
        let small = w.order(wish(50)).await?;
        w.open_checkout(&small).await?;
        let barred = w
            .browser
            .count_inside("input[name=method]:disabled")
            .await?;
        let limits = w.browser.count_inside("[data-limit]").await?;
        ensure!(
            barred > 0 && barred == limits,
            "{barred} barred, {limits} explained"
        );
        Ok(())
    });
}
