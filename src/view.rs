//! The faces, drawn.

use guichet_wire::{
    CheckoutSession, MethodKind, MethodOffer, OTHER_BANK, PartKind, PartStatus, PartView,
    PaymentView, Question, Refusal, SavedCard, Unavailable,
};
use tachys::prelude::*;

use crate::app::App;
use crate::ask::Asked;
use crate::card::Card;
use crate::entry::{Content, Entry, EntryStep, EntryTrouble};
use crate::face::{Face, Model, Outage, Step, Trouble, refusal, refusal_name};
use crate::i18n::{Lang, Words, fill};
use crate::saved::{Removal, RemovalStep};
use crate::ui::{El, el, icon};
use crate::{method, money, saved};

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
    app.follow(is_busy).unwrap_or_default()
}

fn is_busy(model: &Model) -> bool {
    model.step == Step::Starting || model.is_checking() || model.is_removing()
}

/// Follows what is entered.
fn follow_entry<T>(app: App, read: impl FnOnce(&Entry) -> T) -> Option<T> {
    app.follow(|model| model.entry.as_deref().map(read))
        .flatten()
}

/// Whether what is entered does not change any more.
fn is_given(app: App) -> bool {
    follow_entry(app, Entry::is_given) == Some(true)
}

/// The live region: it is there before its text changes, and outlives every face.
fn spoken(app: App) -> El {
    el("p")
        .attr("class", "spoken")
        .attr("role", "status")
        .dynamic(move || {
            let words = app.words();
            let text = app.follow(|model| match model.face() {
                _ if is_busy(model) => words.pay_busy,
                face if face.is_entry() => match &model.entry {
                    Some(entry) if entry.step == EntryStep::Opening => words.card_opening,
                    _ => "",
                },
                _ if model.saved.removed && model.can_choose() => words.saved_removed,
                Face::Loading | Face::Choosing => "",
                face => face.title(words),
            });
            text.unwrap_or_default().into_any()
        })
}

fn draw(app: App, model: &Model) -> AnyView {
    let scene = Scene::of(app, model);
    let mut body = el("div").part("body");
    if scene.face != Face::Choosing && !scene.face.is_entry() {
        body = body.with(scene.outcome());
    }
    for notice in scene.notices() {
        body = body.with(notice);
    }
    body = body.maybe(scene.parts());
    if scene.face.is_entry() {
        body = body.maybe(scene.entry());
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

impl<'a> Scene<'a> {
    fn of(app: App, model: &'a Model) -> Self {
        Self {
            app,
            words: app.words(),
            lang: app.lang(),
            model,
            face: model.face(),
        }
    }

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
            Face::Loading | Face::Choosing | Face::Card | Face::Ask | Face::Refused => {}
            Face::Leaving => say(words.leaving_body),
            Face::Waiting => say(words.waiting_body),
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
    fn is_debit(&self, payment: &PaymentView) -> bool {
        let offers = self.session().map_or(&[][..], |session| &session.methods);
        let mut debits = offers.iter().filter(|o| o.kind == MethodKind::DirectDebit);
        debits.any(|offer| offer.method == payment.method)
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

    /// What the shopper enters. Nothing of it is drawn anew.
    fn entry(&self) -> Option<El> {
        let app = self.app;
        let entry = self.model.entry.as_deref()?;
        let title = el("h2").part("title").text(self.face.title(self.words));
        let story = el("div").part("story").with(self.focused(title, true));
        let form = el("form")
            .part("form")
            .attr("novalidate", "")
            .live("data-step", move || {
                follow_entry(app, |entry| entry.step.name())
            });
        let form = match &entry.content {
            Content::Card(card) => self.card(form, story, entry, card),
            Content::Ask(asked) => self.ask(form, story, asked),
        };
        Some(
            form.with(
                button("quiet", "choose", self.words.choose_other)
                    .live("disabled", move || busy(app).then_some("")),
            ),
        )
    }

    /// The places of the platform's fields. Their labels, containers and errors are children of
    /// the element itself: `card.js` makes them.
    fn card(&self, form: El, story: El, entry: &Entry, card: &Card) -> El {
        let (app, words) = (self.app, self.words);
        let place = |name| el("div").part("field").with(el("slot").attr("name", name));
        let pair = el("div")
            .attr("class", "pair")
            .with(place("guichet-expiry"))
            .with(place("guichet-code"));
        let offers = self.session().map_or(&[][..], |session| &session.methods);
        let mut offers = offers.iter().filter(|o| o.method == entry.method);
        let label = fill(words.pay, &[("amount", &self.total())]);
        form.with(story.with(el("p").part("note").text(&self.fill(words.card_body, 0))))
            .with(place("guichet-number"))
            .with(
                el("div")
                    .attr("class", "brands")
                    .dynamic(move || brands(app)),
            )
            .with(pair)
            .maybe(
                offers
                    .any(|offer| offer.can_save)
                    .then(|| self.save_box(card)),
            )
            .with(entry_trouble(app))
            .with(self.entry_button("card-pay", label))
    }

    /// Saving is for the shopper to ask for.
    fn save_box(&self, card: &Card) -> El {
        let app = self.app;
        let input = el("input")
            .part("box")
            .attr("type", "checkbox")
            .attr("name", "save")
            .flag("checked", card.save)
            .live("disabled", move || is_given(app).then_some(""));
        el("label")
            .part("save")
            .with(input)
            .with(el("span").text(self.words.save_card))
    }

    fn ask(&self, form: El, story: El, asked: &Asked) -> El {
        let words = self.words;
        let (note, rest) = match asked.0 {
            Question::Bank { .. } => (words.next_transfer, None),
            Question::Iban => (words.mandate_next, Some(words.mandate)),
        };
        let rest = rest.map(|text| el("p").part("note").text(&self.fill(text, 0)));
        form.with(story.with(el("p").part("note").text(note)))
            .with(self.answer(asked))
            .maybe(rest)
            .with(entry_trouble(self.app))
            .with(self.entry_button("answer", words.go_on.into()))
    }

    /// The control of a question, with its name above and what is wrong below. It has no `name`, so
    /// that no form could ever send it, and nothing of the answer is an attribute.
    fn answer(&self, asked: &Asked) -> El {
        let (app, words) = (self.app, self.words);
        let (control, arrow) = match &asked.0 {
            Question::Bank { banks } => {
                let first = el("option").attr("value", "").text(words.bank_choose);
                let mut list = el("select").with(first);
                for bank in banks {
                    let option = el("option").attr("value", &bank.code);
                    list = list.with(option.text(&bank.name));
                }
                let other = el("option").attr("value", OTHER_BANK);
                let list = list.with(other.text(words.bank_other));
                (list, Some(icon("M6 9l6 6 6-6")))
            }
            Question::Iban => {
                let input = el("input")
                    .attr("type", "text")
                    .attr("inputmode", "text")
                    .attr("maxlength", "100")
                    .attr("autocomplete", "off")
                    .attr("autocapitalize", "characters")
                    .attr("autocorrect", "off")
                    .attr("spellcheck", "false");
                (input, None)
            }
        };
        let wrong = move || {
            let text = |entry: &Entry| match (&entry.content, entry.trouble) {
                (Content::Ask(asked), Some(trouble)) => asked.wrong(trouble, words),
                _ => "",
            };
            follow_entry(app, text).unwrap_or_default()
        };
        let control = control
            .part("answer")
            .attr("data-answer", "")
            .attr("aria-labelledby", "answer-label")
            .attr("aria-describedby", "answer-wrong")
            .attr("aria-required", "true")
            .live("aria-invalid", move || {
                (!wrong().is_empty()).then_some("true")
            })
            .live("disabled", move || is_given(app).then_some(""));
        let name = el("span").part("field-label").attr("id", "answer-label");
        let mut label = el("label")
            .part("question")
            .with(name.text(asked.label(words)))
            .with(control);
        if let Some(arrow) = arrow {
            label = label.view(arrow);
        }
        let error = el("p")
            .part("field-error")
            .attr("id", "answer-wrong")
            .attr("role", "alert")
            .dynamic(move || wrong().into_any());
        el("div").part("field").with(label).with(error)
    }

    /// The button that sends what was entered, or sends it once more.
    fn entry_button(&self, action: &str, label: String) -> El {
        let (app, words) = (self.app, self.words);
        let still = move || follow_entry(app, |entry| entry.step != EntryStep::Ready) == Some(true);
        el("button")
            .part("button")
            .attr("type", "submit")
            .attr("data-action", action)
            .live("disabled", move || still().then_some(""))
            .live("aria-busy", move || still().then_some("true"))
            .dynamic(move || {
                let again = follow_entry(app, |entry| entry.given.is_some()) == Some(true);
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
            if offer.saved_cards {
                let (app, code) = (self.app, offer.method.clone());
                list = list.dynamic(move || cards(app, &code));
            }
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
            .with(input)
            .with(label)
            .with(self.hint(offer, &brand).attr("id", &hint))
    }

    /// A choice of the list.
    fn radio(&self, value: &str, id: &str, hint: &str) -> El {
        let chosen = self.model.chosen.as_ref();
        el("input")
            .part("radio")
            .attr("type", "radio")
            .attr("name", "method")
            .attr("value", value)
            .attr("id", id)
            .attr("aria-describedby", hint)
            .flag("checked", chosen.is_some_and(|c| c.value() == value))
    }

    /// The name of a method, which is another one beside saved cards, unless it is the shop's own.
    fn name(&self, offer: &MethodOffer, brand: &method::Brand) -> El {
        let name = el("span").part("name");
        if !offer.saved_cards || offer.label.is_some() {
            return name.text(&brand.name);
        }
        let (app, words) = (self.app, self.words);
        let (offer, alone) = (offer.clone(), brand.name.clone());
        name.dynamic(move || {
            app.follow_detail();
            let saved = app.with(|model| model.cards_of(&offer).next().is_some());
            let text = if saved == Some(true) {
                words.card_other
            } else {
                &alone
            };
            text.to_owned().into_any()
        })
    }

    fn cards(&self, code: &str) -> Option<El> {
        let mut offers = self.session()?.methods.iter();
        let offer = offers.find(|offer| offer.method == code)?;
        let mut rows = el("div").attr("class", "cards");
        for (index, card) in self.model.cards_of(offer) {
            rows = rows.with(self.saved_card(index, card));
        }
        if self.model.awaits_cards(offer) {
            let row = el("div")
                .attr("class", "method awaited")
                .attr("aria-hidden", "true");
            rows = rows.with(row.with(el("span").attr("class", "bone")));
        }
        Some(rows)
    }

    /// One saved card: its button, its names, and a way to remove it.
    fn saved_card(&self, index: usize, card: &SavedCard) -> El {
        let words = self.words;
        let choice = saved::choice(card);
        let value = choice.value();
        let id = |name: &str| [name, &money::plain(index as u64)].concat();
        let (radio, until) = (id("saved-"), id("until-"));
        let shown = [
            method::card_brand(&card.brand),
            " ••••\u{a0}",
            &card.last_digits,
        ]
        .concat();
        let input = self
            .radio(&value, &radio, &until)
            .attr("aria-label", &saved::spoken(card, words.saved_name));
        let expires = saved::expires(card, words);
        let names = el("span")
            .attr("class", "names")
            .with(el("span").part("name").text(&shown))
            .maybe(expires.map(|text| el("small").part("beside").attr("id", &until).text(&text)));
        let label = el("label")
            .part("label")
            .attr("for", &radio)
            .with(names)
            .view(icon(method::icon(MethodKind::Card)));
        let row = el("div")
            .part("method")
            .attr("data-card", &card.card)
            .with(input)
            .with(label);
        match &self.model.saved.removal {
            Some(removal) if removal.choice == choice => row.with(self.removal(removal, card)),
            _ => row.with(
                button("remove", "remove", words.saved_remove)
                    .attr("value", &value)
                    .attr("id", &id("remove-"))
                    .attr("aria-label", &saved::spoken(card, words.saved_remove_this)),
            ),
        }
    }

    /// The question before a card is removed, and what became of that. Its buttons keep the focus
    /// while they do nothing.
    fn removal(&self, removal: &Removal, card: &SavedCard) -> El {
        let words = self.words;
        let still = removal.step == RemovalStep::UnderWay;
        let press = |action, label| {
            let button = button("quiet", action, label);
            if still {
                button.attr("aria-disabled", "true")
            } else {
                button
            }
        };
        let failed = removal.step == RemovalStep::Failed;
        let failed = failed.then(|| {
            let text = el("p").part("field-error").attr("role", "alert");
            text.text(words.saved_failed)
        });
        let label = [
            words.saved_confirm,
            " ",
            &saved::spoken(card, words.saved_name),
        ];
        el("div")
            .part("removal")
            .attr("role", "group")
            .attr("aria-label", &label.concat())
            .attr("data-removal", removal.name())
            .attr("tabindex", "-1")
            .with(el("p").text(words.saved_confirm))
            .maybe(failed)
            .with(press("remove-confirm", words.saved_remove).attr("data-tone", "bad"))
            .with(press("remove-keep", words.saved_keep))
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
                let eligible = part.map(|part| self.eligible(part));
                return el("div").part("hint").maybe(eligible).with(next);
            }
        };
        let text = fill(text, &[("limit", &self.money(limit))]);
        el("div")
            .part("hint")
            .flag("data-limit", true)
            .with(el("p").text(&text))
    }

    fn eligible(&self, part: u64) -> El {
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

/// The saved cards of a method, or the place where they will be. Drawn anew by itself, so that the
/// rest of the list keeps focus and choice.
fn cards(app: App, code: &str) -> AnyView {
    app.follow_detail();
    let drawn = app.with(|model| Scene::of(app, model).cards(code));
    drawn
        .flatten()
        .map_or_else(|| ().into_any(), |rows| rows.done())
}

/// The brands of a card that bears more than one: the shopper chooses. Drawn anew for another card
/// only, so that the choice keeps the focus.
fn brands(app: App) -> AnyView {
    app.follow_detail();
    let drawn = app.with(|model| {
        let card = model.entry.as_deref()?.card()?;
        Some(brand_choice(app, card, card.brand.as_ref()?))
    });
    drawn.flatten().unwrap_or_else(|| ().into_any())
}

fn brand_choice(app: App, card: &Card, chosen: &String) -> AnyView {
    let legend = el("legend").part("caption").text(app.words().card_brand);
    let mut list = el("fieldset")
        .part("brands")
        .live("disabled", move || is_given(app).then_some(""))
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

/// What went wrong with what was entered, without taking it away. It is there before its text is.
fn entry_trouble(app: App) -> El {
    let words = app.words();
    let trouble = move || {
        let said = |trouble: &EntryTrouble| !trouble.text(words).is_empty();
        follow_entry(app, |entry| entry.trouble)
            .flatten()
            .filter(said)
    };
    el("div")
        .part("notice")
        .attr("data-tone", "bad")
        .attr("role", "alert")
        .attr("tabindex", "-1")
        .live("data-trouble", move || trouble().map(EntryTrouble::name))
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
