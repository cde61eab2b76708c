//! Moneris, the platform's half: the cloud that takes commands, the terminals, one of them reached
//! without it, their receipts, post-backs; the Unified Gateway with its vault; control.
//!
//! Sources: *Moneris Go – Guide d'intégration*; developer.moneris.com/moneris-go/docs
//! (*cloud-integration*, *core-payment-transactions*, *idempotent-request*,
//! *transaction-response-codes*, *error-response-codes*, *offline-payments*, *cancel-api*,
//! *direct-integration*); a
//! recorded answer of the cloud in a public module for Odoo. Of the gateway: the vendor's SDK
//! (`mpgClasses.php`), its simulator's pages (*Penny Value Simulator*, *CVD & AVS Simulator*),
//! recorded answers in activemerchant. What none of them tells (what a terminal shows, how often a
//! post-back is sent, which transaction of an order a `status_check` finds, the vault's codes of
//! refusal) is the sandbox's.

mod asked;
mod cloud;
mod command;
mod control;
pub(crate) mod direct;
mod faults;
mod gateway;
mod page;
mod penny;
mod post_back;
pub(crate) mod world;

use axum::Router;
use axum::routing::{get, post};

use crate::app::Shared;
use crate::web::policy::with_headers;

/// What Moneris adds to the platforms' listener.
pub(crate) fn router(app: Shared) -> Router {
    let all = Router::new()
        .route("/v3/Terminal/", post(cloud::take))
        .route("/v3/terminal/", post(cloud::take))
        .route("/moneris/receipt/{ticket}", get(cloud::receipt))
        .route("/moneris/terminals", get(page::all))
        .route("/moneris/terminals/{id}", get(page::show).post(page::act))
        .route("/gateway2/servlet/MpgRequest", post(gateway::take))
        .merge(control::router());
    with_headers(all).with_state(app)
}
