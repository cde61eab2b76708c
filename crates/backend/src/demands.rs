//! What accounts demand to know of the shopper, held against what a shop gave.

use guichet_domain::FieldError;
use guichet_domain::session::Session;
use guichet_wire::FieldProblem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::{Config, Shop};
use crate::views::{Candidate, candidates};

/// A method that a session is not offered, because its account demands what the shop did not give.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeftOut {
    /// The method's code.
    method: String,
    /// What is missing, and what to do about it.
    errors: Vec<FieldProblem>,
}

/// The methods that the session would be offered if the shop had given more.
pub(crate) fn left_out(config: &Config, shop: &Shop, session: &Session) -> Vec<LeftOut> {
    let all = candidates(config, shop, session).into_iter();
    let left = all.filter(|candidate| !candidate.lacking.is_empty());
    left.map(|Candidate { offer, lacking }| {
        let method = offer.description.method.to_string();
        tracing::info!(session = %session.id, %method, "left out: the shop gave too little");
        LeftOut {
            method,
            errors: lacking.into_iter().map(FieldProblem::from).collect(),
        }
    })
    .collect()
}

/// Refuses a session that would be offered methods, and is offered none for lack of what their
/// accounts demand.
pub(crate) fn check(
    config: &Config,
    shop: &Shop,
    session: &Session,
) -> Result<(), Vec<FieldError>> {
    let candidates = candidates(config, shop, session);
    let missing = candidates.iter().map(|candidate| &candidate.lacking);
    if candidates.is_empty() || missing.clone().any(Vec::is_empty) {
        return Ok(());
    }
    let mut errors: Vec<FieldError> = Vec::new();
    for error in missing.flatten() {
        if errors.iter().all(|known| known.field != error.field) {
            errors.push(error.clone());
        }
    }
    Err(errors)
}
