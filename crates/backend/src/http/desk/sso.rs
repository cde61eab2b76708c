//! Signing on at the shop's own provider, as the browser goes there and comes back.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::pages::login::Fault;
use guichet_desk::words::SsoFault;
use guichet_store::{DeskDeed, DeskPerson, People, Vouched};
use serde::{Deserialize, Serialize};

use super::cookie;
use super::door::{act, asked, door, first, inside, language, mark};
use super::guard::{self, Found};
use super::login::{failed, form};
use super::reader::InLanguage;
use crate::app::App;
use crate::clock;
use crate::config::{Desk, Sso};
use crate::desk::sso::{Failed, Known, Secrets, SignOn};
use crate::digest::sha256;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;
use crate::paths::DESK;

/// Where the provider sends the browser back to, below the desk.
pub(super) const BACK: &str = "/sso/back";

/// Seconds that somebody has to sign on at the provider.
const WITHIN: i64 = 10 * 60;

/// The longest address that is gone back to.
const NEXT_MAX: usize = 1024;

/// The way to the provider.
pub(super) struct Provider {
    way: SignOn,
}

impl Provider {
    /// None where nobody signs on.
    pub(super) fn of(desk: Option<&Desk>) -> anyhow::Result<Option<Self>> {
        let Some(sso) = desk.and_then(|desk| desk.sso.as_ref()) else {
            return Ok(None);
        };
        let way = SignOn::new(sso)?;
        Ok(Some(Self { way }))
    }
}

/// What the browser keeps while its person is at the provider.
#[derive(Deserialize, Serialize)]
struct Pending {
    state: String,
    nonce: String,
    verifier: String,
    /// The page of the desk that was asked for.
    next: String,
    /// They are logged in, and prove themselves once more.
    again: bool,
    /// Unix second.
    began_at: i64,
}

/// What both halves of signing on stand on.
struct At<'a> {
    app: &'a App,
    people: &'a dyn People,
    sso: &'a Sso,
    provider: &'a Provider,
    back: String,
    codes: bool,
}

fn here<'a>(app: &'a App, provider: &'a Option<Provider>) -> Option<At<'a>> {
    let (desk, people) = door(app)?;
    Some(At {
        app,
        people,
        sso: desk.sso.as_ref()?,
        provider: provider.as_ref()?,
        back: format!("{}{DESK}{BACK}", app.config.public_url),
        codes: desk.code_key.is_some(),
    })
}

/// Sends the browser to the provider.
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    Extension(provider): Extension<Arc<Option<Provider>>>,
    caller: Caller,
    uri: Uri,
    address: InLanguage,
) -> Result<Response, ApiError> {
    let Some(here) = here(&app, &provider) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let query = uri.query().unwrap_or_default().as_bytes();
    let next = asked(query, "next").unwrap_or_default();
    let next = if next.len() > NEXT_MAX {
        String::new()
    } else {
        next
    };
    let again = asked(query, "again").is_some();
    let begun = match here.provider.way.begin(here.sso, &here.back, again).await {
        Ok(begun) => begun,
        Err(why) => {
            let fault = fault(&why);
            let lang = language(&uri, &caller.headers);
            return Ok(form(&app, lang, address, (&next, ""), Some(fault)));
        }
    };
    let pending = Pending {
        state: begun.state,
        nonce: begun.secrets.nonce,
        verifier: begun.secrets.verifier,
        next,
        again,
        began_at: clock::unix_now(),
    };
    let sealed = cookie::seal(here.sso, &pending).map_err(failed)?;
    let mut response = Redirect::to(begun.address.as_str()).into_response();
    if let Some(kept) = cookie::keep_pending(&app.config.public_url, Some(&sealed)) {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    Ok(response)
}

/// Takes the browser back from the provider.
pub(super) async fn back(
    State(app): State<Arc<App>>,
    Extension(provider): Extension<Arc<Option<Provider>>>,
    caller: Caller,
    uri: Uri,
    address: InLanguage,
) -> Result<Response, ApiError> {
    let Some(here) = here(&app, &provider) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let lang = language(&uri, &caller.headers);
    let public_url = &app.config.public_url;
    let mut response = match here.come_back(&caller, &uri).await? {
        Ok(response) => response,
        Err((next, fault)) => form(&app, lang, address, (&next, ""), Some(fault)),
    };
    if let Some(gone) = cookie::keep_pending(public_url, None) {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    Ok(response)
}

/// The page that was asked for, and why nobody was let in.
type NotIn = (String, Fault);

impl At<'_> {
    async fn come_back(
        &self,
        caller: &Caller,
        uri: &Uri,
    ) -> Result<Result<Response, NotIn>, ApiError> {
        let query = uri.query().unwrap_or_default().as_bytes();
        let stale = || (String::new(), Fault::Sso(SsoFault::Stale));
        let Some(pending) = self.pending(caller, query).await? else {
            return Ok(Err(stale()));
        };
        let next = pending.next.clone();
        let Some(code) = asked(query, "code") else {
            return Ok(Err((next, Fault::Sso(SsoFault::Refused))));
        };
        let secrets = Secrets {
            nonce: pending.nonce,
            verifier: pending.verifier,
        };
        let since = pending.again.then_some(pending.began_at);
        let way = &self.provider.way;
        let known = match way
            .finish(self.sso, &self.back, (code, secrets), since)
            .await
        {
            Ok(known) => known,
            Err(why) => {
                let name = if let Failed::Unknown(name) = &why {
                    name
                } else {
                    "?"
                };
                let refused = act(caller, name, DeskDeed::Refused);
                self.people.add_act(&refused).await?;
                return Ok(Err((next, fault(&why))));
            }
        };
        let let_in = if pending.again {
            self.prove(caller, &known, &next).await?
        } else {
            self.let_in(caller, &known, &next).await?
        };
        Ok(let_in.map_err(|fault| (next, fault)))
    }

    /// What this browser began and now comes back from, once.
    async fn pending(&self, caller: &Caller, query: &[u8]) -> Result<Option<Pending>, ApiError> {
        let sealed = cookie::pending(&self.app.config.public_url, &caller.headers);
        let pending: Option<Pending> = sealed.and_then(|it| cookie::unseal(self.sso, &it));
        let (Some(pending), Some(state)) = (pending, asked(query, "state")) else {
            return Ok(None);
        };
        let now = clock::unix_now();
        let ours = crate::digest::same(state.as_bytes(), pending.state.as_bytes());
        let lately = (0..WITHIN).contains(&(now - pending.began_at));
        // Of several backends too one takes it.
        let digest = sha256(state.as_bytes());
        let taken = ours && lately && self.people.take_once(&digest, now, now - WITHIN).await?;
        Ok(taken.then_some(pending))
    }

    /// Whoever is logged in proved themselves once more.
    async fn prove(
        &self,
        caller: &Caller,
        known: &Known,
        next: &str,
    ) -> Result<Result<Response, Fault>, ApiError> {
        let stale = Fault::Sso(SsoFault::Stale);
        let found = guard::find(self.app, &caller.headers).await?;
        let Some(Found::Whole(login)) = found else {
            return Ok(Err(stale));
        };
        if login.person == known.name {
            let act = act(caller, &known.name, DeskDeed::ProvedAgain);
            let proved = self
                .people
                .prove_login(&login.digest, &known.password, &act);
            if proved.await? {
                return Ok(Ok(inside(self.app, next).into_response()));
            }
        }
        let refused = act(caller, &known.name, DeskDeed::Refused);
        self.people.add_act(&refused).await?;
        Ok(Err(Fault::Sso(SsoFault::Taken)))
    }

    /// Begins a login of somebody whom the provider knows, and keeps who they are.
    async fn let_in(
        &self,
        caller: &Caller,
        known: &Known,
        next: &str,
    ) -> Result<Result<Response, Fault>, ApiError> {
        if let Some(fault) = self.keep(caller, known).await? {
            let refused = act(caller, &known.name, DeskDeed::Refused);
            self.people.add_act(&refused).await?;
            return Ok(Err(fault));
        }
        let half = known.role.moves_money() && !known.coded;
        if half && !self.codes {
            return Ok(Err(Fault::NoCodes));
        }
        let token = hex::encode(clock::random::<32>().map_err(failed)?);
        let deed = if half {
            DeskDeed::PasswordGiven
        } else {
            DeskDeed::LoggedIn
        };
        let voucher = Vouched {
            password: &known.password,
            proved_at: known.proved_at.unwrap_or_default(),
            coded: known.coded,
        };
        let begun = act(caller, &known.name, deed);
        let digest = sha256(token.as_bytes());
        if !self.people.begin_vouched(&digest, &voucher, &begun).await? {
            return Ok(Err(Fault::Sso(SsoFault::Unknown)));
        }
        let public_url = &self.app.config.public_url;
        let lead = match half {
            true => first(self.app, "/code", next),
            false => inside(self.app, next),
        };
        let known = (!half).then(|| mark(&known.password));
        let known = known.and_then(|mark| cookie::keep_known(public_url, &caller.headers, &mark));
        let kept = cookie::keep(public_url, Some(&token));
        let mut response = lead.into_response();
        for cookie in kept.into_iter().chain(known) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(Ok(response))
    }

    /// Keeps the person and their role; or why they are not let in.
    async fn keep(&self, caller: &Caller, known: &Known) -> Result<Option<Fault>, ApiError> {
        let mut before = self.people.person(&known.name).await?;
        if before.is_none() && !self.add(caller, known).await? {
            // Somebody was faster, who may be somebody else.
            before = self.people.person(&known.name).await?;
        }
        match before {
            None => {}
            Some(before) if before.password != known.password => {
                return Ok(Some(Fault::Sso(SsoFault::Taken)));
            }
            Some(before) if before.disabled_at.is_some() => {
                return Ok(Some(Fault::Sso(SsoFault::Unknown)));
            }
            Some(before) if before.role != known.role => {
                let changed = act(caller, &known.name, DeskDeed::RoleChanged);
                self.people.change_role(&known.role, &changed).await?;
            }
            Some(_) => {}
        }
        Ok(None)
    }

    /// Adds the person; `false` if somebody has the name.
    async fn add(&self, caller: &Caller, known: &Known) -> Result<bool, ApiError> {
        let person = DeskPerson {
            name: known.name.clone(),
            password: known.password.clone(),
            role: known.role.clone(),
            created_at: clock::unix_now(),
            disabled_at: None,
            code: None,
        };
        let added = act(caller, &known.name, DeskDeed::Added);
        Ok(self.people.add_person(&person, None, &added).await?)
    }
}

/// What a person is told; the operator reads the rest in the log.
fn fault(why: &Failed) -> Fault {
    tracing::warn!(%why, "nobody was signed on at the desk");
    match why {
        Failed::Busy => Fault::Busy,
        Failed::Unreachable(_) => Fault::Sso(SsoFault::Unreachable),
        Failed::Untrue(_) => Fault::Sso(SsoFault::Untrue),
        Failed::Unknown(_) => Fault::Sso(SsoFault::Unknown),
    }
}
