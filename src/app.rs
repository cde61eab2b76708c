//! The running widget: one per element, from [`mount`] to [`unmount`].

use std::cell::Cell;
use std::rc::Rc;

use guichet_wire::{NextAction, StartedPayment};
use leptos::mount::{UnmountHandle, mount_to_renderer};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyViewState;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, ShadowRoot};

use crate::client::{Answer, Client};
use crate::face::{Drawing, Face, Intent, Model, Outage, Step};
use crate::i18n::{Lang, Words};
use crate::read::{self, Json};
use crate::{page, view};

/// The request is asked again this often while the backend is still answering it.
const AGAIN: u8 = 8;
/// Longest pause between two questions for the status, in milliseconds.
const SLOWEST: i32 = 10_000;
/// Questions without an answer after which the widget says that it is offline.
const LOSSES: u8 = 3;
/// If the page is still here this long after the form was submitted, it was not let go.
const STUCK: i32 = 20_000;

/// What one widget consists of beside its state.
struct Shared {
    host: HtmlElement,
    root: ShadowRoot,
    client: Client,
    words: &'static Words,
    lang: Lang,
    /// The shopper has used the widget: the focus may follow what happens.
    engaged: Cell<bool>,
    /// The shop was told that the session is settled.
    told: Cell<bool>,
    /// A loop is asking for the status.
    polling: Cell<bool>,
    /// The loop should ask at once.
    hurry: Cell<bool>,
}

/// A handle on one widget's state, cheap to copy into every listener.
#[derive(Clone, Copy)]
pub struct App {
    model: RwSignal<Model>,
    drawing: RwSignal<u32>,
    shared: StoredValue<Rc<Shared>, LocalStorage>,
}

/// A widget on its page. Dropping it takes the widget off the page.
#[wasm_bindgen]
pub struct Mounted {
    app: App,
    _handle: UnmountHandle<AnyViewState>,
}

/// Draws the widget into `root`.
///
/// `config` holds `base` (the backend's origin), `secret` (the session's), `locale` (the element's
/// own, may be empty), `page` (the page's language), `back` (whether the shopper came by the back
/// button) and the answer to the first call: `ok` and `body`, or no `body` if none came.
#[wasm_bindgen]
#[must_use]
pub fn mount(root: ShadowRoot, host: HtmlElement, config: &JsValue) -> Mounted {
    let text = |name| {
        config
            .get(name)
            .and_then(|value| value.text())
            .unwrap_or_default()
    };
    let flag = |name| {
        config
            .get(name)
            .and_then(|value| value.flag())
            .unwrap_or_default()
    };
    let answer = match config.get("body") {
        Some(body) => Answer::of(flag("ok"), body),
        None => Answer::Lost,
    };
    let mut model = Model {
        anyway: flag("back"),
        ..Model::default()
    };
    let failed = take_session(&mut model, answer);
    let wished = model
        .session
        .as_ref()
        .map(|session| session.locale.as_str());
    let lang = Lang::choose(&[&text("locale"), wished.unwrap_or_default(), &text("page")]);
    let shared = Rc::new(Shared {
        host,
        root: root.clone(),
        client: Client {
            base: text("base"),
            secret: text("secret"),
        },
        words: lang.words(),
        lang,
        engaged: Cell::new(false),
        told: Cell::new(false),
        polling: Cell::new(false),
        hurry: Cell::new(false),
    });
    let made = Rc::new(Cell::new(None));
    let out = Rc::clone(&made);
    let handle = mount_to_renderer(root.unchecked_ref(), move || {
        let app = App {
            model: RwSignal::new(model),
            drawing: RwSignal::new(0),
            shared: StoredValue::new_local(shared),
        };
        out.set(Some(app));
        view::root(app)
    });
    // The closure above has run: mounting builds the view before it returns.
    #[allow(clippy::expect_used)]
    let app: App = made.get().expect("the view was built");
    app.emit("guichet:ready", None);
    app.report(failed);
    app.settle();
    Mounted {
        app,
        _handle: handle,
    }
}

/// Takes a widget off its page.
#[wasm_bindgen]
pub fn unmount(mounted: Mounted) {
    drop(mounted);
}

/// The shopper pressed a button with this `data-action`, sent the form (`pay`) or, with
/// `choose-method`, chose the method `value`.
#[wasm_bindgen]
pub fn act(mounted: &Mounted, action: &str, value: &str) {
    let app = mounted.app;
    let Some(shared) = app.shared() else { return };
    shared.engaged.set(true);
    match action {
        "choose-method" => app.choose(value),
        "pay" => app.pay(shared, false),
        "confirm" => app.pay(shared, true),
        "stay" => app.stay(),
        "choose" => app.choose_anyway(),
        "retry" => app.refresh(),
        _ => {}
    }
}

/// The page became visible, came back online or (`restored`) out of the browser's store of pages.
#[wasm_bindgen]
pub fn wake(mounted: &Mounted, restored: bool) {
    let app = mounted.app;
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
        Answer::Problem(code) => code,
    };
    model.refused(&code);
    Some(code)
}

impl App {
    fn shared(self) -> Option<Rc<Shared>> {
        self.shared.try_get_value()
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
        self.model.try_with_untracked(read)
    }

    /// Reads the state, again whenever it changes.
    pub(crate) fn follow<T>(self, read: impl FnOnce(&Model) -> T) -> Option<T> {
        self.model.try_with(read)
    }

    /// Runs again whenever the face must be drawn anew.
    pub(crate) fn follow_drawing(self) {
        self.drawing.try_get();
    }

    fn emit(self, event: &str, detail: Option<(&str, &str)>) {
        if let Some(shared) = self.shared() {
            page::emit(&shared.host, event, detail);
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
        let Some(before) = self.drawing() else { return };
        self.model.try_update(change);
        if self.drawing() != Some(before) {
            self.drawing
                .try_update(|count| *count = count.wrapping_add(1));
            if let Some(shared) = self.shared().filter(|shared| shared.engaged.get()) {
                spawn_local(async move {
                    page::sleep(0).await;
                    page::focus(&shared.root, target);
                });
            }
        }
        self.settle();
    }

    fn drawing(self) -> Option<Drawing> {
        self.with(Model::drawing)
    }

    /// What follows from the state: the shop is told once, the status is asked for.
    fn settle(self) {
        let Some(shared) = self.shared() else { return };
        let face = self.with(Model::face).unwrap_or(Face::Loading);
        if matches!(face, Face::Paid | Face::Authorised) && !shared.told.replace(true) {
            self.emit("guichet:complete", Some(("status", face.name())));
        }
        if self.with(Model::polls).unwrap_or_default() && !shared.polling.replace(true) {
            spawn_local(async move {
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
            page::sleep(350).await;
            waited += 350;
            if !self.with(Model::polls).unwrap_or_default() {
                return;
            }
            if !page::visible() || (waited < pause && !shared.hurry.get()) {
                continue;
            }
            if shared.hurry.take() {
                pause = 700;
            }
            waited = 0;
            pause = (pause * 3 / 2).min(SLOWEST);
            let answer = shared.client.ask("status").await;
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
        spawn_local(async move {
            let answer = shared.client.ask("session").await;
            let failed = self.change(|model| take_session(model, answer));
            self.report(failed.flatten());
        });
    }

    fn choose(self, method: &str) {
        self.change_and_focus("input:checked", |model| model.choose(method.into()));
        self.emit("guichet:change", Some(("method", method)));
    }

    /// The shopper wants the list although a payment is under way.
    fn choose_anyway(self) {
        self.change(Model::came_back);
    }

    /// The shopper does not want a second payment.
    fn stay(self) {
        self.change_and_focus("[data-action=pay]", |model| model.step = Step::Rest);
    }

    fn pay(self, shared: Rc<Shared>, sure: bool) {
        let intent = self.change(|model| model.press(sure, page::uuid)).flatten();
        if let Some(intent) = intent {
            spawn_local(async move { self.start(&shared, &intent).await });
        }
    }

    async fn start(self, shared: &Shared, intent: &Intent) {
        let mut answer = shared.client.start(intent).await;
        for _ in 0..AGAIN {
            let again = |code: &String| code == "idempotency_in_flight";
            if !matches!(&answer, Answer::Problem(code) if again(code)) {
                break;
            }
            page::sleep(700).await;
            answer = shared.client.start(intent).await;
        }
        match answer {
            Answer::Lost => {
                self.change(Model::start_lost);
                self.report(Some("offline".into()));
            }
            Answer::Problem(code) => self.start_refused(code),
            Answer::Body(body) => match read::started(&body) {
                Some(started) => self.started(intent, started).await,
                None => self.start_refused("answer_unreadable".into()),
            },
        }
    }

    fn start_refused(self, code: String) {
        if self.change(|model| model.start_refused(&code)) == Some(true) {
            self.refresh();
        }
        self.report(Some(code));
    }

    async fn started(self, intent: &Intent, started: StartedPayment) {
        // Another tab may have settled the session, or the element may be gone.
        let wanted = self.with(|model| model.step == Step::Starting && model.can_choose());
        let NextAction::FormPost { url, fields } = started.next_action else {
            self.change(|model| model.started(false));
            self.refresh();
            return;
        };
        if wanted != Some(true) {
            return;
        }
        self.change(|model| model.started(true));
        self.emit("guichet:redirect", Some(("method", &intent.method)));
        let left = page::leave(&url, &fields).is_some();
        if left {
            page::sleep(STUCK).await;
        }
        if self.with(|model| model.step == Step::Leaving) == Some(true) {
            self.change(|model| model.stayed(left));
            self.report((!left).then(|| "leave_failed".into()));
            self.refresh();
        }
    }
}
