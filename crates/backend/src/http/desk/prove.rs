//! What a login is asked for besides: the code from a phone, and the password once more.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use guichet_desk::pages;
use guichet_desk::pages::login::Fault;
use guichet_store::{DeskCode, DeskDeed, DeskPerson, People};
use url::Url;

use super::answers;
use super::cookie;
use super::delays::{Gate, Trying};
use super::door::{act, asked, at, door, inside, language, mark, sign_on};
use super::guard::{HalfIn, LoggedIn};
use super::login::{failed, status, told, verify};
use super::reader::{InLanguage, Reader};
use crate::app::App;
use crate::clock;
use crate::config::CodeKey;
use crate::desk::code::{Codes, salt};
use crate::desk::sso::is_vouched;
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;

/// The page that asks for the code. Until one has fitted, it shows what a phone is set up with.
pub(super) async fn code_page(
    State(app): State<Arc<App>>,
    Extension(HalfIn(login)): Extension<HalfIn>,
    caller: Caller,
    uri: Uri,
    address: InLanguage,
) -> Result<Response, ApiError> {
    let next = asked(uri.query().unwrap_or_default().as_bytes(), "next").unwrap_or_default();
    let asking = Asking::of(&app, &login).await?;
    asking.page(&caller, &uri, address, &next, None)
}

/// Takes a code.
pub(super) async fn give_code(
    State(app): State<Arc<App>>,
    Extension(HalfIn(login)): Extension<HalfIn>,
    Extension(gate): Extension<Arc<Gate>>,
    caller: Caller,
    uri: Uri,
    address: InLanguage,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(&app).await?;
    let sent = |name| asked(&body, name).unwrap_or_default();
    if !login.wrote(&body) {
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    let asking = Asking::of(&app, &login).await?;
    let next = sent("next");
    match asking.take(&gate, &caller, &sent("code")).await? {
        Some(fault) => asking.page(&caller, &uri, address, &next, Some(fault)),
        None => {
            let mut response = inside(&app, &next).into_response();
            let mark = asking.person.as_ref().map(|person| mark(&person.password));
            let public_url = &app.config.public_url;
            let known =
                mark.and_then(|mark| cookie::keep_known(public_url, &caller.headers, &mark));
            if let Some(known) = known {
                response.headers_mut().append(header::SET_COOKIE, known);
            }
            Ok(response)
        }
    }
}

/// A login that waits for its code.
struct Asking<'a> {
    app: &'a App,
    people: &'a dyn People,
    login: &'a LoggedIn,
    person: Option<DeskPerson>,
    /// None without a key in the configuration.
    codes: Option<(Codes, DeskCode)>,
}

impl<'a> Asking<'a> {
    async fn of(app: &'a App, login: &'a LoggedIn) -> Result<Self, ApiError> {
        let (desk, people) = door(app).ok_or_else(|| failed(anyhow::anyhow!("no desk")))?;
        let mut person = people.person(&login.person).await?;
        let codes = match (&desk.code_key, &mut person) {
            (Some(key), Some(person)) => Some(codes(app, people, key, person).await?),
            _ => None,
        };
        Ok(Self {
            app,
            people,
            login,
            person,
            codes,
        })
    }

    fn page(
        &self,
        caller: &Caller,
        uri: &Uri,
        address: InLanguage,
        next: &str,
        fault: Option<Fault>,
    ) -> Result<Response, ApiError> {
        let lang = language(uri, &caller.headers);
        let fault = if self.codes.is_none() {
            Some(Fault::NoCodes)
        } else {
            fault
        };
        let unset = self.codes.as_ref().filter(|(_, code)| code.step.is_none());
        let set_up = unset.map(|(codes, _)| codes.set_up()).transpose();
        let set_up = set_up.map_err(failed)?;
        let hidden = [("token", self.login.form_token.as_str()), ("next", next)];
        let action = at(self.app, "/code");
        let body = pages::code::view(lang, &action, &hidden, set_up.as_ref(), fault);
        let title = lang.words().login.code_title;
        let frame = answers::outside(self.app, lang, address, title);
        Ok(told(answers::page(status(fault), &frame, body), fault))
    }

    /// Takes a code, or tells why not.
    async fn take(
        &self,
        gate: &Gate,
        caller: &Caller,
        typed: &str,
    ) -> Result<Option<Fault>, ApiError> {
        let (Some((codes, before)), Some(person)) = (&self.codes, &self.person) else {
            return Ok(Some(Fault::NoCodes));
        };
        let who = Trying {
            name: &self.login.person,
            address: caller.bucket,
            known: cookie::is_known(&caller.headers, &mark(&person.password)),
            code: true,
        };
        let now = clock::unix_now();
        if let Err(seconds) = gate.delays.count(who, now) {
            return Ok(Some(Fault::Wait(seconds)));
        }
        if let Some(step) = codes.step(typed, now) {
            let deed = match before.step {
                None => DeskDeed::CodeSet,
                Some(_) => DeskDeed::LoggedIn,
            };
            let code = DeskCode {
                salt: before.salt.clone(),
                step: Some(step),
            };
            let act = act(caller, &self.login.person, deed);
            if self
                .people
                .pass_code(&self.login.digest, &code, &act)
                .await?
            {
                gate.delays.forget(who);
                return Ok(None);
            }
        }
        let refused = act(caller, &self.login.person, DeskDeed::CodeRefused);
        self.people.add_act(&refused).await?;
        Ok(Some(Fault::Code))
    }
}

/// The codes of a person; they are offered where there are none.
async fn codes(
    app: &App,
    people: &dyn People,
    key: &CodeKey,
    person: &DeskPerson,
) -> Result<(Codes, DeskCode), ApiError> {
    let code = match &person.code {
        Some(code) => code.clone(),
        None => {
            let new = salt().map_err(failed)?;
            let offered = people.offer_code(&person.name, &new).await?;
            let salt = offered.ok_or_else(|| failed(anyhow::anyhow!("codes set up meanwhile")))?;
            DeskCode { salt, step: None }
        }
    };
    let public = Url::parse(&app.config.public_url).ok();
    let host = public.as_ref().and_then(Url::host_str).unwrap_or("guichet");
    let codes = Codes::of(key, &person.name, &code.salt, host).map_err(failed)?;
    Ok((codes, code))
}

/// The page that asks for the password again.
pub(super) async fn again_page(
    State(app): State<Arc<App>>,
    reader: Reader,
    address: InLanguage,
    uri: Uri,
) -> Response {
    let next = asked(uri.query().unwrap_or_default().as_bytes(), "next").unwrap_or_default();
    again_form(&app, &reader, address, &next, None).await
}

async fn again_form(
    app: &App,
    reader: &Reader,
    address: InLanguage,
    next: &str,
    fault: Option<Fault>,
) -> Response {
    let title = reader.lang.words().login.again_title;
    let frame = answers::frame(app, reader, address, None, title).await;
    let hidden = [("token", reader.person.token.as_str()), ("next", next)];
    let (action, name) = (at(app, "/again"), &reader.person.name);
    let vouched = match door(app) {
        Some((_, people)) => people.person(name).await.unwrap_or_default(),
        None => None,
    };
    let vouched = vouched.is_some_and(|person| is_vouched(&person.password));
    let body = match vouched {
        true => pages::again::sign_on(reader.lang, &sign_on(app, true, next)),
        false => pages::again::view(reader.lang, &action, &hidden, name, fault),
    };
    told(answers::page(status(fault), &frame, body), fault)
}

/// Takes the password again.
pub(super) async fn give_again(
    State(app): State<Arc<App>>,
    Extension(login): Extension<LoggedIn>,
    Extension(gate): Extension<Arc<Gate>>,
    reader: Reader,
    caller: Caller,
    address: InLanguage,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(&app).await?;
    let sent = |name| asked(&body, name).unwrap_or_default();
    if !login.wrote(&body) {
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    let Some((_, people)) = door(&app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let next = sent("next");
    let fault = prove(people, &gate, &caller, &login, sent("password")).await?;
    match fault {
        None => Ok(inside(&app, &next).into_response()),
        fault => Ok(again_form(&app, &reader, address, &next, fault).await),
    }
}

async fn prove(
    people: &dyn People,
    gate: &Gate,
    caller: &Caller,
    login: &LoggedIn,
    password: String,
) -> Result<Option<Fault>, ApiError> {
    let name = login.person.as_str();
    let person = people.person(name).await?;
    let verified = verify(gate, caller, (name, person.as_ref()), password).await?;
    let (fits, who) = match verified {
        Ok(verified) => verified,
        Err(fault) => return Ok(Some(fault)),
    };
    if let Some(person) = person.filter(|_| fits) {
        let act = act(caller, name, DeskDeed::ProvedAgain);
        let kept = &person.password;
        if people.prove_login(&login.digest, kept, &act).await? {
            gate.delays.forget(who);
            return Ok(None);
        }
    }
    let refused = act(caller, name, DeskDeed::Refused);
    people.add_act(&refused).await?;
    Ok(Some(Fault::Wrong))
}
