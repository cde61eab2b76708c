//! The widget in the browser: [`mount`] and what happens until it is taken away.

mod actions;
mod app;
mod calls;
mod fields;
mod hosted;
mod leave;
mod listen;
mod page;

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
use crate::state::model::Model;
use crate::view::{self, ui::Ui};
use crate::words::Lang;

/// A widget on its page.
#[wasm_bindgen]
pub struct Widget {
    app: App,
    /// What is drawn, and the owner of the state. The first goes first.
    drawn: RefCell<Option<(UnmountHandle<AnyViewState>, Owner)>>,
}

/// Draws the widget into `root`.
#[wasm_bindgen]
#[must_use]
pub fn mount(root: &ShadowRoot, page: Page) -> Widget {
    let mut model = Model {
        anyway: page.back(),
        ..Model::default()
    };
    let failed = take_session(&mut model, Answer::first(&page.answer()));
    let session = model.session.as_ref();
    let asked = session.and_then(|session| session.locale.clone());
    let shop = session.and_then(|session| session.language.clone());
    let tags = [Some(page.locale()), asked, Some(page.lang()), shop];
    let lang = Lang::choose(
        &tags
            .each_ref()
            .map(|tag| tag.as_deref().unwrap_or_default()),
    );
    let owner = Owner::new();
    let app = owner.with(|| App::new(Ui::new(model, lang), page));
    let view = {
        let app = app.clone();
        let draw = move || listening(view::root(app.ui), &app).done();
        mount_to(root.clone().unchecked_into(), draw)
    };
    app.emit("guichet:ready", None);
    app.report_any(failed);
    app.settle();
    Widget {
        app,
        drawn: RefCell::new(Some((view, owner))),
    }
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
