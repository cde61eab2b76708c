//! The demo shop's pages, and the widget on its payment page.

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::browser::eventually;
use crate::world::{World, wish};

/// An order at the demo shop.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) order_id: String,
    pub(crate) reference: String,
    pub(crate) payment_path: String,
    pub(crate) order_path: String,
    pub(crate) session_id: String,
    pub(crate) secret: String,
}

impl World {
    /// Places an order without clicking.
    pub(crate) async fn order(&self, wish: Value) -> Result<Order> {
        let url = format!("{}/demo/orders", self.stack.shop());
        let answer = self
            .stack
            .http
            .client()
            .post(url)
            .json(&wish)
            .send()
            .await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status == 201, "{status} {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// Opens an order's payment page and waits for the list of methods.
    pub(crate) async fn open_checkout(&self, order: &Order) -> Result<()> {
        self.open_payment(order).await?;
        self.browser.wait_for_face("choosing").await
    }

    /// Opens an order's payment page.
    pub(crate) async fn open_payment(&self, order: &Order) -> Result<()> {
        self.browser
            .open(&format!("{}{}", self.stack.shop(), order.payment_path))
            .await
    }

    /// An order of 42 €, its payment page open.
    pub(crate) async fn usual_checkout(&self) -> Result<Order> {
        let order = self.order(wish(4200)).await?;
        self.open_checkout(&order).await?;
        Ok(order)
    }

    /// Chooses a method by its label, as a mouse does.
    pub(crate) async fn choose(&self, method: &str) -> Result<()> {
        self.browser
            .click_inside(&format!("[data-method={method}] label"))
            .await?;
        let chosen = format!("input[name=method][value={method}]:checked");
        self.browser.inside(&chosen).await.map(drop)
    }

    /// Presses the pay button.
    pub(crate) async fn press_pay(&self) -> Result<()> {
        self.browser.click_inside("button[data-action=pay]").await
    }

    /// Chooses a method, pays, and waits for the platform's page of that name.
    pub(crate) async fn leave_with(&self, method: &str, page: &str) -> Result<()> {
        self.choose(method).await?;
        self.press_pay().await?;
        self.wait_for_page(page).await
    }

    /// Opens the shop's page about the order; gives the status that it shows.
    pub(crate) async fn order_status(&self, order: &Order) -> Result<String> {
        self.open_order(order, "").await?;
        let shown = "return document.querySelector('[data-testid=order-status]').dataset.status";
        self.browser.eval(shown).await
    }

    /// Opens the shop's page about the order, with something after its address.
    pub(crate) async fn open_order(&self, order: &Order, more: &str) -> Result<()> {
        let url = format!("{}{}{more}", self.stack.shop(), order.order_path);
        self.browser.open(&url).await?;
        self.browser.named("order-status").await.map(drop)
    }

    /// Waits, looking again, until the shop's page shows this status.
    pub(crate) async fn wait_for_order_status(&self, order: &Order, status: &str) -> Result<()> {
        eventually(&format!("the order to be {status}"), async || {
            Ok((self.order_status(order).await? == status).then_some(()))
        })
        .await
    }

    /// Waits until the widget shows a paid payment with these parts, kind and amount, and the
    /// shop's server agrees.
    pub(crate) async fn assert_paid(&self, order: &Order, parts: &[(&str, u64)]) -> Result<()> {
        self.browser.wait_for_face("paid").await?;
        let shown = self.browser.parts().await?;
        let accepted = shown.iter().filter(|(state, ..)| state == "accepted");
        let shown: Vec<(String, String)> = accepted
            .map(|(_, kind, amount)| (kind.clone(), amount.clone()))
            .collect();
        let expected: Vec<(String, String)> = parts
            .iter()
            .map(|(kind, amount)| ((*kind).to_owned(), amount.to_string()))
            .collect();
        ensure!(
            shown == expected,
            "the parts are {shown:?}, not {expected:?}"
        );
        let session = self.session(&order.session_id).await?;
        ensure!(session["status"] == "paid", "{session:#}");
        ensure!(
            self.order_status(order).await? == "paid",
            "the shop's page does not show it"
        );
        Ok(())
    }
}
