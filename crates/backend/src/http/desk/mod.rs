//! `/desk`: the pages of the shop's people. Each is drawn for a [`Reader`], whom the [`guard`] puts
//! into the request; without one there is no page.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Extension, Router};
use guichet_providers::contract::Environment;

use self::delays::Gate;
use crate::app::App;
use crate::paths::DESK;

/// Most bytes that a form may have.
const FORM_MAX: usize = 16 * 1024;

mod answers;
mod cookie;
mod delays;
mod door;
mod guard;
mod login;
#[cfg(test)]
mod login_tests;
#[cfg(test)]
mod may_tests;
mod pages;
mod prove;
#[cfg(test)]
mod prove_tests;
mod reader;
#[cfg(test)]
mod tests;

/// Every page, behind its login.
pub(super) fn open(app: &Arc<App>) -> Router<Arc<App>> {
    let gate = Gate {
        production: app.config.environment == Environment::Production,
        ..Gate::default()
    };
    open_with(app, Arc::new(gate))
}

fn open_with(app: &Arc<App>, gate: Arc<Gate>) -> Router<Arc<App>> {
    let guarded = routes()
        .route(DESK, get(login::begin))
        .route(&format!("{DESK}/logout"), post(login::log_out))
        .route(
            &format!("{DESK}/code"),
            get(prove::code_page).post(prove::give_code),
        )
        .route(
            &format!("{DESK}/again"),
            get(prove::again_page).post(prove::give_again),
        )
        .route_layer(from_fn_with_state(Arc::clone(app), guard::guard));
    Router::new()
        .route(
            &format!("{DESK}/login"),
            get(login::page).post(login::log_in),
        )
        .merge(guarded)
        .layer(Extension(gate))
        .layer(DefaultBodyLimit::max(FORM_MAX))
}

/// Every page that is read.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(&format!("{DESK}/today"), get(pages::today))
        .route(&format!("{DESK}/payments"), get(pages::payments))
        .route(&format!("{DESK}/payments.csv"), get(pages::spreadsheet))
        .route(&format!("{DESK}/payments/{{payment}}"), get(pages::payment))
        .route(&format!("{DESK}/attention"), get(pages::attention))
        .route(&format!("{DESK}/webhooks"), get(pages::webhooks))
        .route(&format!("{DESK}/settings"), get(pages::settings))
        .route(&format!("{DESK}/audit"), get(pages::audit))
        .route(&format!("{DESK}/desk.css"), get(answers::style))
}
