//! The shop's page is asked before anything is sent that may take money, and may say no.

use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::app::{App, spawn};
use crate::state::action::Action;
use crate::state::model::Model;

/// The buttons that ask.
const PAYS: &str = "[data-action=pay],[data-action=confirm],[data-action=card-pay],\
    [data-action=answer]";

impl App {
    /// Does what the shopper wants, if the shop's page lets them. Where the page does not take its
    /// time, nothing is put off: in some browsers a field of the platform can be given the focus
    /// only while the press lasts.
    pub(super) fn act(&self, action: Action) {
        self.shared.engaged.set(true);
        let method = |model: &_| Model::pays_by(model, &action).map(str::to_owned);
        let Some(method) = self.ui.with(method).flatten() else {
            // What can't pay is done: it says why, or has nothing to do with it.
            return self.perform(action);
        };
        let said = self.shared.page.may_pay(&method);
        let Some(promise) = said.dyn_ref::<Promise>() else {
            if said.is_truthy() {
                self.perform(action);
            }
            return;
        };
        self.update(|model| model.asking = true);
        let (app, promise) = (self.clone(), JsFuture::from(promise.clone()));
        spawn(async move {
            let said = promise.await.is_ok_and(|said| said.is_truthy());
            // Another method may have been chosen meanwhile, or the order paid elsewhere.
            let still = app.update(|model| {
                model.asking = false;
                model.pays_by(&action) == Some(&*method)
            });
            if said && still == Some(true) {
                app.perform(action);
            } else {
                app.focus(PAYS);
            }
        });
    }
}
