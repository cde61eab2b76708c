//! What is answered here: pages, and the way to one.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guichet_widget::render::page::{Page, Shown, draw};
use url::Url;

use super::addresses::form_action;
use crate::app::App;
use crate::digest::sha256;
use crate::http::answers::secured;
use crate::http::assets::Assets;
use crate::http::auth::own_origin;
use crate::http::problem::ApiError;
use crate::http::request::asked_for;

/// Seconds after which a page that waits for an outcome asks again.
const REFRESH: &str = "5";

/// Sends the one form of the page that leads to the platform, or follows its link, unless the
/// shopper came back to it. It stands in the page: a file would be one more round trip.
const LEAVE: &str = "addEventListener('DOMContentLoaded',()=>{\
    const[entry]=performance.getEntriesByType('navigation'),[form]=document.forms;\
    if(!entry||entry.type==='back_forward')return;\
    if(form)HTMLFormElement.prototype.submit.call(form);\
    else document.getElementById('leave').click()})";

/// Sends the browser on.
pub(super) fn see_other(to: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(to) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    secured(response.headers_mut(), "default-src 'none'");
    response
}

/// Answers with a page.
pub(super) async fn page(
    app: &App,
    assets: &Assets,
    status: StatusCode,
    page: Page<'_>,
) -> Response {
    let public = &app.config.public_url;
    let own = own_origin(app);
    // The one form that leads elsewhere. What the platform redirects to is not ours to name.
    let leaves = match &page.shown {
        Shown::Leave { url, .. } | Shown::Redirect { url } => Url::parse(url).ok().map(|url| {
            let platform = url.origin().ascii_serialization();
            let digest = STANDARD.encode(sha256(LEAVE.as_bytes()));
            let script = format!("; script-src 'sha256-{digest}'");
            (format!("{platform} https:"), script)
        }),
        _ => None,
    };
    let (forms, script) = leaves.unwrap_or((own.clone(), String::new()));
    let policy = format!(
        "default-src 'none'; style-src {own}{script}; img-src data:; form-action {forms}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    let style = assets.style().await;
    let style = style.map(|sheet| format!("{public}/{}", sheet.name));
    let drawn = draw(&Page {
        style: style.as_deref().unwrap_or_default(),
        action: &form_action(app),
        script: LEAVE,
        ..page
    });
    let mut response = (status, Html(drawn.html)).into_response();
    let headers = response.headers_mut();
    secured(headers, &policy);
    if drawn.waits {
        let refresh = HeaderName::from_static("refresh");
        headers.insert(refresh, HeaderValue::from_static(REFRESH));
    }
    response
}

/// A page that says what is wrong, with the status and the headers of the problem.
pub(super) async fn problem(
    app: &App,
    assets: &Assets,
    headers: &HeaderMap,
    error: ApiError,
) -> Response {
    let code = error.code();
    let language = asked_for(headers).map(String::from).unwrap_or_default();
    let told = error.into_response();
    let shown = Page {
        language: &language,
        shown: Shown::Problem(code.as_str()),
        ..Page::default()
    };
    let mut response = page(app, assets, told.status(), shown).await;
    // When to come again, and that a flood was refused.
    if let Some(later) = told.headers().get(header::RETRY_AFTER) {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, later.clone());
    }
    *response.extensions_mut() = told.extensions().clone();
    response
}
