//! NETBANX, the hosted payment API of Paysafe, the platform's half: API, hosted page, callbacks,
//! control.
//!
//! Sources: Paysafe developer centre, hosted-payments-api (*API endpoints*, *Scenarios*, *Process
//! an order using a hosted page*, *Process an order with settlement*, *Cancel a pending order*;
//! Cards API, *Simulating card payments*); the SDKs of OptimalPayments for paths and fields;
//! recorded answers in tomigun-ua/omnipay-netbanx. What none of them tells (the body of a callback,
//! the pause between two, the page itself) is the sandbox's.

mod api;
mod callback;
mod control;
mod control_page;
mod faults;
mod orders;
mod page;
mod refusal;
mod simulation;
mod vault;
pub(crate) mod world;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::app::Shared;
use crate::web::policy::with_headers;

/// What NETBANX adds to the platforms' listener.
pub(crate) fn router(app: Shared) -> Router {
    let all = Router::new()
        .route("/hosted/monitor", get(api::monitor))
        .route(
            "/hosted/v1/orders",
            post(api::collection).get(api::collection),
        )
        .route(
            "/hosted/v1/orders/{id}",
            get(api::one).put(api::one).post(api::one).delete(api::one),
        )
        .route("/hosted/v1/orders/{id}/{act}", get(api::act).post(api::act))
        .route(
            "/hosted/v1/payment/{token}",
            get(page::show).post(page::act),
        )
        .route("/customervault/v1/profiles", get(api::profile))
        .route(
            "/customervault/v1/profiles/{id}/cards/{card}",
            delete(api::remove_card),
        )
        .merge(control::router())
        .merge(control_page::router());
    with_headers(all).with_state(app)
}
