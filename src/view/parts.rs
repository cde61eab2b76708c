//! The parts of a payment: what paid what.

use guichet_wire::{PartKind, PartStatus, PartView, PaymentView};

use super::el::{El, el};
use super::scene::Scene;
use crate::state::face::Face;
use crate::state::{method, money};
use crate::words::fill;

impl Scene<'_> {
    /// The parts of the payment, where some of them took money.
    pub(super) fn parts(&self) -> Option<El> {
        let shown = matches!(
            self.face,
            Face::Paid | Face::Authorised | Face::Incomplete | Face::Waiting | Face::Refused
        );
        let payment = self.model.status()?.payment.as_ref()?;
        if !shown || payment.parts.is_empty() {
            return None;
        }
        let mut list = el("ul").part("parts").attr("aria-label", self.words.parts);
        for part in &payment.parts {
            list = list.with(self.part(payment, part));
        }
        Some(list)
    }

    pub(super) fn part(&self, payment: &PaymentView, part: &PartView) -> El {
        let words = self.words;
        let brand = method::reported(&part.brand, &payment.method);
        let (kind, name) = match part.kind {
            PartKind::Voucher => ("voucher", fill(words.part_voucher, &[("brand", brand)])),
            PartKind::Complement => ("complement", words.part_complement.into()),
            PartKind::Card | PartKind::Account => {
                let account = part.kind == PartKind::Account;
                let kind = if account { "account" } else { "card" };
                let name = method::own_name(&payment.method, words);
                (kind, name.unwrap_or(words.part_card).into())
            }
        };
        let (state, remark) = match part.status {
            PartStatus::Accepted => ("accepted", None),
            PartStatus::Pending => ("pending", Some(words.part_pending)),
            PartStatus::Refused => ("refused", Some(words.part_refused)),
        };
        el("li")
            .part("item")
            .attr("data-part", state)
            .attr("data-kind", kind)
            .attr("data-amount", &money::plain(part.amount))
            .with(el("span").text(&name))
            .maybe(remark.map(|remark| el("em").part("remark").text(remark)))
            .with(
                el("span")
                    .part("item-amount")
                    .text(&self.money(part.amount)),
            )
    }
}
