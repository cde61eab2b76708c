//! The list of methods, with the pay button and what is said above it.

use guichet_wire::{MethodKind, MethodOffer, Unavailable};
use leptos::prelude::*;

use super::el::{El, el, icon, notice};
use super::saved::cards;
use super::scene::Scene;
use crate::state::action::{Button, Control};
use crate::state::cards::saves_there;
use crate::state::face::{Face, PressStep, Trouble};
use crate::state::method;
use crate::words::fill;

impl Scene<'_> {
    pub(super) fn form(&self) -> El {
        let words = self.words;
        let first = self.face == Face::Choosing;
        let legend = el("legend").part("legend").text(if first {
            words.choose
        } else {
            words.choose_other
        });
        let legend = if first {
            self.focused(legend, true)
        } else {
            legend
        };
        let mut list = el("fieldset").part("methods").with(legend);
        for offer in self.session().map_or(&[][..], |session| &session.methods) {
            if offer.saved_cards {
                let (ui, code) = (self.ui, offer.method.clone());
                list = list.dynamic(move || cards(ui, &code));
            }
            list = list.maybe((!offer.saved_only).then(|| self.offer(offer)));
        }
        let confirming = self.model.step == PressStep::Confirming;
        let form = el("form").part("form").attr("novalidate", "");
        let form = self
            .posting(form)
            .maybe((self.model.warns() && !confirming).then(|| self.warning()))
            .with(list)
            .maybe(self.model.trouble.map(|trouble| self.trouble(trouble)));
        if confirming {
            form.with(self.confirm())
        } else {
            form.with(self.pay_button())
        }
    }

    pub(super) fn warning(&self) -> El {
        notice(
            "alert",
            self.words.elsewhere_title,
            self.words.elsewhere_body,
        )
        .attr("role", "group")
        .attr("data-warning", "open-elsewhere")
    }

    pub(super) fn trouble(&self, trouble: Trouble) -> El {
        let text = el("p").text(trouble.text(self.words));
        self.focused(el("div"), false)
            .part("notice")
            .attr("data-tone", "bad")
            .attr("role", "alert")
            .with(text)
    }

    pub(super) fn pay_button(&self) -> El {
        let ui = self.ui;
        let label = fill(self.words.pay, &[("amount", &self.total())]);
        self.does(el("button").part("button"), Button::Pay)
            .attr("type", "submit")
            .live("disabled", move || ui.busy().then_some(""))
            .live("aria-busy", move || ui.busy().then_some("true"))
            .text(&label)
    }

    pub(super) fn confirm(&self) -> El {
        let words = self.words;
        let label = fill(words.confirm_pay, &[("amount", &self.total())]);
        let question = notice("alert", words.confirm_title, words.confirm_body)
            .attr("role", "group")
            .attr("data-warning", "open-elsewhere");
        self.focused(question, false)
            .with(self.button("button", Button::Confirm, &label))
            .with(self.button("quiet", Button::Stay, words.confirm_stay))
    }

    /// One method: its button, its names, and what will happen next.
    pub(super) fn offer(&self, offer: &MethodOffer) -> El {
        let code = offer.method.as_str();
        let (id, hint) = (["method-", code].concat(), ["hint-", code].concat());
        let brand = method::brand(offer, self.words);
        let input = self
            .radio(code, &id, &hint)
            .flag("disabled", offer.unavailable.is_some());
        let names = el("span")
            .attr("class", "names")
            .with(self.name(offer, &brand))
            .maybe(
                brand
                    .beside
                    .as_deref()
                    .map(|beside| el("small").part("beside").text(beside)),
            );
        let label = el("label")
            .part("label")
            .attr("for", &id)
            .with(names)
            .view(icon(method::icon(offer.kind)));
        el("div")
            .part("method")
            .attr("data-method", code)
            .flag("data-scripted", offer.embedded)
            .with(input)
            .with(label)
            .with(self.hint(offer, &brand).attr("id", &hint))
            .maybe(saves_there(offer).then(|| {
                let shown = el("div").part("hint");
                shown.with(self.save_box(self.model.save))
            }))
    }

    /// A choice of the list.
    pub(super) fn radio(&self, value: &str, id: &str, hint: &str) -> El {
        let chosen = self.model.chosen.as_ref();
        el("input")
            .part("radio")
            .attr("type", "radio")
            .attr("name", Control::Method.name())
            .attr("value", value)
            .attr("id", id)
            .attr("aria-describedby", hint)
            .flag("checked", chosen.is_some_and(|c| c.value() == value))
    }

    /// The name of a method, which is another one beside saved cards, unless it is the shop's own.
    pub(super) fn name(&self, offer: &MethodOffer, brand: &method::Brand) -> El {
        let name = el("span").part("name");
        if !offer.saved_cards || offer.label.is_some() {
            return name.text(&brand.name);
        }
        let (ui, words) = (self.ui, self.words);
        let (offer, alone) = (offer.clone(), brand.name.clone());
        name.dynamic(move || {
            ui.follow_detail();
            let saved = ui.with(|model| model.cards_of(&offer).next().is_some());
            let text = if saved == Some(true) {
                words.card_other
            } else {
                &alone
            };
            text.to_owned().into_any()
        })
    }

    pub(super) fn hint(&self, offer: &MethodOffer, brand: &method::Brand) -> El {
        let words = self.words;
        let (text, limit) = match offer.unavailable {
            Some(Unavailable::BelowMinimum { minimum }) => (words.below_minimum, minimum),
            Some(Unavailable::AboveMaximum { maximum }) => (words.above_maximum, maximum),
            None => {
                let next = el("p").text(&method::what_next(offer, brand, words));
                let session = self.session();
                let part = session.and_then(|session| method::eligible(offer, session));
                let eligible = part.map(|part| self.eligible(part));
                let hint = el("div").part("hint").maybe(eligible).with(next);
                return if offer.kind == MethodKind::MealVoucher {
                    hint.maybe(self.voucher_law())
                } else {
                    hint
                };
            }
        };
        let text = fill(text, &[("limit", &self.money(limit))]);
        el("div")
            .part("hint")
            .flag("data-limit", true)
            .with(el("p").text(&text))
    }

    /// What the law says of paying by meal voucher.
    fn voucher_law(&self) -> Option<El> {
        let (words, session) = (self.words, self.session()?);
        let daily = session.voucher_daily_limit;
        let daily = daily.map(|most| fill(words.voucher_daily, &[("limit", &self.money(most))]));
        let rest = session.voucher_rest_days.then_some(words.voucher_rest_days);
        let said: Vec<&str> = daily.as_deref().into_iter().chain(rest).collect();
        (!said.is_empty()).then(|| el("p").part("note").text(&said.join(" ")))
    }

    pub(super) fn eligible(&self, part: u64) -> El {
        let shop = self.session().map_or("", |session| &session.shop);
        let eligible = self.money(part);
        let values = [
            ("eligible", &*eligible),
            ("total", &*self.total()),
            ("shop", shop),
        ];
        let text = fill(self.words.eligible_meal, &values);
        el("p").part("eligible").text(&text)
    }
}
