//! The sandbox's payment pages.

use anyhow::{Context as _, Result, ensure};

use crate::browser::eventually;
use crate::world::World;

/// Accepted after 3-D Secure.
pub(crate) const CARD: &str = "1111222233334444";
/// Accepted at once.
pub(crate) const CARD_AT_ONCE: &str = "1111222233330000";
/// Refused by the bank.
pub(crate) const CARD_REFUSED: &str = "1111222233330105";
/// Refused by the bank, for want of money.
pub(crate) const CARD_NO_FUNDS: &str = "1111222233330151";
/// A meal voucher that covers any amount.
pub(crate) const VOUCHER: &str = "9999000000000000";
/// A meal voucher that is 3 € short.
pub(crate) const VOUCHER_SHORT: &str = "9999000000000003";
/// The same, and no card can pay the rest.
pub(crate) const VOUCHER_STUCK: &str = "9999000000001003";

impl World {
    /// Waits for the platform's page of that name.
    pub(crate) async fn wait_for_page(&self, page: &str) -> Result<()> {
        let mut seen = None;
        let what = format!("the platform's page {page}");
        let waited = eventually(&what, async || {
            seen = self.platform_page().await?;
            Ok((seen.as_deref() == Some(page)).then_some(()))
        })
        .await;
        waited.with_context(|| format!("the page is {seen:?}"))
    }

    /// Name of the platform's page, if it is one.
    pub(crate) async fn platform_page(&self) -> Result<Option<String>> {
        self.browser
            .eval("return document.body?.dataset.page || null")
            .await
    }

    /// Types a card on the page.
    pub(crate) async fn fill_card(&self, number: &str) -> Result<()> {
        self.browser.fill("card-number", number).await?;
        self.browser.fill("card-expiry", "12/30").await?;
        self.browser.fill("card-cvv", "123").await
    }

    /// The same, and presses pay.
    pub(crate) async fn type_card(&self, number: &str) -> Result<()> {
        self.fill_card(number).await?;
        self.browser.click("pay").await
    }

    /// Sends what this button of the platform's page would send, and closes the tab before the
    /// answer is read: the browser is never sent back. Goes on in an empty tab.
    pub(crate) async fn send_and_close(&self, button: &str) -> Result<()> {
        let (address, fields) = self.browser.form_of(button).await?;
        let answer = self
            .stack
            .http
            .client()
            .post(address)
            .form(&fields)
            .send()
            .await?;
        ensure!(answer.status().is_redirection(), "{}", answer.status());
        self.browser.replace_tab().await
    }

    /// The same, and confirms it at the bank.
    pub(crate) async fn pay_by_card(&self, number: &str) -> Result<()> {
        self.type_card(number).await?;
        self.confirm_at_the_bank().await
    }

    /// The 3-D Secure page.
    pub(crate) async fn confirm_at_the_bank(&self) -> Result<()> {
        self.wait_for_page("threeds").await?;
        self.browser.click("threeds-confirm").await
    }

    /// Types a meal voucher on the page and presses pay.
    pub(crate) async fn type_voucher(&self, number: &str) -> Result<()> {
        self.browser.fill("voucher-number", number).await?;
        self.browser.fill("voucher-expiry", "12/30").await?;
        self.browser.fill("voucher-cryptogram", "123").await?;
        self.browser.click("pay").await
    }

    /// The three pages of CV-Connect.
    pub(crate) async fn pay_by_cv(&self, identifier: &str) -> Result<()> {
        self.wait_for_page("cv-login").await?;
        self.browser.fill("cv-identifier", identifier).await?;
        self.browser.click("cv-connect").await?;
        self.wait_for_page("cv-challenge").await?;
        self.browser.fill("cv-challenge-code", "123456").await?;
        self.browser.click("cv-validate").await?;
        self.wait_for_page("cv-amount").await?;
        self.browser.click("cv-pay").await
    }

    /// Waits until the platform's page complains about the last attempt.
    pub(crate) async fn wait_for_complaint(&self, page: &str) -> Result<()> {
        self.wait_for_page(page).await?;
        self.browser.named("error").await.map(drop)
    }
}
