//! What is answered here: pages, and their style sheet.

use std::sync::LazyLock;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use guichet_desk::el::El;
use guichet_desk::kit::{self, Tone};
use guichet_desk::words::Act;
use guichet_desk::{Frame, Lang, Place, STYLE};
use guichet_domain::desk::Why;

use super::door::{at, door};
use super::reader::{InLanguage, Reader};
use crate::app::App;
use crate::clock;
use crate::digest::sha256;
use crate::http::answers::secured;

/// A page has the style sheet, pictures that stand in it, and forms that lead to us: nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The style sheet's address: it changes with its content, and so may be kept for ever.
static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let digest = hex::encode(sha256(STYLE.as_bytes()));
    format!("/desk.css?v={}", &digest[..16])
});

/// The style sheet.
pub(super) async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, STYLE).into_response()
}

/// What stands around a page that this person reads.
pub(super) async fn frame(
    app: &App,
    reader: &Reader,
    InLanguage(in_language): InLanguage,
    here: Option<Place>,
    title: &str,
) -> Frame {
    // A page is shown without the count rather than not at all.
    let counts = app.store.attention_counts().await.unwrap_or_default();
    let second = waiting(app).await;
    Frame {
        lang: reader.lang,
        title: title.to_owned(),
        here,
        person: Some(reader.person.clone()),
        places: reader.places.clone(),
        waiting: counts.payments + counts.unmatched + counts.unreadable + second,
        messages: Vec::<(Tone, String, String)>::new(),
        base: at(app, ""),
        style: at(app, &STYLE_ADDRESS),
        in_language,
    }
}

/// How much waits for a second person.
async fn waiting(app: &App) -> u64 {
    let Some((desk, people)) = door(app) else {
        return 0;
    };
    if desk.four_eyes.is_none() {
        return 0;
    }
    let waiting = people.approvals(clock::unix_now(), u32::from(u16::MAX));
    let waiting = waiting.await.unwrap_or_default();
    u64::try_from(waiting.len()).unwrap_or(u64::MAX)
}

/// What answers who may not do something: why, and what to do then.
pub(super) async fn refused(
    app: &App,
    reader: &Reader,
    address: InLanguage,
    act: Act,
    why: Why,
) -> Response {
    let words = reader.lang.words();
    let frame = frame(app, reader, address, None, (words.payment.act)(act)).await;
    let (title, advice) = ((words.login.refused)(why), words.login.refused_advice);
    let body = kit::notice(Tone::Bad, title, advice);
    page(StatusCode::FORBIDDEN, &frame, body)
}

/// What stands around a page for who has not logged in.
pub(super) fn outside(
    app: &App,
    lang: Lang,
    InLanguage(in_language): InLanguage,
    title: &str,
) -> Frame {
    Frame {
        lang,
        title: title.to_owned(),
        here: None,
        person: None,
        places: Vec::new(),
        waiting: 0,
        messages: Vec::new(),
        base: at(app, ""),
        style: at(app, &STYLE_ADDRESS),
        in_language,
    }
}

/// A page as it is answered.
pub(super) fn page(status: StatusCode, frame: &Frame, body: El) -> Response {
    let mut response = (status, Html(frame.document(body))).into_response();
    secured(response.headers_mut(), POLICY);
    response
}
