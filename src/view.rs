//! The faces, drawn.

use guichet_wire::{
    CheckoutSession, MethodOffer, PartKind, PartStatus, PartView, PaymentView, Refusal, Unavailable,
};
use leptos::prelude::*;

use crate::app::App;
use crate::card::{Card, CardStep, CardTrouble};
use crate::face::{Face, Model, Outage, Step, Trouble, refusal, refusal_name};
use crate::i18n::{Lang, Words, fill};
use crate::ui::{El, el, icon};
use crate::{method, money};

/// What a face is drawn from.
struct Scene<'a> {
    app: App,
    words: &'static Words,
    lang: Lang,
    model: &'a Model,
    face: Face,
}

/// The widget's root.
pub(crate) fn root(app: App) -> AnyView {
    el("div")
        .part("checkout")
        .attr("lang", app.lang().tag())
        .live("data-face", move || app.follow(|model| model.face().name()))
        .live("aria-busy", move || busy(app).then_some("true"))
        .with(spoken(app))
        .dynamic(move || {
            app.follow_drawing();
            app.with(|model| draw(app, model))
                .unwrap_or_else(|| ().into_any())
        })
        .done()
}

fn busy(app: App) -> bool {
    app.follow(|model| model.step == Step::Starting || model.is_checking())
        .unwrap_or_default()
}

/// Follows the card that is being typed.
fn follow_card<T>(app: App, read: impl FnOnce(&Card) -> T) -> Option<T> {
    app.follow(|model| model.card.as_deref().map(read))
        .flatten()
}

/// The live region: it is there before its text changes, and outlives every face.
fn spoken(app: App) -> El {
    el("p")
        .attr("class", "spoken")
        .attr("role", "status")
        .dynamic(move || {
            let words = app.words();
            let text = app.follow(|model| match model.face() {
                _ if model.step == Step::Starting || model.is_checking() => words.pay_busy,
                Face::Card => match &model.card {
                    Some(card) if card.step == CardStep::Opening => words.card_opening,
                    _ => "",
                },
                Face::Loading | Face::Choosing => "",
                face => face.title(words),
            });
            text.unwrap_or_default().into_any()
        })
}

fn draw(app: App, model: &Model) -> AnyView {
    let scene = Scene {
        app,
        words: app.words(),
        lang: app.lang(),
        model,
        face: model.face(),
    };
    let mut body = el("div").part("body");
    if !matches!(scene.face, Face::Choosing | Face::Card) {
        body = body.with(scene.outcome());
    }
    for notice in scene.notices() {
        body = body.with(notice);
    }
    body = body.maybe(scene.parts());
    if scene.face == Face::Card {
        body = body.with(scene.card());
    } else if model.can_choose() {
        body = body.with(scene.form());
    } else {
        body = body.maybe(scene.action());
    }
    el("div")
        .attr("class", "face")
        .maybe(scene.summary())
        .with(body)
        .done()
}

impl Scene<'_> {
    fn session(&self) -> Option<&CheckoutSession> {
        self.model.session.as_ref()
    }

    fn money(&self, amount: u64) -> String {
        self.session().map_or_else(String::new, |session| {
            money::format(
                self.lang,
                amount,
                &session.currency,
                session.currency_exponent,
            )
        })
    }

    fn total(&self) -> String {
        self.money(self.session().map_or(0, |session| session.amount))
    }

    /// Fills a text with what every face may speak of, and the amount `accepted`.
    fn fill(&self, text: &str, accepted: u64) -> String {
        let session = self.session();
        let total = self.total();
        fill(
            text,
            &[
                ("shop", session.map_or("", |session| &session.shop)),
                (
                    "reference",
                    session.map_or("", |session| &session.reference),
                ),
                ("amount", &total),
                ("total", &total),
                ("accepted", &self.money(accepted)),
            ],
        )
    }

    /// Shop, order and amount.
    fn summary(&self) -> Option<El> {
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
            el("header")
                .part("summary")
                .flag("data-settled", settled)
                .with(order)
                .with(amount),
        )
    }

    /// Sign, title and text of a face that tells how things stand.
    fn outcome(&self) -> El {
        let (tone, outline) = match self.face {
            Face::Paid | Face::Authorised => ("good", "M5 12.5l4.500 4.500L19 7.500"),
            Face::Loading | Face::Choosing | Face::Card | Face::Leaving | Face::Waiting => {
                ("busy", "")
            }
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
        let title = el("h2").part("title").text(self.face.title(self.words));
        let mut story = el("div").part("story").with(self.focused(title, true));
        for text in self.story() {
            story = story.with(text);
        }
        el("div").part("outcome").with(sign).with(story)
    }

    /// One element of a drawing takes the focus: the most urgent one.
    fn focused(&self, element: El, is_title: bool) -> El {
        let urgent = self.model.trouble.is_some() || self.model.step == Step::Confirming;
        if is_title && urgent && self.model.can_choose() {
            return element;
        }
        element.attr("tabindex", "-1").attr("data-focus", "")
    }

    fn story(&self) -> Vec<El> {
        let words = self.words;
        let payment = self
            .model
            .status()
            .and_then(|status| status.payment.as_ref());
        let accepted = payment.map_or(0, |payment| payment.accepted);
        let mut texts: Vec<El> = Vec::new();
        let mut say = |text: &str| texts.push(el("p").text(&self.fill(text, accepted)));
        match self.face {
            Face::Loading | Face::Choosing | Face::Card | Face::Refused => {}
            Face::Leaving => say(words.leaving_body),
            Face::Waiting => say(words.waiting_body),
            Face::Paid => say(words.paid_body),
            Face::Authorised => say(words.authorised_body),
            Face::Cancelled => say(words.cancelled_body),
            Face::Incomplete => say(words.incomplete_body),
            Face::Expired => say(words.expired_body),
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

    /// What the shopper must know whatever the face: money held, money taken twice.
    fn notices(&self) -> Vec<El> {
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

    /// The parts of the payment, where some of them took money.
    fn parts(&self) -> Option<El> {
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

    fn part(&self, payment: &PaymentView, part: &PartView) -> El {
        let words = self.words;
        let brand = method::reported(&part.brand, &payment.method);
        let (kind, name) = match part.kind {
            PartKind::Voucher => ("voucher", fill(words.part_voucher, &[("brand", brand)])),
            PartKind::Complement => ("complement", words.part_complement.into()),
            PartKind::Card | PartKind::Account => {
                let wallet = method::wallet(&payment.method);
                ("card", wallet.unwrap_or(words.part_card).into())
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
            .attr("data-amount", &part.amount.to_string())
            .with(el("span").text(&name))
            .maybe(remark.map(|remark| el("em").part("remark").text(remark)))
            .with(
                el("span")
                    .part("item-amount")
                    .text(&self.money(part.amount)),
            )
    }

    /// The one button of a face without a list.
    fn action(&self) -> Option<El> {
        let can_pay = self.model.status().is_some_and(|status| status.can_pay);
        match (self.face, self.model.outage) {
            (Face::Offline, _) | (Face::Broken, Some(Outage::Failing)) => {
                Some(button("button", "retry", self.words.retry))
            }
            (Face::Waiting, _) if can_pay => {
                Some(button("quiet", "choose", self.words.waiting_other))
            }
            _ => None,
        }
    }

    /// The places of the platform's fields. Their labels, containers and errors are children of
    /// the element itself: `card.js` makes them, and nothing here is drawn anew around them.
    fn card(&self) -> El {
        let (app, words) = (self.app, self.words);
        let title = el("h2").part("title").text(words.card_title);
        let place = |name| el("div").part("field").with(el("slot").attr("name", name));
        let pair = el("div")
            .attr("class", "pair")
            .with(place("guichet-expiry"))
            .with(place("guichet-code"));
        el("form")
            .part("form")
            .attr("novalidate", "")
            .live("data-step", move || {
                follow_card(app, |card| card.step.name())
            })
            .with(
                el("div")
                    .part("story")
                    .with(self.focused(title, true))
                    .with(el("p").part("note").text(&self.fill(words.card_body, 0))),
            )
            .with(place("guichet-number"))
            .with(
                el("div")
                    .attr("class", "brands")
                    .dynamic(move || brands(app)),
            )
            .with(pair)
            .with(card_trouble(app))
            .with(self.card_button())
            .with(
                button("quiet", "choose", words.choose_other)
                    .live("disabled", move || busy(app).then_some("")),
            )
    }

    fn card_button(&self) -> El {
        let (app, words) = (self.app, self.words);
        let label = fill(words.pay, &[("amount", &self.total())]);
        let still = move || follow_card(app, |card| card.step != CardStep::Ready) == Some(true);
        el("button")
            .part("button")
            .attr("type", "submit")
            .attr("data-action", "card-pay")
            .live("disabled", move || still().then_some(""))
            .live("aria-busy", move || still().then_some("true"))
            .dynamic(move || {
                let again = follow_card(app, |card| card.given.is_some()) == Some(true);
                let text = if again { words.retry } else { &label };
                text.to_owned().into_any()
            })
    }

    fn form(&self) -> El {
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
            list = list.with(self.offer(offer));
        }
        let confirming = self.model.step == Step::Confirming;
        let form = el("form")
            .part("form")
            .attr("novalidate", "")
            .maybe((self.model.warns() && !confirming).then(|| self.warning()))
            .with(list)
            .maybe(self.model.trouble.map(|trouble| self.trouble(trouble)));
        if confirming {
            form.with(self.confirm())
        } else {
            form.with(self.pay_button())
        }
    }

    fn warning(&self) -> El {
        notice(
            "alert",
            self.words.elsewhere_title,
            self.words.elsewhere_body,
        )
        .attr("role", "group")
        .attr("data-warning", "open-elsewhere")
    }

    fn trouble(&self, trouble: Trouble) -> El {
        let text = el("p").text(trouble.text(self.words));
        self.focused(el("div"), false)
            .part("notice")
            .attr("data-tone", "bad")
            .attr("role", "alert")
            .with(text)
    }

    fn pay_button(&self) -> El {
        let app = self.app;
        let label = fill(self.words.pay, &[("amount", &self.total())]);
        el("button")
            .part("button")
            .attr("type", "submit")
            .attr("data-action", "pay")
            .live("disabled", move || busy(app).then_some(""))
            .live("aria-busy", move || busy(app).then_some("true"))
            .text(&label)
    }

    fn confirm(&self) -> El {
        let words = self.words;
        let label = fill(words.confirm_pay, &[("amount", &self.total())]);
        let question = notice("alert", words.confirm_title, words.confirm_body)
            .attr("role", "group")
            .attr("data-warning", "open-elsewhere");
        self.focused(question, false)
            .with(button("button", "confirm", &label))
            .with(button("quiet", "stay", words.confirm_stay))
    }

    /// One method: its button, its names, and what will happen next.
    fn offer(&self, offer: &MethodOffer) -> El {
        let code = offer.method.as_str();
        let (id, hint) = (["method-", code].concat(), ["hint-", code].concat());
        let brand = method::brand(offer, self.words);
        let chosen = self.model.chosen.as_deref() == Some(code);
        let input = el("input")
            .part("radio")
            .attr("type", "radio")
            .attr("name", "method")
            .attr("value", code)
            .attr("id", &id)
            .attr("aria-describedby", &hint)
            .flag("checked", chosen)
            .flag("disabled", offer.unavailable.is_some());
        let names = el("span")
            .attr("class", "names")
            .with(el("span").part("name").text(&brand.name))
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
            .with(input)
            .with(label)
            .with(self.hint(offer, &brand).attr("id", &hint))
    }

    fn hint(&self, offer: &MethodOffer, brand: &method::Brand) -> El {
        let words = self.words;
        let (text, limit) = match offer.unavailable {
            Some(Unavailable::BelowMinimum { minimum }) => (words.below_minimum, minimum),
            Some(Unavailable::AboveMaximum { maximum }) => (words.above_maximum, maximum),
            None => {
                let next = el("p").text(&method::what_next(offer, brand, words));
                let session = self.session();
                let part = session.and_then(|session| method::eligible(offer, session));
                let eligible = part.map(|part| self.eligible(offer, part));
                return el("div").part("hint").maybe(eligible).with(next);
            }
        };
        let text = fill(text, &[("limit", &self.money(limit))]);
        el("div")
            .part("hint")
            .flag("data-limit", true)
            .with(el("p").text(&text))
    }

    fn eligible(&self, offer: &MethodOffer, part: u64) -> El {
        let text = match offer.kind {
            guichet_wire::MethodKind::HolidayVoucher => self.words.eligible_holiday,
            _ => self.words.eligible_meal,
        };
        let total = self.session().map_or(0, |session| session.amount);
        let rest = self.money(total.saturating_sub(part));
        let eligible = self.money(part);
        let values = [
            ("eligible", &*eligible),
            ("total", &*self.total()),
            ("rest", &*rest),
        ];
        el("p").part("eligible").text(&fill(text, &values))
    }
}

/// The brands of a card that bears more than one: the shopper chooses. Drawn anew for another card
/// only, so that the choice keeps the focus.
fn brands(app: App) -> AnyView {
    app.follow_brands();
    let drawn = app.with(|model| {
        let card = model.card.as_deref()?;
        Some(brand_choice(app, card, card.brand.as_ref()?))
    });
    drawn.flatten().unwrap_or_else(|| ().into_any())
}

fn brand_choice(app: App, card: &Card, chosen: &String) -> AnyView {
    let legend = el("legend").part("caption").text(app.words().card_brand);
    let mut list = el("fieldset")
        .part("brands")
        .live("disabled", move || {
            let given = follow_card(app, Card::is_given) == Some(true);
            given.then_some("")
        })
        .with(legend);
    for brand in &card.brands {
        let input = el("input")
            .part("radio")
            .attr("type", "radio")
            .attr("name", "guichet-brand")
            .attr("value", brand)
            .flag("checked", chosen == brand);
        let label = el("label").part("brand").with(input);
        list = list.with(label.with(el("span").text(method::card_brand(brand))));
    }
    list.done()
}

/// What went wrong with the card, without taking the fields away. It is there before its text is.
fn card_trouble(app: App) -> El {
    let trouble = move || follow_card(app, |card| card.trouble).flatten();
    let words = app.words();
    el("div")
        .part("notice")
        .attr("data-tone", "bad")
        .attr("role", "alert")
        .attr("tabindex", "-1")
        .live("data-trouble", move || trouble().map(CardTrouble::name))
        .dynamic(move || {
            trouble()
                .map_or("", |trouble| trouble.text(words))
                .into_any()
        })
}

fn notice(tone: &str, title: &str, text: &str) -> El {
    el("div")
        .part("notice")
        .attr("data-tone", tone)
        .attr("aria-label", title)
        .with(el("strong").text(title))
        .with(el("p").text(text))
}

fn button(part: &str, action: &str, label: &str) -> El {
    el("button")
        .part(part)
        .attr("type", "button")
        .attr("data-action", action)
        .text(label)
}
