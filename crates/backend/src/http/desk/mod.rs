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

mod accounting;
#[cfg(test)]
mod accounting_tests;
mod answers;
mod approving;
#[cfg(test)]
mod approving_tests;
mod cookie;
mod deciding;
#[cfg(test)]
mod deciding_tests;
mod delays;
mod doing;
#[cfg(test)]
mod doing_tests;
mod door;
mod guard;
mod login;
#[cfg(test)]
mod login_tests;
mod looking;
#[cfg(test)]
mod looking_tests;
#[cfg(test)]
mod may_tests;
mod pages;
mod prove;
#[cfg(test)]
mod prove_tests;
mod reader;
mod rebillings;
#[cfg(test)]
mod rebillings_tests;
mod said;
mod second;
mod settings;
#[cfg(test)]
mod settings_tests;
mod sso;
#[cfg(test)]
mod sso_tests;
mod terminals;
#[cfg(test)]
mod terminals_tests;
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
    let provider = sso::Provider::of(app.config.desk.as_ref()).unwrap_or_else(|error| {
        // Who has a password logs in all the same.
        tracing::error!(%error, "nobody can sign on at the desk");
        None
    });
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
        .route(&format!("{DESK}/sso"), get(sso::begin))
        .route(&format!("{DESK}{}", sso::BACK), get(sso::back))
        .layer(Extension(gate))
        .layer(Extension(Arc::new(provider)))
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
        .route(&format!("{DESK}/accounting"), get(accounting::show))
        .route(
            &format!("{DESK}/accounting/journal.txt"),
            get(accounting::journal),
        )
        .route(
            &format!("{DESK}/accounting/description.txt"),
            get(accounting::description),
        )
        .route(&format!("{DESK}/webhooks"), get(pages::webhooks))
        .route(&format!("{DESK}/settings"), get(settings::show))
        .route(&format!("{DESK}/settings/check"), post(settings::check))
        .route(&format!("{DESK}/audit"), get(pages::audit))
        .route(&format!("{DESK}/desk.css"), get(answers::style))
        .merge(acts())
}

/// Every page by which something is done with a payment.
fn acts() -> Router<Arc<App>> {
    let at = |path: &str| format!("{DESK}/payments/{{payment}}/{path}");
    let told = |path: &str| at(&format!("{path}/{{instruction}}"));
    let capture = get(doing::capture).post(doing::do_capture);
    let cancel = get(doing::cancel).post(doing::do_cancel);
    let refund = get(doing::refund).post(doing::do_refund);
    let accept = get(deciding::accept).post(deciding::do_accept);
    let refuse = get(deciding::refuse).post(deciding::do_refuse);
    let amend = get(rebillings::amend).post(rebillings::do_amend);
    let call_off = get(deciding::call_off).post(deciding::do_call_off);
    let expire = get(deciding::expire).post(deciding::do_expire);
    let ask = get(deciding::ask).post(deciding::do_ask);
    let replay = get(deciding::replay).post(deciding::do_replay);
    let matter = |path: &str| format!("{DESK}/attention/{{subject}}/{{cause}}/{path}");
    let approval = |path: &str| format!("{DESK}/approvals/{{key}}{path}");
    let take = get(looking::take).post(looking::do_take);
    let end = get(looking::end).post(looking::do_end);
    Router::new()
        .route(&approval(""), get(approving::page))
        .route(&approval("/approve"), post(approving::approve))
        .route(&approval("/decline"), post(approving::decline))
        .route(&format!("{DESK}/terminals"), get(terminals::list))
        .route(
            &format!("{DESK}/terminals/{{account}}/{{terminal}}/check"),
            post(terminals::check),
        )
        .route(&matter("take"), take)
        .route(&matter("done"), end)
        .route(&at("capture"), capture)
        .route(&told("capture"), get(doing::captured))
        .route(&at("cancel"), cancel)
        .route(&told("cancel"), get(doing::cancelled))
        .route(&at("refund"), refund)
        .route(&told("refund"), get(doing::refunded))
        .route(&at("accept"), accept)
        .route(&at("refuse"), refuse)
        .route(&format!("{DESK}/rebillings"), get(rebillings::list))
        .route(&at("amend"), amend)
        .route(&at("call-off"), call_off)
        .route(&at("expire"), expire)
        .route(&at("ask"), ask)
        .route(&format!("{DESK}/webhooks/{{message}}/replay"), replay)
}
