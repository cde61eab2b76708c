//! The demo shop's server: prices, orders, and the backend asked with the secret key.
//!
//! It does what a real shop's server does: it fixes the price, makes the checkout session, prints
//! its secret into the payment page, and believes only the backend about what was paid.

mod account;
mod backend;
mod basket;
mod catalogue;
pub(crate) mod orders;
mod pages;
mod state;
mod template;
mod told;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::ServeDir;

use crate::app::{App, Shared};

/// Everything of the shop's listener.
pub(crate) fn router(app: Shared) -> Router {
    let files = ServeDir::new(app.settings.www.join("fichiers"));
    Router::new()
        .route("/", get(pages::home))
        .route("/produit/{slug}", get(pages::product))
        .route("/panier", get(pages::basket).post(pages::change_basket))
        .route("/commande", get(pages::checkout).post(pages::order))
        .route("/connexion", post(pages::log_in))
        .route("/deconnexion", post(pages::log_out))
        .route("/commande/{id}", get(pages::order_page))
        .route("/commande/{id}/paiement", get(pages::payment))
        .route("/demo/orders", post(pages::demo_order))
        .route("/webhook", post(told::webhook))
        .nest_service("/fichiers", files)
        .fallback(pages::not_found)
        .layer(from_fn_with_state(Shared::clone(&app), headers))
        .layer(RequestBodyLimitLayer::new(64 * 1024))
        .with_state(app)
}

/// The policy that a shop with this checkout can have: no inline script, no inline style. The page
/// that pays sends its form to the platforms and nowhere else; the others send theirs to the shop.
fn policy(app: &App, pays: bool) -> String {
    let form_action = if pays {
        // The backend too: what is pressed where no script runs goes there.
        let backend = app.settings.backend.origin().ascii_serialization();
        format!("{backend} {} {}", app.platform_origin, app.backup_origin)
    } else {
        "'self'".to_owned()
    };
    let backend = app.settings.backend.origin().ascii_serialization();
    // Where the hosted fields' library and frames come from.
    let hosted = &app.backup_origin;
    format!(
        "default-src 'none'; script-src 'self' {backend} {hosted} 'wasm-unsafe-eval'; \
         frame-src {hosted}; style-src 'self' {backend}; img-src 'self' {backend} data:; \
         connect-src {backend}; \
         font-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'"
    )
}

async fn headers(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let page = !request.uri().path().starts_with("/fichiers/");
    let pays = request.uri().path().ends_with("/paiement");
    let mut answer = next.run(request).await;
    let all = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy(&app, pays)) {
        all.insert(CONTENT_SECURITY_POLICY, policy);
    }
    all.insert(
        REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    );
    all.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !app.settings.shop_shares_its_windows {
        all.insert(
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        );
    }
    if page {
        all.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    answer
}
