//! Faces that tell how things stand: sign, title, text, what must be known whatever the face, and
//! the one button.

use guichet_wire::{MethodKind, PaymentView, Refusal, TerminalView};

use super::el::{El, el, icon, notice};
use super::scene::Scene;
use crate::state::action::Button;
use crate::state::face::{Face, Outage, refusal, refusal_name};
use crate::words::fill;

impl Scene<'_> {
    /// Sign, title and text of a face that tells how things stand.
    pub(super) fn outcome(&self) -> El {
        let (tone, outline) = match self.face {
            Face::Paid | Face::Authorised | Face::PaidElsewhere => {
                ("good", "M5 12.5l4.500 4.500L19 7.500")
            }
            Face::Loading
            | Face::Choosing
            | Face::Card
            | Face::Ask
            | Face::Leaving
            | Face::Waiting => ("busy", ""),
            Face::Refused | Face::Incomplete | Face::Broken => ("bad", "M12 6.500v7M12 17v.5"),
            Face::Cancelled => ("calm", "M19 12H6M11 7l-5 5 5 5"),
            Face::Expired => ("calm", "M12 6v6.500l4 2.500"),
            Face::Offline => (
                "calm",
                "M6 10a9 9 0 0 1 12 0M9 13.500a4.500 4.500 0 0 1 6 0M12 17v.5M5 5l14 14",
            ),
        };
        let mut sign = el("span")
            .part("sign")
            .attr("data-tone", tone)
            .attr("aria-hidden", "true");
        if !outline.is_empty() {
            sign = sign.view(icon(outline));
        }
        let title = match self.terminal() {
            Some(_) => self.words.terminal_title,
            None => self.face.title(self.words),
        };
        let title = el("h2").part("title").text(title);
        let mut story = el("div").part("story").with(self.focused(title, true));
        for text in self.story() {
            story = story.with(text);
        }
        el("div")
            .part("outcome")
            .flag("data-terminal", self.terminal().is_some())
            .with(sign)
            .with(story)
    }

    /// The terminal that is waited for.
    fn terminal(&self) -> Option<&TerminalView> {
        let status = self.model.status().filter(|_| self.face == Face::Waiting)?;
        status.payment.as_ref()?.terminal.as_ref()
    }

    pub(super) fn story(&self) -> Vec<El> {
        let words = self.words;
        let payment = self
            .model
            .status()
            .and_then(|status| status.payment.as_ref());
        let accepted = payment.map_or(0, |payment| payment.accepted);
        let mut texts: Vec<El> = Vec::new();
        let mut say = |text: &str| texts.push(el("p").text(&self.fill(text, accepted)));
        match self.face {
            Face::Loading | Face::Choosing | Face::Card | Face::Ask | Face::Refused => {}
            Face::Leaving => say(words.leaving_body),
            Face::Waiting => match self.terminal() {
                Some(terminal) => {
                    let total = self.total();
                    let places = [("amount", &*total), ("till", &terminal.name)];
                    say(&fill(words.terminal_body, &places));
                    if let Some(says) = &terminal.says {
                        say(says);
                    }
                    let minutes = terminal.minutes.to_string();
                    say(&fill(words.terminal_left, &[("minutes", &minutes)]));
                }
                None => say(words.waiting_body),
            },
            Face::Paid if payment.is_some_and(|p| self.is_debit(p)) => say(words.paid_debit),
            Face::Paid => say(words.paid_body),
            Face::Authorised => say(words.authorised_body),
            Face::Cancelled => say(words.cancelled_body),
            Face::Incomplete => say(words.incomplete_body),
            Face::Expired => say(words.expired_body),
            Face::PaidElsewhere => say(words.paid_elsewhere_body),
            Face::Offline => say(words.offline_body),
            Face::Broken if self.model.outage == Some(Outage::Failing) => say(words.broken_retry),
            Face::Broken => say(words.broken_body),
        }
        if self.face == Face::Expired && payment.is_some() {
            say(words.expired_started);
        }
        let refused = payment.and_then(|payment| payment.refusal);
        let reason = match self.face {
            Face::Refused => refused.or(Some(Refusal::Issuer)),
            Face::Incomplete => refused,
            _ => None,
        };
        if let Some(reason) = reason {
            let text = el("p").attr("data-refusal", refusal_name(reason));
            texts.push(text.text(refusal(reason, words)));
        }
        if self.face.lists_methods() && !self.model.can_choose() {
            texts.push(el("p").text(&self.fill(words.no_more, 0)));
        }
        texts
    }

    /// Whether the money moves later, by direct debit.
    pub(super) fn is_debit(&self, payment: &PaymentView) -> bool {
        let offers = self.session().map_or(&[][..], |session| &session.methods);
        let mut debits = offers.iter().filter(|o| o.kind == MethodKind::DirectDebit);
        debits.any(|offer| offer.method == payment.method)
    }

    /// What the shopper must know whatever the face: money held, money taken twice.
    pub(super) fn notices(&self) -> Vec<El> {
        if matches!(self.face, Face::Offline | Face::Broken | Face::Leaving) {
            return vec![];
        }
        let Some(status) = self.model.status() else {
            return vec![];
        };
        let words = self.words;
        let all = || status.payment.iter().chain(&status.others);
        let notice = |kind, title, text: String| {
            notice("alert", title, &text)
                .attr("role", "group")
                .attr("data-notice", kind)
        };
        let mut notices = Vec::new();
        for payment in all().filter(|payment| payment.surplus) {
            let text = self.fill(words.surplus_body, payment.accepted);
            notices.push(notice("surplus", words.surplus_title, text));
        }
        for payment in all().filter(|payment| payment.voucher_may_be_held && !payment.surplus) {
            let mut text = self.fill(words.held_body, payment.accepted);
            if status.can_pay {
                text.push(' ');
                text.push_str(&self.fill(words.held_full, 0));
            }
            notices.push(notice("voucher-held", words.held_title, text));
        }
        notices
    }

    /// The one button of a face without a list.
    pub(super) fn action(&self) -> Option<El> {
        let can_pay = self.model.status().is_some_and(|status| status.can_pay);
        match (self.face, self.model.outage) {
            (Face::Offline, _) | (Face::Broken, Some(Outage::Failing)) => {
                Some(self.alone(self.button("button", Button::Retry, self.words.retry)))
            }
            (Face::Waiting, _) if can_pay && self.terminal().is_none() => {
                Some(self.alone(self.button("quiet", Button::List, self.words.waiting_other)))
            }
            _ => None,
        }
    }
}
