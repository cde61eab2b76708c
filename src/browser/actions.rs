//! What happens when the shopper does something.

use guichet_wire::{FormField, NextAction, StartedPayment};

use super::app::{App, spawn, take_session};
use super::calls::Answer;
use super::leave::leave;
use super::page::uuid;
use crate::state::action::Action;
use crate::state::card::CardAsk;
use crate::state::entry::{Fields, Order};
use crate::state::face::{Choice, Meaning, OFFLINE, PressStep, meaning};
use crate::state::model::Model;
use crate::state::money;

impl App {
    /// Does what the shopper wants.
    pub(super) fn perform(&self, action: Action) {
        match action {
            Action::Choose(choice) => self.choose(choice),
            Action::ChooseBrand(brand) => self.choose_brand(&brand),
            Action::Save(save) => drop(self.change(|model| model.choose_save(save))),
            Action::Pay { sure } => self.pay(sure),
            Action::Stay => {
                self.change_and_focus("[data-action=pay]", |model| model.step = PressStep::Rest);
            }
            Action::CardPay => self.card_pay(),
            Action::Answer(answer) => self.answer(&answer),
            Action::AskRemoval(card) => self.in_cards(|model| model.ask_removal(card)),
            Action::KeepCard => self.keep_card(),
            Action::RemoveCard => self.remove_card(),
            Action::ShowList => self.show_list(),
            Action::Retry => self.refresh(),
        }
    }

    fn choose(&self, choice: Choice) {
        let method = choice.method.clone();
        self.change_and_focus("input:checked", |model| model.choose(choice));
        self.emit("guichet:change", Some(("method", &method)));
    }

    fn pay(&self, sure: bool) {
        if let Some(intent) = self.change(|model| model.press(sure, uuid)).flatten() {
            self.send(Order::Start(intent));
        }
    }

    fn card_pay(&self) {
        match self.change(Model::press_card).flatten() {
            Some(CardAsk::Read) => self.read_fields(),
            Some(CardAsk::Send(given)) => self.send(Order::Continue(given)),
            None => {}
        }
    }

    /// The question was answered.
    fn answer(&self, answer: &str) {
        match self.change(|model| model.press_ask(answer, uuid)).flatten() {
            Some(given) => self.send(Order::Continue(given)),
            None => self.focus_trouble(),
        }
    }

    /// The shopper wants the list although a payment is under way.
    fn show_list(&self) {
        self.change(Model::leave_entry);
        if self.ui.with(|model| model.doubt) == Some(true) {
            self.refresh();
        }
    }

    /// Changes something about the saved cards, and moves the focus to the question about them.
    fn in_cards(&self, change: impl FnOnce(&mut Model)) {
        self.change(change);
        self.focus("[data-removal]");
    }

    fn keep_card(&self) {
        if let Some(kept) = self.change(Model::keep_card).flatten() {
            self.focus(&["#remove-", &money::plain(kept as u64)].concat());
        }
    }

    fn remove_card(&self) {
        let Some(card) = self.change(Model::remove_card).flatten() else {
            return;
        };
        self.focus("[data-removal]");
        let app = self.clone();
        spawn(async move {
            let id = card.card.as_deref().unwrap_or_default();
            let code = match app.shared.backend.remove(&card.method, id).await {
                Answer::Body(_) => None,
                Answer::Problem(problem) => Some(problem.code),
                Answer::Lost => Some(OFFLINE.into()),
            };
            if let Some(code) = code {
                app.in_cards(|model| model.card_removed(false));
                if meaning(&code) == Meaning::Refresh {
                    app.refresh();
                }
                app.report(&code);
                return;
            }
            let chosen = app.change(|model| {
                model.card_removed(true);
                model.chosen.is_some()
            });
            app.focus(match chosen {
                Some(true) => "input:checked",
                _ => "input:enabled",
            });
        });
    }

    /// Asks the backend for something that may move money.
    pub(super) fn send(&self, order: Order) {
        let app = self.clone();
        spawn(async move {
            let (code, field) = match app.shared.backend.send(&order).await {
                Answer::Body(started) => return app.go_on(order.method(), started).await,
                Answer::Problem(problem) => (problem.code, problem.field),
                Answer::Lost => (OFFLINE.into(), None),
            };
            let mut fresh = None;
            if order.moved_on(&code) {
                fresh = Some(app.shared.backend.ask("session").await);
            }
            app.change(|model| {
                model.order_failed(&order, &code, field.as_deref());
                if let Some(fresh) = fresh {
                    take_session(model, fresh);
                }
            });
            app.focus_trouble();
            app.report(&code);
        });
    }

    /// Does what the backend says is next.
    async fn go_on(&self, method: &str, started: StartedPayment) {
        // Another tab may have settled the session, or the element may be gone.
        let wanted = self.ui.with(Model::awaits) == Some(true);
        match started.next_action {
            // The face changes when the session is known: meanwhile nothing can be pressed.
            NextAction::Wait => {
                let answer = self.shared.backend.ask("session").await;
                let failed = self.change(|model| {
                    model.started();
                    take_session(model, answer)
                });
                self.report_any(failed.flatten());
            }
            NextAction::HostedFields {
                sdk_url,
                integrity,
                session_token,
                brands,
            } if wanted => {
                let fields = Fields {
                    sdk_url,
                    integrity,
                    session_token,
                    brands,
                };
                self.change(|model| model.open_card(started.payment, method.into(), fields));
                self.focus_trouble();
            }
            NextAction::Ask { question } if wanted => {
                self.change(|model| model.open_ask(started.payment, method.into(), question));
                self.focus_trouble();
            }
            NextAction::FormPost { url, fields } if wanted => {
                self.leave(method, started.payment, &url, Some(&fields))
                    .await;
            }
            NextAction::Redirect { url } if wanted => {
                self.leave(method, started.payment, &url, None).await;
            }
            NextAction::HostedFields { .. }
            | NextAction::Ask { .. }
            | NextAction::FormPost { .. }
            | NextAction::Redirect { .. } => {}
        }
    }

    /// Leaves for the platform's page: by a form with these fields, or without any.
    async fn leave(&self, method: &str, payment: String, url: &str, fields: Option<&[FormField]>) {
        self.change(|model| model.leaves(payment));
        self.emit("guichet:redirect", Some(("method", method)));
        let left = leave(&self.shared.page.host(), url, fields).await;
        if self.ui.with(|model| model.step == PressStep::Leaving) == Some(true) {
            self.change(|model| model.stayed(left));
            if !left {
                self.report("leave_failed");
            }
            self.refresh();
        }
    }
}
