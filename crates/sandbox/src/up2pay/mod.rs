//! Up2pay e-Transactions, the platform's half: payment pages, notifications, PPPS, control page.
//!
//! Sources: Up2pay e-Transactions, manuel d'intégration CONECS / CV-CONNECT, 01/03/2021; Paybox
//! System manual for fields, letters and codes.

mod books;
mod call;
pub(crate) mod control;
mod delivery;
mod entry;
mod faults;
mod flow;
mod hosts;
mod letters;
mod method;
pub(crate) mod numbers;
mod pages;
pub(crate) mod ppps;
mod rules;
pub(crate) mod views;
pub(crate) mod world;
mod xml;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::Shared;

/// No script at all, and never in a frame: the vouchers' pages refuse it. No `form-action`: the
/// browser's way back is a redirect of a form.
pub(crate) const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; \
                           base-uri 'none'; frame-ancestors 'none'";

/// Everything of the platform's listener.
pub(crate) fn router(app: Shared) -> Router {
    let pages = Router::new()
        .route("/php/", post(entry::open).get(entry::not_a_form))
        // Older addresses of the same page, which clients still have built in.
        .route(
            "/cgi/FramepagepaiementRWD.cgi",
            post(entry::open).get(entry::not_a_form),
        )
        .route(
            "/cgi/MYchoix_pagepaiement.cgi",
            post(entry::open).get(entry::not_a_form),
        )
        .route("/php/p/{id}/{step}", get(pages::show).post(pages::act))
        .route("/load.html", get(hosts::load))
        .layer(from_fn_with_state(Shared::clone(&app), hosts::up_or_down));
    let platform = pages
        .route("/PPPS.php", post(ppps::ppps))
        .layer(from_fn_with_state(Shared::clone(&app), hosts::slow));
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    platform
        .merge(control::router())
        .route("/sandbox.css", get(hosts::style))
        .layer(header(CACHE_CONTROL, "no-store"))
        .layer(header(CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .layer(header(
            HeaderName::from_static("referrer-policy"),
            "no-referrer",
        ))
        .layer(header(
            HeaderName::from_static("x-content-type-options"),
            "nosniff",
        ))
        .layer(RequestBodyLimitLayer::new(64 * 1024))
        .with_state(app)
}
