//! The shop's terminals, for its server and its staff.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guichet_domain::id::Slug;
use guichet_domain::{FieldError, MethodKind};
use guichet_providers::contract::{Provider, Terminal};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::Accounts;
use crate::app::App;
use crate::config::Shop;
use crate::http::auth::AsShop;
use crate::http::problem::ApiError;
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
