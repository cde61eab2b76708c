//! Wallets with a page of their own: PayPal, Paylib, Bancontact. The shopper leaves, decides there,
//! and comes back, or never does.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::browser::eventually;
use crate::platform::CARD_AT_ONCE;
use crate::shop::Order;
use crate::support::StackOptions;
use crate::world::{World, play_in, usual, wish};

/// A wallet: the method's code, the name that shoppers know, and the platform's brand.
struct Wallet {
    method: &'static str,
    name: &'static str,
    brand: &'static str,
}

const PAYPAL: Wallet = Wallet {
    method: "sogenactif_paypal",
    name: "PayPal",
    brand: "PAYPAL",
};

const WALLETS: [Wallet; 3] = [
    PAYPAL,
    Wallet {
        method: "sogenactif_paylib",
        name: "Paylib",
        brand: "PAYLIB",
    },
    Wallet {
        method: "sogenactif_bancontact",
        name: "Bancontact",
        brand: "BCMC",
    },
];

const INITIALIZE: &str = "paymentProviderInitialize";
const FINALIZE: &str = "paymentProviderFinalize";

/// A shop whose account at Sogenactif has these methods.
fn stack(methods: &[&'static str]) -> StackOptions {
    StackOptions {
        sogenactif: true,
        sogenactif_methods: methods.to_vec(),
        ..usual()
    }
}

/// Plays a test at a shop that has all three.
fn play(test: impl AsyncFnOnce(&mut World) -> Result<()>) {
    let methods = WALLETS.map(|wallet| wallet.method);
    play_in(stack(&methods), test);
}

impl World {
    /// An order of 42 €, left for the wallet's page.
    async fn at_the_wallet(&self, wallet: &Wallet) -> Result<Order> {
        let order = self.usual_checkout().await?;
        self.leave_with(wallet.method, "external").await?;
        Ok(order)
    }

    /// The latest payment of an order: its id, and our reference at the platform.
    async fn latest(&self, order: &Order) -> Result<(String, String)> {
        let session = self.session(&order.session_id).await?;
        let payments = session["payments"].as_array();
        let last = payments.and_then(|all| all.last()).context("no payment")?;
        let text = |name: &str| last[name].as_str().unwrap_or_default().to_owned();
        Ok((text("id"), text("platform_reference")))
    }

    /// Paid once: by the shopper's, the shop's and the platform's account.
    async fn assert_wallet_paid(&self, order: &Order, wallet: &Wallet) -> Result<()> {
        self.browser.wait_for_face("paid").await?;
        let text = self.browser.widget_text().await?;
        ensure!(text.contains(wallet.name), "it is not named: {text}");
        self.assert_paid(order, &[("card", 4200)]).await?;
        let taken = self.money_taken(&order.session_id).await?;
        ensure!(taken.iter().sum::<u64>() == 4200, "{taken:?}");
        let (_, reference) = self.latest(order).await?;
        let book = self.stack.office_book(&reference).await;
        ensure!(book["responseCode"] == "00", "{book:#}");
        ensure!(book["paymentMeanBrand"] == wallet.brand, "{book:#}");
        let once = json!({ INITIALIZE: 1, FINALIZE: 1 });
        ensure!(book["acts"] == once, "{book:#}");
        Ok(())
    }

    /// Nothing was taken, the shopper is not asked whether another payment is open, and the card
    /// of the other platform pays.
    async fn assert_card_pays_instead(&self, order: &Order) -> Result<()> {
        self.assert_unpaid(&order.session_id).await?;
        let warned = self.browser.count_inside("[data-warning]").await?;
        ensure!(warned == 0, "warned of a payment that is over");
        self.leave_with("card", "card").await?;
        self.type_card(CARD_AT_ONCE).await?;
        self.assert_paid(order, &[("card", 4200)]).await
    }

    /// Decides on the wallet's page, and closes the tab before the browser is sent back.
    async fn decide_and_close(&self, choice: &str) -> Result<()> {
        let (page, fields) = self.browser.form_of("external-success").await?;
        let client = self.stack.http.client();
        let post = client.post(format!("{page}/{choice}")).form(&fields);
        let answer = post.send().await?;
        ensure!(answer.status() == 307, "{}", answer.status());
        self.browser.replace_tab().await
    }

    /// How often the platform was asked what became of a payment.
    async fn looked_up(&self, reference: &str) -> u64 {
        let book = self.stack.office_book(reference).await;
        book["calls"]["getTransactionData"].as_u64().unwrap_or(0)
    }
}

#[test]
fn each_wallet_pays_on_its_own_page_and_is_named_wherever_it_is_shown() {
    play(async |w: &mut World| {
        for wallet in &WALLETS {
            let order = w.usual_checkout().await?;
            let row = format!("[data-method={}]", wallet.method);
            let offered = w.browser.inside(&row).await?.text().await?;
            ensure!(offered.contains(wallet.name), "{offered}");
            w.choose(wallet.method).await?;
            let told = w.browser.inside(&row).await?.text().await?;
            ensure!(told.contains(&format!("page de {}", wallet.name)), "{told}");
            w.press_pay().await?;
            w.wait_for_page("external").await?;
            let page: String = w.browser.eval("return document.body.innerText").await?;
            ensure!(
                page.contains(wallet.name) && page.contains("42,00"),
                "{page}"
            );
            w.browser.click("external-success").await?;
            w.assert_wallet_paid(&order, wallet)
                .await
                .context(wallet.name)?;
        }
        Ok(())
    });
}

#[test]
fn a_wallet_that_refuses_or_is_left_or_is_too_late_takes_nothing() {
    play(async |w: &mut World| {
        for (wallet, (choice, code, refusal)) in WALLETS.iter().zip([
            ("failure", "05", "issuer"),
            ("abandon", "17", ""),
            ("timeout", "97", "timed_out"),
        ]) {
            let order = w.at_the_wallet(wallet).await?;
            w.browser.click(&format!("external-{choice}")).await?;
            w.browser.wait_for_face("refused").await?;
            if !refusal.is_empty() {
                let why = format!("[data-refusal={refusal}]");
                w.browser.inside(&why).await.context(choice)?;
            }
            let (_, reference) = w.latest(&order).await?;
            let book = w.stack.office_book(&reference).await;
            ensure!(book["responseCode"] == code, "{book:#}");
            w.assert_card_pays_instead(&order).await.context(choice)?;
        }
        Ok(())
    });
}

#[test]
fn a_wallet_that_answers_later_is_waited_for_and_then_paid() {
    play(async |w: &mut World| {
        let order = w.at_the_wallet(&PAYPAL).await?;
        w.browser.click("external-pending").await?;
        w.browser.wait_for_face("waiting").await?;
        w.assert_unpaid(&order.session_id).await?;
        let (payment, reference) = w.latest(&order).await?;
        w.stack.make_office_final(&reference, "00").await;
        w.stack.take_up(&payment).await;
        w.assert_wallet_paid(&order, &PAYPAL).await
    });
}

#[test]
fn back_from_the_wallet_by_the_browsers_button_the_list_warns_and_one_payment_is_taken() {
    play(async |w: &mut World| {
        let order = w.at_the_wallet(&PAYPAL).await?;
        w.browser.back().await?;
        w.browser.wait_for_face("choosing").await?;
        w.browser.inside("[data-warning=open-elsewhere]").await?;
        w.choose(PAYPAL.method).await?;
        w.press_pay().await?;
        w.browser
            .click_inside("button[data-action=confirm]")
            .await?;
        w.wait_for_page("external").await?;
        w.browser.click("external-success").await?;
        w.assert_wallet_paid(&order, &PAYPAL).await?;
        let session = w.session(&order.session_id).await?;
        let payments = session["payments"].as_array().map_or(0, Vec::len);
        ensure!(payments == 2, "{session:#}");
        // Back again after paying, there is nothing left to pay.
        w.open_payment(&order).await?;
        w.browser.wait_for_face("paid").await?;
        w.browser.back().await?;
        w.open_payment(&order).await?;
        w.browser.wait_for_face("paid").await
    });
}

#[test]
fn a_tab_that_was_closed_at_the_wallet_is_looked_up_at_the_deadline() {
    play(async |w: &mut World| {
        for (wallet, decided) in [(&WALLETS[1], false), (&WALLETS[2], true)] {
            let order = w.at_the_wallet(wallet).await?;
            let (payment, reference) = w.latest(&order).await?;
            if decided {
                w.decide_and_close("success").await?;
            } else {
                w.browser.replace_tab().await?;
            }
            ensure!(w.looked_up(&reference).await == 0, "nobody asks before");
            w.stack.pass_deadline_of(&payment).await;
            eventually("the question to the platform", async || {
                Ok((w.looked_up(&reference).await > 0).then_some(()))
            })
            .await?;
            w.assert_unpaid(&order.session_id).await?;
            // By then it is over at the platform too.
            w.stack.move_office_clock(json!({ "minutes": 16 })).await;
            w.stack.take_up(&payment).await;
            w.stack.wait_stage(&payment, "over").await;
            w.open_payment(&order).await?;
            w.browser.inside("button[data-action=pay]").await?;
            w.assert_card_pays_instead(&order)
                .await
                .context(wallet.name)?;
        }
        Ok(())
    });
}

#[test]
fn an_answer_lost_at_the_end_of_a_wallets_payment_is_looked_up_and_paid_once() {
    play(async |w: &mut World| {
        for (wallet, switch) in WALLETS.iter().zip([
            "office_answer_lost",
            "office_wrong_seal_for",
            "office_call_lost",
        ]) {
            let order = w.at_the_wallet(wallet).await?;
            let (payment, reference) = w.latest(&order).await?;
            w.stack
                .break_office(json!({ switch: { FINALIZE: 1 } }))
                .await;
            w.browser.click("external-success").await?;
            eventually("the question to the platform", async || {
                w.stack.take_up(&payment).await;
                Ok((w.looked_up(&reference).await > 0).then_some(()))
            })
            .await
            .context(switch)?;
            if switch == "office_call_lost" {
                // The platform never heard of the end: nothing is taken, whoever asks.
                w.browser.wait_for_face("waiting").await?;
                w.assert_unpaid(&order.session_id).await.context(switch)?;
                continue;
            }
            w.assert_wallet_paid(&order, wallet).await.context(switch)?;
        }
        Ok(())
    });
}

#[test]
fn a_wallet_is_offered_only_where_the_account_has_it() {
    play_in(
        stack(&["sogenactif_card", PAYPAL.method]),
        async |w: &mut World| {
            w.usual_checkout().await?;
            let offered = async |method: &str| {
                let row = format!("[data-method={method}]");
                w.browser.count_inside(&row).await
            };
            ensure!(offered(PAYPAL.method).await? == 1);
            for wallet in &WALLETS[1..] {
                ensure!(offered(wallet.method).await? == 0, "{}", wallet.name);
                let wrong = json!({ "amount": 4200, "methods": [wallet.method] });
                ensure!(w.order(wrong).await.is_err(), "{}", wallet.name);
            }
            let text = w.browser.widget_text().await?;
            ensure!(!text.contains("Paylib") && !text.contains("Bancontact"));
            Ok(())
        },
    );
}

#[test]
fn a_wallet_paid_beside_another_payment_is_shown_to_the_shopper_and_to_the_shop() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        let first = w.browser.new_tab().await?;
        w.open_checkout(&order).await?;
        let second = w.browser.tab().await?;
        w.leave_with(PAYPAL.method, "external").await?;
        w.browser.switch_to(first).await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("paid").await?;
        ensure!(w.browser.count_inside("[data-notice=surplus]").await? == 0);
        w.browser.switch_to(second).await?;
        w.browser.click("external-success").await?;
        w.browser.wait_for_face("paid").await?;
        // The platform's answer may come after the page that the browser came back to.
        eventually("the payment in excess", async || {
            let session = w.session(&order.session_id).await?;
            let all = session["payments"].as_array().cloned();
            let mut all = all.unwrap_or_default().into_iter();
            Ok(all.find(|payment| payment["surplus"] == true))
        })
        .await?;
        w.open_payment(&order).await?;
        w.browser.inside("[data-notice=surplus]").await?;
        let mut taken = w.money_taken(&order.session_id).await?;
        taken.sort_unstable();
        ensure!(taken == [4200, 4200], "{taken:?}");
        let list = w.stack.attention().await;
        ensure!(list.contains(&order.reference), "not on the list:\n{list}");
        Ok(())
    });
}

#[test]
fn the_wallets_on_the_list_and_on_the_face_of_a_paid_order() {
    play(async |w: &mut World| {
        let order = w.order(wish(4200)).await?;
        w.open_checkout(&order).await?;
        w.choose(PAYPAL.method).await?;
        w.look("wallet-chosen").await?;
        w.press_pay().await?;
        w.wait_for_page("external").await?;
        w.look("wallet-page").await?;
        w.browser.click("external-success").await?;
        w.assert_wallet_paid(&order, &PAYPAL).await?;
        w.open_payment(&order).await?;
        w.browser.wait_for_face("paid").await?;
        w.look("wallet-paid").await
    });
}
