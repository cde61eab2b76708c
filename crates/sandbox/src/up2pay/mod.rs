//! Up2pay e-Transactions, the platform's half: payment pages, notifications, PPPS, control page.
//!
//! Sources: Up2pay e-Transactions, manuel d'intégration CONECS / CV-CONNECT, 01/03/2021; Paybox
//! System manual for fields, letters and codes.

mod books;
mod call;
mod cash;
mod control;
mod delivery;
mod entry;
mod faults;
mod flow;
mod hosts;
mod letters;
mod message;
mod method;
pub(crate) mod numbers;
mod pages;
mod ppps;
mod rules;
mod views;
pub(crate) mod world;
mod xml;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::Shared;
use crate::web::policy::with_headers;

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
    let all = platform
        .merge(control::router())
        .route("/sandbox.css", get(hosts::style));
    with_headers(all).with_state(app)
}
