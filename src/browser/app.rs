//! The running widget: its state, and what follows from a change of it.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;

use guichet_wire::{CheckoutSession, CheckoutStatus, SavedCards};
use wasm_bindgen_futures::spawn_local;

use super::calls::{Answer, Backend};
use super::page::{Page, is_visible, sleep};
use crate::state::action::Action;
use crate::state::entry::EntryTrouble;
use crate::state::face::{Choice, Face, OFFLINE, Outage};
use crate::state::model::Model;
use crate::view::ui::Ui;

/// Shortest pause between two questions for the status, in milliseconds.
const QUICKEST: u32 = 700;
/// Longest pause between them.
const SLOWEST: u32 = 10_000;
/// How often it is looked whether the pause is over, or has become pointless.
const LOOK: u32 = 350;
/// Questions without an answer after which the widget says that it is offline.
const LOSSES: u8 = 3;

/// A handle on one widget, for listeners and tasks. What it does to a widget that is gone does
/// nothing.
#[derive(Clone)]
pub(crate) struct App {
    pub(super) ui: Ui,
    pub(super) shared: Rc<Shared>,
}

/// What one widget consists of, beside its state.
pub(super) struct Shared {
    pub(super) page: Page,
    pub(super) backend: Backend,
    /// The session token of the card's fields that are on the page.
    pub(super) open: RefCell<Option<String>>,
    /// The shopper has used the widget: the focus may follow what happens.
    pub(super) engaged: Cell<bool>,
    /// The shop was told that the session is settled.
    told: Cell<bool>,
    /// A loop is asking for the status.
    polling: Cell<bool>,
    /// The loop should ask at once.
    hurry: Cell<bool>,
}

/// Takes the answer to a question for the session. Returns the error's code, if it was one.
pub(super) fn take_session(model: &mut Model, answer: Answer<CheckoutSession>) -> Option<String> {
    take(model, answer, Model::take)
}

/// Takes an answer. Returns the error's code, if it was one.
fn take<T>(model: &mut Model, answer: Answer<T>, read: fn(&mut Model, T)) -> Option<String> {
    match answer {
        Answer::Body(body) => {
            read(model, body);
            None
        }
        Answer::Problem(problem) => {
            model.refused(&problem.code);
            Some(problem.code)
        }
        Answer::Lost => {
            model.outage = Some(Outage::Offline);
            Some(OFFLINE.into())
        }
    }
}

/// Runs a task. Boxed, so that the executor's code stands in the module once.
pub(super) fn spawn(task: impl Future<Output = ()> + 'static) {
    spawn_boxed(Box::pin(task));
}

#[inline(never)]
fn spawn_boxed(task: Pin<Box<dyn Future<Output = ()>>>) {
    spawn_local(task);
}

impl App {
    pub(super) fn new(ui: Ui, page: Page) -> Self {
        let backend = Backend::new(page.base(), page.secret(), ui.locale.lang.tag());
        let shared = Rc::new(Shared {
            page,
            backend,
            open: RefCell::default(),
            engaged: Cell::new(false),
            told: Cell::new(false),
            polling: Cell::new(false),
            hurry: Cell::new(false),
        });
        Self { ui, shared }
    }

    /// Tells the page that the widget is there, and does what the shopper did before it was.
    pub(super) fn begin(
        &self,
        failed: Option<String>,
        chosen: Option<Choice>,
        used: bool,
        pressed: &str,
    ) {
        self.emit("guichet:ready", None);
        self.report_any(failed);
        self.settle();
        self.shared.engaged.set(used);
        if let Some(choice) = chosen {
            self.emit("guichet:change", Some(("method", &choice.method)));
        }
        if !pressed.is_empty() {
            self.do_or_tell(Action::pressed(pressed, ""));
        }
    }

    pub(super) fn emit(&self, name: &str, detail: Option<(&str, &str)>) {
        self.shared.page.emit(name, detail);
    }

    /// Tells the shop's page what went wrong.
    pub(super) fn report(&self, code: &str) {
        self.emit("guichet:error", Some(("code", code)));
    }

    /// The same, where something may have.
    pub(super) fn report_any(&self, code: Option<String>) {
        if let Some(code) = code {
            self.report(&code);
        }
    }

    /// Changes the state, and nothing that follows from it.
    pub(super) fn update<T>(&self, change: impl FnOnce(&mut Model) -> T) -> Option<T> {
        self.ui.update(change)
    }

    /// Changes the state. Where that draws the face anew, the focus goes to what is new.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Model) -> T) -> Option<T> {
        self.change_and_focus("[data-focus]", change)
    }

    pub(super) fn change_and_focus<T>(
        &self,
        target: &'static str,
        change: impl FnOnce(&mut Model) -> T,
    ) -> Option<T> {
        let before = self.ui.with(Model::drawing)?;
        let result = self.update(change);
        if self.shared.engaged.get() && self.ui.with(Model::drawing) != Some(before) {
            self.focus(target);
        }
        self.settle();
        result
    }

    /// What follows from the state: the shop is told once, status and saved cards are asked for,
    /// the platform's fields come and go.
    pub(super) fn settle(&self) {
        self.follow_fields();
        let face = self.ui.with(Model::face).unwrap_or(Face::Loading);
        if matches!(face, Face::Paid | Face::Authorised) && !self.shared.told.replace(true) {
            self.emit("guichet:complete", Some(("status", face.name())));
        }
        if self.ui.with(Model::wants_cards).unwrap_or_default() {
            self.ask_for_cards();
        }
        if self.polls() && !self.shared.polling.replace(true) {
            let app = self.clone();
            spawn(async move {
                app.poll().await;
                app.shared.polling.set(false);
            });
        }
    }

    fn polls(&self) -> bool {
        self.ui.with(Model::polls).unwrap_or_default()
    }

    /// Asks for the status while the page is visible, slower and slower, until it is settled.
    async fn poll(&self) {
        let (mut pause, mut waited, mut losses) = (QUICKEST, 0, 0);
        loop {
            sleep(LOOK).await;
            waited += LOOK;
            if !self.polls() {
                return;
            }
            if !is_visible() || (waited < pause && !self.shared.hurry.get()) {
                continue;
            }
            if self.shared.hurry.take() {
                pause = QUICKEST;
            }
            waited = 0;
            pause = (pause * 3 / 2).min(SLOWEST);
            let answer: Answer<CheckoutStatus> = self.shared.backend.ask("status").await;
            losses = if matches!(answer, Answer::Lost) {
                losses + 1
            } else {
                0
            };
            if (1..LOSSES).contains(&losses) {
                continue;
            }
            let failed = self.change(|model| take(model, answer, Model::take_status));
            self.report_any(failed.flatten());
        }
    }

    /// Asks for the saved cards. Without an answer, the methods pay without them.
    fn ask_for_cards(&self) {
        self.update(Model::cards_asked);
        let app = self.clone();
        spawn(async move {
            let cards = match app.shared.backend.ask::<SavedCards>("cards").await {
                Answer::Body(saved) => saved.cards,
                Answer::Problem(_) | Answer::Lost => vec![],
            };
            app.change(|model| model.take_cards(cards));
        });
    }

    /// Asks for the session again.
    pub(super) fn refresh(&self) {
        let app = self.clone();
        spawn(async move {
            let answer = app.shared.backend.ask("session").await;
            let failed = app.change(|model| take_session(model, answer));
            app.report_any(failed.flatten());
        });
    }

    /// The page became visible, came back online or (`restored`) out of the browser's store of
    /// pages.
    pub(super) fn wake(&self, restored: bool) {
        let offline = |model: &Model| model.outage == Some(Outage::Offline);
        if restored {
            self.change(Model::came_back);
            self.refresh();
        } else if self.ui.with(offline).unwrap_or_default() {
            self.refresh();
        } else {
            self.shared.hurry.set(true);
        }
    }

    /// The face of an entry stays as it is, so the focus goes to what is said in it.
    pub(super) fn focus_trouble(&self) {
        let trouble = |model: &Model| model.entry.as_ref().and_then(|entry| entry.trouble);
        match self.ui.with(trouble).flatten() {
            None => {}
            Some(EntryTrouble::Empty | EntryTrouble::Wrong) => self.focus("[data-answer]"),
            Some(_) => self.focus("[data-trouble]"),
        }
    }

    /// Moves the focus once the view has followed the state.
    pub(super) fn focus(&self, target: &str) {
        let (page, target) = (self.shared.page.clone(), target.to_owned());
        spawn(async move {
            sleep(0).await;
            page.focus(&target);
        });
    }
}
