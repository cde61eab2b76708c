//! Main and backup page host, the same listener told apart by `Host`.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::app::Shared;

/// Whether the request came to the backup host, `localhost`.
pub(crate) fn is_backup(headers: &HeaderMap) -> bool {
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    host.split(':')
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case("localhost"))
}

/// The host's name on the pages.
pub(crate) fn host_name(headers: &HeaderMap) -> &'static str {
    if is_backup(headers) {
        "secours"
    } else {
        "principal"
    }
}

/// Answers 503 on a page host that is switched down.
pub(crate) async fn up_or_down(
    State(app): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let faults = app.world().faults.clone();
    let backup = is_backup(request.headers());
    if (backup && faults.page_backup_down) || (!backup && faults.page_main_down) {
        return (StatusCode::SERVICE_UNAVAILABLE, Html(server_status("KO"))).into_response();
    }
    next.run(request).await
}

/// Waits before every answer of the platform.
pub(crate) async fn slow(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let wait = app.world().faults.slow_ms;
    if wait > 0 {
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
    next.run(request).await
}

fn server_status(state: &str) -> String {
    format!(
        "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\"><title>load</title></head>\
         <body><div id=\"server_status\">{state}</div></body></html>"
    )
}

/// `GET /load.html`: the health page of a page host.
pub(crate) async fn load() -> Html<String> {
    Html(server_status("OK"))
}

/// `GET /sandbox.css`.
pub(crate) async fn style() -> impl IntoResponse {
    let css = include_str!("../../assets/sandbox.css");
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], css)
}
