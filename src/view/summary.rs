//! The head of every face: shop, order and amount.

use super::el::{El, el};
use super::scene::Scene;
use crate::state::face::Face;

impl Scene<'_> {
    /// Shop, order and amount.
    pub(super) fn summary(&self) -> Option<El> {
        let session = self.session()?;
        let order = el("p")
            .part("order")
            .with(el("strong").part("shop").text(&session.shop))
            .with(
                el("span")
                    .part("reference")
                    .text(&self.fill(self.words.order, 0)),
            );
        let amount = el("p")
            .part("total")
            .with(el("span").part("caption").text(self.words.to_pay))
            .with(el("strong").part("amount").text(&self.total()));
        let settled = matches!(self.face, Face::Paid | Face::Authorised);
        Some(
            // No `header`: it would be a banner beside the page's own.
            el("div")
                .part("summary")
                .flag("data-settled", settled)
                .with(order)
                .with(amount),
        )
    }
}
