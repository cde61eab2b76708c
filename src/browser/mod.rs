//! The widget in the browser: [`mount`] and what happens until it is taken away.

mod actions;
mod app;
mod before_pay;
mod calls;
mod fields;
mod hosted;
mod leave;
mod listen;
mod page;
mod speech;
mod takeover;

use std::cell::RefCell;

use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyViewState;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::ShadowRoot;

use self::app::{App, take_session};
use self::calls::Answer;
use self::listen::listening;
use self::page::Page;
use self::takeover::Painted;
use crate::state::face::{Choice, Face};
use crate::state::model::Model;
use crate::state::spoken;
use crate::view::{self, ui::Ui};

/// A widget on its page.
#[wasm_bindgen]
pub struct Widget {
    app: App,
    /// What is drawn, and the owner of the state. The first goes first.
    drawn: RefCell<Option<(UnmountHandle<AnyViewState>, Owner)>>,
}

/// Draws the widget into `root`, in place of what may have been painted there.
///
/// # Errors
///
/// The texts are not those of this module.
#[wasm_bindgen]
pub fn mount(root: &ShadowRoot, page: Page) -> Result<Widget, JsError> {
    let locale = speech::of(&page)?;
    let mut model = Model {
        anyway: page.back(),
        ..Model::default()
    };
    let failed = take_session(&mut model, Answer::first(&page.answer()));
    let painted = Painted::find(root);
    let (pressed, kept) = (page.pressed(), page.choice());
    let wished = painted.as_ref().and_then(|painted| painted.chosen.clone());
    // Who comes back from a payment that came to nothing chooses anew.
    let first = model.face() == Face::Choosing && !kept.is_empty();
    let wished = wished.or_else(|| first.then(|| Choice::from(&*kept)));
    let chosen =
        wished.filter(|wished| model.offers(wished) && model.chosen.as_ref() != Some(wished));
    if let Some(choice) = &chosen {
        model.choose(choice.clone());
    }
    // What was kept is no act of the shopper's on this page.
    let acted = chosen.as_ref().is_some_and(|choice| choice.value() != kept);
    let used = acted || painted.as_ref().is_some_and(Painted::was_used);
    let owner = Owner::new();
    let app = owner.with(|| App::new(Ui::new(model, locale), page));
    let view = {
        let app = app.clone();
        let draw = move || listening(view::root(app.ui), &app).done();
        mount_to(root.clone().unchecked_into(), draw)
    };
    // Not before: mounting is what starts the executor of effects.
    owner.with(|| speak(root, app.ui));
    if let Some(painted) = painted {
        painted.replace(root);
    }
    app.begin(failed, chosen, used, &pressed);
    Ok(Widget {
        app,
        drawn: RefCell::new(Some((view, owner))),
    })
}

/// Keeps the live region up to date, which the element made.
fn speak(root: &ShadowRoot, ui: Ui) {
    let Some(region) = root.query_selector(".spoken").ok().flatten() else {
        return;
    };
    // It may have been another before the answer was there.
    let _ = region.set_attribute("lang", ui.locale.lang.tag());
    Effect::new(move |_| {
        let text = ui.follow(|model| spoken::of(model, ui.words()));
        let text = text.unwrap_or_default();
        // What it says already is not said twice.
        if region.text_content().as_deref() != Some(text) {
            region.set_text_content(Some(text));
        }
    });
}

#[wasm_bindgen]
impl Widget {
    /// Takes it off its page. This may happen in the middle of everything: a listener of the page
    /// may do so.
    pub fn unmount(&self) {
        let drawn = self.drawn.borrow_mut().take();
        drop(drawn);
    }

    /// The page became visible, came back online or (`restored`) out of the browser's store of
    /// pages.
    pub fn wake(&self, restored: bool) {
        self.app.wake(restored);
    }

    /// The platform's fields for a card have something to say.
    ///
    /// # Errors
    ///
    /// It is nothing that they may say.
    pub fn hear(&self, news: JsValue) -> Result<(), JsError> {
        self.app.hear(serde_wasm_bindgen::from_value(news)?);
        Ok(())
    }
}
