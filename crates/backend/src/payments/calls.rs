//! Calls to a platform that numbers them.

use guichet_providers::contract::{Exchange, Failure, Provider, Step};
use guichet_store::StoreError;

use crate::app::App;
use crate::clock;

/// Makes the calls that `step` asks for, to its end. Each is given a number of its own, of this
/// counter.
pub(crate) async fn numbered<T: Send>(
    app: &App,
    account: &dyn Provider,
    scope: &str,
    step: impl Fn(u32, &[Exchange]) -> Step<T> + Send,
) -> Result<Result<T, Failure>, StoreError> {
    let mut exchanges = Vec::new();
    let mut sequence = number(app, account, scope).await?;
    loop {
        let mut next = step(sequence, &exchanges);
        if !exchanges.is_empty() && matches!(next, Step::Call(_)) {
            sequence = number(app, account, scope).await?;
            next = step(sequence, &exchanges);
        }
        if let Some(end) = app.platform.step(next, &mut exchanges).await {
            return Ok(end);
        }
    }
}

async fn number(app: &App, account: &dyn Provider, scope: &str) -> Result<u32, StoreError> {
    let day = account.day(clock::now()).to_string();
    app.store.question_number(scope, &day).await
}
