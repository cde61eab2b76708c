//! Sogenactif (Worldline Sips 2.0), the platform's half: Office, hosted fields, the pages where a
//! shopper is sent, control page.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2, and public sources named in
//! each file. The seal is this crate's own code.

mod books;
mod call;
mod cards;
mod cash;
mod checkout;
mod control;
mod diagnostic;
mod external;
mod faults;
mod formats;
mod fraud;
mod hosted;
mod interface;
mod mandate;
mod merchants;
mod methods;
mod office;
mod seal;
mod shopper;
mod wallet;
pub(crate) mod world;

pub use cards::{TestCardRule, test_card_rules};

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::app::Shared;
use crate::web::policy::with_headers;

/// What Sogenactif adds to the platforms' listener.
pub(crate) fn router(app: Shared) -> Router {
    let fields = Router::new()
        .route(
            "/paymentprovider/hostedfields/services/session",
            post(hosted::session),
        )
        .route(
            "/paymentprovider/hostedfields/services/tokens",
            post(hosted::tokens),
        )
        .layer(from_fn(hosted::same_origin))
        .route(hosted::SDK_PATH, get(hosted::sdk))
        .route(
            "/paymentprovider/hostedfields/services/frame.js",
            get(hosted::frame_script),
        )
        .route(
            "/paymentprovider/hostedfields/services/frame.css",
            get(hosted::frame_style),
        )
        .route(
            "/paymentprovider/hostedfields/fields/{field}",
            get(hosted::frame),
        );
    let arrival = || post(shopper::arrive).get(shopper::not_a_form);
    let all = Router::new()
        .route("/rs-services/v2/{group}/{method}", post(office::office))
        .route("/sogenactif/return.js", get(shopper::return_script))
        .route("/sogenactif/acs/{id}", arrival())
        .route("/sogenactif/acs/{id}/{choice}", post(shopper::choose))
        .route("/sogenactif/externe/{id}", arrival())
        .route("/sogenactif/externe/{id}/{choice}", post(shopper::choose))
        .merge(fields)
        .merge(control::router());
    with_headers(all).with_state(app)
}
