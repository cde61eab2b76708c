//! The shop's terminals, for its server and its staff.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use guichet_domain::id::Slug;
use guichet_domain::{FieldError, MethodKind};
use guichet_providers::contract::{Exchange, Failure, Provider, Terminal};
use guichet_wire::ProblemCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::operations::PaymentInPath;
use crate::accounts::Accounts;
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::http::auth::AsShop;
use crate::http::problem::ApiError;
use crate::payments::operations::error::OperationError;
use crate::payments::operations::find::{self, Whose};
use crate::payments::terminals::works_on;

/// The terminals on the shop's counters.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TerminalList {
    /// In the order of the configuration.
    terminals: Vec<ShopTerminal>,
}

/// A terminal on a counter of the shop.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShopTerminal {
    /// What `terminal` of a new session names it by.
    terminal: String,
    /// The till that it belongs to.
    till: String,
    /// The account at the platform, by its name in the configuration.
    account: String,
    /// The payment that it works on, `pay_…`. It takes one at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<String>,
}

/// The terminals of a shop, each with its account.
fn of_shop<'a>(accounts: &'a Accounts, shop: &Shop) -> Vec<(&'a dyn Provider, Terminal)> {
    let mut all = Vec::new();
    for entry in &shop.methods {
        let Some(account) = accounts.find(&entry.provider, entry.account.as_str()) else {
            continue;
        };
        let methods = account.methods();
        let mut taken = methods
            .iter()
            .filter(|own| entry.methods.contains(&own.method));
        if let (Some(own), true) = (
            account.terminals(),
            taken.any(|method| method.kind == MethodKind::Terminal),
        ) {
            all.extend(own.terminals().into_iter().map(|own| (account, own)));
        }
    }
    all
}

/// Reads the terminal that a session is to be paid at.
pub(super) fn parse(accounts: &Accounts, shop: &Shop, name: &str) -> Result<Slug, FieldError> {
    let all = of_shop(accounts, shop);
    let mut own = all.iter().filter(|(_, own)| own.name.as_str() == name);
    match (own.next(), own.next()) {
        (Some((_, own)), None) => Ok(own.name.clone()),
        (Some(_), Some(_)) => {
            let detail = format!("{name} is the name of a terminal at two accounts: rename one");
            Err(FieldError::new("terminal", detail))
        }
        (None, _) => {
            let known: Vec<_> = all.iter().map(|(_, own)| own.name.as_str()).collect();
            let detail = match known.as_slice() {
                [] => "names a terminal; no terminal is configured for this shop".to_owned(),
                known => format!(
                    "is no terminal of this shop; known are {}",
                    known.join(", ")
                ),
            };
            Err(FieldError::new("terminal", detail))
        }
    }
}

/// The shop's terminals, and what each works on.
#[utoipa::path(
    get, path = "/v1/terminals", tag = "shop",
    responses(
        (status = 200, body = TerminalList),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
) -> Result<Json<TerminalList>, ApiError> {
    let mut terminals = Vec::new();
    for (account, own) in of_shop(&app.accounts, &shop) {
        let held = works_on(&app, account.account(), &own.name);
        let payment = held.await?;
        terminals.push(ShopTerminal {
            terminal: own.name.to_string(),
            till: own.till,
            account: account.account().to_string(),
            payment: payment.map(|id| id.to_string()),
        });
    }
    Ok(Json(TerminalList { terminals }))
}

/// A terminal that was told to give up what it works on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TerminalCancelled {
    /// The payment that it worked on, `pay_…`.
    payment: String,
}

/// Has a terminal give up the payment that it works on, before a card was presented: one on the
/// shop's own network. What became of the payment is told where its session is.
#[utoipa::path(
    post, path = "/v1/terminals/{terminal}/cancel", tag = "shop",
    params(("terminal" = String, Path, description = "The terminal's name in the configuration")),
    responses(
        (status = 202, body = TerminalCancelled),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn cancel_at_terminal(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<TerminalCancelled>), ApiError> {
    let named = parse(&app.accounts, &shop, &name);
    let named = named.map_err(|error| {
        let detail = format!("{} {}", error.field, error.detail);
        ApiError::new(StatusCode::NOT_FOUND, ProblemCode::PathUnknown, detail)
    })?;
    let all = of_shop(&app.accounts, &shop);
    let own = all.into_iter().find(|(_, own)| own.name == named);
    let not_now = |detail: String| {
        let code = ProblemCode::OperationNotPossible;
        ApiError::new(StatusCode::CONFLICT, code, detail)
    };
    let idle = || not_now(format!("{named} works on no payment"));
    let (account, _) = own.ok_or_else(idle)?;
    let terminals = account.terminals().ok_or_else(idle)?;
    let payment = works_on(&app, account.account(), &named).await?;
    let payment = payment.ok_or_else(idle)?;
    let (made, _) = app.store.payment(&payment).await?.ok_or_else(idle)?;
    let step = |exchanges: &[Exchange]| {
        terminals.call_off(&named, &made.reference, clock::now(), exchanges)
    };
    match app.platform.exchange(step).await {
        Ok(Ok(())) => {
            let told = TerminalCancelled {
                payment: payment.to_string(),
            };
            Ok((StatusCode::ACCEPTED, Json(told)))
        }
        Ok(Err(why)) => Err(not_now(format!("{named}: {why}"))),
        Err(Failure::Unreachable) => Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ProblemCode::PlatformUnreachable,
            "the terminal does not answer: press its red key",
        )),
        Err(failure) => {
            tracing::warn!(%payment, ?failure, "a terminal may not have given up");
            Err(ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                ProblemCode::PlatformUnreachable,
                "whether the terminal gave up is not known: look at it, and at the session",
            ))
        }
    }
}

/// The receipts of a payment at a terminal, as the terminal gave them: plain text of 42 columns, to
/// be printed by the shop. The terminal gives them once and prints none again.
#[utoipa::path(
    get, path = "/v1/payments/{id}/receipt", tag = "shop",
    params(("id" = String, Path, description = "The payment's id, pay_…")),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn receipt(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    PaymentInPath(id): PaymentInPath,
) -> Result<Response, ApiError> {
    let book = find::book(&app, Whose::Shop(&shop.id), &id).await?;
    let entry = book.entry(&id).ok_or(OperationError::PaymentUnknown)?;
    let state = entry.state(&book.session);
    let parts = state.parts.iter().filter(|own| own.ours);
    let told = parts.filter_map(|own| own.part.at_terminal.as_ref());
    let receipts = told.map(|told| told.receipt.as_str());
    let receipts: Vec<_> = receipts.filter(|text| !text.is_empty()).collect();
    if receipts.is_empty() {
        return Err(ApiError::new(
            StatusCode::NOT_FOUND,
            ProblemCode::PathUnknown,
            "no terminal has given a receipt of this payment",
        ));
    }
    let kind = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((kind, receipts.join("\r\n\r\n")).into_response())
}
