//! The running widget: one per element, from [`mount`] to [`unmount`].

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;

use any_spawner::Executor;
use guichet_wire::{NextAction, StartedPayment};
use reactive_graph::prelude::*;
use reactive_graph::signal::ArcTrigger;
use tachys::prelude::*;
use tachys::view::any_view::AnyViewState;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::ShadowRoot;

use crate::card::{CardAsk, Fields};
use crate::client::{Answer, send};
use crate::entry::{EntryTrouble, Order};
use crate::face::{Choice, Drawing, Face, Meaning, Model, Outage, Step, meaning};
use crate::i18n::{Lang, Words};
use crate::page::{Page, texts, wait};
use crate::read::{self, Json};
use crate::{money, view};

/// Longest pause between two questions for the status, in milliseconds.
const SLOWEST: i32 = 10_000;
/// Questions without an answer after which the widget says that it is offline.
const LOSSES: u8 = 3;

/// What one widget consists of.
struct Shared {
    page: Page,
    model: RefCell<Model>,
    /// Runs again what follows the state.
    changed: ArcTrigger,
    /// Draws the face anew.
    drawing: ArcTrigger,
    /// Draws the part of a face anew that is drawn by itself.
    part: ArcTrigger,
    words: &'static Words,
    lang: Lang,
    /// The session token of the card's fields that are on the page.
    open: RefCell<Option<String>>,
    /// The shopper has used the widget: the focus may follow what happens.
    engaged: Cell<bool>,
    /// The brands, or the saved cards, that were drawn.
    detail: Cell<u32>,
    /// The shop was told that the session is settled.
    told: Cell<bool>,
    /// A loop is asking for the status.
    polling: Cell<bool>,
    /// The loop should ask at once.
    hurry: Cell<bool>,
}

impl Shared {
    /// Nothing comes back before this has returned: the script is loaded first.
    fn open_fields(&self, fields: &Fields) {
        let words = self.words;
        let texts = [
            "open",
            &fields.sdk_url,
            &fields.session_token,
            &fields.brands.join(" "),
            fields.integrity.as_deref().unwrap_or_default(),
            self.lang.tag(),
            words.card_number,
            words.card_expiry,
            words.card_code,
            words.number_empty,
            words.expiry_empty,
            words.code_empty,
            words.number_wrong,
            words.expiry_wrong,
            words.code_wrong,
            words.refusal_not_accepted,
        ];
        self.tell_fields(&texts);
    }

    /// Asks for `session`, `status` or `cards`.
    async fn ask(&self, what: &str) -> Answer {
        Answer::of(&wait(self.page.ask(what)).await)
    }

    /// Says something to the platform's fields for a card.
    fn tell_fields(&self, news: &[&str]) {
        self.page.fields(texts(news.iter().copied()));
    }
}

/// A handle on one widget's state, cheap to copy into every listener.
#[derive(Clone, Copy)]
pub struct App(usize);

/// A widget on its page.
struct Widget {
    shared: Rc<Shared>,
    /// Its effects end with it.
    view: Option<AnyViewState>,
}

thread_local! {
    /// The page's widgets, by their numbers; `None` where one is gone. Not in the reactive arena:
    /// that brings the standard library's threads with it, for what may not leave its own.
    static WIDGETS: RefCell<Vec<Option<Widget>>> = const { RefCell::new(Vec::new()) };
}

/// Draws the widget into `root`.
///
/// `page` also holds `locale` (the element's own, may be empty), `lang` (the page's around it),
/// `back` (whether the shopper came by the back button) and the answer to the first call: `ok` and
/// `body`, or no `body` if none came. The platform's fields for a card answer by [`act`].
///
/// Returns the widget's number, for the other functions.
#[wasm_bindgen]
#[must_use]
pub fn mount(root: &ShadowRoot, page: Page) -> usize {
    let text = |name| {
        page.get(name)
            .and_then(|value| value.text())
            .unwrap_or_default()
    };
    let back = page.get("back").and_then(|value| value.flag());
    let mut model = Model {
        anyway: back.unwrap_or_default(),
        ..Model::default()
    };
    let failed = take_session(&mut model, Answer::of(&page));
    let (locale, around) = (text("locale"), text("lang"));
    let session = model.session.as_ref();
    let asked = session.and_then(|session| session.locale.as_deref());
    let shop = session.and_then(|session| session.language.as_deref());
    let tags = [Some(&*locale), asked, Some(&*around), shop];
    let lang = Lang::choose(&tags.map(Option::unwrap_or_default));
    let shared = Rc::new(Shared {
        page,
        model: RefCell::new(model),
        changed: ArcTrigger::new(),
        drawing: ArcTrigger::new(),
        part: ArcTrigger::new(),
        words: lang.words(),
        lang,
        open: RefCell::default(),
        engaged: Cell::new(false),
        detail: Cell::new(0),
        told: Cell::new(false),
        polling: Cell::new(false),
        hurry: Cell::new(false),
    });
    // Fails for every widget of a page but the first: then it is done.
    Executor::init_wasm_bindgen().unwrap_or_default();
    let app = WIDGETS.with_borrow_mut(|all| {
        all.push(Some(Widget { shared, view: None }));
        App(all.len() - 1)
    });
    let mut view = view::root(app).build();
    view.mount(root.unchecked_ref(), None);
    WIDGETS.with_borrow_mut(|all| {
        if let Some(Some(widget)) = all.get_mut(app.0) {
            widget.view = Some(view);
        }
    });
    app.emit("guichet:ready", None);
    app.report(failed);
    app.settle();
    app.0
}

/// Takes a widget off its page.
#[wasm_bindgen]
pub fn unmount(widget: usize) {
    let widget = WIDGETS.with_borrow_mut(|all| all.get_mut(widget).and_then(Option::take));
    if let Some(mut view) = widget.and_then(|widget| widget.view) {
        view.unmount();
    }
}

/// The shopper pressed a button with this `data-action`, whose own value is `value`; sent the form
/// of a question, with the answer in `value`; or chose `value`, with `choose-` and the name of what
/// was chosen: of a box, `value` is empty when it is not ticked.
///
/// The fields of a card speak here too: `fields-ready`, `fields-failed`, `fields-expired`,
/// `fields-brands` with the brands of the card in `value`, and, to the question for a token,
/// `fields-token` with the token in `value` and the brand in `more`, `fields-wrong` when they have
/// said by themselves what is wrong, or `fields-lost`.
#[wasm_bindgen]
pub fn act(widget: usize, action: &str, value: &str, more: &str) {
    let app = App(widget);
    let Some(shared) = app.shared() else { return };
    if let Some(news) = action.strip_prefix("fields-") {
        app.fields_say(shared, news, value, more);
        return;
    }
    shared.engaged.set(true);
    match action {
        "choose-method" => app.choose(value),
        "choose-guichet-brand" => app.choose_brand(&shared, value),
        "choose-save" => drop(app.change(|model| model.choose_save(!value.is_empty()))),
        "pay" => app.pay(shared, false),
        "confirm" => app.pay(shared, true),
        "card-pay" => app.card_pay(shared),
        "answer" => app.answer(shared, value),
        "remove" => app.in_cards(shared, |model| model.ask_removal(value.into())),
        "remove-keep" => app.keep_card(shared),
        "remove-confirm" => app.remove_card(shared),
        "stay" => app.stay(),
        "choose" => app.choose_anyway(),
        "retry" => app.refresh(),
        _ => {}
    }
}

/// The page became visible, came back online or (`restored`) out of the browser's store of pages.
#[wasm_bindgen]
pub fn wake(widget: usize, restored: bool) {
    let app = App(widget);
    if restored {
        app.change(Model::came_back);
        app.refresh();
    } else if app
        .with(|model| model.outage == Some(Outage::Offline))
        .unwrap_or_default()
    {
        app.refresh();
    } else {
        app.hurry();
    }
}

/// Runs a task. Boxed, so that the executor's code stands in the module once.
fn spawn(task: impl Future<Output = ()> + 'static) {
    spawn_boxed(Box::pin(task));
}

#[inline(never)]
fn spawn_boxed(task: Pin<Box<dyn Future<Output = ()>>>) {
    spawn_local(task);
}

/// Takes the answer to a question for the session. Returns the error's code, if it was one.
fn take_session(model: &mut Model, answer: Answer) -> Option<String> {
    take(model, answer, |model, body| {
        model.take(read::session(body)?);
        Some(())
    })
}

/// Takes the answer to a question for the status, in the same way.
fn take_status(model: &mut Model, answer: Answer) -> Option<String> {
    take(model, answer, |model, body| {
        model.take_status(read::status(body)?);
        Some(())
    })
}

fn take(
    model: &mut Model,
    answer: Answer,
    read: fn(&mut Model, &JsValue) -> Option<()>,
) -> Option<String> {
    let code = match answer {
        Answer::Lost => {
            model.outage = Some(Outage::Offline);
            return Some("offline".into());
        }
        Answer::Body(body) => match read(model, &body) {
            Some(()) => return None,
            None => "answer_unreadable".into(),
        },
        Answer::Problem(code, _) => code,
    };
    model.refused(&code);
    Some(code)
}

impl App {
    fn shared(self) -> Option<Rc<Shared>> {
        WIDGETS.with_borrow(|all| Some(Rc::clone(&all.get(self.0)?.as_ref()?.shared)))
    }

    /// The texts of the widget's language.
    pub(crate) fn words(self) -> &'static Words {
        self.shared()
            .map_or(Lang::Fr.words(), |shared| shared.words)
    }

    /// The widget's language.
    pub(crate) fn lang(self) -> Lang {
        self.shared().map_or(Lang::Fr, |shared| shared.lang)
    }

    /// Reads the state once.
    pub(crate) fn with<T>(self, read: impl FnOnce(&Model) -> T) -> Option<T> {
        let shared = self.shared()?;
        let model = shared.model.try_borrow().ok()?;
        Some(read(&model))
    }

    /// Reads the state, again whenever it changes.
    pub(crate) fn follow<T>(self, read: impl FnOnce(&Model) -> T) -> Option<T> {
        self.shared()?.changed.track();
        self.with(read)
    }

    /// Runs again whenever the face must be drawn anew.
    pub(crate) fn follow_drawing(self) {
        if let Some(shared) = self.shared() {
            shared.drawing.track();
        }
    }

    /// Runs again whenever the brands of the card that is typed are others, or the saved cards.
    pub(crate) fn follow_detail(self) {
        if let Some(shared) = self.shared() {
            shared.part.track();
        }
    }

    fn emit(self, event: &str, detail: Option<(&str, &str)>) {
        if let Some(shared) = self.shared() {
            let (name, value) = detail.unwrap_or_default();
            shared.page.emit(event, name, value);
        }
    }

    fn report(self, failed: Option<String>) {
        if let Some(code) = failed {
            self.emit("guichet:error", Some(("code", &code)));
        }
    }

    /// Changes the state, and draws anew what must be.
    fn change<T>(self, change: impl FnOnce(&mut Model) -> T) -> Option<T> {
        self.change_and_focus("[data-focus]", change)
    }

    fn change_and_focus<T>(
        self,
        target: &'static str,
        change: impl FnOnce(&mut Model) -> T,
    ) -> Option<T> {
        let (mut change, mut result) = (Some(change), None);
        self.apply(target, &mut |model| {
            result = change.take().map(|change| change(model))
        });
        result
    }

    fn apply(self, target: &'static str, change: &mut dyn FnMut(&mut Model)) {
        let Some(shared) = self.shared() else { return };
        let Some(before) = self.drawing() else { return };
        self.update(change);
        let detail = self.with(|model| model.detail).unwrap_or_default();
        if shared.detail.replace(detail) != detail {
            shared.part.notify();
        }
        if self.drawing() != Some(before) {
            shared.drawing.notify();
            if shared.engaged.get() {
                self.focus(shared, target);
            }
        }
        self.settle();
    }

    /// Changes the state, and nothing that follows from it.
    fn update(self, mut change: impl FnMut(&mut Model)) {
        if let Some(shared) = self.shared() {
            if let Ok(mut model) = shared.model.try_borrow_mut() {
                change(&mut model);
            }
            shared.changed.notify();
        }
    }

    fn drawing(self) -> Option<Drawing> {
        self.with(Model::drawing)
    }

    /// What follows from the state: the shop is told once, status and saved cards are asked for,
    /// the platform's fields come and go.
    fn settle(self) {
        let Some(shared) = self.shared() else { return };
        self.follow_fields(&shared);
        let face = self.with(Model::face).unwrap_or(Face::Loading);
        if matches!(face, Face::Paid | Face::Authorised) && !shared.told.replace(true) {
            self.emit("guichet:complete", Some(("status", face.name())));
        }
        if self.with(Model::wants_cards).unwrap_or_default() {
            self.ask_for_cards(Rc::clone(&shared));
        }
        if self.with(Model::polls).unwrap_or_default() && !shared.polling.replace(true) {
            spawn(async move {
                self.poll(&shared).await;
                shared.polling.set(false);
            });
        }
    }

    /// Asks for the status while the page is visible, slower and slower, until it is settled.
    async fn poll(self, shared: &Shared) {
        let mut pause = 700;
        let mut waited = 0;
        let mut losses = 0;
        loop {
            wait(shared.page.sleep(350)).await;
            waited += 350;
            if !self.with(Model::polls).unwrap_or_default() {
                return;
            }
            if !shared.page.visible() || (waited < pause && !shared.hurry.get()) {
                continue;
            }
            if shared.hurry.take() {
                pause = 700;
            }
            waited = 0;
            pause = (pause * 3 / 2).min(SLOWEST);
            let answer = shared.ask("status").await;
            losses = if matches!(answer, Answer::Lost) {
                losses + 1
            } else {
                0
            };
            if (1..LOSSES).contains(&losses) {
                continue;
            }
            let failed = self.change(|model| take_status(model, answer));
            self.report(failed.flatten());
        }
    }

    fn hurry(self) {
        if let Some(shared) = self.shared() {
            shared.hurry.set(true);
        }
    }

    /// Asks for the session again.
    fn refresh(self) {
        let Some(shared) = self.shared() else { return };
        spawn(async move {
            let answer = shared.ask("session").await;
            let failed = self.change(|model| take_session(model, answer));
            self.report(failed.flatten());
        });
    }

    fn choose(self, value: &str) {
        let choice = Choice::from(value);
        let method = choice.method.clone();
        self.change_and_focus("input:checked", |model| model.choose(choice));
        self.emit("guichet:change", Some(("method", &method)));
    }

    /// Asks for the saved cards. Without an answer, the methods pay without them.
    fn ask_for_cards(self, shared: Rc<Shared>) {
        self.update(Model::cards_asked);
        spawn(async move {
            let cards = match shared.ask("cards").await {
                Answer::Body(body) => read::cards(&body),
                Answer::Problem(..) | Answer::Lost => None,
            };
            self.change(|model| model.take_cards(cards.unwrap_or_default().cards));
        });
    }

    /// Changes something about the saved cards, and moves the focus to the question about them.
    fn in_cards(self, shared: Rc<Shared>, change: impl FnOnce(&mut Model)) {
        self.change(change);
        self.focus(shared, "[data-removal]");
    }

    fn keep_card(self, shared: Rc<Shared>) {
        if let Some(kept) = self.change(Model::keep_card).flatten() {
            self.focus(shared, &["#remove-", &money::plain(kept as u64)].concat());
        }
    }

    fn remove_card(self, shared: Rc<Shared>) {
        let Some(card) = self.change(Model::remove_card).flatten() else {
            return;
        };
        self.focus(Rc::clone(&shared), "[data-removal]");
        spawn(async move {
            let id = card.card.as_deref().unwrap_or_default();
            let answer = wait(shared.page.remove(&card.method, id)).await;
            let code = match Answer::of(&answer) {
                Answer::Body(_) => None,
                Answer::Problem(code, _) => Some(code),
                Answer::Lost => Some("offline".into()),
            };
            if let Some(code) = code {
                self.in_cards(shared, |model| model.card_removed(false));
                if meaning(&code) == Meaning::Refresh {
                    self.refresh();
                }
                self.report(Some(code));
            } else {
                let chosen = self.change(|model| {
                    model.card_removed(true);
                    model.chosen.is_some()
                });
                let target = match chosen {
                    Some(true) => "input:checked",
                    _ => "input:enabled",
                };
                self.focus(shared, target);
            }
        });
    }

    /// The shopper wants the list although a payment is under way.
    fn choose_anyway(self) {
        self.change(Model::leave_entry);
        if self.with(|model| model.doubt) == Some(true) {
            self.refresh();
        }
    }

    /// The shopper does not want a second payment.
    fn stay(self) {
        self.change_and_focus("[data-action=pay]", |model| model.step = Step::Rest);
    }

    fn pay(self, shared: Rc<Shared>, sure: bool) {
        let intent = self
            .change(|model| model.press(sure, || shared.page.uuid()))
            .flatten();
        if let Some(intent) = intent {
            self.send(shared, Order::Start(intent));
        }
    }

    fn send(self, shared: Rc<Shared>, order: Order) {
        spawn(async move {
            let (code, field) = match Answer::of(&wait(send(&shared.page, &order)).await) {
                Answer::Lost => ("offline".into(), None),
                Answer::Problem(code, field) => (code, field),
                Answer::Body(body) => match read::started(&body) {
                    Some(started) => return self.go_on(&shared, order.method(), started).await,
                    None => ("answer_unreadable".into(), None),
                },
            };
            let mut fresh = None;
            if order.moved_on(&code) {
                fresh = Some(shared.ask("session").await);
            }
            self.change(|model| {
                model.order_failed(&order, &code, field.as_deref());
                if let Some(fresh) = fresh {
                    take_session(model, fresh);
                }
            });
            self.focus_trouble();
            self.report(Some(code));
        });
    }

    /// Does what the backend says is next.
    async fn go_on(self, shared: &Shared, method: &str, started: StartedPayment) {
        // Another tab may have settled the session, or the element may be gone.
        let wanted = self.with(Model::awaits) == Some(true);
        match started.next_action {
            // The face changes when the session is known: meanwhile nothing can be pressed.
            NextAction::Wait => {
                let answer = shared.ask("session").await;
                let failed = self.change(|model| {
                    model.started();
                    take_session(model, answer)
                });
                self.report(failed.flatten());
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
                self.change(|model| model.leaves(started.payment));
                self.emit("guichet:redirect", Some(("method", method)));
                let fields = fields
                    .iter()
                    .flat_map(|field| [&*field.name, &*field.value]);
                let left = wait(shared.page.leave(&url, texts(fields))).await;
                let left = left.flag().unwrap_or_default();
                if self.with(|model| model.step == Step::Leaving) == Some(true) {
                    self.change(|model| model.stayed(left));
                    self.report((!left).then(|| "leave_failed".into()));
                    self.refresh();
                }
            }
            _ => {}
        }
    }

    /// Puts the fields on the page that the state asks for, or takes them off.
    fn follow_fields(self, shared: &Shared) {
        let opened = self.with(|model| {
            let wanted = model.fields_wanted();
            let token = wanted.map(|fields| &fields.session_token);
            if shared.open.borrow().as_ref() == token {
                return false;
            }
            shared.open.replace(token.cloned());
            match wanted {
                Some(fields) => shared.open_fields(fields),
                None => shared.tell_fields(&["close"]),
            }
            wanted.is_some()
        });
        if opened == Some(true) {
            self.update(Model::fields_opening);
        }
    }

    /// What the platform's fields have to say.
    fn fields_say(self, shared: Rc<Shared>, news: &str, value: &str, more: &str) {
        match news {
            "ready" => drop(self.change(Model::fields_ready)),
            "failed" => {
                self.change(Model::fields_failed);
                self.report(Some("fields_failed".into()));
            }
            "expired" => {
                self.change(Model::entry_expired);
                self.report(Some("fields_expired".into()));
            }
            "wrong" => drop(self.change(|model| model.fields_unread(true))),
            "lost" => {
                self.change(|model| model.fields_unread(false));
                self.focus_trouble();
            }
            "brands" => {
                let brands = value.split(' ').map(Into::into).collect();
                let brand = self.change(|model| model.card_brands(brands)).flatten();
                if let Some(brand) = brand {
                    shared.tell_fields(&["brand", &brand]);
                }
            }
            "token" => {
                let given = self.change(|model| model.card_given(value, more, shared.page.uuid()));
                if let Some(given) = given.flatten() {
                    self.send(shared, Order::Continue(given));
                }
            }
            _ => {}
        }
    }

    fn choose_brand(self, shared: &Shared, brand: &str) {
        self.change(|model| model.choose_brand(brand));
        shared.tell_fields(&["brand", brand]);
    }

    fn card_pay(self, shared: Rc<Shared>) {
        match self.change(Model::press_card).flatten() {
            Some(CardAsk::Read) => shared.tell_fields(&["read"]),
            Some(CardAsk::Send(given)) => self.send(shared, Order::Continue(given)),
            None => {}
        }
    }

    /// The question was answered.
    fn answer(self, shared: Rc<Shared>, answer: &str) {
        let given = self.change(|model| model.press_ask(answer, || shared.page.uuid()));
        match given.flatten() {
            Some(given) => self.send(shared, Order::Continue(given)),
            None => self.focus_trouble(),
        }
    }

    /// The face of an entry stays as it is, so the focus goes to what is said in it.
    fn focus_trouble(self) {
        let trouble = self.with(|model| model.entry.as_ref().and_then(|entry| entry.trouble));
        let target = match trouble.flatten() {
            None => return,
            Some(EntryTrouble::Empty | EntryTrouble::Wrong) => "[data-answer]",
            Some(_) => "[data-trouble]",
        };
        if let Some(shared) = self.shared() {
            self.focus(shared, target);
        }
    }

    /// Moves the focus once the view has followed the state.
    fn focus(self, shared: Rc<Shared>, target: &str) {
        let target = target.to_owned();
        spawn(async move {
            wait(shared.page.sleep(0)).await;
            shared.page.focus(&target);
        });
    }
}
