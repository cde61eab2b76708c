//! Calls to the backend: what is sent, and how an answer is understood.

use js_sys::Promise;
use wasm_bindgen::JsValue;

use crate::entry::Order;
use crate::page::{Page, texts};
use crate::read::{self, Json};

/// How a call ended.
pub(crate) enum Answer {
    /// The backend did it and said so, in JSON if there is something to say.
    Body(JsValue),
    /// The backend refused, with this code, and found fault with this field, if with one.
    Problem(String, Option<String>),
    /// No answer, or none that could be read: nobody knows what happened.
    Lost,
}

impl Answer {
    /// What `page.js` makes of an answer: `ok` and `body`, or no `body` if none came.
    pub(crate) fn of(answer: &JsValue) -> Self {
        let Some(body) = answer.get("body") else {
            return Self::Lost;
        };
        if answer.get("ok").and_then(|ok| ok.flag()) == Some(true) {
            return Self::Body(body);
        }
        let (code, field) = read::problem(&body).unwrap_or_else(|| ("internal".into(), None));
        Self::Problem(code, field)
    }
}

/// Asks for a payment to be started, or sends what was entered for it.
pub(crate) fn send(page: &Page, order: &Order) -> Promise {
    let (path, key, save, members) = match order {
        Order::Start(intent) => {
            let members = [
                ("method", Some(&intent.choice.method)),
                ("card", intent.choice.card.as_ref()),
            ];
            ("payments".into(), &intent.key, false, present(&members))
        }
        Order::Continue(given) => {
            let request = &given.request;
            let members = [
                ("token", request.token.as_ref()),
                ("brand", request.brand.as_ref()),
                ("bank", request.bank.as_ref()),
                ("iban", request.iban.as_ref()),
            ];
            let path = ["payments/", &given.payment, "/continue"].concat();
            (path, &given.key, request.save, present(&members))
        }
    };
    page.send(&path, key, save, texts(members))
}

/// Names and values in turn, of the members that are there.
#[inline(never)]
fn present<'a>(members: &[(&'a str, Option<&'a String>)]) -> Vec<&'a str> {
    let mut out = Vec::new();
    for (name, text) in members {
        if let Some(text) = text {
            out.extend([*name, text]);
        }
    }
    out
}
