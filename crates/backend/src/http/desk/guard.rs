//! Nobody gets past it who has not logged in.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::{Person, Place};
use guichet_domain::desk::{Act, May, Role, may};

use super::cookie;
use super::door::{asked, at, door, first, form_token, inside, is_ours, keep_chosen, language};
use super::reader::Reader;
use crate::app::App;
use crate::clock;
use crate::desk::{rebillings, terminals};
use crate::digest::{Sha256, same, sha256};
use crate::http::problem::ApiError;
use crate::paths::DESK;

/// Seconds between two records of a login's use.
const RECORDED_EACH: i64 = 60;

/// Seconds that somebody has for the code after the password.
const CODE_WITHIN: i64 = 10 * 60;

/// Seconds for which the password need not be given again before money moves.
const PROVED_FOR: i64 = 15 * 60;

/// A login that a request came with.
#[derive(Clone)]
pub(super) struct LoggedIn {
    pub(super) digest: Sha256,
    pub(super) person: String,
    /// What they may do now.
    pub(super) role: Role,
    /// What our own forms carry.
    pub(super) form_token: String,
    /// Unix second in which the password was given last.
    proved_at: i64,
}

impl LoggedIn {
    /// Whether a form came from a page of this login.
    pub(super) fn wrote(&self, form: &[u8]) -> bool {
        let token = asked(form, "token").unwrap_or_default();
        same(token.as_bytes(), self.form_token.as_bytes())
    }
}

/// A login of which the password was given, and not yet the code that its role needs: it sees the
/// page that asks for that, and no other.
#[derive(Clone)]
pub(super) struct HalfIn(pub(super) LoggedIn);

/// Whether the password was given so lately that it need not be asked for before money moves.
pub(super) fn recent_enough(login: &LoggedIn) -> bool {
    (0..PROVED_FOR).contains(&(clock::unix_now() - login.proved_at))
}

/// Leads to the page that asks for the password again, and from there back to `next`, an address
/// below [`DESK`]; none if it was given lately. What moves money asks this first.
pub(super) fn again(app: &App, login: &LoggedIn, next: &str) -> Option<Redirect> {
    (!recent_enough(login)).then(|| first(app, "/again", next))
}

/// The pages that a role may see, of those of which there is something.
fn places(app: &App, role: &Role) -> Vec<Place> {
    let seen = |place: &Place| match place {
        Place::Settings => allows(role, Act::SeeSettings),
        Place::Audit => allows(role, Act::SeeAudit),
        Place::Rebillings => rebillings::are_there(app),
        Place::Terminals => terminals::are_there(app),
        Place::Today
        | Place::Payments
        | Place::Attention
        | Place::Accounting
        | Place::Webhooks
        | Place::Account => true,
    };
    Place::NAVIGATION.into_iter().filter(seen).collect()
}

fn allows(role: &Role, act: Act) -> bool {
    !matches!(may(role, act), May::Refused(_))
}

/// Lets a request through that has a login, with the [`Reader`] whom the pages are drawn for.
pub(super) async fn guard(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if door(&app).is_none() {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    // The login has it too.
    if request.uri().path().strip_prefix(DESK) == Some("/desk.css") {
        return Ok(next.run(request).await);
    }
    let found = find(&app, request.headers()).await?;
    if !is_ours(&app, request.method(), request.headers()) {
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    let asks_code = request.uri().path().strip_prefix(DESK) == Some("/code");
    let login = match found {
        Some(Found::Whole(_)) if asks_code => return Ok(inside(&app, "").into_response()),
        Some(Found::Whole(login)) => login,
        Some(Found::Half(half)) if asks_code => {
            request.extensions_mut().insert(half);
            return Ok(next.run(request).await);
        }
        Some(Found::Half(_)) => return Ok(lead(&app, &request, "/code")),
        None => return Ok(lead(&app, &request, "/login")),
    };
    let lang = language(request.uri(), request.headers());
    let uri = request.uri().clone();
    request.extensions_mut().insert(Reader {
        person: Person {
            name: login.person.clone(),
            role: (lang.words().login.role)(&login.role).to_owned(),
            token: login.form_token.clone(),
        },
        places: places(&app, &login.role),
        role: login.role.clone(),
        lang,
        acts: Act::OF_PAYMENT
            .into_iter()
            .filter(|act| allows(&login.role, *act))
            .collect(),
        replays: allows(&login.role, Act::Replay),
    });
    request.extensions_mut().insert(login);
    let mut response = next.run(request).await;
    keep_chosen(&app, &uri, &mut response);
    Ok(response)
}

/// A login that was found.
pub(super) enum Found {
    Whole(LoggedIn),
    Half(HalfIn),
}

/// The login that the request's cookie names, if its time has not passed.
pub(super) async fn find(app: &App, headers: &HeaderMap) -> Result<Option<Found>, ApiError> {
    let Some((desk, people)) = door(app) else {
        return Ok(None);
    };
    let Some(token) = cookie::token(&app.config.public_url, headers) else {
        return Ok(None);
    };
    let digest = sha256(token.as_bytes());
    let Some(login) = people.login(&digest).await? else {
        return Ok(None);
    };
    let now = clock::unix_now();
    let half = login.coded_at.is_none() && login.role.moves_money();
    let longest = if half { CODE_WITHIN } else { desk.longest() };
    let good = 0..longest;
    if !good.contains(&(now - login.began_at)) || now - login.seen_at >= desk.idle() {
        return Ok(None);
    }
    if now - login.seen_at >= RECORDED_EACH {
        people.use_login(&digest, now).await?;
    }
    let login = LoggedIn {
        digest,
        person: login.person,
        role: login.role,
        form_token: form_token(&token),
        proved_at: login.proved_at,
    };
    Ok(Some(match half {
        true => Found::Half(HalfIn(login)),
        false => Found::Whole(login),
    }))
}

/// Leads to a page that asks for something first, and from there back to the one that was asked
/// for.
fn lead(app: &App, request: &Request, path: &str) -> Response {
    let address = request.uri().path_and_query();
    match address.filter(|_| request.method() == Method::GET) {
        Some(address) => first(app, path, address.as_str()).into_response(),
        None => Redirect::to(&at(app, path)).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_asked_for_again_after_a_quarter_of_an_hour() {
        let now = clock::unix_now();
        for (ago, recent) in [(0, true), (890, true), (900, false), (-60, false)] {
            let login = LoggedIn {
                digest: sha256(b""),
                person: "amelie".into(),
                role: Role::All,
                form_token: String::new(),
                proved_at: now - ago,
            };
            assert_eq!(recent_enough(&login), recent, "{ago}");
        }
    }
}
