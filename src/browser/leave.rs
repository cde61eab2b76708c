//! The form that takes the browser to the platform, and how to tell that it did not leave.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use guichet_wire::FormField;
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::{TimeoutHandle, document, set_timeout_with_handle, window};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Event, HtmlElement, HtmlFormElement, HtmlInputElement, SecurityPolicyViolationEvent,
    SecurityPolicyViolationEventDisposition, Url,
};

use crate::state::policy::{Target, lets};

/// If the page is still here this long after its form was sent, it was not let go.
const STUCK: Duration = Duration::from_secs(20);
/// A browser that tries to leave the page tells it within this time, before it asks the network.
const DEAF: Duration = Duration::from_secs(5);

/// Sends the browser to the platform with these fields, in their order, unchanged; without any, by
/// a plain navigation. Returns only where the page is still here: `false` as soon as it is certain
/// that nothing left, else `true`.
pub(super) async fn leave(host: &HtmlElement, address: &str, fields: Option<&[FormField]>) -> bool {
    let mut leaving = None;
    let promise = Promise::new(&mut |done, _| {
        leaving = Some(Leaving::start(host, address, fields, done));
    });
    let left = JsFuture::from(promise).await;
    drop(leaving);
    left.ok().and_then(|left| left.as_bool()).unwrap_or(true)
}

/// One try to leave: its listeners and timers go with it.
struct Leaving {
    form: Option<HtmlFormElement>,
    went: Closure<dyn FnMut()>,
    refused: Closure<dyn FnMut(SecurityPolicyViolationEvent)>,
    timers: Vec<TimeoutHandle>,
}

impl Leaving {
    fn start(
        host: &HtmlElement,
        address: &str,
        fields: Option<&[FormField]>,
        done: Function,
    ) -> Self {
        let stop = Rc::new(Stop {
            done,
            stopped: Cell::new(false),
            origin: RefCell::new(address.to_owned()),
        });
        let going = Rc::new(Cell::new(false));
        let went = {
            let going = Rc::clone(&going);
            Closure::new(move || going.set(true))
        };
        let url = Url::new(address).ok();
        if let Some(url) = &url {
            stop.origin.replace(url.origin());
        }
        let refused = {
            let (stop, url) = (Rc::clone(&stop), url.clone());
            Closure::new(move |event| {
                if let Some(url) = &url {
                    stop.refused_by(&event, url);
                }
            })
        };
        listen("beforeunload", window().as_ref(), &went);
        listen("securitypolicyviolation", document().as_ref(), &refused);
        let mut timers = Vec::new();
        // Browsers on iOS, the only ones with `standalone`, don't say that a page is being left.
        let standalone = Reflect::get(&window().navigator(), &"standalone".into());
        if standalone.is_ok_and(|found| found.is_undefined()) {
            let stop = Rc::clone(&stop);
            let deaf = move || {
                if !going.get() {
                    stop.at(false, "nothing happened. Is the page in a sandbox?");
                }
            };
            timers.extend(set_timeout_with_handle(deaf, DEAF));
        }
        let stuck = Rc::clone(&stop);
        timers.extend(set_timeout_with_handle(move || stuck.at(true, ""), STUCK));
        let mut leaving = Self {
            form: None,
            went,
            refused,
            timers,
        };
        if let Err(reason) = leaving.submit(host, address, fields) {
            stop.at(false, &reason);
        }
        leaving
    }

    fn submit(
        &mut self,
        host: &HtmlElement,
        address: &str,
        fields: Option<&[FormField]>,
    ) -> Result<(), String> {
        let told = |reason: JsValue| format_js(&reason);
        if let Some(token) = missing_token(host).map_err(told)? {
            return Err(["the sandbox that the page is in must have ", token, "."].concat());
        }
        let Some(fields) = fields else {
            let opened = window().open_with_url_and_target(address, "_top");
            return opened.map(drop).map_err(told);
        };
        let form = form_for(address, fields).map_err(told)?;
        let body = document().body().ok_or("the page has no body")?;
        body.append_child(&form).map_err(told)?;
        self.form = Some(form.clone());
        // The prototype's own `submit`: a field of that name would hide it.
        submit_of_prototype(&form).map_err(told)
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        unlisten("beforeunload", window().as_ref(), &self.went);
        unlisten(
            "securitypolicyviolation",
            document().as_ref(),
            &self.refused,
        );
        for timer in &self.timers {
            timer.clear();
        }
        if let Some(form) = &self.form {
            form.remove();
        }
    }
}

/// Says once how it ended.
struct Stop {
    done: Function,
    stopped: Cell<bool>,
    origin: RefCell<String>,
}

impl Stop {
    fn at(&self, left: bool, why: &str) {
        if self.stopped.replace(true) {
            return;
        }
        if !why.is_empty() {
            let origin = self.origin.borrow();
            let text = ["guichet: the browser can’t leave for ", &origin, ": ", why].concat();
            web_sys::console::error_1(&text.into());
        }
        // Resolving a promise does not fail.
        let _ = self.done.call1(&JsValue::UNDEFINED, &left.into());
    }

    /// Where the policy names the platform, it was a redirect of the platform's that was stopped,
    /// and the form has arrived. Nothing else tells the two apart: the page hears of both after
    /// `beforeunload`, with the form's own address.
    fn refused_by(&self, event: &SecurityPolicyViolationEvent, url: &Url) {
        let ours = event.effective_directive() == "form-action"
            && event.blocked_uri().starts_with(&url.origin());
        if !ours || event.disposition() == SecurityPolicyViolationEventDisposition::Report {
            return;
        }
        let page = window().location();
        let (protocol, host, port) = (url.protocol(), url.hostname(), url.port());
        let target = Target {
            protocol: &protocol,
            host: &host,
            port: &port,
            is_own: page.origin().is_ok_and(|own| own == url.origin()),
        };
        let left = lets(&event.original_policy(), &target);
        let origin = url.origin();
        let whom = if left {
            "the origins that it redirects to"
        } else {
            &origin
        };
        let why = [
            "form-action in the page's Content-Security-Policy must name ",
            whom,
            ".",
        ];
        self.at(left, &why.concat());
    }
}

fn listen<T: ?Sized>(name: &str, target: &web_sys::EventTarget, by: &Closure<T>) {
    // Neither call fails for a function.
    let _ = target.add_event_listener_with_callback(name, by.as_ref().unchecked_ref());
}

fn unlisten<T: ?Sized>(name: &str, target: &web_sys::EventTarget, by: &Closure<T>) {
    let _ = target.remove_event_listener_with_callback(name, by.as_ref().unchecked_ref());
}

fn format_js(reason: &JsValue) -> String {
    let message = Reflect::get(reason, &"message".into());
    let message = message.ok().and_then(|message| message.as_string());
    message.unwrap_or_else(|| "the page refuses it".into())
}

fn submit_of_prototype(form: &HtmlFormElement) -> Result<(), JsValue> {
    let class = Reflect::get(&window(), &"HTMLFormElement".into())?;
    let prototype = Reflect::get(&class, &"prototype".into())?;
    let submit: Function = Reflect::get(&prototype, &"submit".into())?.dyn_into()?;
    submit.call0(form).map(drop)
}

fn form_for(address: &str, fields: &[FormField]) -> Result<HtmlFormElement, JsValue> {
    let form: HtmlFormElement = document().create_element("form")?.unchecked_into();
    form.set_method("post");
    form.set_action(address);
    form.set_accept_charset("UTF-8");
    form.set_target("_top");
    form.set_hidden(true);
    for field in fields {
        let input: HtmlInputElement = document().create_element("input")?.unchecked_into();
        input.set_type("hidden");
        input.set_name(&field.name);
        input.set_value(&field.value);
        form.append_child(&input)?;
    }
    Ok(form)
}

/// The token of a sandbox (an iframe's, or the page's own) without which no form leaves. Both are
/// tried without leaving: a form that stops itself, and the top window opened at no address.
fn missing_token(host: &HtmlElement) -> Result<Option<&'static str>, JsValue> {
    let form: HtmlFormElement = document().create_element("form")?.unchecked_into();
    let can_ask = Reflect::has(&form, &"requestSubmit".into())?;
    let heard = Rc::new(Cell::new(!can_ask));
    let hears = Rc::clone(&heard);
    let stops = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        hears.set(true);
        event.prevent_default();
        event.stop_immediate_propagation();
    });
    form.set_hidden(true);
    listen("submit", &form, &stops);
    if let Some(root) = host.shadow_root() {
        root.append_child(&form)?;
    }
    if can_ask {
        form.request_submit()?;
    }
    form.remove();
    if !heard.get() {
        return Ok(Some("allow-forms"));
    }
    let top = window().top()?.is_some_and(|top| top == window());
    let opens = top || window().open_with_url_and_target("", "_top")?.is_some();
    Ok((!opens).then_some("allow-top-navigation"))
}
