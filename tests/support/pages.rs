//! A shopper on the platform's pages, over HTTP and without cookies. What leads on is the address
//! of the next page; at the end it is the way back, at the backend.

use serde_json::json;

use super::checkout::{Checkout, Started};
use super::http::Answer;
use super::stack::Stack;

/// The card that is accepted after 3-D Secure.
pub(crate) const CARD: &str = "1111222233334444";
/// The card that is accepted without it.
pub(crate) const CARD_AT_ONCE: &str = "1111222233330000";
/// The meal voucher whose balance covers everything.
pub(crate) const VOUCHER: &str = "9999000000000000";

impl Stack {
    /// Submits the form; gives the first page.
    pub(crate) async fn open_page(&self, started: &Started) -> String {
        let answer = self.submit(started).await;
        self.at_platform(&answer.location())
    }

    /// Submits the form; gives whatever the platform answers.
    pub(crate) async fn submit(&self, started: &Started) -> Answer {
        let post = self.http.client().post(&started.url).form(&started.fields);
        self.http.send(post).await
    }

    fn at_platform(&self, location: &str) -> String {
        if location.starts_with("http") {
            location.to_owned()
        } else {
            self.platform() + location
        }
    }

    /// Posts one page's form; gives where it leads.
    pub(crate) async fn act(&self, page: &str, form: &[(&str, &str)]) -> String {
        let answer = self
            .http
            .send(self.http.client().post(page).form(form))
            .await;
        self.at_platform(&answer.location())
    }

    /// Types a card or a voucher, and passes 3-D Secure if it is asked for.
    pub(crate) async fn type_card(&self, page: &str, number: &str) -> String {
        let form = [("number", number), ("expiry", "12/49"), ("cvv", "123")];
        let next = self.act(page, &form).await;
        if next.ends_with("/3ds") {
            self.act(&next, &[("result", "confirm")]).await
        } else {
            next
        }
    }

    /// Cancels on the page.
    pub(crate) async fn cancel_page(&self, page: &str) -> String {
        let (base, _) = page.rsplit_once('/').expect("an address of a page");
        self.act(&format!("{base}/annuler"), &[]).await
    }

    /// Signs in to CV-Connect and uses that many euros of it.
    pub(crate) async fn use_cv(&self, page: &str, identifier: &str, euros: &str) -> String {
        let challenge = self.act(page, &[("identifier", identifier)]).await;
        let amount = self.act(&challenge, &[("code", "123456")]).await;
        self.act(&amount, &[("amount", euros)]).await
    }

    /// Chooses on the platform's page of choice.
    pub(crate) async fn choose(&self, page: &str, method: &str) -> String {
        self.act(page, &[("method", method)]).await
    }

    /// Starts a payment by card and types that number; gives the payment and the way back.
    pub(crate) async fn pay_by_card(&self, checkout: &Checkout, number: &str) -> (Started, String) {
        let started = self.start_payment(checkout, "card").await;
        let page = self.open_page(&started).await;
        let back = self.type_card(&page, number).await;
        (started, back)
    }

    /// Starts a payment by meal voucher and types that number; then, on the page of the complement,
    /// that card.
    pub(crate) async fn pay_by_voucher(
        &self,
        checkout: &Checkout,
        method: &str,
        voucher: &str,
        card: Option<&str>,
    ) -> (Started, String) {
        let started = self.start_payment(checkout, method).await;
        let page = self.open_page(&started).await;
        let mut next = self.type_card(&page, voucher).await;
        if let Some(card) = card {
            assert!(next.ends_with("/complement"), "{next}");
            next = self.type_card(&next, card).await;
        }
        (started, next)
    }

    /// Another method pays the same session.
    pub(crate) async fn another_method_pays(&self, checkout: &Checkout) {
        let (started, back) = self.pay_by_card(checkout, CARD_AT_ONCE).await;
        self.come_back(&back).await;
        self.wait_status(checkout, "paid").await;
        assert_eq!(self.truth(checkout).await["settled_by"], started.payment);
    }

    /// The browser comes back: to the backend, which sends it on to the shop.
    pub(crate) async fn come_back(&self, back: &str) -> String {
        assert!(
            back.starts_with(&format!("{}/return/", self.backend())),
            "{back}"
        );
        self.get(back).await.location()
    }

    /// A session that is paid by card, all through.
    pub(crate) async fn paid_session(&self, amount: u64) -> (Checkout, Started) {
        let checkout = self.session_with(amount, json!({})).await;
        let (started, back) = self.pay_by_card(&checkout, CARD).await;
        self.come_back(&back).await;
        self.wait_status(&checkout, "paid").await;
        (checkout, started)
    }
}
